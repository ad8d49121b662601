"""Grey pictures at their own size, for methods that learn how they look."""

import numpy as np

from etude.data.load import read
from etude.data.pictures import picture_splits
from etude.data.raw import RawPictures
from etude.data.splits import Splits, first_rows
from etude.errors import DataError
from etude.records import Labelled
from etude.source import Source

SIDE = 28
"""pixels of pictures that come in several sizes"""


def load_squares(source: Source, *, size: int | None) -> Splits[Labelled]:
    """Grey squares of `size` pixels; None keeps the size that all pictures have, or takes SIDE if they differ."""
    raw = read(source, size=size or SIDE)
    if not isinstance(raw, RawPictures):
        raise DataError("E-DATA-KIND", f"this recipe learns from pictures; {source.data} holds none.")
    splits = picture_splits(raw, source, size=size or own_side(raw.pictures), channels=1)
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def own_side(pictures: list[np.ndarray] | np.ndarray) -> int:
    """The side that all pictures share, if they are squares of one size."""
    shapes = {each.shape[:2] for each in pictures}
    height, width = next(iter(shapes))
    return height if len(shapes) == 1 and height == width else SIDE
