"""Pictures for methods that need no answers: with their classes where there are any, and without them else."""

from pathlib import Path

import numpy as np

from etude.data.arrays import has_answers, read_bare_npz
from etude.data.folder import lacks_classes, read_bare_folder
from etude.data.idx import idx_pairs
from etude.data.load import read
from etude.data.pictures import bare_splits, picture_splits
from etude.data.raw import BarePictures, RawPictures, RawSignals, RawTable, RawTexts
from etude.data.splits import Splits, first_rows
from etude.errors import DataError
from etude.records import Inputs, Labelled
from etude.source import Source


def read_gallery(source: Source, *, size: int) -> RawTable | RawPictures | RawSignals | RawTexts | BarePictures:
    """As `read`, which refuses pictures without answers."""
    path = Path(source.data).expanduser()
    if source.data.strip() and path.is_dir() and lacks_classes(path) and not idx_pairs(path):
        return read_bare_folder(path, source, size=size)
    if path.suffix.lower() == ".npz" and path.is_file() and not has_answers(path):
        return read_bare_npz(path)
    return read(source, size=size)


def gallery_splits(
    raw: RawPictures | BarePictures, source: Source, *, size: int, channels: int | None
) -> Splits[Inputs] | Splits[Labelled]:
    """The pictures as squares in three parts, with answers where there are some; of --overfit the first ones."""
    found = raw if isinstance(raw, BarePictures) else sorted_splits(raw, source, size=size, channels=channels)
    if isinstance(found, BarePictures):
        bare = bare_splits(found, source, size=size, channels=channels)
        return first_rows(bare, source.overfit) if source.overfit > 0 else bare
    return first_rows(found, source.overfit) if source.overfit > 0 else found


def sorted_splits(
    raw: RawPictures, source: Source, *, size: int, channels: int | None
) -> Splits[Labelled] | BarePictures:
    """The three parts; or the pictures alone if all have one answer, or one that is too rare to be split."""
    if len(np.unique(raw.answers)) == 1:
        return answerless(raw, f"no classes: the answer is {str(raw.answers[0])!r} for all pictures")
    try:
        return picture_splits(raw, source, size=size, channels=channels)
    except DataError as error:
        if error.code != "E-SPLIT-SMALL":
            raise
        return answerless(raw, f"the classes are left aside: {error.message}")


def answerless(raw: RawPictures, why: str) -> BarePictures:
    """The same pictures without their answers, and a note that says why."""
    return BarePictures(raw.pictures, raw.names, raw.part, (*raw.notes, why))
