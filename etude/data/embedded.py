"""Data sets that come with scikit-learn, read from its files without importing it, which would cost a second."""

import gzip
import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from etude.data.mnist1d import mnist1d
from etude.data.raw import RawPictures, RawSignals, RawTable

MEASURES = ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points")
CELL_COLUMNS = tuple(
    name.format(each)
    for name in ("mean {}", "{} error", "worst {}")
    for each in (*MEASURES, "symmetry", "fractal dimension")
)
WINE_COLUMNS = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280/od315_of_diluted_wines",
    "proline",
)
IRIS_COLUMNS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
DIABETES_COLUMNS = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")


def file(name: str) -> Path:
    """A data file of the installed scikit-learn."""
    spec = importlib.util.find_spec("sklearn")
    assert spec is not None and spec.origin is not None  # it is a dependency of ours
    return Path(spec.origin).parent / "datasets" / "data" / name


def digits() -> RawPictures:
    """1,797 handwritten digits of 8 x 8 pixels (Alpaydin and Kaynak 1998), their 17 greys spread over 0 to 255."""
    rows = np.loadtxt(gzip.decompress(file("digits.csv.gz").read_bytes()).decode().splitlines(), delimiter=",")
    pixels = np.round(rows[:, :64] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8)
    return RawPictures(pixels, rows[:, 64].astype(np.int64), names=[])


def numbered(name: str, columns: tuple[str, ...], target: str) -> RawTable:
    """A file whose first line is 'rows,columns,name of class 0,name of class 1,...'."""
    first, *lines = file(name).read_text(encoding="utf-8").splitlines()
    classes = first.split(",")[2:]
    values = np.loadtxt(lines, delimiter=",")
    frame = pl.DataFrame(values[:, :-1], schema=list(columns))
    return RawTable(frame.with_columns(pl.Series(target, [classes[int(code)] for code in values[:, -1]])), target)


def breast_cancer() -> RawTable:
    """569 tumours by 30 measures of their cell nuclei (Wolberg, Street and Mangasarian 1995)."""
    return numbered("breast_cancer.csv", CELL_COLUMNS, "diagnosis")


def wine() -> RawTable:
    """178 wines of three growers by 13 chemical measures (Forina 1988)."""
    return numbered("wine_data.csv", WINE_COLUMNS, "grower")


def iris() -> RawTable:
    """150 irises of three species by four lengths (Fisher 1936)."""
    return numbered("iris.csv", IRIS_COLUMNS, "species")


def diabetes() -> RawTable:
    """442 patients by ten measures, and how far their disease had gone a year later (Efron et al. 2004)."""
    measures, answers = (
        np.loadtxt(gzip.decompress(file(name).read_bytes()).decode().splitlines())
        for name in ("diabetes_data_raw.csv.gz", "diabetes_target.csv.gz")
    )
    frame = pl.DataFrame(measures, schema=list(DIABETES_COLUMNS))
    return RawTable(frame.with_columns(pl.Series("progression", answers)), "progression")


TABLES: dict[str, Callable[[], RawTable]] = {
    "breast-cancer": breast_cancer,
    "diabetes": diabetes,
    "iris": iris,
    "wine": wine,
}
PICTURES: dict[str, Callable[[], RawPictures]] = {"digits": digits}
SIGNALS: dict[str, Callable[[], RawSignals]] = {"mnist1d": mnist1d}
