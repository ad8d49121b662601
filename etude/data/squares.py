"""Grey pictures at their own size, for methods that learn how they look."""

import numpy as np

from etude.data.gallery import gallery_splits, read_gallery
from etude.data.load import read
from etude.data.pictures import picture_splits
from etude.data.raw import BarePictures, RawPictures
from etude.data.splits import Splits, first_rows
from etude.errors import DataError
from etude.records import Inputs, Labelled
from etude.source import Source

SIDE = 28
"""pixels of pictures that come in several sizes"""


def load_gallery(source: Source, *, size: int | None) -> Splits[Inputs] | Splits[Labelled]:
    """As `load_squares`, and pictures without answers too."""
    raw = read_gallery(source, size=size or SIDE)
    if not isinstance(raw, RawPictures | BarePictures):
        raise no_pictures(source)
    return gallery_splits(raw, source, size=size or own_side(raw.pictures), channels=1)


def load_squares(source: Source, *, size: int | None) -> Splits[Labelled]:
    """Grey squares of `size` pixels; None keeps the size that all pictures have, or takes SIDE if they differ."""
    raw = read(source, size=size or SIDE)
    if not isinstance(raw, RawPictures):
        raise no_pictures(source)
    splits = picture_splits(raw, source, size=size or own_side(raw.pictures), channels=1)
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def no_pictures(source: Source) -> DataError:
    """The error for data of another kind."""
    return DataError("E-DATA-KIND", f"this recipe learns from pictures; {source.data} holds none.")


def own_side(pictures: list[np.ndarray] | np.ndarray) -> int:
    """The side that all pictures share, if they are squares of one size."""
    shapes = {each.shape[:2] for each in pictures}
    height, width = next(iter(shapes))
    return height if len(shapes) == 1 and height == width else SIDE
