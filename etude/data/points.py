"""Points of the plane without answers: for methods that learn where examples lie, and make new ones."""

import hashlib
from pathlib import Path

import torch

from etude.data.clouds import CLOUDS
from etude.data.gallery import gallery_splits, read_gallery
from etude.data.generated import GENERATED
from etude.data.load import read
from etude.data.raw import BarePictures, RawPictures, RawTable
from etude.data.splits import Splits, first_rows
from etude.data.splitting import split_rows
from etude.data.tables.encode import encode_rows, fit_table
from etude.data.tables.infer import Kind
from etude.data.tables.values import cleaned, numbers_in, with_decimal_points
from etude.errors import DataError, nearest
from etude.records import Inputs, Labelled
from etude.schema import Nothing, Schema
from etude.source import Source


def load_points(source: Source) -> Splits[Inputs]:
    """The points of `source`, standardised; DataError for data that are no points of the plane."""
    return point_splits(demand_table(read(source, size=28), source), source)


def load_pictures_or_points(source: Source, *, size: int) -> Splits[Inputs] | Splits[Labelled]:
    """Grey or coloured pictures, `size` pixels wide, with their answers if they have any, or points without."""
    raw = read_gallery(source, size=size)
    if not isinstance(raw, RawPictures | BarePictures):
        return point_splits(demand_table(raw, source), source)
    return gallery_splits(raw, source, size=size, channels=None)


def demand_table(raw: object, source: Source) -> RawTable:
    """The table, if it is one."""
    if not isinstance(raw, RawTable):
        raise DataError("E-DATA-KIND", f"{source.data} holds neither pictures nor a table with two columns of numbers.")
    return raw


def point_splits(raw: RawTable, source: Source) -> Splits[Inputs]:
    """The two number columns of a table, encoded and in three parts; for a generated cloud its answers are left out."""
    frame, notes = with_decimal_points(cleaned(raw.frame, source.missing), raw.lines, passed=source.drop)
    named = source.data in CLOUDS or source.data in GENERATED
    left_out = {*source.drop, *((raw.target,) if named and not Path(source.data).exists() else ())}
    for name in source.drop:
        if name not in frame.columns:
            raise DataError("E-COLUMN", f"--drop: no column {name!r}{nearest(name, frame.columns)}")
    columns = tuple(each for each in frame.columns if each not in left_out)
    numbers = tuple(each for each in columns if not numbers_in(frame[each]).null_count())
    if len(columns) != 2 or len(numbers) != 2:
        raise DataError(
            "E-DATA-KIND",
            f"points of the plane are two columns of numbers without gaps; {source.data} has "
            f"{len(columns)} columns ({', '.join(columns[:6])}), {len(numbers)} of them such. "
            "Leave columns away with --drop, or give pictures.",
        )
    rows, rule = split_rows(len(frame), source=source, classes=None, part=raw.part)
    table = fit_table(frame, tuple(Kind(each, "number") for each in columns), rows[0])
    every = Inputs(encode_rows(table, frame))
    train, valid, test = (torch.from_numpy(each) for each in rows)
    digest = hashlib.sha256(every.x.numpy().tobytes()).hexdigest()
    notes = (*raw.notes, *notes, f"points: {columns[0]} across, {columns[1]} up")
    splits = Splits(
        every[train], every[valid], every[test], Schema(table, Nothing()), (train, valid, test), rule, notes, digest
    )
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits
