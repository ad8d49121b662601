"""Pairs of texts by name: two that are generated, and translations whose files lie in ETUDE_DATA."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from etude.data.archives import zip_members
from etude.data.entries import Entry, Layout
from etude.data.pair_files import RawPairs, grouped, lines_of, turned
from etude.errors import DataError
from etude.source import Source

SEED = 0
SUMS = 50_000
"""as in Keras' addition_rnn"""
DRAWS = 4 * SUMS
"""many of them are the same sums of small numbers"""
MOST_DIGITS = 3
REVERSALS = 20_000
DIGITS = 16
"""in a number to be reversed, as in the Transformer tutorial of the University of Amsterdam"""


def addition() -> RawPairs:
    """50,000 different sums such as '12+345', to be answered by '357' (the task of Keras' addition_rnn)."""
    chance = np.random.default_rng(SEED)
    numbers = (chance.random((DRAWS, 2)) * 10 ** chance.integers(1, MOST_DIGITS + 1, (DRAWS, 2))).astype(np.int64)
    first = np.unique(np.sort(numbers, axis=1), axis=0, return_index=True)[1]  # 1+2 and 2+1 are one sum
    asked = numbers[np.sort(first)[:SUMS]].tolist()
    sums = [f"{a}+{b}" for a, b in asked]
    return RawPairs(
        sums, [str(a + b) for a, b in asked], ("sum", "total"), part=held_out(SUMS, valid=1_000, test=2_500)
    )


def reversal() -> RawPairs:
    """20,000 rows of 16 digits, to be written backwards (a task of the Transformer tutorial of Amsterdam)."""
    digits = np.random.default_rng(SEED).integers(10, size=(REVERSALS, DIGITS)).astype(str)
    rows = ["".join(row) for row in digits]
    return RawPairs(
        rows, [row[::-1] for row in rows], ("row", "reversed row"), part=held_out(REVERSALS, valid=1_000, test=1_000)
    )


def held_out(n: int, *, valid: int, test: int) -> np.ndarray:
    """The last rows for the test, those before them for validation."""
    part = np.zeros(n, dtype=np.int8)
    part[n - valid - test :] = 1
    part[n - test :] = 2
    return part


def multi30k(paths: tuple[Path, ...], source: Source, size: int) -> RawPairs:
    """Captions in German and English in the parts of their makers: training, validation, test of 2016."""
    sides: list[list[str]] = [[], []]
    parts: list[np.ndarray] = []
    for number in range(3):
        both = [lines_of(path, source)[0] for path in paths[2 * number : 2 * number + 2]]
        if len(both[0]) != len(both[1]):
            raise DataError(
                "E-PAIRS", f"{paths[2 * number].name} has not as many lines as its translation: fetch both."
            )
        for side, lines in zip(sides, both, strict=True):
            side.extend(line.strip() for line in lines)
        parts.append(np.full(len(both[0]), number, dtype=np.int8))
    return turned(RawPairs(sides[0], sides[1], ("de", "en"), part=np.concatenate(parts)), source)


def spanish(paths: tuple[Path, ...], source: Source, size: int) -> RawPairs:
    """Sentences of learners in English and Spanish; those with one English text stay together."""
    with zip_members(paths[0]) as found:
        text = found["spa-eng/spa.txt"]().decode("utf-8")
    rows = [line.split("\t")[:2] for line in text.splitlines() if "\t" in line]
    return turned(grouped(rows, ("en", "es"), ()), source)


GENERATED_PAIRS: dict[str, Callable[[], RawPairs]] = {"addition": addition, "reversal": reversal}
MULTI30K = tuple(f"multi30k-{part}.{side}.gz" for part in ("train", "val", "test_2016_flickr") for side in ("de", "en"))
PAIR_ENTRIES: dict[str, Entry[RawPairs]] = {
    "multi30k-de-en": Entry(
        "31,014 captions in German and English, split by their makers (Elliott et al. 2016); --target de turns it",
        "CC BY-NC-SA 4.0",
        "https://github.com/multi30k/dataset",
        (Layout("translation", MULTI30K, multi30k),),
    ),
    "spa-eng": Entry(
        "118,964 sentences in English and Spanish (Tatoeba); --target en turns it",
        "CC BY 2.0 FR",
        "https://www.manythings.org/anki",
        (Layout("translation", ("spa-eng.zip",), spanish),),
    ),
}
