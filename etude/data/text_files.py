"""Texts with their answers from the user's own files: a table with a column of texts, or a folder of .txt by class."""

import re
from pathlib import Path

import numpy as np
import polars as pl

from etude.data.folder import PARTS
from etude.data.raw import RawTexts
from etude.data.tables.answers import USUAL_NAMES, check_present
from etude.data.tables.header import named, names_columns
from etude.data.tables.read import Reading, read_frame
from etude.data.tables.sniff import table_bytes, text_of
from etude.data.tables.values import numbers_in
from etude.errors import DataError, UsageError, nearest
from etude.source import Source

SAMPLE = 1000
"""rows by whose length the column of texts is found"""
SUFFIXES = frozenset([".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".txt", ".gz"])
WORDS = 1.5
"""words on average that make a column one of texts rather than of names"""


def read_texts(path: Path, source: Source) -> RawTexts:
    """The texts of a folder by class, or of a CSV, TSV, JSONL or Parquet file.

    DataError E-TEXT-NONE where there are none; UsageError E-TARGET, E-COLUMN for flags that name no column.
    """
    if path.is_dir():
        return folder_texts(path, source)
    if source.group is not None or source.time is not None:
        flag = "group" if source.group is not None else "time"
        raise UsageError("E-COLUMN", f"texts are split at random or as the data bring it: leave --{flag} away")
    reading = read_rows(path, source)
    text = text_column(reading.frame, path, source)
    target = answer_column(reading.frame, text, source)
    answers = reading.frame[target]
    check_present(answers, reading.lines)
    texts = reading.frame[text].cast(pl.String).fill_null("").to_list()
    notes = (*reading.notes, f"texts: column {text}; target: column {target} (--target)")
    return RawTexts(texts, fractions(answers).to_numpy(), target=target, notes=notes)


def read_rows(path: Path, source: Source, *, known: tuple[str, ...] = ()) -> Reading:
    """The table in `path`; where every line has as many tabs as the first, quotation marks mean nothing.

    `known` are columns of a training, by which a header is told from a row.
    """
    if path.suffix in {".tsv", ".tab"} or path.name.endswith((".tsv.gz", ".tab.gz")):
        content, _ = table_bytes(path)
        text, notes = text_of(content, path.name, encoding=source.encoding)
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        numbers = np.array([number for number, line in enumerate(lines, start=1) if line.strip()], dtype=np.int64)
        rows = [line.split("\t") for line in lines if line.strip()]
        if rows and {len(row) for row in rows} == {len(rows[0])}:
            columns = {f"column_{k}": list(column) for k, column in enumerate(zip(*rows, strict=True), start=1)}
            records = pl.DataFrame(columns, schema={name: pl.String for name in columns})
            header = source.header == "yes" or (source.header == "auto" and begins_with_names(records, source, known))
            frame, more = named(records, header=header, drop=source.drop)
            return Reading(frame, numbers[1:] if header else numbers, notes + more)
    return read_frame(path, source, known=known)


def begins_with_names(records: pl.DataFrame, source: Source, known: tuple[str, ...]) -> bool:
    """Whether the first line names the columns: those of the training, if there was one."""
    if not known:
        return names_columns(records, source.missing)
    return not all(re.fullmatch(r"column_\d+", name) for name in known)


def text_column(frame: pl.DataFrame, path: Path, source: Source) -> str:
    """The column with the most words, which is no answer and was not dropped."""
    free = [name for name in frame.columns if name != source.target and name not in source.drop]
    words = {
        name: float(frame[name].head(SAMPLE).cast(pl.String).fill_null("").str.count_matches(r"\S+").mean() or 0)  # type: ignore[arg-type]
        for name in free
        if frame[name].dtype == pl.String
    }
    best = max(words, key=lambda name: words[name], default=None)
    if best is None or (len(frame.columns) > 1 and words[best] < WORDS):
        raise DataError(
            "E-TEXT-NONE",
            f"{path.name} has no column of texts (columns: {', '.join(frame.columns[:20])}): give a table in which one"
            " column holds sentences",
        )
    return best


def answer_column(frame: pl.DataFrame, text: str, source: Source) -> str:
    """The column that the user named, else one of a usual name, else the last one beside the texts."""
    others = [name for name in frame.columns if name != text and name not in source.drop]
    if source.target is not None and source.target not in frame.columns:
        listed = ", ".join(frame.columns[:50])
        raise UsageError(
            "E-TARGET", f"no column '{source.target}'{nearest(source.target, frame.columns)} Columns: {listed}."
        )
    if not others:
        raise DataError("E-TARGET", f"beside the texts in column {text} there is no column to answer: add one")
    usual = [name for name in others if name.lower() in USUAL_NAMES]
    return source.target or (usual or others[-1:])[0]


def fractions(answers: pl.Series) -> pl.Series:
    """Numbers of which some are no whole ones as numbers, everything else as it is written."""
    numbers = numbers_in(answers) if answers.dtype != pl.Boolean else pl.Series([None], dtype=pl.Float64)
    if numbers.null_count() or bool((numbers == numbers.round()).all()):
        return answers.cast(pl.String)
    return numbers


def folder_texts(folder: Path, source: Source) -> RawTexts:
    """The .txt files below `folder`: the sub-folder is the class, and train and test above the classes are kept."""
    found = folder_files(folder)
    part = np.array([each[2] for each in found], dtype=np.int8)
    return RawTexts(
        [file_text(path, source) for path, _, _ in found],
        np.array([label for _, label, _ in found]),
        part=None if (part == -1).all() else part,
    )


def folder_files(folder: Path) -> list[tuple[Path, str, int]]:
    """The .txt files below `folder` with class and part (-1 for none); DataError E-TEXT-NONE if there are none."""
    tops = sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith((".", "__")))
    parts = {each: PARTS.get(each.name.lower(), -1) for each in tops}
    divided = 0 in parts.values() and all(part >= 0 for part in parts.values())
    found = [
        (path, each.name, parts[top] if divided else -1)
        for top in tops
        for each in (sorted(top.iterdir()) if divided else [top])
        for path in sorted(each.rglob("*.txt"))
    ]
    if not found:
        raise DataError(
            "E-TEXT-NONE",
            f"{folder} has no .txt files in folders named after their class: make one folder for each class",
        )
    return found


def file_text(path: Path, source: Source) -> str:
    """What stands in a text file; nothing if it is empty."""
    content = path.read_bytes()
    return text_of(content, path.name, encoding=source.encoding)[0] if content else ""


def is_path(given: str) -> bool:
    """Whether there is such a file or folder; DataError E-DATA-PATH for what looks like one and is not there."""
    path = Path(given).expanduser()
    try:
        found = bool(given.strip()) and path.exists()  # an empty text is no folder, though an empty path is one
    except OSError:  # too long for the name of a file
        found = False
    if not found and path.suffix.lower() in SUFFIXES and not any(map(str.isspace, given)):
        raise DataError("E-DATA-PATH", f"there is no file or folder {given}.")
    return found
