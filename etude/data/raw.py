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
    """Pictures of equal size with class names."""

    pixels: np.ndarray
    """uint8 (rows, channel, height, width), upright"""
    labels: list[str]
    part: Part | None = None
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
