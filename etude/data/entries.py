"""A data set that does not come with etude: where its files are looked for, and how they are read."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from etude.data.download import RemoteFile
from etude.errors import DataError
from etude.source import Source

R = TypeVar("R", covariant=True)
"""what the files are read to: a table, pictures, texts, a graph, ..."""


@dataclass(frozen=True, slots=True)
class Layout(Generic[R]):
    """A way in which the files of a data set can lie in a folder."""

    folder: str
    """below ETUDE_DATA or the cache"""
    files: tuple[str, ...]
    """in that folder; all of them are needed, in the order that `open` takes them"""
    open: Callable[[tuple[Path, ...], Source, int], R]
    """files, how to read, size of pictures -> the data"""


@dataclass(frozen=True, slots=True)
class Entry(Generic[R]):
    """A data set that does not come with etude."""

    about: str
    licence: str
    home: str
    """page of those who made it"""
    layouts: tuple[Layout[R], ...]
    """the first is that of `files`"""
    files: tuple[RemoteFile, ...] = ()
    """what `etude data get` fetches; empty where no digest of the official files is known"""


def folders() -> tuple[Path, ...]:
    """Where data sets are looked for: the folder that ETUDE_DATA names, then the cache that `etude data get` fills."""
    own, cached = os.environ.get("ETUDE_DATA"), os.environ.get("XDG_CACHE_HOME")
    cache = (Path(cached) if cached else Path.home() / ".cache") / "etude"
    return (*((Path(own).expanduser(),) if own else ()), cache)


def opened(name: str, entry: Entry[R], source: Source, *, size: int = 0) -> R:
    """The data of an entry, if all its files are on this machine; nothing is fetched here."""
    for place in folders():
        for layout in entry.layouts:
            paths = tuple(place / layout.folder / each for each in layout.files)
            if all(path.exists() for path in paths):
                return layout.open(paths, source, size)
    remedy = f"`etude data get {name}` fetches it" if entry.files else "put its files there"
    wanted = f"{entry.layouts[-1].folder}/{entry.layouts[-1].files[0]}"
    looked = " and ".join(str(place) for place in folders())
    raise DataError(
        "E-DATA-ABSENT", f"{name} is not on this machine (no {wanted}, ... in {looked}): {remedy}, or set ETUDE_DATA"
    )
