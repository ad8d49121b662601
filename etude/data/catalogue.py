"""Data sets by name: where they come from, how they are read, what is to be predicted."""

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl
from PIL import Image

from etude.data.arrays import read_idx
from etude.data.download import RemoteFile
from etude.data.embedded import PICTURES, SIGNALS, TABLES
from etude.data.generated import GENERATED
from etude.data.pictures import read_folder, resized, with_channels
from etude.data.raw import RawPictures, RawTable
from etude.data.tables import read_table
from etude.errors import DataError
from etude.source import Source

Raw: TypeAlias = RawTable | RawPictures
Open: TypeAlias = Callable[[Path, Source, int, int | None], Raw]
"""folder of the files, how to read, size and channels of pictures -> the data"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A data set that does not come with etude."""

    about: str
    licence: str
    folder: str
    """its folder in ETUDE_DATA"""
    marker: str
    """a file or folder that is there when the data set is"""
    open: Open
    files: tuple[RemoteFile, ...] = ()
    """what `etude data get` fetches; empty where the official files have no digest that we know"""


def idx_pictures(folder: Path, source: Source, size: int, channels: int | None) -> RawPictures:
    """The four files of MNIST and of the sets made in its image."""
    pixels, labels = [], []
    for part in ("train", "t10k"):
        pixels.append(read_idx(folder / f"{part}-images-idx3-ubyte.gz")[:, None])
        labels.append(read_idx(folder / f"{part}-labels-idx1-ubyte.gz"))
    part = np.repeat(np.array([0, 2], dtype=np.int8), [len(each) for each in labels])
    scaled = with_channels(resized(np.concatenate(pixels), size), channels)
    return RawPictures(scaled, [str(label) for label in np.concatenate(labels)], part)


def zipped_pictures(folder: Path, source: Source, size: int, channels: int | None) -> RawPictures:
    """train.zip and test.zip with members class/NNNN.jpg, all of one size."""
    pixels, labels, part = [], [], []
    for number, name in ((0, "train.zip"), (2, "test.zip")):
        with zipfile.ZipFile(folder / name) as archive:
            for member in sorted(each for each in archive.namelist() if each.endswith(".jpg")):
                with Image.open(io.BytesIO(archive.read(member))) as image:
                    pixels.append(np.asarray(image.convert("RGB")).transpose(2, 0, 1))
                labels.append(member.split("/")[-2])
                part.append(number)
    scaled = with_channels(resized(np.stack(pixels), size), channels)
    return RawPictures(scaled, labels, np.array(part, dtype=np.int8))


def class_folder(folder: Path, source: Source, size: int, channels: int | None) -> RawPictures:
    """A folder of pictures by class."""
    return read_folder(folder, source, size=size, channels=channels)


def one_table(names: tuple[str, ...], target: str) -> Open:
    """A table in the first file of `names` that is there."""

    def open_table(folder: Path, source: Source, size: int, channels: int | None) -> RawTable:
        path = next(folder / name for name in names if (folder / name).exists())
        return read_table(path, source if source.target is not None else replace(source, target=target))

    return open_table


ADULT_COLUMNS = (
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex capital-gain "
    "capital-loss hours-per-week native-country income"
).split()


def adult(folder: Path, source: Source, size: int, channels: int | None) -> RawTable:
    """Training and test file as one table; the full stop behind the test labels is cut off."""
    frames = []
    for name in ("adult-train.csv.gz", "adult-test.csv.gz"):
        frame = read_table(folder / name, replace(source, target="15", header="no")).frame
        frames.append(frame.rename(dict(zip(frame.columns, ADULT_COLUMNS, strict=True))))
    whole = pl.concat(frames).with_columns(pl.col("income").str.strip_chars_end("."))
    part = np.repeat(np.array([0, 2], dtype=np.int8), [len(each) for each in frames])
    return RawTable(
        whole, source.target or "income", part=part, notes=("test labels: the '.' at their end is cut off",)
    )


def idx_files(homes: tuple[str, ...], digests: dict[str, tuple[int, str]]) -> tuple[RemoteFile, ...]:
    """Four files with the same homes; digests map a name to its size and SHA-256."""
    return tuple(
        RemoteFile(name, tuple(home + name for home in homes), sha256, size) for name, (size, sha256) in digests.items()
    )


