"""Arrays of numpy, .npz: signals or pictures with their answers, under the usual names."""

import struct
import tokenize
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np

from etude.data.archives import shown
from etude.data.raw import BarePictures, RawPictures, RawSignals
from etude.errors import DataError

NAMES = (
    ("x", "y", -1),
    ("data", "target", -1),
    ("images", "labels", -1),
    ("x_train", "y_train", 0),
    ("x_valid", "y_valid", 1),
    ("x_val", "y_val", 1),
    ("x_test", "y_test", 2),
    ("train_images", "train_labels", 0),
    ("val_images", "val_labels", 1),
    ("test_images", "test_labels", 2),
)
"""keys of the examples and of their answers, in any case, and the part: 0 training, 1 validation, 2 test, -1 open"""
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, SyntaxError, EOFError, OSError, MemoryError),
    *(ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, RuntimeError),
)
"""what zipfile and numpy raise over files that are none of theirs"""
LARGEST = 8_000_000_000
"""bytes of all arrays together, unpacked"""


def read_npz(path: Path) -> RawPictures | RawSignals:
    """Series (2 axes) or uint8 pictures (3 or 4 axes, the channel first or last), with the parts that the keys say.

    DataError E-NPZ-..., also for pickled objects, which are never loaded.
    """
    arrays = arrays_in(path)
    keys = {key.lower(): key for key in arrays}
    pairs = [(arrays[keys[x]], arrays[keys[y]], part) for x, y, part in NAMES if x in keys and y in keys]
    if not pairs:
        raise DataError("E-NPZ-KEYS", _no_keys(path, arrays))
    for x, y, _ in pairs:
        if x.shape[:1] != y.shape[:1] or y.size != len(y) or x.shape[1:] != pairs[0][0].shape[1:]:
            raise DataError(
                "E-NPZ-SHAPE",
                f"{path.name}: examples {x.shape} with answers {y.shape}; wanted one answer for each example,"
                " and examples of one shape",
            )
    has_parts = any(part > 0 for _, _, part in pairs)
    numbers = [max(part, 0) if has_parts else part for _, _, part in pairs]
    part = np.repeat(np.array(numbers, dtype=np.int8), [len(y) for _, y, _ in pairs])
    answers = _plain(np.concatenate([y.reshape(-1) for _, y, _ in pairs]), path)
    values = plain_examples(np.concatenate([x for x, _, _ in pairs]), path)
    given = None if (part == -1).all() else part
    if values.ndim == 2:
        return RawSignals(values, answers, given)
    return RawPictures(values, answers, names=[], part=given)


def has_answers(path: Path) -> bool:
    """Whether the keys of an .npz file name examples with their answers."""
    keys = {key.lower() for key in arrays_in(path)}
    return any(x in keys and y in keys for x, y, _ in NAMES)


def read_bare_npz(path: Path) -> BarePictures:
    """Pictures without answers under the usual names, or in the only array of the file, whatever its name is.

    DataError E-NPZ-..., E-DATA-KIND for series.
    """
    arrays = arrays_in(path)
    keys = {key.lower(): key for key in arrays}
    found = [(arrays[keys[x]], part) for x, _, part in NAMES if x in keys]
    if not found and len(arrays) == 1:
        found = [(each, -1) for each in arrays.values()]
    if not found:
        raise DataError("E-NPZ-KEYS", _no_keys(path, arrays))
    values = plain_examples(np.concatenate([x for x, _ in found]), path)
    if values.ndim == 2:
        raise DataError("E-DATA-KIND", f"this recipe learns from pictures; {path.name} holds series and no answers.")
    part = np.repeat(np.array([part for _, part in found], dtype=np.int8), [len(x) for x, _ in found])
    return BarePictures(values, names=[], part=None if (part == -1).all() else part)


