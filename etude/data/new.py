"""Data that training never met, read as the run's own data were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from etude.data.arrays import read_new_npz
from etude.data.folder import picture_files, read_pictures
from etude.data.idx import read_idx
from etude.data.packages import TEXTS
from etude.data.pictures import squared, stacked
from etude.data.series_files import SUFFIXES as SERIES
from etude.data.series_files import read_series
from etude.data.signals import finite
from etude.data.tables import encode_answers, encode_rows, read_new_table, unknown_values
from etude.data.text_files import SUFFIXES, file_text, folder_files, is_path, read_rows, text_column
from etude.data.text_sets import TEXT_ENTRIES
from etude.data.texts import encoded_texts
from etude.errors import DataError
from etude.schema import (
    Classes,
    Inputs,
    Nodes,
    Nothing,
    Observations,
    Pictures,
    Schema,
    Signals,
    Table,
    Target,
    Text,
    Wanted,
)
from etude.source import Source

STRANGE = 30
"""times the deviation of the training, from which on a unit may be wrong"""


@dataclass(frozen=True, slots=True)
class New:
    """Examples in the encoding of a run, with answers if they brought any."""

    x: Shaped[Tensor, "batch ..."]
    y: Float[Tensor, " batch"] | Int[Tensor, " batch"] | None
    names: tuple[str, ...]
    """the file, or file and row, of each"""
    notes: tuple[str, ...]


def read_new(schema: Schema, source: Source, inputs: Sequence[str | Path]) -> New:
    """All examples in `inputs`, which are files or folders of the kind that the run was trained on."""
    if isinstance(schema.inputs, Text):
        return joined([new_texts(str(each), schema, schema.inputs, source) for each in inputs])
    paths = [Path(each) for each in inputs]
    for path in paths:
        if not path.exists():
            raise DataError("E-DATA-PATH", f"there is no file or folder {path}.")
    match schema.inputs:
        case Table():
            return joined([new_table(path, schema, schema.inputs, source) for path in paths])
        case Pictures():
            arrays = [path for path in paths if path.suffix.lower() == ".npz" or "-ubyte" in path.name]
            files = [path for path in paths if path not in arrays]
            read = [new_arrays(path, schema) for path in arrays]
            return joined(read + ([new_pictures(files, schema.inputs, schema.target, source)] if files else []))
        case Signals() as signals:
            return joined([new_series(path, schema, signals) for path in paths])
        case Nodes() | Observations() as other:
            raise DataError("E-SCHEMA", f"examples of kind {other.kind!r} are not read from files.")


def joined(parts: Sequence[New]) -> New:
    """Several files as one."""
    answers = [part.y for part in parts if part.y is not None]
    return New(
        torch.cat([part.x for part in parts]),
        torch.cat(answers) if len(answers) == len(parts) else None,
        tuple(name for part in parts for name in part.names),
        tuple(note for part in parts for note in part.notes),
    )


def new_table(path: Path, schema: Schema, inputs: Table, source: Source) -> New:
    """The rows of a table; the target column may be missing."""
    frame = read_new_table(path, source, inputs)
    x = encode_rows(inputs, frame)
    name = schema.answer.name
    y = encode_answers(schema.answer, frame[name]) if name in frame.columns and complete(frame[name]) else None
    names = tuple(f"{path.name}:{row}" for row in range(1, len(frame) + 1))
    return New(x, y, names, unknown_values(inputs, frame))


def complete(column: pl.Series) -> bool:
    """Whether every row has an answer."""
    return column.null_count() == 0 and len(column) > 0


def new_texts(given: str, schema: Schema, inputs: Text, source: Source) -> New:
    """A text itself; or the texts of a table, of a folder, or of a .txt file.

    Such a file is one text if the run learnt from a folder of them, else each of its lines is one.
    """
    path = Path(given)
    if not is_path(given):
        return New(encoded_texts(inputs, [given]), None, (given,), ())
    if path.is_dir():
        return new_text_folder(path, schema, inputs, source)
    if path.suffix == ".txt" and learnt_files(source):
        return New(encoded_texts(inputs, [file_text(path, source)]), None, (given,), ())
    if path.suffix == ".txt":
        lines = [line for line in file_text(path, source).splitlines() if line.strip()]
        return New(encoded_texts(inputs, lines), None, tuple(lines), ())
    frame = read_rows(path, source, known=(schema.answer.name,)).frame
    column = text_column(frame.drop(schema.answer.name, strict=False), path, source)
    texts = frame[column].cast(pl.String).fill_null("").to_list()
    name = schema.answer.name
    y = encode_answers(schema.answer, frame[name]) if name in frame.columns and complete(frame[name]) else None
    return New(encoded_texts(inputs, texts), y, tuple(f"{path.name}:{row}" for row in range(1, len(texts) + 1)), ())


def new_text_folder(folder: Path, schema: Schema, inputs: Text, source: Source) -> New:
    """Files of texts, in folders that are named after their class or in none."""
    alone = sorted(folder.glob("*.txt"))
    found = [] if alone else folder_files(folder)
    paths = alone or [path for path, _, _ in found]
    labels = pl.Series(schema.answer.name, [label for _, label, _ in found])
    y = None if alone else encode_answers(schema.answer, labels)
    return New(encoded_texts(inputs, [file_text(path, source) for path in paths]), y, tuple(map(str, paths)), ())


def learnt_files(source: Source) -> bool:
    """Whether a run learnt from a folder in which each file is one text, not from a table or under a name."""
    named = source.data in TEXTS or source.data in TEXT_ENTRIES
    return not named and Path(source.data).suffix.lower() not in SUFFIXES


def new_pictures(paths: Sequence[Path], inputs: Pictures, target: Wanted, source: Source) -> New:
    """Picture files and folders of them; the names of their folders are the answers if all are classes."""
    found: list[Path] = []
    for path in paths:
        inside = picture_files(path) if path.is_dir() else [path]
        if not inside:
            raise DataError("E-IMG-NONE", f"{path} has no images, neither in it nor in folders below it.")
        found.extend(inside)
    contents = [(str(path), path.read_bytes) for path in found]
    squares, notes = read_pictures(contents, max_pixels=source.max_pixels, size=inputs.height)
    x = stacked(squares, size=inputs.height, channels=inputs.channels)
    labels = [path.resolve().parent.name for path in found]
    if isinstance(target, Classes) and set(labels) <= set(target.names):
        y = encode_answers(target, pl.Series(target.name, labels))
    else:
        y = None
    return New(x, y, tuple(str(path) for path in found), notes)


def new_series(path: Path, schema: Schema, inputs: Signals) -> New:
    """Series in an .npz file with or without answers, or in a file of numbers or of sound."""
    if path.suffix.lower() in SERIES:
        x = encoded(read_series(path), inputs, path)
        new = New(x, None, tuple(f"{path.name}:{row}" for row in range(1, len(x) + 1)), ())
    else:
        new = new_arrays(path, schema)
    spread = float((new.x.double() - inputs.mean).square().mean().sqrt()) / inputs.deviation
    if 1 / STRANGE < spread < STRANGE:
        return new
    usual = f"{spread:.2g} times as far from the mean {inputs.mean:.3g} as those of the training"
    return replace(new, notes=(*new.notes, f"{path.name}: its numbers lie {usual}: are they in the same unit?"))


def new_arrays(path: Path, schema: Schema) -> New:
    """Pictures or series in an .npz or IDX file, perhaps with their answers."""
    if path.suffix.lower() == ".npz":
        examples, answers = read_new_npz(path)
    elif isinstance(schema.inputs, Pictures):
        examples, answers = read_idx(path), None
    else:
        raise DataError("E-SCHEMA", f"{path.name}: the run reads series from .npz, {', '.join(SERIES)} files.")
    x = encoded(examples, schema.inputs, path)
    names = tuple(f"{path.name}:{row}" for row in range(1, len(x) + 1))
    if answers is None or isinstance(schema.target, Nothing):
        return New(x, None, names, ())
    return New(x, encode_answers(schema.answer, named(answers, schema.answer)), names, ())


def encoded(examples: np.ndarray, inputs: Inputs, path: Path) -> Tensor:
    """Arrays in the encoding of the run; DataError E-SCHEMA if they are something else than it was trained on."""
    if isinstance(inputs, Pictures) and examples.dtype == np.uint8 and examples.ndim in {3, 4}:
        squares, _ = squared(examples, inputs.height)
        return stacked(squares, size=inputs.height, channels=inputs.channels)
    if isinstance(inputs, Signals) and examples.ndim == 2 and examples.shape[1] == inputs.length:
        return torch.from_numpy(finite(examples))
    wanted = f"series of {inputs.length:,} samples" if isinstance(inputs, Signals) else "uint8 pictures"
    raise DataError(
        "E-SCHEMA", f"{path.name} holds {examples.dtype} {examples.shape}; the run was trained on {wanted}."
    )


def named(answers: np.ndarray, target: Target) -> pl.Series:
    """The answers as a column; whole numbers that are no class names are taken for class indices."""
    if isinstance(target, Classes) and answers.dtype.kind in "iu" and not set(map(str, answers)) <= set(target.names):
        inside = (answers >= 0) & (answers < len(target.names))
        if inside.all():
            return pl.Series(target.name, np.array(target.names)[answers])
    return pl.Series(target.name, answers)
