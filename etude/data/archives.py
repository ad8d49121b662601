"""Zip and tar files of strangers, read member by member in memory: nothing is ever unpacked onto the disk."""

import gzip
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import tee
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from etude.errors import DataError

MOST_MEMBERS = 1_000_000
LARGEST_DIRECTORY = 128 * 2**20
"""bytes of a zip file's own list of members, which is read whole"""
LARGEST_MEMBER = 2**28
"""bytes, unpacked"""
MOST_GROWTH, ALLOWANCE = 100, 100 * 2**20
"""all members together have at most so many times the bytes of the archive, and so many bytes more"""
DEEPEST = 32
"""folders within folders"""
LONGEST_PART = 255
"""bytes in the name of a file or folder"""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""characters that show a name in another order than it has"""
DAMAGE = (OSError, EOFError, KeyError, ValueError, RuntimeError, struct.error, zlib.error)
"""what the standard library raises over bytes that are no archive"""
LONGEST_SHOWN = 80
"""characters of a name in a message"""

Members: TypeAlias = Mapping[str, Callable[[], bytes]]
"""what reads each file, by its name in NFC with / between the parts"""


@contextmanager
def zip_members(path: Path) -> Iterator[Members]:
    """The files in a zip file.

    DataError E-DATA-ZIP for a damaged one; E-ARCHIVE-NAME, E-ARCHIVE-KIND and E-ARCHIVE-LIMIT, before anything is
    unpacked, for names that lead elsewhere, for links and devices, and for what grows too large.
    """
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            _check_overlap(infos, path)
            names = list(checked(((each.orig_filename, _mode(each), each.file_size) for each in infos), path))
            read = [partial(_unpacked, archive, each, path) for each in infos]
            files = [not each.is_dir() for each in infos]
            yield {name: member for name, member, is_file in zip(names, read, files, strict=True) if is_file}
    except (*DAMAGE, zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError("E-DATA-ZIP", f"{path.name} is a damaged zip file ({error}): fetch it again") from error


@contextmanager
def tar_members(path: Path) -> Iterator[Members]:
    """The files in a tar file, gzip or not; DataError as in `zip_members`, E-DATA-TAR for a damaged one."""
    try:
        with path.open("rb") as file, _opened(path, file) as archive:
            walked, again = tee(archive)  # what is too large is refused before the next member is sought
            names = checked(((each.name, _type(each), each.size) for each in walked), path)
            yield {
                name: partial(_extracted, archive, each)
                for name, each in zip(names, again, strict=True)
                if each.isfile()
            }
    except (*DAMAGE, tarfile.TarError) as error:
        raise DataError("E-DATA-TAR", f"{path.name} is not the whole archive ({error}): fetch it again") from error


class _Bounded:
    """A tar file as `tarfile` reads it, which would otherwise take any number that stands in a header for a size."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        self.path = path
        self.file: BinaryIO = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
        self.seek, self.tell = self.file.seek, self.file.tell

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer where the file ends."""
        if not 0 <= size <= LARGEST_MEMBER + tarfile.BLOCKSIZE:
            raise _too_large(self.path)
        return self.file.read(size)


def _opened(path: Path, file: BinaryIO) -> tarfile.TarFile:
    return tarfile.open(fileobj=cast(BinaryIO, _Bounded(path, file)), mode="r:")  # it reads, seeks and tells only


def checked(said: Iterable[tuple[str, int, int]], path: Path) -> Iterator[str]:
    """The names in NFC of members that come with their mode (0 where there is none) and size in bytes."""
    seen: set[str] = set()
    room = MOST_GROWTH * path.stat().st_size + ALLOWANCE
    for name, mode, size in said:
        plain = checked_name(name, path)
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise DataError("E-ARCHIVE-KIND", f"{path.name}: {shown(name)} is a link, a pipe or a device: refused.")
        folded = plain.casefold().rstrip("/")
        if folded in seen:
            raise DataError("E-ARCHIVE-NAME", f"{path.name} holds {shown(name)} twice: which one is meant?")
        seen.add(folded)
        room -= size
        if room < 0 or not 0 <= size <= LARGEST_MEMBER or len(seen) > MOST_MEMBERS:
            raise _too_large(path)
        yield plain


def checked_name(name: str, path: Path) -> str:
    """A member's name in NFC; DataError E-ARCHIVE-NAME for one that no file below a folder could have."""
    parts = name.rstrip("/").split("/")
    reason = ""
    if ".." in parts or name.startswith("/") or name[1:2] == ":" or "\\" in name:
        reason = "leads out of the archive"
    elif any(unicodedata.category(each) in {"Cc", "Cs"} or each in _TURNING for each in name):
        reason = "has characters that cannot be seen"
    elif not all(parts) or "." in parts[1:] or max(len(each.encode()) for each in parts) > LONGEST_PART:
        reason = "is no name of a file"
    elif len(parts) > DEEPEST:
        reason = f"lies deeper than {DEEPEST} folders"
    if reason:
        raise DataError(
            "E-ARCHIVE-NAME", f"{path.name}: the member {shown(name)} {reason}: refused, nothing of it was read."
        )
    return unicodedata.normalize("NFC", name.removeprefix("./"))


