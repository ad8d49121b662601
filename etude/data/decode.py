"""One picture file to upright bytes, grey or colour, or a message that says what is wrong with it."""

import io
import re
import threading

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from etude.data.pictures import fitted
from etude.errors import DataError

MEGA = 1_000_000
LONGEST = 1000
"""times as long as wide, or the other way round: no picture, but room for what unpacks to far more than it is"""
TWELVE_BITS = 4095
"""the brightest value of many cameras and scanners, whose pictures are stored in 16 bits"""
_ENDS = {b"\x89PNG": b"IEND\xaeB`\x82", b"\xff\xd8": b"\xff\xd9", b"GIF8": b";"}
"""how a format begins and, if the file is whole, ends"""
_STARTS = (*_ENDS, b"BM", b"II*\0", b"MM\0*", b"RIFF", b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"\x00\x00\x01\x00")
_LIMIT_OF_PILLOW = threading.Lock()


def decoded(
    content: bytes, name: str, *, max_pixels: int, size: int
) -> tuple[UInt8[np.ndarray, "size size ..."], tuple[str, ...]]:
    """The middle square of a picture at `size` x `size`, and the words for what was converted ('CMYK', 'turned').

    Transparency becomes white, of several frames the first is taken. DataError E-IMG-TYPE, E-IMG-SIZE, E-IMG-TRUNC,
    E-IMG-DAMAGED; too many pixels are refused before anything is decoded.
    """
    if not content:
        raise DataError("E-IMG-TYPE", f"{name} is not an image (0 bytes)")
    if not content.startswith(_STARTS):
        raise DataError("E-IMG-TYPE", f"{name} is not an image ({_what(content)})")
    try:
        with _opened(content) as image:
            _check_pixels(image.size, name, max_pixels=max_pixels)
            image.draft(None, (2 * size, 2 * size))  # a large JPEG is decoded at a fraction of its size
            said = _words(image)
            return fitted(_plain(ImageOps.exif_transpose(image)), size), said
    except DataError:
        raise
    except Exception as error:  # of many kinds, whatever a decoder of Pillow stumbles over
        raise _damaged(content, name) from error


def _opened(content: bytes) -> Image.Image:
    """The header only. Pillow would warn or raise by a limit of its own, for which the user has no flag."""
    with _LIMIT_OF_PILLOW:
        limit = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            return Image.open(io.BytesIO(content))
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _check_pixels(size: tuple[int, int], name: str, *, max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise DataError(
            "E-IMG-SIZE",
            f"{name} has {width} x {height} pixels, {width * height / MEGA:.4g} megapixels,"
            f" limit {max_pixels / MEGA:.4g} (--max-pixels)",
        )
    if width < 1 or height < 1:
        raise DataError("E-IMG-SIZE", f"{name} has {width} x {height} pixels: nothing to see")
    if max(size) > LONGEST * min(size):
        raise DataError("E-IMG-SIZE", f"{name} has {width} x {height} pixels: a line, longer than {LONGEST:,} to 1")


def _plain(image: Image.Image) -> UInt8[np.ndarray, "height width ..."]:
    """Grey or RGB bytes of an image in any mode."""
    if image.mode.startswith("I;16"):
        return _from_sixteen_bits(np.asarray(image))
    if image.mode in {"I", "F"}:
        return _from_range(np.asarray(image, dtype=np.float64))
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        return np.asarray(image.convert("L"))
    if image.mode in {"LA", "PA", "La", "RGBA", "RGBa"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, (255, 255, 255, 255))
        return np.asarray(Image.alpha_composite(white, coloured).convert("RGB"))
    return np.asarray(image.convert("RGB"))


def _from_sixteen_bits(values: np.ndarray) -> UInt8[np.ndarray, "height width"]:
    """Scaled by the range of 12 bits if it suffices, else by that of 16: the same for dark and bright pictures."""
    brightest = TWELVE_BITS if values.max() <= TWELVE_BITS else 65535
    return np.rint(values * (255 / brightest)).astype(np.uint8)


def _from_range(values: np.ndarray) -> UInt8[np.ndarray, "height width"]:
    """Numbers from 0 to 1 times 255; 0 to 255 as they are; others by their own range."""
    if not np.isfinite(values).all():
        raise ValueError("NaN or infinity")
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    return np.rint((values - low) * (255 / (high - low or 1))).astype(np.uint8)


def _words(image: Image.Image) -> tuple[str, ...]:
    """What a reader should know about the conversion; nothing for plain grey and RGB."""
    said = [] if image.mode in {"L", "RGB"} else [_MODES.get(image.mode, image.mode)]
    if image.mode not in {"LA", "PA", "RGBA"} and "transparency" in image.info:
        said.append("transparency on white")
    if image.getexif().get(0x0112, 1) != 1:
        said.append("turned as EXIF says")
    if getattr(image, "n_frames", 1) > 1:
        said.append("first of several frames")
    return tuple(said)


_MODES = {
    "1": "1-bit",
    "P": "palette",
    "LA": "grey with transparency, on white",
    "RGBA": "transparency on white",
    "PA": "palette with transparency, on white",
    "I;16": "16-bit",
    "I;16B": "16-bit",
    "I": "32-bit",
    "F": "float",
}


def _damaged(content: bytes, name: str) -> DataError:
    end = next((end for start, end in _ENDS.items() if content.startswith(start)), None)
    if end is not None and not content.rstrip(b"\0").endswith(end):
        return DataError(
            "E-IMG-TRUNC", f"{name} is cut short: it ends after {len(content):,} bytes, before the picture does"
        )
    if content[12:16] == b"IHDR" and 0 in (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])):
        return DataError("E-IMG-SIZE", f"{name} has width or height 0: nothing to see")
    return DataError("E-IMG-DAMAGED", f"{name} is damaged: its {len(content):,} bytes do not decode")


def _what(content: bytes) -> str:
    beginning = content[:512].lstrip().lower()
    if beginning.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if content.startswith(b"version https://git-lfs"):
        return "a git-lfs pointer; run git lfs pull"
    if re.fullmatch(rb"[\t\n\r\x20-\x7e]*", content[:512]):
        return "text"
    return f"it begins with {content[:4].hex(' ')}"
