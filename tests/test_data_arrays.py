"""Arrays and IDX files: what numpy and gzip wrote is read, what is damaged is named."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from real_data import real

from etude.data.idx import read_idx
from etude.data.load import load
from etude.errors import DataError
from etude.schema import Classes, Pictures, Quantity, Signals
from etude.source import Source

CHANCE = np.random.default_rng(0)
CLASSES = np.arange(30) % 3


def series(n: int = 30) -> np.ndarray:
    return CHANCE.normal(size=(n, 7))


def pictures(*shape: int) -> np.ndarray:
    return CHANCE.integers(0, 256, shape, dtype=np.uint8)


def saved(path: Path, **arrays: np.ndarray) -> Source:
    np.savez(path / "a.npz", **arrays)
    return Source(str(path / "a.npz"))


def idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def test_series_with_classes(tmp_path: Path) -> None:
    x = series()
    splits = load(saved(tmp_path, x=x, y=CLASSES))
    inputs, target = splits.schema.inputs, splits.schema.target
    assert isinstance(inputs, Signals) and isinstance(target, Classes) and target.names == ("0", "1", "2")
    for part, rows in zip((splits.train, splits.valid, splits.test), splits.rows, strict=True):
        np.testing.assert_array_equal(part.x, x[rows].astype(np.float32))
        np.testing.assert_array_equal(part.y, CLASSES[rows])
    np.testing.assert_allclose((inputs.mean, inputs.deviation), (splits.train.x.mean(), x[splits.rows[0]].std()), 1e-5)


def test_numbers_are_a_quantity_and_names_are_classes(tmp_path: Path) -> None:
    values = CHANCE.normal(3, 2, 30)
    splits = load(saved(tmp_path, x=series(), y=values))
    target = splits.schema.target
    assert isinstance(target, Quantity)
    np.testing.assert_allclose(splits.test.y * target.deviation + target.mean, values[splits.rows[2]], rtol=1e-5)
    named = load(saved(tmp_path, x=series(), y=np.array(["b", "a", "c"])[CLASSES])).schema.target
    assert isinstance(named, Classes) and named.names == ("a", "b", "c")


def test_whole_numbers_are_a_quantity_on_request(tmp_path: Path) -> None:
    source = saved(tmp_path, x=series(), y=CLASSES)
    assert isinstance(load(source).schema.target, Classes)
    assert isinstance(load(Source(source.data, task="regress")).schema.target, Quantity)


@pytest.mark.parametrize(
    "keys",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("x", "y", "x_test", "y_test"),
        ("X_train", "Y_train", "X_test", "y_test"),
    ],
)
def test_a_test_part_in_the_file_is_kept(tmp_path: Path, keys: tuple[str, ...]) -> None:
    x, x_test = series(), series(9)
    arrays = dict(zip(keys, (x, CLASSES, x_test, CLASSES[:9]), strict=True))
    splits = load(saved(tmp_path, **arrays))
    np.testing.assert_array_equal(splits.test.x, x_test.astype(np.float32))
    assert len(splits.train) + len(splits.valid) == 30 and len(splits.valid) > 0


def test_the_parts_of_medmnist_are_kept(tmp_path: Path) -> None:
    arrays = {}
    for part, n in (("train", 12), ("val", 6), ("test", 9)):
        arrays[f"{part}_images"], arrays[f"{part}_labels"] = pictures(n, 8, 8), CLASSES[:n, None].astype(np.uint8)
    splits = load(saved(tmp_path, **arrays), size=8)
    assert tuple(map(len, (splits.train, splits.valid, splits.test))) == (12, 6, 9)
    np.testing.assert_array_equal(splits.valid.x[:, 0], arrays["val_images"])


@pytest.mark.parametrize("shape", [(30, 8, 8), (30, 8, 8, 1), (30, 1, 8, 8), (30, 8, 8, 3), (30, 3, 8, 8)])
def test_pictures_with_their_channel_first_last_or_absent(tmp_path: Path, shape: tuple[int, ...]) -> None:
    x = pictures(*shape)
    splits = load(saved(tmp_path, x=x, y=CLASSES), size=8)
    first = x if x.ndim == 4 and x.shape[1] in {1, 3} else x[:, None] if x.ndim == 3 else np.moveaxis(x, 3, 1)
    np.testing.assert_array_equal(splits.train.x, first[splits.rows[0]])
    assert isinstance(splits.schema.inputs, Pictures)


@pytest.mark.parametrize(
    ("arrays", "code", "says"),
    [
        ({"features": series()}, "E-NPZ-KEYS", "features float64 (30, 7); wanted x and y"),
        ({"x": series(), "y": CLASSES[:29]}, "E-NPZ-SHAPE", "wanted one answer for each example"),
        ({"x": series(), "y": np.zeros((30, 2))}, "E-NPZ-SHAPE", "one answer"),
        ({"x": np.zeros((30, 8, 8)), "y": CLASSES}, "E-NPZ-TYPE", "wanted uint8"),
        ({"x": pictures(30, 8, 8, 5), "y": CLASSES}, "E-NPZ-SHAPE", "3 channels"),
        ({"x": np.array([["a"]] * 30), "y": CLASSES}, "E-NPZ-TYPE", "wanted numbers"),
        ({"x": np.full((30, 7), np.nan), "y": CLASSES}, "E-NUM-NONFINITE", "30 of 30 series"),
        ({"x": np.full((30, 7), 1e300), "y": CLASSES}, "E-NUM-RANGE", "1e+300"),
        ({"x": series(), "y": np.zeros(30, dtype=int)}, "E-TARGET-ONE", "nothing to learn"),
        ({"x": series(), "y": np.where(np.arange(30) < 4, np.nan, 1.5)}, "E-TARGET-MISSING", "4 rows without label"),
        ({"x": series(0), "y": CLASSES[:0]}, "E-DATA-NOROWS", "no examples"),
    ],
)
def test_bad_arrays_are_named(tmp_path: Path, arrays: dict, code: str, says: str) -> None:
    with pytest.raises(DataError) as caught:
        load(saved(tmp_path, **arrays), size=8)
    assert caught.value.code == code and says in caught.value.message


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="could run code and are never loaded"):
        load(saved(tmp_path, x=np.array([{"a": 1}] * 30), y=CLASSES))


@pytest.mark.parametrize("keep", [0, 100, 400])
def test_a_damaged_archive_is_no_traceback(tmp_path: Path, keep: int) -> None:
    source = saved(tmp_path, x=series(), y=CLASSES)
    path = Path(source.data)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError) as caught:
        load(source)
    assert caught.value.code == "E-NPZ-TYPE"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_files_are_read_by_folder_and_by_file(tmp_path: Path, pack) -> None:
    x, y = pictures(40, 6, 6), (np.arange(40) % 4).astype(np.uint8)
    for name, part in (("train", slice(30)), ("t10k", slice(30, 40))):
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(pack(idx(x[part])))
        (tmp_path / f"{name}-labels-idx1-ubyte").write_bytes(pack(idx(y[part])))
    np.testing.assert_array_equal(read_idx(tmp_path / "train-images-idx3-ubyte"), x[:30])
    splits = load(Source(str(tmp_path)), size=6)
    np.testing.assert_array_equal(splits.test.x[:, 0], x[30:])
    np.testing.assert_array_equal(splits.test.y, y[30:])
    one = load(Source(str(tmp_path / "train-images-idx3-ubyte")), size=6)
    assert sum(map(len, (one.train, one.valid, one.test))) == 30


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "E-IDX-MAGIC", "begins with nothing"),
        (b"\x89PNG\r\n", "E-IDX-MAGIC", "begins with 89 50 4e 47"),
        (bytes([0, 0, 8, 3, 0]), "E-IDX-MAGIC", "wanted 00 00 08"),
        (idx(np.zeros((2, 3, 3), np.uint8))[:-1], "E-IDX-SIZE", "2 x 3 x 3 = 18 bytes and holds 17"),
        (idx(np.zeros((2, 3, 3), np.uint8)) + b"\0", "E-IDX-SIZE", "holds 19"),
        (gzip.compress(idx(np.zeros((2, 3, 3), np.uint8)), mtime=0)[:-9], "E-DATA-GZIP", "fetch it again"),
    ],
)
def test_bad_idx_files_are_named(tmp_path: Path, content: bytes, code: str, says: str) -> None:
    (tmp_path / "a-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_idx(tmp_path / "a-images-idx3-ubyte")
    assert caught.value.code == code and says in caught.value.message


def test_idx_pictures_need_their_labels(tmp_path: Path) -> None:
    images = tmp_path / "train-images-idx3-ubyte"
    images.write_bytes(idx(pictures(5, 3, 3)))
    with pytest.raises(DataError, match="no labels beside train-images"):
        load(Source(str(images)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(np.zeros(4, np.uint8)))
    with pytest.raises(DataError, match="as many labels as pictures"):
        load(Source(str(tmp_path)))


def test_the_published_arrays_are_read() -> None:
    path = real("mnist1d/mnist1d.npz")
    splits, arrays = load(Source(str(path))), np.load(path)
    np.testing.assert_array_equal(splits.test.x, arrays["x_test"])
    assert load(Source("mnist1d")).fingerprint == splits.fingerprint
    splits = load(Source(str(real("pneumoniamnist-imbalanced/pneumoniamnist.npz"))))
    assert tuple(map(len, (splits.train, splits.valid, splits.test))) == (3882, 524, 624)
