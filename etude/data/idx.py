"""IDX, the format of MNIST: a magic number, the sizes of the axes, then the bytes; packed or not."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from etude.data.raw import RawPictures
from etude.errors import DataError

BYTES = 0x08
"""the type code of unsigned bytes, the only one that data sets use"""


def read_idx(path: Path) -> np.ndarray:
    """The uint8 array in an IDX file; DataError if it is none, is cut short, or is too long."""
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except FileNotFoundError as error:
        raise DataError("E-DATA-NOFILE", f"no file '{path}'") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError("E-DATA-GZIP", f"{path.name} is damaged or ends early ({error}): fetch it again") from error
    if len(content) < 4 or content[:3] != bytes([0, 0, BYTES]) or len(content) < 4 + 4 * content[3]:
        raise DataError(
            "E-IDX-MAGIC",
            f"{path.name} is not an IDX file of bytes: it begins with {content[:4].hex(' ') or 'nothing'},"
            " wanted 00 00 08 and the number of axes",
        )
    axes = content[3]
    shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
    values = content[4 + 4 * axes :]
    if len(values) != math.prod(shape):
        sizes = " x ".join(str(each) for each in shape)
        raise DataError(
            "E-IDX-SIZE",
            f"{path.name} says {sizes} = {math.prod(shape):,} bytes and holds {len(values):,}: fetch it again",
        )
    return np.frombuffer(values, dtype=np.uint8).reshape(shape)


def idx_pictures(pairs: list[tuple[Path, Path, int]], *, classes: tuple[str, ...] = ()) -> RawPictures:
    """Pictures from pairs of files (pictures, labels) with the part of each (0, 1, 2, or -1 for open)."""
    read = [(*_pair(pictures, labels), part) for pictures, labels, part in pairs]
    part = np.concatenate([np.full(len(labels), part, dtype=np.int8) for _, labels, part in read])
    answers = np.concatenate([labels for _, labels, _ in read]).astype(np.int64)
    pictures = np.concatenate([each for each, _, _ in read])
    return RawPictures(pictures, answers, names=[], part=None if (part == -1).all() else part, classes=classes)


def idx_pairs(path: Path) -> list[tuple[Path, Path, int]]:
    """The files that belong together: of a folder in MNIST's naming, or those of one file of pictures or labels."""
    if path.is_dir():
        found = sorted(each for each in path.iterdir() if "-images" in each.name and "idx3" in each.name)
        return [(each, _labels(each), _part(each.name)) for each in found]
    pictures = path.with_name(path.name.replace("-labels", "-images").replace("idx1", "idx3"))
    return [(pictures, _labels(pictures), -1)]


def _labels(pictures: Path) -> Path:
    labels = pictures.with_name(pictures.name.replace("-images", "-labels").replace("idx3", "idx1"))
    if labels == pictures or not labels.is_file():
        raise DataError(
            "E-IDX-LABELS",
            f"no labels beside {pictures.name}: wanted files named like train-images-idx3-ubyte and"
            " train-labels-idx1-ubyte (or with .gz) in one folder",
        )
    return labels


def _part(name: str) -> int:
    return {"train": 0, "t10k": 2, "test": 2}.get(name.split("-")[0], 1 if name.startswith("val") else -1)


def _pair(pictures: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    x, y = read_idx(pictures), read_idx(labels)
    if x.ndim != 3 or y.ndim != 1 or len(x) != len(y):
        raise DataError(
            "E-IDX-LABELS",
            f"{pictures.name} is {'x'.join(map(str, x.shape))} and {labels.name} {'x'.join(map(str, y.shape))}:"
            " wanted as many labels as pictures",
        )
    return x, y
