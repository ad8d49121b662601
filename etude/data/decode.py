"""One picture file to upright bytes, whatever its size, mode and depth; what is no picture is said to be none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from etude.errors import DataError

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm"})

Image.MAX_IMAGE_PIXELS = None  # ours is checked before decoding, and it is an error, not a warning


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file was not read."""

    code: str
    message: str


def read_pictures(
    paths: Sequence[Path], *, size: int, channels: int | None, max_pixels: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The pictures as uint8 (rows, channel, size, size), and notes on what was converted.

    Each is scaled so that it fills the square and cropped at its centre. `channels` None takes 3 if any has colour.
    All files that cannot be read are reported together in one DataError.
    """
    faults: list[Fault] = []
    modes: dict[str, int] = {}
    for path in paths:
        outcome = inspect(path, max_pixels)
        if isinstance(outcome, Fault):
            faults.append(outcome)
        else:
            modes[outcome] = modes.get(outcome, 0) + 1
    demand_none(faults)
    grey = all(mode in ("1", "L", "I;16", "I;16B", "I", "F", "LA") for mode in modes)
    wanted = channels or (1 if grey else 3)
    pixels = np.empty((len(paths), wanted, size, size), dtype=np.uint8)
    for row, path in enumerate(paths):
        try:
            pixels[row] = decoded(path, size=size, channels=wanted)
        except (OSError, ValueError, SyntaxError) as error:
            faults.append(broken(path, error))
    demand_none(faults)
    mixed = ", ".join(f"{count} {mode}" for mode, count in sorted(modes.items(), key=lambda each: -each[1]))
    notes = (f"pictures scaled to {size} x {size} pixels, {'grey' if wanted == 1 else 'colour'}",)
    return pixels, notes + ((f"converted from mixed modes: {mixed}",) if len(modes) > 1 else ())


def inspect(path: Path, max_pixels: int) -> str | Fault:
    """The mode of a picture, read from its header alone, or why it is none that we take."""
    try:
        if path.stat().st_size == 0:
            return Fault("E-IMG-TYPE", f"{path} is not an image (0 bytes)")
        with Image.open(path) as image:
            width, height, mode = *image.size, image.mode
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return Fault("E-IMG-TYPE", f"{path} is not an image that can be read")
    if width * height == 0:
        return Fault("E-IMG-SIZE", f"{path} is {width} x {height} pixels")
    if width * height > max_pixels:
        size = f"{width * height / 1e6:.0f} megapixels, limit {max_pixels / 1e6:g}"
        return Fault("E-IMG-SIZE", f"{path} has {size} (--max-pixels)")
    return mode


def broken(path: Path, error: Exception) -> Fault:
    """A file that begins like a picture and does not end like one."""
    text = str(error)
    if "truncated" in text:
        return Fault(
            "E-IMG-TRUNC", f"{path} is cut off after {path.stat().st_size:,} bytes; the download is incomplete"
        )
    return Fault("E-IMG-DAMAGED", f"{path} is damaged")


def demand_none(faults: Sequence[Fault]) -> None:
    """Report everything that was found in one pass: the first five and the count."""
    if faults:
        shown = "; ".join(fault.message for fault in faults[:5])
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise DataError(faults[0].code, f"{shown}{more}. Mend or remove {'it' if len(faults) == 1 else 'them'}.")


def decoded(path: Path, *, size: int, channels: int) -> np.ndarray:
    """One picture as uint8 (channel, size, size): upright, 8 bits deep, transparency on white."""
    with Image.open(path) as image:
        image.draft(None, (2 * size, 2 * size))  # JPEG decodes faster at a fraction of its size
        upright = ImageOps.exif_transpose(image)
    eight = eight_bits(upright)
    if "A" in eight.getbands() or "transparency" in eight.info:
        rgba = eight.convert("RGBA")
        eight = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    fitted = ImageOps.fit(eight.convert("L" if channels == 1 else "RGB"), (size, size), Image.Resampling.BILINEAR)
    array = np.asarray(fitted, dtype=np.uint8)
    return array[None] if channels == 1 else array.transpose(2, 0, 1)


def eight_bits(image: Image.Image) -> Image.Image:
    """16-bit and float pictures scaled by their own range, never clipped."""
    if not (image.mode.startswith("I") or image.mode == "F"):
        return image
    values = np.asarray(image).astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError("pixels that are not finite")
    low, high = (0.0, 65535.0) if image.mode.startswith("I;16") else (values.min(), values.max())
    scaled = (values - low) * (255.0 / max(high - low, 1e-300))
    return Image.fromarray(scaled.round().astype(np.uint8))
