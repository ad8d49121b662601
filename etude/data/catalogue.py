"""Data sets by name that do not come with etude: where their files are looked for, and how they are read."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from etude.data import classic
from etude.data.download import RemoteFile, download
from etude.data.embedded import PICTURES, SIGNALS, TABLES
from etude.data.generated import GENERATED
from etude.data.homes import CALIFORNIA, CENSUS, CIFAR10, FASHION, MNIST, PENGUINS, UCI, WINES
from etude.data.raw import RawPictures, RawTable
from etude.errors import DataError, nearest
from etude.source import Source

Open: TypeAlias = Callable[[tuple[Path, ...], Source, int], RawTable | RawPictures]
"""files, how to read, size of pictures -> the data"""


@dataclass(frozen=True, slots=True)
class Layout:
    """A way in which the files of a data set can lie in a folder."""

    folder: str
    """below ETUDE_DATA or the cache"""
    files: tuple[str, ...]
    """in that folder; all of them are needed, in the order that `open` takes them"""
    open: Open


@dataclass(frozen=True, slots=True)
class Entry:
    """A data set that does not come with etude."""

    about: str
    licence: str
    home: str
    """page of those who made it"""
    layouts: tuple[Layout, ...]
    """the first is that of `files`"""
    files: tuple[RemoteFile, ...] = ()
    """what `etude data get` fetches; empty where no digest of the official files is known"""


IDX = tuple(each.name for each in MNIST)
ENTRIES: dict[str, Entry] = {
    "mnist": Entry(
        "70,000 handwritten digits, 28 x 28, grey (LeCun et al. 1998); its test part is kept",
        "CC BY-SA 3.0",
        "http://yann.lecun.com/exdb/mnist/",
        (Layout("mnist", IDX, classic.digits),),
        MNIST,
    ),
    "fashion-mnist": Entry(
        "70,000 pictures of clothes, 28 x 28, grey (Xiao et al. 2017); its test part is kept",
        "MIT",
        "https://github.com/zalandoresearch/fashion-mnist",
        (Layout("fashion-mnist", IDX, classic.clothes),),
        FASHION,
    ),
    "cifar10": Entry(
        "60,000 colour pictures of 10 kinds, 32 x 32 (Krizhevsky 2009); its test part is kept",
        "none stated",
        "https://www.cs.toronto.edu/~kriz/cifar.html",
        (
            Layout("cifar10", ("cifar-10-binary.tar.gz",), classic.cifar10),
            Layout("cifar10-jpeg", ("train.zip", "test.zip"), classic.zipped_parts),
        ),
        CIFAR10,
    ),
    "sign-digits": Entry(
        "500 colour photos of hands that show a digit, 100 x 100 (a part of Mavi 2020)",
        "Apache-2.0",
        "https://github.com/ardamavi/Sign-Language-Digits-Dataset",
        (Layout("sign-digits-folder", ("0", "9"), classic.class_folders),),
    ),
    "adult": Entry(
        "48,842 people of the 1994 census: does one earn over $50,000? Its test part is kept (Kohavi 1996)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/2/adult",
        (
            Layout("tabular", ("adult.data", "adult.test"), classic.adult),
            Layout("tabular", ("adult-train.csv.gz", "adult-test.csv.gz"), classic.adult),
        ),
        CENSUS,
    ),
    "titanic": Entry(
        "891 passengers: who survived?",
        "public domain",
        "https://www.kaggle.com/c/titanic",
        (Layout("tabular", ("titanic.csv",), classic.table("Survived")),),
    ),
    "california-housing": Entry(
        "20,640 districts of 1990: the median value of a house (Pace and Barry 1997)",
        "public domain",
        "https://github.com/ageron/handson-ml2/tree/master/datasets/housing",
        (
            Layout("tabular", ("housing.csv",), classic.table("median_house_value")),
            Layout("tabular", ("california-housing.csv.gz",), classic.table("median_house_value")),
        ),
        CALIFORNIA,
    ),
    "penguins": Entry(
        "344 penguins: which of three species? (Gorman et al. 2014)",
        "CC0",
        "https://allisonhorst.github.io/palmerpenguins/",
        (Layout("tabular", ("penguins.csv",), classic.table("species")),),
        PENGUINS,
    ),
    "wine-quality": Entry(
        "6,497 red and white wines by 11 chemical measures: marks from 3 to 9 (Cortez et al. 2009)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/186/wine+quality",
        (Layout("tabular", ("winequality-red.csv", "winequality-white.csv"), classic.wine_quality),),
        WINES,
    ),
    "heart": Entry(
        "303 patients of Cleveland by 13 findings: is a vessel narrowed? (Detrano et al. 1989)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/45/heart+disease",
        (Layout("tabular", ("heart-cleveland.csv",), classic.heart),),
    ),
    "sonar": Entry(
        "208 sonar echoes in 60 bands: rock or mine? (Gorman and Sejnowski 1988)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/151/connectionist+bench+sonar+mines+vs+rocks",
        (Layout("tabular", ("sonar.csv",), classic.sonar),),
        UCI["sonar.csv"],
    ),
    "abalone": Entry(
        "4,177 sea snails by eight measures: how many rings, that is years? (Nash et al. 1994)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/1/abalone",
        (Layout("tabular", ("abalone.csv",), classic.abalone),),
        UCI["abalone.csv"],
    ),
}


def folders() -> tuple[Path, ...]:
    """Where data sets are looked for: the folder that ETUDE_DATA names, then the cache that `etude data get` fills."""
    own, cached = os.environ.get("ETUDE_DATA"), os.environ.get("XDG_CACHE_HOME")
    cache = (Path(cached) if cached else Path.home() / ".cache") / "etude"
    return (*((Path(own).expanduser(),) if own else ()), cache)


def cache(name: str) -> Path:
    """The folder into which `etude data get` puts the files of a name."""
    return folders()[-1] / ENTRIES[name].layouts[0].folder


def get(name: str) -> Iterator[tuple[RemoteFile, int]]:
    """Fetch the files of a name into the cache, yielding each file with the bytes of it that are there so far."""
    entry = ENTRIES.get(name)
    if entry is None and name in descriptions():
        raise DataError("E-DATA-HOME", f"{name} comes with etude: there is nothing to fetch")
    if entry is None:
        raise DataError(
            "E-DATA-NAME", f"no data set {name!r}{nearest(name, ENTRIES)} `etude list data` shows all names."
        )
    if not entry.files:
        place = entry.layouts[0]
        raise DataError(
            "E-DATA-HOME",
            f"no digest of the files of {name} is known, so they are not fetched: take them from {entry.home} and put"
            f" {', '.join(place.files)} into {folders()[-1] / place.folder}",
        )
    for file in entry.files:
        for have in download(file, cache(name)):
            yield file, have


def open_entry(name: str, source: Source, *, size: int) -> RawTable | RawPictures:
    """The data of a catalogue name, if all its files are on this machine; nothing is fetched here."""
    entry = ENTRIES[name]
    for place in folders():
        for layout in entry.layouts:
            paths = tuple(place / layout.folder / each for each in layout.files)
            if all(path.exists() for path in paths):
                return layout.open(paths, source, size)
    remedy = f"`etude data get {name}` fetches it" if entry.files else "put its files there"
    wanted = f"{entry.layouts[-1].folder}/{entry.layouts[-1].files[0]}"
    looked = " and ".join(str(place) for place in folders())
    raise DataError(
        "E-DATA-ABSENT", f"{name} is not on this machine (no {wanted}, ... in {looked}): {remedy}, or set ETUDE_DATA"
    )


def descriptions() -> dict[str, str]:
    """Every name with a sentence."""
    embedded = TABLES | PICTURES | SIGNALS | GENERATED
    built_in = {name: (make.__doc__ or "").splitlines()[0] for name, make in embedded.items()}
    return built_in | {name: f"{entry.about} [{entry.licence}]" for name, entry in ENTRIES.items()}
