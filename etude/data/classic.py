"""The classic tables and pictures of the catalogue that need more than a reader of their format."""

import gzip
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from etude.data.archives import tar_members
from etude.data.folder import read_folder, read_zip
from etude.data.idx import idx_pictures
from etude.data.raw import RawPictures, RawTable
from etude.data.tables import read_table
from etude.errors import DataError
from etude.source import Source

ADULT = [
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
]
WINE_QUALITY = [
    "fixed acidity",
    "volatile acidity",
    "citric acid",
    "residual sugar",
    "chlorides",
    "free sulfur dioxide",
    "total sulfur dioxide",
    "density",
    "pH",
    "sulphates",
    "alcohol",
    "quality",
]
CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
CIFAR_SIDE = 32
CIFAR_ROW = 1 + 3 * CIFAR_SIDE**2
"""bytes of a record: the label, then the red, green and blue planes"""


CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
HEART = [
    "age",
    "sex",
    "cp",
    "trestbps",
    "chol",
    "fbs",
    "restecg",
    "thalach",
    "exang",
    "oldpeak",
    "slope",
    "ca",
    "thal",
    "disease",
]
ABALONE = ["sex", "length", "diameter", "height", "whole", "shucked", "viscera", "shell", "rings"]
SONAR = (*(f"band_{number}" for number in range(1, 61)), "object")


def digits(paths: tuple[Path, ...], source: Source, size: int) -> RawPictures:
    """Four IDX files: pictures and labels for training, then for the test."""
    return idx_pictures([(paths[0], paths[1], 0), (paths[2], paths[3], 2)])


def clothes(paths: tuple[Path, ...], source: Source, size: int) -> RawPictures:
    """Four IDX files, whose labels stand for kinds of clothes."""
    return idx_pictures([(paths[0], paths[1], 0), (paths[2], paths[3], 2)], classes=CLOTHES)


def class_folders(paths: tuple[Path, ...], source: Source, size: int) -> RawPictures:
    """Folders by class, of which `paths` are some."""
    return read_folder(paths[0].parent, source, size=size)


def zipped_parts(paths: tuple[Path, ...], source: Source, size: int) -> RawPictures:
    """Two zip files of pictures in folders by class: training and test."""
    training, test = (read_zip(path, source, size=size) for path in paths)
    return RawPictures(
        [*training.pictures, *test.pictures],
        np.concatenate([training.answers, test.answers]),
        names=training.names + test.names,
        part=_parts(len(training.names), len(test.names)),
        notes=training.notes + test.notes,
    )


def table(target: str) -> Callable[[tuple[Path, ...], Source, int], RawTable]:
    """A reader of one table with a header, whose usual target is `target`."""

    def read(paths: tuple[Path, ...], source: Source, size: int) -> RawTable:
        return read_table(paths[0], source if source.target is not None else replace(source, target=target))

    return read


def adult(paths: tuple[Path, ...], source: Source, size: int) -> RawTable:
    """The census income of 1994 with the published test part, whose labels end in a point that is taken off."""
    training, test = (_frame(path, ADULT) for path in paths)
    test = test.with_columns(pl.col("income").str.strip_chars_end("."))
    return RawTable(
        pl.concat([training, test], how="vertical_relaxed"),
        target="income",
        part=_parts(len(training), len(test)),
        notes=("the labels of the published test file end in a point, which is taken off",),
    )


def wine_quality(paths: tuple[Path, ...], source: Source, size: int) -> RawTable:
    """The red and the white wines, with the colour as a column."""
    red, white = (_frame(path, WINE_QUALITY) for path in paths)
    coloured = [red.with_columns(colour=pl.lit("red")), white.with_columns(colour=pl.lit("white"))]
    return RawTable(pl.concat(coloured, how="vertical_relaxed"), target="quality")


def heart(paths: tuple[Path, ...], source: Source, size: int) -> RawTable:
    """The last column counts narrowed vessels from 0 to 4; as is usual, only 0 or more is asked."""
    frame = _frame(paths[0], HEART)
    narrowed = pl.when(pl.col("disease") > 0).then(pl.lit("yes")).otherwise(pl.lit("no"))
    return RawTable(frame.with_columns(disease=narrowed), target="disease", notes=("disease: 1 to 4 became yes, 0 no",))


def abalone(paths: tuple[Path, ...], source: Source, size: int) -> RawTable:
    """Sea snails and their rings."""
    return RawTable(_frame(paths[0], ABALONE), target="rings")


def sonar(paths: tuple[Path, ...], source: Source, size: int) -> RawTable:
    """Echoes of rocks (R) and mines (M)."""
    return RawTable(_frame(paths[0], SONAR), target="object")


def cifar10(paths: tuple[Path, ...], source: Source, size: int) -> RawPictures:
    """The binary version: five files of 10,000 records for training and one for the test."""
    archive = paths[0]
    pictures, labels = [], []
    with tar_members(archive) as found:
        for name in (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"):
            records = np.frombuffer(found[f"cifar-10-batches-bin/{name}"](), dtype=np.uint8).reshape(-1, CIFAR_ROW)
            labels.append(records[:, 0].astype(np.int64))
            pictures.append(records[:, 1:].reshape(-1, 3, CIFAR_SIDE, CIFAR_SIDE).transpose(0, 2, 3, 1))
    part = _parts(sum(len(each) for each in labels[:-1]), len(labels[-1]))
    return RawPictures(np.concatenate(pictures), np.concatenate(labels), names=[], part=part, classes=tuple(CIFAR10))


def _parts(training: int, test: int) -> np.ndarray:
    return np.repeat(np.array([0, 2], dtype=np.int8), [training, test])


def _frame(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    content = path.read_bytes()
    content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    lines = [line.replace(", ", ",") for line in content.decode("utf-8").splitlines() if line and line[0] != "|"]
    try:
        return pl.read_csv(
            io.StringIO("\n".join(lines)),
            has_header=False,
            new_columns=list(columns),
            null_values=["?"],
            infer_schema_length=None,
        )
    except pl.exceptions.PolarsError as error:
        raise DataError("E-CSV-RAGGED", f"{path.name} is not the published table: fetch it again") from error