def read_new_npz(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """Examples and, if there are any, their answers: those of the test keys, else of x (or data, or images)."""
    arrays = arrays_in(path)
    keys = {key.lower(): key for key in arrays}
    found = sorted(((x, y, part) for x, y, part in NAMES if x in keys and part in {-1, 2}), key=lambda each: -each[2])
    if not found:
        raise DataError("E-NPZ-KEYS", _no_keys(path, arrays))
    x, y, _ = found[0]
    examples = plain_examples(arrays[keys[x]], path)
    if y not in keys:
        return examples, None
    answers = arrays[keys[y]]
    if answers.size != len(examples):
        raise DataError("E-NPZ-SHAPE", f"{path.name}: {len(examples)} examples with {answers.size} answers")
    return examples, _plain(answers.reshape(-1), path)


def plain_examples(values: np.ndarray, path: Path) -> np.ndarray:
    """float64 (rows, time), or uint8 (rows, height, width) or (rows, height, width, 3)."""
    if not len(values):
        raise DataError("E-DATA-NOROWS", f"{path.name} has no examples")
    return _series(values, path) if values.ndim == 2 else _pictures(values, path)


def arrays_in(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz file; DataError E-NPZ-TYPE for what is none, or holds anything else."""
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's, over headers that Python 2 wrote
            with zipfile.ZipFile(file) as archive:
                if sum(each.file_size for each in archive.infolist()) > LARGEST:
                    raise DataError("E-NPZ-TYPE", f"{path.name} unpacks to more than {LARGEST:,} bytes: cut it")
            with np.load(file, allow_pickle=False) as found:
                arrays = {key: found[key] for key in found.files}
    except DAMAGE as error:
        if "allow_pickle" in str(error):
            why = "it holds pickled objects, which could run code and are never loaded: save plain arrays"
        else:
            why = "it is no whole .npz file: write or fetch it again"
        raise DataError("E-NPZ-TYPE", f"{path.name}: {why}") from error
    other = next((key for key, each in arrays.items() if not isinstance(each, np.ndarray)), None)
    if other is not None:
        raise DataError("E-NPZ-TYPE", f"{path.name}: {shown(other)} is no array: write the file with np.savez")
    return arrays


def _no_keys(path: Path, arrays: dict[str, np.ndarray]) -> str:
    listed = ", ".join(f"{key} {array.dtype} {array.shape}" for key, array in arrays.items())
    return (
        f"{path.name} has {listed or 'no arrays'}; wanted x and y, or x_train, y_train, x_test, y_test"
        " (or train_images, train_labels, ...)"
    )


def _plain(answers: np.ndarray, path: Path) -> np.ndarray:
    if answers.dtype.kind == "b":
        return answers.astype(np.int64)
    if answers.dtype.kind == "S":
        return answers.astype(str)
    if answers.dtype.kind not in "iufU":
        raise DataError("E-NPZ-TYPE", f"{path.name}: answers are {answers.dtype}; wanted numbers or names")
    return answers.astype(np.float64) if answers.dtype.kind == "f" else answers


def _series(values: np.ndarray, path: Path) -> np.ndarray:
    if values.dtype.kind not in "iufb" or values.shape[1] == 0:
        raise DataError("E-NPZ-TYPE", f"{path.name}: series are {values.dtype} {values.shape}; wanted numbers")
    return values.astype(np.float64)


def _pictures(values: np.ndarray, path: Path) -> np.ndarray:
    """(rows, height, width) or (rows, height, width, 3)."""
    if values.dtype != np.uint8:
        raise DataError(
            "E-NPZ-TYPE",
            f"{path.name}: pictures are {values.dtype}; wanted uint8, 0 to 255"
            " (numbers from 0 to 1: (255 * x).round().astype('uint8'))",
        )
    if values.ndim == 3:
        return values
    if values.ndim == 4 and values.shape[3] in {1, 3}:
        return values[..., 0] if values.shape[3] == 1 else values
    if values.ndim == 4 and values.shape[1] in {1, 3}:
        return values[:, 0] if values.shape[1] == 1 else np.moveaxis(values, 1, 3)
    raise DataError(
        "E-NPZ-SHAPE",
        f"{path.name}: examples are {values.shape}; wanted (rows, time), (rows, height, width), or 3 channels too",
    )
