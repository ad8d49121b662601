"""Archives that attack: forty of them, each refused in a line or read without harm; nothing is ever written."""

import gzip
import io
import os
import struct
import tarfile
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from etude.data.archives import tar_members, zip_members
from etude.data.load import load
from etude.errors import DataError
from etude.source import Source

LINK, DEVICE, PIPE = 0o120777, 0o020600, 0o010600


def picture(number: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("L", (4, 4), number).save(out, "PNG")
    return out.getvalue()


def zip_of(*names: str, mode: int = 0, content: bytes = b"x", packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for name in ("a/1.png", *names):
            info = zipfile.ZipInfo(name)
            info.filename = name  # as it is, whatever ZipInfo makes of it
            info.external_attr, info.compress_type = (mode if name in names else 0) << 16, packed
            archive.writestr(info, content)
    return out.getvalue()


def tar_of(name: str, *, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644, size: int = 1) -> bytes:
    out, member = io.BytesIO(), tarfile.TarInfo(name)
    member.type, member.linkname, member.mode, member.size = kind, link, mode, size if kind == tarfile.REGTYPE else 0
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(member, io.BytesIO(b"x" * size))
    return out.getvalue()


def patched(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new)


def tar_saying(size: bytes, kind: bytes = b"0") -> bytes:
    """A header whose size is any twelve bytes, under a right check sum, and nothing behind it."""
    header = bytearray(tar_of("a/1.png")[:512])
    header[124:136], header[156:157], header[148:156] = size, kind, b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def overlapping() -> bytes:
    """Two entries in the list for the same bytes (Fifield 2019)."""
    whole = zip_of()
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    second = patched(whole[start:end], b"a/1.png", b"a/2.png")
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, end - start + len(second), start, 0)
    return whole[:end] + second + tail


def quoting() -> bytes:
    """A member whose bytes are another one with its header, which the list names too (Fifield 2019)."""
    inner = patched(zip_of(packed=zipfile.ZIP_STORED), b"a/1.png", b"a/2.png")
    record, listed = inner[: inner.index(b"PK\x01\x02")], inner[inner.index(b"PK\x01\x02") : inner.index(b"PK\x05\x06")]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a/1.png", record)
    whole = out.getvalue()
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    second = listed[:42] + struct.pack("<I", whole.index(record)) + listed[46:]
    size = end - start + len(second)
    return whole[:end] + second + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, size, start, 0)


