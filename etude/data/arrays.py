"""Arrays on disk: NumPy's .npz, and the IDX files of MNIST."""

import gzip
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np

from etude.data.pictures import resized, with_channels
from etude.data.raw import RawPictures, RawSignals
from etude.errors import DataError

IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
TEST_KEYS = ("x_test", "y_test")
MAX_BYTES = 4_000_000_000
"""of one array, unpacked"""


def read_idx(path: Path) -> np.ndarray:
    """An IDX file (yann.lecun.com/exdb/mnist), packed by gzip or not."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            raise DataError("E-IDX", f"{path} is cut off or damaged: its gzip stream does not end.") from None
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in IDX_TYPES:
        raise DataError("E-IDX", f"{path} is no IDX file: it begins with {content[:4].hex()}.")
    kind, axes = np.dtype(IDX_TYPES[content[2]]), content[3]
    shape = struct.unpack_from(f">{axes}I", content, 4) if len(content) >= 4 + 4 * axes else (0,)
    data = content[4 + 4 * axes :]
    if int(np.prod(shape, dtype=object)) * kind.itemsize != len(data):
        raise DataError(
            "E-IDX", f"{path} holds {len(data):,} bytes where its header says {' x '.join(map(str, shape))}."
        )
    return np.frombuffer(data, kind).reshape(shape)


def read_npz(path: Path, *, size: int, channels: int | None) -> RawPictures | RawSignals:
    """An .npz with x and y, and perhaps x_test and y_test (or x_train, y_train): pictures if x is uint8, else series."""
    arrays = load_npz(path)
    x, y = (arrays.get(name, arrays.get(f"{name}_train")) for name in ("x", "y"))
    if x is None or y is None:
        raise DataError(
            "E-NPZ", f"{path} has {', '.join(arrays) or 'nothing'}; wanted x and y (or x_train and y_train)."
        )
    part = None
    if all(key in arrays for key in TEST_KEYS):
        part = np.repeat(np.array([0, 2], dtype=np.int8), [len(x), len(arrays["x_test"])])
        x, y = np.concatenate([x, arrays["x_test"]]), np.concatenate([y, arrays["y_test"]])
    if len(x) != len(y) or len(x) == 0:
        raise DataError("E-NPZ", f"{path} has {len(x):,} examples and {len(y):,} answers.")
    if x.dtype == np.uint8 and x.ndim in (3, 4):
        return RawPictures(as_pictures(x, path, size=size, channels=channels), [str(each) for each in y.ravel()], part)
    if x.ndim == 2 and np.issubdtype(x.dtype, np.number):
        values = x.astype(np.float32)
        if not np.isfinite(values).all():
            raise DataError(
                "E-NUM-NONFINITE", f"{path}: x has {(~np.isfinite(values)).sum():,} values that are not finite."
            )
        return RawSignals(values, y.ravel(), part)
    raise DataError(
        "E-NPZ", f"{path}: x is {x.dtype} of shape {x.shape}; wanted series (rows, time), or pictures as uint8."
    )


def load_npz(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz, none of which may be an object: those could run code."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(each.file_size for each in archive.infolist()) > MAX_BYTES:
                raise DataError("E-NPZ", f"{path} unpacks to more than {MAX_BYTES / 1e9:g} GB.")
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError("E-NPZ", f"{path} is no .npz of plain arrays: {error}.") from None


def as_pictures(x: np.ndarray, path: Path, *, size: int, channels: int | None) -> np.ndarray:
    """uint8 (rows, height, width[, channel]) or (rows, channel, height, width) as the latter, scaled."""
    if x.ndim == 3:
        x = x[:, None]
    elif x.shape[3] in (1, 3) and x.shape[1] not in (1, 3):
        x = x.transpose(0, 3, 1, 2)
    if x.shape[1] not in (1, 3):
        raise DataError("E-IMG-CHANNELS", f"{path}: pictures with {x.shape[1]} channels; wanted 1 or 3.")
    return with_channels(resized(np.ascontiguousarray(x), size), channels)
