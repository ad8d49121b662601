"""From the bytes of a file to its text, or to the reason why it is no table."""

import re
import zlib
from pathlib import Path

from etude.errors import DataError, UsageError

LARGEST = 8 * 2**30
"""bytes; a compressed file that grows beyond is taken for a decompression bomb"""

_PROTOCOLS = (b"\x02", b"\x03", b"\x04", b"\x05")
"""of pickles"""
_FOREIGN = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook (save the sheet as CSV)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (save the sheet as CSV)"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"BZh", "a bzip2 archive (unpack it first)"),
    (b"\xfd7zXZ", "an xz archive (unpack it first)"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive (unpack it first)"),
    (b"<?xml", "an XML document"),
    (b"ARROW1", "an Arrow or Feather file (write it as Parquet)"),
    (b"SQLite format 3", "an SQLite database (save the table as CSV)"),
    (b"MATLAB 5.0", "a MATLAB file (save the table as CSV)"),
    (b"@relation", "an ARFF file (save it as CSV)"),
    (b"@RELATION", "an ARFF file (save it as CSV)"),
    *((b"\x80" + each, "a pickle, which could run programs if it were opened (save it as CSV)") for each in _PROTOCOLS),
)
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def table_bytes(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """The content of `path`, unpacked if it is gzip, with notes.

    DataError for a file that is absent, empty, or something else than a table, as its first bytes say.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError("E-DATA-NOFILE", f"no file '{path}'") from error
    except OSError as error:
        raise DataError("E-DATA-NOFILE", f"'{path}' cannot be read as a table: {error.strerror}") from error
    notes: tuple[str, ...] = ()
    if content.startswith(b"\x1f\x8b"):
        content = _unpacked(content, path.name)
        notes = () if path.suffix == ".gz" else (f"{path.name} is gzip by its content: unpacked",)
    if not content:
        raise DataError("E-DATA-EMPTY", f"{path.name} is empty (0 bytes): give a file with a header and rows")
    _refuse_foreign(content, path.name)
    return content, notes


def _unpacked(content: bytes, name: str) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)  # 31: gzip with its check sum
    try:
        unpacked = unpacker.decompress(content, LARGEST)
    except zlib.error as error:
        raise DataError("E-DATA-GZIP", f"{name} is damaged gzip ({error}): fetch it again") from error
    if unpacker.unconsumed_tail:
        raise DataError("E-DATA-GZIP", f"{name} unpacks to more than {LARGEST:,} bytes: unpack it yourself, or cut it")
    if not unpacker.eof:
        raise DataError("E-DATA-GZIP", f"{name} is a gzip file that ends early, an incomplete download: fetch it again")
    return unpacked


def _refuse_foreign(content: bytes, name: str) -> None:
    beginning = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        title = re.search(rb"<title[^>]*>(.*?)</title>", content[:100_000], flags=re.IGNORECASE | re.DOTALL)
        shown = f" (title '{title[1].decode(errors='replace').strip()}')" if title else ""
        raise DataError("E-DATA-HTML", f"{name} is a web page{shown}, the download failed: fetch the file itself")
    if content.startswith(b"version https://git-lfs"):
        raise DataError("E-DATA-LFS", f"{name} is a git-lfs pointer, not the file; run git lfs pull")
    if content[257:262] == b"ustar":
        raise DataError("E-DATA-TYPE", f"{name} is a tar archive, not a table: unpack it first")
    for mark, what in _FOREIGN:
        if content.startswith(mark):
            raise DataError("E-DATA-TYPE", f"{name} is {what}, not a table: wanted CSV, TSV, Parquet or JSON")


def text_of(content: bytes, name: str, *, encoding: str) -> tuple[str, tuple[str, ...]]:
    """The content as text, by its byte-order mark, else by `encoding` ('auto': UTF-8), with notes.

    DataError (E-TEXT-NUL, E-TEXT-ENCODING) naming byte and line.
    """
    for mark, marked in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], marked
            break
    else:
        if content.startswith(b"\x00") or (b"\x00" in content and not encoding.lower().startswith("utf-16")):
            line = content[: content.index(b"\x00")].count(b"\n") + 1
            raise DataError(
                "E-TEXT-NUL",
                f"NUL byte in line {line} of {name}: binary file or UTF-16 without BOM (then --encoding utf-16-le)",
            )
    wanted = "utf-8" if encoding == "auto" else encoding
    notes = (f"{name} read as {wanted.upper()}",) if wanted.startswith("utf-16") else ()
    try:
        return content.decode(wanted), notes
    except LookupError as error:
        raise UsageError(
            "E-TEXT-ENCODING", f"unknown encoding '{wanted}': try utf-8, latin-1, cp1252 or utf-16"
        ) from error
    except UnicodeDecodeError as error:
        raise DataError("E-TEXT-ENCODING", _wrong_byte(content, error, wanted=wanted)) from error


def _wrong_byte(content: bytes, error: UnicodeDecodeError, *, wanted: str) -> str:
    line = content[: error.start].count(b"\n") + 1
    said = f"byte 0x{content[error.start]:02X} in line {line} is not {wanted.upper()}"
    if wanted != "utf-8":
        return f"{said}: give another --encoding, such as latin-1"
    around = re.split(rb"[,;\t|\r\n]", content[: error.start])[-1][-20:], content[error.start : error.start + 20]
    word = (around[0] + re.split(rb"[,;\t|\r\n]", around[1])[0]).decode("latin-1")
    return f"{said}; looks like Latin-1 ('{word}'). Use --encoding latin-1"
