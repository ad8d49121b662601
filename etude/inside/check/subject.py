"""What is checked: the parts as a training gets them and, where somebody read them for this, the rows behind them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Int, Shaped
from torch import Tensor

from etude.data.splits import Splits
from etude.data.tables import described_rows
from etude.inside.copies import PARTS, parts_of
from etude.inside.examples import example_in_words
from etude.schema import Table

LETTERS = 90
"""of an example that are told"""


@dataclass(frozen=True, slots=True)
class Subject:
    """Data in three parts; what lies behind them may be unknown."""

    splits: Splits[Any]
    frame: pl.DataFrame | None = None
    """a table as it was read, missing values as null, in reading order"""
    lines: np.ndarray | None = None
    """line of its file that each row begins in"""
    names: tuple[str, ...] = ()
    """file of each example, in reading order"""
    sizes: tuple[tuple[int, int], ...] = ()
    """height and width of each picture before it was brought to one size, in reading order"""
    texts: tuple[str, ...] = ()
    """texts as they were read, in reading order"""
    grouped: bool = False
    """whether somebody said which rows belong together, or split by time"""

    def place(self, row: int) -> str:
        """Where a row of the source, from 0, stands: its file, its line, or its number from 1."""
        if self.names:
            return self.names[row]
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"

    def spot(self, part: str, k: int) -> str:
        """'line 12 (train)': example `k` of a part."""
        return f"{self.place(int(self.rows(part)[k]))} ({part})"

    def words(self, part: str, k: int) -> str:
        """What example `k` of a part says, cut; nothing for what is to be looked at."""
        row, inputs = int(self.rows(part)[k]), self.splits.schema.inputs
        if self.texts:
            told = self.texts[row]
        elif isinstance(inputs, Table):
            told = ", ".join(
                f"{name} {value}" for name, value in described_rows(inputs, self.part(part).x[k : k + 1])[0].items()
            )
        else:
            told = example_in_words(inputs, self.part(part).x[k])
        told = " ".join(told.split())
        return told if len(told) <= LETTERS else f"{told[: LETTERS - 1]}…"

    def part(self, name: str) -> Any:
        """The examples of a part."""
        return parts_of(self.splits)[name]

    def rows(self, name: str) -> Int[Tensor, " part"]:
        """The rows of the source in a part."""
        return self.splits.rows[PARTS.index(name)]

    def part_of_rows(self) -> Int[np.ndarray, " row"]:
        """The part of each row of the source: 0, 1, 2, or -1 for none; of the last part that has it."""
        most = max((int(rows.max()) for rows in self.splits.rows if len(rows)), default=-1)
        found = np.full(most + 1, -1)
        for number, rows in enumerate(self.splits.rows):
            found[rows.numpy()] = number
        return found


def distinct_parts(splits: Splits[Any]) -> bool:
    """Whether the parts are three different ones: training and validation may be the same few examples."""
    train, valid, _ = splits.rows
    return not (len(train) == len(valid) and bool((train == valid).all()))


def some(n: int, most: int) -> Int[np.ndarray, " row"]:
    """Rows drawn by chance, always the same ones, in ascending order; nobody's chance is touched."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))


def dense(x: object) -> Shaped[Tensor, "batch ..."] | None:
    """The examples as one tensor of numbers, or None for what is none."""
    return x if isinstance(x, Tensor) and str(x.layout) == "torch.strided" and x.ndim > 1 else None
