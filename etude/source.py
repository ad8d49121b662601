"""Where the data come from and how they are to be read: the flags that belong to every training on data."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from etude.ranges import Count, Seed


@dataclass(frozen=True, slots=True)
class Source:
    """The name or path of the data, with what overrides the reading of them."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    data: str
    """name of a data set, or a path: CSV, TSV, Parquet, JSON, folder or zip of pictures by class, .npz, IDX"""
    target: str | None = None
    """column to predict (tables); default: the column named target, label, class or y, else the last one"""
    task: Literal["auto", "classify", "regress"] = "auto"
    """whether the target names classes or is a quantity"""
    split: tuple[float, float, float] = (0.7, 0.2, 0.1)
    """parts for training, validation and test; a split that the data bring is kept"""
    split_seed: Seed = 0
    """which of the random splits"""
    group: str | None = None
    """column whose equal values stay in one part (patients, speakers)"""
    time: str | None = None
    """column to split by: the latest rows are the test part"""
    balance: Literal["none", "weights", "sample", "focal"] = "none"
    """how rare classes are helped: class weights, balanced sampling, or focal loss"""
    numbers: tuple[str, ...] = ()
    """columns to read as numbers"""
    categories: tuple[str, ...] = ()
    """columns to read as categories"""
    dates: tuple[str, ...] = ()
    """columns to read as dates"""
    drop: tuple[str, ...] = ()
    """columns to leave out"""
    missing: tuple[str, ...] = ("", "?", "NA", "N/A", "nan", "NaN", "null", "None")
    """texts that mean a missing value"""
    header: Literal["auto", "yes", "no"] = "auto"
    """whether the first line names the columns"""
    separator: str = "auto"
    """what stands between two fields"""
    encoding: str = "auto"
    """of the text: utf-8, latin-1, utf-16"""
    dayfirst: bool = False
    """read 01/02/2023 as the first of February"""
    max_pixels: Count = 50_000_000
    """refuse larger pictures before they are decoded"""
    unreadable: Literal["skip", "stop"] = "skip"
    """pictures that cannot be read: left out and listed if they are at most one in a hundred, or an error"""
    overfit: int = 0
    """if above 0: train and validate on the first so many training examples, to see that the network can learn"""
