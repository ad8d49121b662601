"""Pictures of any size to one size and one number of channels, as bytes, in three parts."""

from functools import partial

import numpy as np
import torch
from jaxtyping import Int, UInt8
from PIL import Image
from torch import Tensor

from etude.data.assemble import assembled, fingerprint, in_two_parts, refuse_columns
from etude.data.raw import BarePictures, RawPictures
from etude.data.splits import Splits
from etude.data.splitting import split_rows
from etude.records import Inputs, Labelled
from etude.schema import Nothing, Pictures, Schema
from etude.source import Source


def picture_splits(raw: RawPictures, source: Source, *, size: int, channels: int | None) -> Splits[Labelled]:
    """The pictures as squares of `size` pixels; `channels` None means 3 if any picture has colour, else 1."""
    x, notes = encoded(raw, size=size, channels=channels)
    return assembled(x, raw, source=source, fit=partial(described, x), notes=notes)


def bare_splits(raw: BarePictures, source: Source, *, size: int, channels: int | None) -> Splits[Inputs]:
    """The same for pictures without answers, which are split at random."""
    refuse_columns(source)
    x, notes = encoded(raw, size=size, channels=channels)
    rows, rule = split_rows(len(x), source=source, classes=None, part=raw.part)
    every, schema = Inputs(x), Schema(described(x, rows[0]), Nothing())
    train, valid, test = (torch.from_numpy(each) for each in rows)
    notes = (*raw.notes, *notes, *in_two_parts(x, rows))
    parts = (train, valid, test)
    return Splits(every[train], every[valid], every[test], schema, parts, rule, notes, fingerprint(every))


def encoded(
    raw: RawPictures | BarePictures, *, size: int, channels: int | None
) -> tuple[UInt8[Tensor, "rows channel height width"], tuple[str, ...]]:
    """All pictures in one tensor, with notes of what was changed and what looks odd."""
    squares, notes = squared(raw.pictures, size)
    if channels is None:
        channels = 3 if any(_has_colour(each) for each in squares) else 1
    x = stacked(squares, size=size, channels=channels)
    return x, notes + _constant(x, raw.names)


def described(x: UInt8[Tensor, "rows channel height width"], train: Int[np.ndarray, " training"]) -> Pictures:
    """What the pictures are like, by the training rows."""
    mean, deviation = channel_statistics(x[torch.from_numpy(train)])
    return Pictures(height=x.shape[2], width=x.shape[3], channels=x.shape[1], mean=mean, deviation=deviation)


def squared(
    pictures: list[np.ndarray] | np.ndarray, size: int
) -> tuple[list[np.ndarray] | np.ndarray, tuple[str, ...]]:
    """The pictures at `size` x `size`, with a note of what was changed; an array that has that size stays as it is."""
    if isinstance(pictures, np.ndarray) and pictures.shape[1:3] == (size, size):
        return pictures, ()
    sizes = {each.shape[:2] for each in pictures} - {(size, size)}
    if not sizes:
        return pictures, ()
    shown = ", ".join(f"{height}x{width}" for height, width in sorted(sizes)[:3]) + (", ..." if len(sizes) > 3 else "")
    cut = ", the middle square of each" if any(height != width for height, width in sizes) else ""
    return [fitted(each, size) for each in pictures], (f"pictures of {shown} pixels resized to {size}x{size}{cut}",)


def fitted(picture: UInt8[np.ndarray, "height width ..."], size: int) -> UInt8[np.ndarray, "size size ..."]:
    """The middle square of a picture, resized with antialiasing: nothing is distorted, the ends of the long side go."""
    height, width = picture.shape[:2]
    if (height, width) == (size, size):
        return picture
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BILINEAR, box=box))


def stacked(
    squares: list[np.ndarray] | np.ndarray, *, size: int, channels: int
) -> UInt8[Tensor, "rows channel height width"]:
    """One tensor with `channels` 1 (grey) or 3 (red, green, blue)."""
    if isinstance(squares, np.ndarray) and squares.ndim == 3 and channels == 1:
        return torch.from_numpy(np.ascontiguousarray(squares[:, None]))
    x = np.empty((len(squares), channels, size, size), dtype=np.uint8)
    for row, each in enumerate(squares):
        x[row] = _grey(each) if channels == 1 else np.moveaxis(np.atleast_3d(each), 2, 0)
    return torch.from_numpy(x)


def channel_statistics(
    x: UInt8[Tensor, "rows channel height width"],
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel on the scale 0 to 1, exactly; the deviation of a constant is 1."""
    values = np.arange(256) / 255
    means, deviations = [], []
    for channel in range(x.shape[1]):
        counts = np.bincount(x[:, channel].reshape(-1).numpy(), minlength=256)
        mean = float(np.average(values, weights=counts))
        deviation = float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))
        means.append(mean)
        deviations.append(deviation or 1.0)
    return tuple(means), tuple(deviations)


def _has_colour(picture: np.ndarray) -> bool:
    if picture.ndim == 2:
        return False
    red = picture[..., 0]
    return bool((picture[..., 1] != red).any() or (picture[..., 2] != red).any())


def _grey(picture: np.ndarray) -> np.ndarray:
    return picture if picture.ndim == 2 else np.asarray(Image.fromarray(picture).convert("L"))


def _constant(x: Tensor, names: list[str]) -> tuple[str, ...]:
    flat = x.flatten(1)
    rows = (flat.amin(1) == flat.amax(1)).nonzero()[:, 0].tolist()
    if not rows:
        return ()
    first = ", ".join(names[row] if names else f"number {row + 1}" for row in rows[:3])
    what = "picture is" if len(rows) == 1 else "pictures are"
    return (f"W-IMG-CONST: {len(rows)} {what} of one colour throughout (first: {first})",)