def shown(name: str) -> str:
    """A file name that can be printed on one line, cut where it is long."""
    plain = name if name.isprintable() else ascii(name)[1:-1]
    return plain if len(plain) <= LONGEST_SHOWN else f"{plain[:LONGEST_SHOWN]}..."


def _check_directory(path: Path) -> None:
    """DataError E-ARCHIVE-LIMIT if the list of members is too long to be read at all."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2**16 - 1000))
        tail = file.read()
    end, end_64 = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    size = int.from_bytes(tail[end_64 + 40 : end_64 + 48], "little") if end_64 >= 0 else size
    if size > LARGEST_DIRECTORY:
        raise _too_large(path)


def _check_overlap(infos: list[zipfile.ZipInfo], path: Path) -> None:
    """DataError E-ARCHIVE-LIMIT if members share their packed bytes, as they do in bombs (Fifield 2019)."""
    reached = 0
    for each in sorted(infos, key=lambda info: info.header_offset):
        if each.header_offset < reached:
            raise DataError("E-ARCHIVE-LIMIT", f"{path.name}: members share their bytes, as in a bomb: refused.")
        reached = each.header_offset + each.compress_size


def _mode(info: zipfile.ZipInfo) -> int:
    return info.external_attr >> 16


def _type(member: tarfile.TarInfo) -> int:
    """The part of a mode that says what a member is."""
    if member.issparse():
        return stat.S_IFLNK  # its bytes are not where they seem
    kinds = (member.isreg(), stat.S_IFREG), (member.isdir(), stat.S_IFDIR)
    return next((mode for fits, mode in kinds if fits), stat.S_IFLNK)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> bytes:
    if info.flag_bits & 1:
        raise DataError("E-ARCHIVE-KIND", f"{path.name}: {shown(info.filename)} is encrypted: unpack it yourself.")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise DataError("E-ARCHIVE-KIND", f"{path.name}: {shown(info.filename)} is packed otherwise than by deflate.")
    with archive.open(info) as member:
        content = member.read(info.file_size + 1)  # never more than it said, whatever comes
    if len(content) != info.file_size:
        raise zipfile.BadZipFile(f"{shown(info.filename)} has {len(content):,} bytes and says {info.file_size:,}")
    return content


def _extracted(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return b"" if file is None else file.read(member.size)


def _too_large(path: Path) -> DataError:
    return DataError(
        "E-ARCHIVE-LIMIT",
        f"{path.name} grows too large: at most {MOST_MEMBERS:,} files, {LARGEST_MEMBER:,} bytes each and together"
        f" {MOST_GROWTH} times the archive: unpack it yourself if you know it.",
    )
