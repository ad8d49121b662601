"""New series in files that are no arrays: numbers in a .csv or .txt file, sounds in a .wav file."""

import io
import re
import wave
from pathlib import Path

import numpy as np
from jaxtyping import Float

from etude.errors import DataError

SUFFIXES = (".csv", ".txt", ".wav")
SEPARATORS = re.compile(r"[\s,;]+")
WHOLE = {1: 2**7, 2: 2**15, 3: 2**23, 4: 2**31}
"""bytes of a sample, and what counts as 1"""


def read_series(path: Path) -> Float[np.ndarray, "series time"]:
    """The series in a file; DataError E-SERIES for one that holds none."""
    content = path.read_bytes()
    return sound(content, path.name) if path.suffix.lower() == ".wav" else numbers(content, path.name)


def numbers(content: bytes, name: str) -> Float[np.ndarray, "series time"]:
    """A series in each line, or one in all lines if each holds a single number; ',', ';' and blanks stand between."""
    lines = [line.strip(" ,;\t\r") for line in content.decode("utf-8-sig", errors="replace").splitlines()]
    rows = [numbers_in(line, name, row) for row, line in enumerate(lines, start=1) if line]
    if not rows:
        raise DataError("E-SERIES", f"{name} holds no numbers; a series of numbers is wanted.")
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        said = f"lines of {min(lengths):,} and of {max(lengths):,} numbers"
        raise DataError("E-SERIES", f"{name} has {said}; wanted a series in each line, or one number in each.")
    return np.array(rows).reshape(1, -1) if lengths == {1} else np.array(rows)


def numbers_in(line: str, name: str, row: int) -> list[float]:
    """The numbers of one line."""
    found = SEPARATORS.split(line)
    try:
        return [float(each) for each in found]
    except ValueError:
        odd = next(each for each in found if not is_number(each))
        raise DataError(
            "E-SERIES", f"{name}, line {row}: {odd[:20]!r} is no number; take names and heads out."
        ) from None


def is_number(word: str) -> bool:
    """Whether it can be read as one."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def sound(content: bytes, name: str) -> Float[np.ndarray, "1 time"]:
    """The samples of a .wav file, -1 to 1, as the mean of its channels."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, width = file.getnchannels(), file.getsampwidth()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        why = str(error) or "it is cut short"
        raise DataError(
            "E-SERIES", f"{name} cannot be read ({why}); wanted a .wav file of plain PCM samples."
        ) from None
    whole = len(frames) // (channels * width) * channels * width
    values: np.ndarray = samples(frames[:whole], width).reshape(-1, channels).mean(axis=1) / WHOLE[width]
    if not len(values):
        raise DataError("E-SERIES", f"{name} holds no sound.")
    return values[None]


def samples(frames: bytes, width: int) -> Float[np.ndarray, " sample"]:
    """Whole numbers of so many bytes each, the lowest byte first; those of one byte lie around 128."""
    if width == 1:
        return np.frombuffer(frames, np.uint8).astype(np.float64) - 128
    padded = np.zeros((len(frames) // width, 4), np.uint8)
    padded[:, 4 - width :] = np.frombuffer(frames, np.uint8).reshape(-1, width)
    return (padded.reshape(-1).view("<i4") >> 8 * (4 - width)).astype(np.float64)
