"""Texts with their translations from the user's own files: two columns of one, or two files line by line."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etude.data.pair_tables import is_table, table_of_pairs
from etude.data.raw import Part
from etude.data.tables.sniff import table_bytes, text_of
from etude.errors import DataError, UsageError
from etude.source import Source


@dataclass(frozen=True, slots=True)
class RawPairs:
    """Texts, each with the text that is to be written for it."""

    sources: list[str]
    targets: list[str]
    names: tuple[str, str] = ("first", "second")
    """of the two sides: languages, columns"""
    groups: np.ndarray | None = None
    """rows with an equal text here stay in one part; None where no text occurs twice"""
    part: Part | None = None
    notes: tuple[str, ...] = ()


def read_pairs(path: Path, source: Source) -> RawPairs:
    """The pairs of a table or of a tab-separated file, or of `path` and the file that `--target` names, line by line.

    DataError E-DATA-PATH if there is no such file, E-PAIRS with the line for a first text that has no second one; pairs
    with an empty side are left out.
    """
    second = Path(source.target or "").expanduser()
    if source.target and second.is_file():
        return aligned(path, second, source)
    if is_table(path):
        return grouped(*table_of_pairs(path, source))
    if source.target and (second.suffix or "/" in source.target):
        raise DataError("E-DATA-PATH", f"--target {source.target}: there is no such file.")
    lines, notes = lines_of(path, source)
    rows = [(number, line.split("\t")) for number, line in enumerate(lines, start=1) if line.strip()]
    alone = [number for number, fields in rows if len(fields) < 2]
    if alone:
        also = f" (and {len(alone) - 1:,} others: {', '.join(map(str, alone[1:5]))}, ...)" if len(alone) > 1 else ""
        raise DataError(
            "E-PAIRS",
            f"line {alone[0]} of {path.name}{also} has no tab: want two texts with a tab between them, or two files of "
            "as many lines (--data FIRST --target SECOND).",
        )
    return turned(grouped([fields[:2] for _, fields in rows], ("first", "second"), notes), source)


def aligned(first: Path, second: Path, source: Source) -> RawPairs:
    """The lines of two files side by side."""
    left, notes = lines_of(first, source)
    right, more = lines_of(second, source)
    if len(left) != len(right):
        raise DataError(
            "E-PAIRS",
            f"{first.name} has {len(left):,} lines and {second.name} has {len(right):,}: line k of the one must be the "
            "translation of line k of the other.",
        )
    names = (first.name.split(".")[-1], second.name.split(".")[-1])
    return grouped([list(each) for each in zip(left, right, strict=True)], names, notes + more)


def grouped(rows: list[list[str]], names: tuple[str, str], notes: tuple[str, ...]) -> RawPairs:
    """The pairs without those that have an empty side, grouped by their first text."""
    full = [(left.strip(), right.strip()) for left, right in rows if left.strip() and right.strip()]
    if not full:
        raise DataError(
            "E-PAIRS", "there is no pair of texts: want two texts in each row, or on each line, a tab between."
        )
    if len(full) < len(rows):
        notes = (*notes, f"{len(rows) - len(full):,} pairs with an empty side were left out")
    sources, targets = [left for left, _ in full], [right for _, right in full]
    return RawPairs(sources, targets, names, groups=groups_of(sources), notes=notes)


def groups_of(texts: list[str]) -> np.ndarray | None:
    """A number for each text, equal for equal texts; None if all differ."""
    numbers: dict[str, int] = {}
    groups = np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)
    return groups if len(numbers) < len(texts) else None


def turned(raw: RawPairs, source: Source) -> RawPairs:
    """The pairs in the direction that `--target` asks for; UsageError E-TARGET for a side that is none."""
    if source.target is None or source.target == raw.names[1]:
        return raw
    if source.target != raw.names[0]:
        raise UsageError("E-TARGET", f"--target {source.target}: the two sides are {raw.names[0]} and {raw.names[1]}.")
    return RawPairs(
        raw.targets, raw.sources, (raw.names[1], raw.names[0]), groups=raw.groups, part=raw.part, notes=raw.notes
    )


def lines_of(path: Path, source: Source) -> tuple[list[str], tuple[str, ...]]:
    """The lines of a text file, unpacked if it is gzip, without the empty end, and notes."""
    content, notes = table_bytes(path)
    text, more = text_of(content, path.name, encoding=source.encoding)
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines, notes + more