def bomb(members: int, size: int) -> bytes:
    """Zeros, a thousand times as many as the file has bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for number in range(members):
            archive.writestr(f"a/{number}.png", bytes(size))
    return out.getvalue()


def lying(said: int) -> bytes:
    """A member that says it is much larger, or smaller, than it is."""
    content = zip_of(content=b"x" * 1000)
    return patched(content, struct.pack("<I", 1000), struct.pack("<I", said))


def listing_of(size: int) -> bytes:
    """An end that says that the list of members is huge."""
    return zip_of()[:-22] + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65535, 65535, size, 0, 0)


def encrypted() -> bytes:
    content = zip_of()
    flags = content.index(b"PK\x01\x02") + 8
    return content[:flags] + b"\x01\x00" + content[flags + 2 :]


BIG = 2**28 + 1
OCTAL = b"%011o\0"
ZIPS: dict[str, Callable[[], bytes]] = {
    "up": lambda: zip_of("../x.png"),
    "up and up": lambda: zip_of("a/../../x.png"),
    "root": lambda: zip_of("/etc/x.png"),
    "drive": lambda: zip_of("C:/x.png"),
    "backslashes": lambda: zip_of("..\\x.png"),
    "share": lambda: zip_of("\\\\host\\share\\x.png"),
    "NUL": lambda: patched(zip_of("a/2.pngZ.txt"), b"2.pngZ.txt", b"2.png\0.txt"),
    "newline": lambda: zip_of("a/2\n.png"),
    "escape": lambda: zip_of("a/\x1b[31m.png"),
    "turning": lambda: zip_of("a/\u202egnp.exe"),
    "empty part": lambda: zip_of("a//2.png"),
    "dot": lambda: zip_of("a/./2.png"),
    "long": lambda: zip_of(f"a/{'x' * 300}.png"),
    "deep": lambda: zip_of("a/" * 40 + "2.png"),
    "twice": lambda: zip_of("a/1.png"),
    "twice in capitals": lambda: zip_of("A/1.PNG"),
    "twice in NFD": lambda: zip_of("a/\u00e9.png", "a/e\u0301.png"),
    "link": lambda: zip_of("a/2.png", mode=LINK, content=b"/etc/passwd"),
    "device": lambda: zip_of("a/2.png", mode=DEVICE),
    "pipe": lambda: zip_of("a/2.png", mode=PIPE),
    "encrypted": encrypted,
    "lzma": lambda: zip_of(packed=zipfile.ZIP_LZMA),
    "overlapping": overlapping,
    "quoting": quoting,
    "bomb": lambda: bomb(16, 8_000_000),
    "large member": lambda: lying(BIG),
    "says more": lambda: lying(2000),
    "says less": lambda: lying(10),
    "huge list": lambda: listing_of(2**31),
    "cut": lambda: zip_of()[:-30],
    "empty file": lambda: b"",
}
TARS: dict[str, Callable[[], bytes]] = {
    "up": lambda: tar_of("../x"),
    "root": lambda: tar_of("/etc/x"),
    "symbolic link": lambda: tar_of("a", kind=tarfile.SYMTYPE, link="/etc"),
    "hard link": lambda: tar_of("a", kind=tarfile.LNKTYPE, link="../../etc/passwd"),
    "link to itself": lambda: tar_of("a", kind=tarfile.SYMTYPE, link="a"),
    "device": lambda: tar_of("a", kind=tarfile.CHRTYPE),
    "pipe": lambda: tar_of("a", kind=tarfile.FIFOTYPE),
    "negative size": lambda: tar_saying(b"\xff" * 12),
    "negative header": lambda: tar_saying(b"\xff" * 12, b"x"),
    "huge size": lambda: tar_saying(OCTAL % 2**32),
    "huge name": lambda: gzip.compress(tar_saying(OCTAL % 2**32, b"L")),
    "cut": lambda: tar_of("a", size=5000)[:1000],
    "cut gzip": lambda: gzip.compress(tar_of("a"))[:40],
}


def attacked(path: Path, open_members: Callable[..., object], read: Callable[[], bytes]) -> DataError:
    """Read all there is, and see that it is refused at once, in few bytes, and that nothing appears on the disk."""
    path.write_bytes(read())
    before, begun = set(os.walk(path.parent.parent).__next__()[1]), time.perf_counter()
    tracemalloc.start()
    with pytest.raises(DataError) as caught, open_members(path) as found:  # type: ignore[attr-defined]
        for member in found.values():
            member()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**25 and time.perf_counter() - begun < 10
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert set(os.walk(path.parent.parent).__next__()[1]) == before
    assert "\n" not in caught.value.message and len(caught.value.message) < 400
    return caught.value


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_that_attacks_is_refused(name: str, tmp_path: Path) -> None:
    error = attacked(tmp_path / "t.zip", zip_members, ZIPS[name])
    assert error.code in {"E-ARCHIVE-NAME", "E-ARCHIVE-KIND", "E-ARCHIVE-LIMIT", "E-DATA-ZIP"}


@pytest.mark.parametrize("name", TARS)
def test_a_tar_that_attacks_is_refused(name: str, tmp_path: Path) -> None:
    error = attacked(tmp_path / "t.tar", tar_members, TARS[name])
    assert error.code in {"E-ARCHIVE-NAME", "E-ARCHIVE-KIND", "E-ARCHIVE-LIMIT", "E-DATA-TAR"}


def test_an_archive_within_an_archive_is_only_bytes(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    path.write_bytes(zip_of("b/42.zip", content=bomb(2, 1000)))
    with zip_members(path) as found:
        assert found["b/42.zip"]() == bomb(2, 1000)


def test_good_archives_come_out_as_they_went_in(tmp_path: Path) -> None:
    contents = {f"photos/{'ab'[k % 2]}/caf\u00e9 {k}.png": os.urandom(k * 1000) for k in range(5)}
    with zipfile.ZipFile(tmp_path / "t.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("photos") if hasattr(archive, "mkdir") else None
        for name, content in contents.items():
            archive.writestr(name, content)
    with tarfile.open(tmp_path / "t.tar.gz", "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    with zip_members(tmp_path / "t.zip") as found:
        assert {name: read() for name, read in found.items()} == contents
    with tar_members(tmp_path / "t.tar.gz") as found:
        assert {name: read() for name, read in found.items()} == contents


def test_a_zip_of_pictures_is_read_like_the_folder(tmp_path: Path) -> None:
    for number in range(12):
        place = tmp_path / "photos" / ("train", "test")[number % 3 == 0] / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(picture(number))
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("__MACOSX/train/a/._1.png", b"of a Mac")
        for path in (tmp_path / "photos").rglob("*.png"):
            archive.write(path, path.relative_to(tmp_path / "photos"))
    whole = load(Source(str(tmp_path / "photos")), size=4)
    packed = load(Source(str(tmp_path / "photos.zip")), size=4)
    assert packed.fingerprint == whole.fingerprint
    assert all(np.array_equal(one, other) for one, other in zip(packed.rows, whole.rows, strict=True))
