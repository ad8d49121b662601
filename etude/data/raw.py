"""Data as they were read, before they are split and encoded."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl

Part: TypeAlias = np.ndarray
"""int8 (rows,): 0 training, 1 validation, 2 test, -1 to be split by the rule"""


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table whose target column is named."""

    frame: pl.DataFrame
    target: str
    part: Part | None = None
    notes: tuple[str, ...] = ()
    lines: np.ndarray | None = None
    """line of the file that each row begins in, for messages; None where there is no file of lines"""


@dataclass(frozen=True, slots=True)
class RawPictures:
    """Pictures with class names or quantities; sizes and channels may differ."""

    pictures: list[np.ndarray] | np.ndarray
    """uint8 (height, width) or (height, width, 3) each, upright; one array where all are alike"""
    answers: np.ndarray
    """(rows,) of str, int or float"""
    names: list[str]
    """file names, for messages; empty if there are no files"""
    part: Part | None = None
    classes: tuple[str, ...] = ()
    """names of the classes in the order of their index, where the data say it; whole numbers stand for them"""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BarePictures:
    """Pictures that nobody answered for; the rest as in `RawPictures`."""

    pictures: list[np.ndarray] | np.ndarray
    names: list[str]
    part: Part | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawTexts:
    """Texts with class names or quantities."""

    texts: list[str]
    answers: np.ndarray
    """(rows,) of str, int or float"""
    target: str = "class"
    """name of what is answered"""
    part: Part | None = None
    classes: tuple[str, ...] = ()
    """as in `RawPictures`"""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawSignals:
    """Series of equal length with class names or quantities."""

    values: np.ndarray
    """float32 (rows, time)"""
    answers: np.ndarray
    """(rows,) of str, int or float"""
    part: Part | None = None
    notes: tuple[str, ...] = ()
