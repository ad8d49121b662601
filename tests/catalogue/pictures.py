"""Pictures that are refused, row by row of the catalogue in the design (reliability 5.2).

Rows 41, 49 to 52, 56, 58 and 59 concern folders or are read with a note: tests/test_bad_pictures.py and
tests/test_data_pictures.py. Row 45 (a flipped byte of a JPEG that decodes) cannot be seen: only the fingerprint of the
data finds it. Rows 53 to 55 cannot happen, as every picture is brought to the size and channels of the recipe. There is
no video (60), no volume (61) and no mask of a segmentation (62).
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from tests.catalogue.row import Row


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


REFUSED = [
    Row(42, "empty.png", b"", "E-IMG-TYPE", "cat/empty.png is not an image (0 bytes)", file="cat/empty.png"),
    Row(42, "text.png", b"a cat, sitting\n", "E-IMG-TYPE", "cat/text.png is not an image (text)", file="cat/text.png"),
    Row(42, "page.jpg", b"<!DOCTYPE html><title>404</title>", "E-IMG-TYPE", "(a web page)", file="cat/page.jpg"),
    Row(
        42,
        "pointer.jpg",
        b"version https://git-lfs.github.com/spec/v1\n",
        "E-IMG-TYPE",
        "run git lfs pull",
        file="cat/pointer.jpg",
    ),
    Row(42, "bytes.png", bytes(range(256)), "E-IMG-TYPE", "begins with 00 01 02 03", file="cat/bytes.png"),
    Row(43, "cut.png", content()[:6000], "E-IMG-TRUNC", "ends after 6,000 bytes", file="cat/cut.png"),
    Row(43, "cut.jpg", content("JPEG")[:1500], "E-IMG-TRUNC", "ends after 1,500 bytes", file="cat/cut.jpg"),
    Row(43, "cut.gif", content("GIF")[:1500], "E-IMG-TRUNC", "ends after 1,500 bytes", file="cat/cut.gif"),
    Row(44, "flipped.png", flipped(content()), "E-IMG-DAMAGED", "damaged", file="cat/flipped.png"),
    Row(
        46,
        "bomb.png",
        header(20_000, 20_000),
        "E-IMG-SIZE",
        "400 megapixels, limit 50 (--max-pixels)",
        file="cat/bomb.png",
    ),
    Row(46, "huge.png", header(100_000, 100_000), "E-IMG-SIZE", "megapixels, limit 50", file="cat/huge.png"),
    Row(46, "widest.png", header(2**31 - 1, 2), "E-IMG-SIZE", "megapixels, limit 50", file="cat/widest.png"),
    Row(48, "flat.png", header(0, 5), "E-IMG-SIZE", "width or height 0", file="cat/flat.png"),
]
