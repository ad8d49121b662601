"""Data that training never met, read as the run's own data were."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from etude.data.arrays import as_pictures, load_npz
from etude.data.decode import read_pictures
from etude.data.pictures import labelled, pictures_in
from etude.data.tables import encode_answers, encode_rows, read_new_table, unknown_values
from etude.errors import DataError
from etude.schema import Classes, Pictures, Schema, Signals, Table, Target
from etude.source import Source


@dataclass(frozen=True, slots=True)
class New:
    """Examples in the encoding of a run, with answers if they brought any."""

    x: Shaped[Tensor, "batch ..."]
    y: Float[Tensor, " batch"] | Int[Tensor, " batch"] | None
    names: tuple[str, ...]
    """the file, or file and row, of each"""
    notes: tuple[str, ...]


def read_new(schema: Schema, source: Source, paths: Sequence[Path]) -> New:
    """All examples in `paths`, which are files or folders of the kind that the run was trained on."""
    for path in paths:
        if not path.exists():
            raise DataError("E-DATA-PATH", f"there is no file or folder {path}.")
    match schema.inputs:
        case Table():
            return joined([new_table(path, schema, schema.inputs, source) for path in paths])
        case Pictures():
            archives = [path for path in paths if path.suffix == ".npz"]
            others = [path for path in paths if path.suffix != ".npz"]
            parts = [new_arrays(path, schema) for path in archives]
            return joined(parts + ([new_pictures(others, schema.inputs, schema.target, source)] if others else []))
        case Signals():
            return joined([new_arrays(path, schema) for path in paths])


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
    name = schema.target.name
    y = encode_answers(schema.target, frame[name]) if name in frame.columns and complete(frame[name]) else None
    names = tuple(f"{path.name}:{row}" for row in range(1, len(frame) + 1))
    return New(x, y, names, unknown_values(inputs, frame))


def complete(column: pl.Series) -> bool:
    """Whether every row has an answer."""
    return column.null_count() == 0 and len(column) > 0


def new_pictures(paths: Sequence[Path], inputs: Pictures, target: Target, source: Source) -> New:
    """Picture files and folders of them; the names of their folders are the answers if all are classes."""
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            inside = labelled(path) or [(each, each.parent.name) for each in pictures_in(path)]
            if not inside:
                raise DataError("E-IMG-NONE", f"{path} has no images, neither in it nor in folders below it.")
            found.extend(inside)
        else:
            found.append((path, path.resolve().parent.name))
    files = [path for path, _ in found]
    pixels, notes = read_pictures(files, size=inputs.height, channels=inputs.channels, max_pixels=source.max_pixels)
    y = coded([label for _, label in found], target)
    return New(torch.from_numpy(pixels), y, tuple(str(path) for path in files), notes[1:])


def coded(labels: Sequence[str], target: Target) -> Int[Tensor, " batch"] | None:
    """The index of each label among the classes, if all of them are classes."""
    if not isinstance(target, Classes) or not set(labels) <= set(target.names):
        return None
    return torch.tensor([target.names.index(label) for label in labels], dtype=torch.int64)


def new_arrays(path: Path, schema: Schema) -> New:
    """Pictures or series in an .npz with x, and perhaps y."""
    arrays = load_npz(path)
    x = arrays.get("x", arrays.get("x_test"))
    if x is None:
        raise DataError("E-NPZ", f"{path} has {', '.join(arrays) or 'nothing'}; wanted x.")
    inputs = schema.inputs
    if isinstance(inputs, Pictures):
        if x.dtype != np.uint8 or x.ndim not in (3, 4):
            raise DataError("E-NPZ", f"{path}: x is {x.dtype} of shape {x.shape}; wanted pictures as uint8.")
        x = as_pictures(x, path, size=inputs.height, channels=inputs.channels)
    elif isinstance(inputs, Signals):
        if x.ndim != 2 or x.shape[1] != inputs.length:
            raise DataError(
                "E-SCHEMA", f"{path}: x has shape {x.shape}; the run reads series of {inputs.length} samples."
            )
        x = x.astype(np.float32)
    answers = arrays.get("y", arrays.get("y_test"))
    y = coded([str(each) for each in answers.ravel()], schema.target) if answers is not None else None
    return New(torch.from_numpy(x), y, tuple(f"{path.name}:{row}" for row in range(1, len(x) + 1)), ())
