"""Everything that a run folder lets happen to the disk: eight operations, which the tests break one by one.

Files are for their owner alone (0600, folders 0700), and links are not followed.
"""

import fcntl
import os
from pathlib import Path

HARD = os.O_NOFOLLOW | os.O_CLOEXEC
"""a link with the name of a file of ours was put there by somebody else"""


def make_folder(path: Path) -> None:
    """A folder that was not there."""
    path.mkdir(0o700)


def write(path: Path, content: bytes) -> None:
    """A file that was not there; a power loss may still take it back or leave any part of it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | HARD, 0o600)
    try:
        put(handle, content)
    finally:
        os.close(handle)


def append(path: Path, content: bytes) -> None:
    """Whole lines behind the last whole one; where that fails, nothing of them stays."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | HARD, 0o600)
    try:
        size = end_of_lines(handle)
        os.lseek(handle, size, os.SEEK_SET)
        try:
            put(handle, content)
        except OSError:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a power loss."""
    handle = os.open(path, os.O_RDONLY | HARD)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rename(old: Path, new: Path) -> None:
    """In one step; a file of that name is replaced, a folder that holds something is not."""
    old.rename(new)


def remove(path: Path) -> None:
    """A file."""
    path.unlink()


def remove_folder(path: Path) -> None:
    """An empty folder."""
    path.rmdir()


def lock(path: Path) -> int:
    """Hold a file, made if need be, or a folder; the handle whose closing lets go, as any end of the process does.

    BlockingIOError if another process holds it.
    """
    kind = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    handle = os.open(path, kind | HARD, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def put(handle: int, content: bytes) -> None:
    """All of it: the system may take less at a time."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def end_of_lines(handle: int) -> int:
    """Where the last whole line ends; what a power loss left behind it is cut off."""
    size = whole = os.fstat(handle).st_size
    while whole and os.pread(handle, 1, whole - 1) != b"\n":
        whole -= 1
    if whole < size:
        os.ftruncate(handle, whole)
    return whole
