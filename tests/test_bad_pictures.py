"""Every bad picture has its message: a code, the file, what is wrong, what to do."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from etude.data.load import load
from etude.errors import DataError, UsageError
from etude.source import Source


def content(format: str = "PNG", *, size: tuple[int, int] = (64, 64)) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format)
    return out.getvalue()


def header(width: int, height: int) -> bytes:
    """A PNG that says it has a size and has no pixels."""
    fields = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + fields
    end = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + end


def flipped(picture: bytes) -> bytes:
    middle = len(picture) // 2
    return picture[:middle] + bytes([picture[middle] ^ 0xFF]) + picture[middle + 1 :]


def two_classes(root: Path) -> Path:
    for name in ("cat", "dog"):
        (root / name).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (8, 8), (number, 9, 9)).save(root / name / f"{number}.png")
    return root


def refused(root: Path, **reading) -> DataError:
    with pytest.raises(DataError) as caught:
        load(Source(str(root), **reading), size=8)
    assert caught.value.exit_code == 3
    assert "object at 0x" not in caught.value.message and "BytesIO" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("name", "bad", "code", "says"),
    [
        ("empty.png", b"", "E-IMG-TYPE", "cat/empty.png is not an image (0 bytes)"),
        ("text.png", b"a cat, sitting\n", "E-IMG-TYPE", "cat/text.png is not an image (text)"),
        ("page.jpg", b"<!DOCTYPE html><title>404</title>", "E-IMG-TYPE", "(a web page)"),
        ("pointer.jpg", b"version https://git-lfs.github.com/spec/v1\n", "E-IMG-TYPE", "run git lfs pull"),
        ("bytes.png", bytes(range(256)), "E-IMG-TYPE", "begins with 00 01 02 03"),
        ("cut.png", content()[:6000], "E-IMG-TRUNC", "ends after 6,000 bytes"),
        ("cut.jpg", content("JPEG")[:1500], "E-IMG-TRUNC", "ends after 1,500 bytes"),
        ("cut.gif", content("GIF")[:1500], "E-IMG-TRUNC", "ends after 1,500 bytes"),
        ("flipped.png", flipped(content()), "E-IMG-DAMAGED", "damaged"),
        ("bomb.png", header(20_000, 20_000), "E-IMG-SIZE", "400 megapixels, limit 50 (--max-pixels)"),
        ("huge.png", header(100_000, 100_000), "E-IMG-SIZE", "megapixels, limit 50"),
        ("widest.png", header(2**31 - 1, 2), "E-IMG-SIZE", "megapixels, limit 50"),
        ("flat.png", header(0, 5), "E-IMG-SIZE", "width or height 0"),
    ],
)
def test_a_bad_picture_is_named_with_its_fault(tmp_path: Path, name: str, bad: bytes, code: str, says: str) -> None:
    (two_classes(tmp_path) / "cat" / name).write_bytes(bad)
    error = refused(tmp_path)
    assert error.code == code
    assert f"cat/{name}" in error.message and says in error.message and "replace it" in error.message


def test_the_limit_of_pixels_is_the_users(tmp_path: Path) -> None:
    (two_classes(tmp_path) / "cat" / "b.png").write_bytes(content(size=(100, 50)))
    assert refused(tmp_path, max_pixels=4_999).code == "E-IMG-SIZE"
    load(Source(str(tmp_path), max_pixels=5_000), size=8)


def test_a_picture_above_the_limit_of_pillow_is_read_without_a_warning(tmp_path: Path) -> None:
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, 1000
    try:
        (two_classes(tmp_path) / "cat" / "b.png").write_bytes(content())
        load(Source(str(tmp_path)), size=8)
        assert Image.MAX_IMAGE_PIXELS == 1000  # the program that uses us keeps its own limit
    finally:
        Image.MAX_IMAGE_PIXELS = before


def test_all_bad_files_are_reported_together(tmp_path: Path) -> None:
    two_classes(tmp_path)
    for number in range(7):
        (tmp_path / "dog" / f"bad{number}.png").write_bytes(b"")
    error = refused(tmp_path)
    assert error.message.startswith("7 of 17 pictures cannot be used")
    assert error.message.count("E-IMG-TYPE") == 5 and "and 2 more" in error.message


def test_an_unprintable_name_is_escaped(tmp_path: Path) -> None:
    (two_classes(tmp_path) / "cat" / "a\nb\x1b[31m.png").write_bytes(b"")
    assert r"a\nb\x1b[31m.png" in refused(tmp_path).message


def test_a_folder_without_pictures_says_what_it_has(tmp_path: Path) -> None:
    assert refused(tmp_path).code == "E-IMG-NONE"
    (tmp_path / "photos").mkdir()
    for number in range(12):
        (tmp_path / "photos" / f"{number}.heic").write_bytes(b"x")
    error = refused(tmp_path)
    assert error.code == "E-IMG-NONE"
    assert "0 images (looked for bmp, gif, " in error.message and "found 12 .heic: convert" in error.message


def test_pictures_without_class_folders_are_explained(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    error = refused(tmp_path)
    assert error.code == "E-IMG-CLASS" and "has 1 picture but no folder" in error.message


def test_one_class_is_nothing_to_learn(tmp_path: Path) -> None:
    two_classes(tmp_path)
    for path in (tmp_path / "dog").iterdir():
        path.unlink()
    error = refused(tmp_path)
    assert error.code == "E-TARGET-ONE" and "'cat'" in error.message


def test_a_class_too_small_to_split(tmp_path: Path) -> None:
    (two_classes(tmp_path) / "zebra").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "zebra" / "1.png")
    error = refused(tmp_path)
    assert error.code == "E-SPLIT-SMALL" and "class 'zebra' has 1 row; needs 3" in error.message


@pytest.mark.parametrize("flag", ["target", "group", "time"])
def test_flags_for_columns_are_refused_for_pictures(tmp_path: Path, flag: str) -> None:
    with pytest.raises(UsageError, match=f"--{flag} patient names a column"):
        load(Source(str(two_classes(tmp_path)), **{flag: "patient"}), size=8)
