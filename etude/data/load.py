"""Data by name or path, split and encoded: the one way in."""

from pathlib import Path
from typing import TypeAlias

from etude.data.arrays import read_npz
from etude.data.catalogue import ENTRIES, open_entry
from etude.data.clouds import CLOUDS
from etude.data.embedded import PICTURES, SIGNALS, TABLES
from etude.data.folder import read_folder, read_zip
from etude.data.generated import GENERATED
from etude.data.idx import idx_pairs, idx_pictures
from etude.data.packages import TEXTS
from etude.data.pictures import picture_splits
from etude.data.raw import RawPictures, RawSignals, RawTable, RawTexts
from etude.data.signals import signal_splits
from etude.data.splits import Splits, first_rows
from etude.data.tables import read_table, table_splits
from etude.data.text_sets import TEXT_ENTRIES
from etude.data.texts import named_texts, text_splits
from etude.errors import DataError, UsageError, nearest
from etude.records import Labelled
from etude.source import Source

Raw: TypeAlias = RawTable | RawPictures | RawSignals | RawTexts
NAMES = (*TABLES, *PICTURES, *SIGNALS, *GENERATED, *CLOUDS, *TEXTS, *ENTRIES, *TEXT_ENTRIES)


def load(source: Source, *, size: int = 28, channels: int | None = None) -> Splits[Labelled]:
    """The data of `source` in three parts, encoded, with what was understood of them.

    Pictures become squares of `size` pixels with `channels` (None: 3 if any has colour, else 1).
    """
    return in_parts(read(source, size=size), source, size=size, channels=channels)


def in_parts(raw: Raw, source: Source, *, size: int = 28, channels: int | None = None) -> Splits[Labelled]:
    """What was read, split and encoded."""
    match raw:
        case RawTable():
            splits = table_splits(raw, source)
        case RawPictures():
            splits = picture_splits(raw, source, size=size, channels=channels)
        case RawSignals():
            splits = signal_splits(raw, source)
        case RawTexts():
            splits = text_splits(raw, source)
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def read(source: Source, *, size: int) -> Raw:
    """The data as they stand under a name or in a path; a path wins.

    Pictures in files are brought to `size` while they are read, so that no more than one is ever held at full size.
    """
    name, path = source.data, Path(source.data).expanduser()
    if not name.strip():
        raise UsageError("E-DATA-NAME", "--data is empty; give a file, a folder or a name.")
    if path.exists():
        return read_path(path, source, size=size)
    if name in TABLES | GENERATED | CLOUDS:
        return retargeted((TABLES | GENERATED | CLOUDS)[name](), source)
    if name in PICTURES:
        return PICTURES[name]()
    if name in SIGNALS:
        return SIGNALS[name]()
    if name in ENTRIES:
        opened = open_entry(name, source, size=size)
        return retargeted(opened, source) if isinstance(opened, RawTable) else opened
    if name in TEXTS or name in TEXT_ENTRIES:
        return named_texts(source)
    if path.suffix or "/" in name:
        raise DataError("E-DATA-PATH", f"there is no file or folder {path}.")
    raise DataError("E-DATA-NAME", f"no data set {name!r}{nearest(name, NAMES)} `etude list data` shows all names.")


def read_path(path: Path, source: Source, *, size: int) -> RawTable | RawPictures | RawSignals:
    """The data in a file or a folder."""
    if path.is_dir():
        pairs = idx_pairs(path)
        return idx_pictures(pairs) if pairs else read_folder(path, source, size=size)
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    if path.suffix.lower() == ".zip":
        return read_zip(path, source, size=size)
    if "-ubyte" in path.name or ".idx" in path.name:
        return idx_pictures(idx_pairs(path))
    return read_table(path, source)


def retargeted(raw: RawTable, source: Source) -> RawTable:
    """The same table with the target that was asked for."""
    if source.target is None:
        return raw
    if source.target not in raw.frame.columns:
        close = nearest(source.target, raw.frame.columns)
        raise DataError("E-TARGET", f"no column {source.target!r}{close} Columns: {', '.join(raw.frame.columns)}.")
    return RawTable(raw.frame, source.target, part=raw.part, notes=raw.notes, lines=raw.lines)