GITHUB = "https://raw.githubusercontent.com/"
ENTRIES: dict[str, Entry] = {
    "mnist": Entry(
        "70,000 handwritten digits, 28 x 28, grey (LeCun et al. 1998); its test part is kept",
        "CC BY-SA 3.0",
        "mnist",
        "train-images-idx3-ubyte.gz",
        idx_pictures,
        idx_files(
            ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
            {
                "train-images-idx3-ubyte.gz": (
                    9912422,
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                ),
                "train-labels-idx1-ubyte.gz": (
                    28881,
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                ),
                "t10k-images-idx3-ubyte.gz": (
                    1648877,
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                ),
                "t10k-labels-idx1-ubyte.gz": (4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            },
        ),
    ),
    "fashion-mnist": Entry(
        "70,000 pictures of clothes, 28 x 28, grey (Xiao et al. 2017); its test part is kept",
        "MIT",
        "fashion-mnist",
        "train-images-idx3-ubyte.gz",
        idx_pictures,
        idx_files(
            (GITHUB + "zalandoresearch/fashion-mnist/master/data/fashion/",),
            {
                "train-images-idx3-ubyte.gz": (
                    26421880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                "train-labels-idx1-ubyte.gz": (
                    29515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                "t10k-images-idx3-ubyte.gz": (
                    4422102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                "t10k-labels-idx1-ubyte.gz": (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            },
        ),
    ),
    "cifar10": Entry(
        "15,000 + 5,000 colour pictures of 10 kinds, 32 x 32, as JPEG (a part of Krizhevsky 2009)",
        "none stated",
        "cifar10-jpeg",
        "train.zip",
        zipped_pictures,
    ),
    "sign-digits": Entry(
        "500 colour photos of hands that show a digit, 100 x 100 (a part of Mavi 2020)",
        "Apache-2.0",
        "sign-digits-folder",
        "0",
        class_folder,
    ),
    "adult": Entry(
        "48,842 people of the 1994 census: does one earn over $50,000? Its test part is kept (Kohavi 1996)",
        "CC BY 4.0",
        "tabular",
        "adult-train.csv.gz",
        adult,
    ),
    "titanic": Entry(
        "891 passengers: who survived?",
        "public domain",
        "tabular",
        "titanic.csv",
        one_table(("titanic.csv",), "Survived"),
    ),
    "california-housing": Entry(
        "20,640 districts of 1990: the median value of a house (Pace and Barry 1997)",
        "public domain",
        "tabular",
        "california-housing.csv.gz",
        one_table(("california-housing.csv.gz", "housing.csv"), "median_house_value"),
        (
            RemoteFile(
                "housing.csv",
                (GITHUB + "ageron/handson-ml2/master/datasets/housing/housing.csv",),
                "8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e",
                1423529,
            ),
        ),
    ),
    "penguins": Entry(
        "344 penguins: which of three species? (Gorman et al. 2014)",
        "CC0",
        "tabular",
        "penguins.csv",
        one_table(("penguins.csv",), "species"),
        (
            RemoteFile(
                "penguins.csv",
                (GITHUB + "mwaskom/seaborn-data/master/penguins.csv",),
                "e07636bd8af74260099ea2f8678e2eabbf35def579940cc76f67061ee16c06c1",
                13478,
            ),
        ),
    ),
}


def folders(name: str) -> tuple[Path, ...]:
    """Where the files of an entry may be: in ETUDE_DATA, then in the cache."""
    own = os.environ.get("ETUDE_DATA")
    return (*((Path(own) / ENTRIES[name].folder,) if own else ()), cache(name))


def cache(name: str) -> Path:
    """Where `etude data get` puts them."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "etude" / name


def open_entry(name: str, source: Source, *, size: int, channels: int | None) -> Raw:
    """The data of a catalogue name, if they are on this machine; nothing is fetched here."""
    entry = ENTRIES[name]
    wanted = {entry.marker, *(file.name for file in entry.files)}
    for folder in folders(name):
        if any((folder / each).exists() for each in wanted):
            return entry.open(folder, source, size, channels)
    remedy = f"`etude data get {name}` fetches it" if entry.files else "put its files into the folder ETUDE_DATA names"
    raise DataError("E-DATA-ABSENT", f"{name} is not on this machine; {remedy}. It was looked for in {words(name)}.")


def words(name: str) -> str:
    """The folders of an entry, for a message."""
    return " and ".join(str(folder) for folder in folders(name))


def descriptions() -> dict[str, str]:
    """Every name with a sentence."""
    embedded = TABLES | PICTURES | SIGNALS | GENERATED
    built_in = {name: (make.__doc__ or "").splitlines()[0] for name, make in embedded.items()}
    return built_in | {name: f"{entry.about} [{entry.licence}]" for name, entry in ENTRIES.items()}
