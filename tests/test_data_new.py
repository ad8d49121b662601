"""New files are encoded as those of the training were, byte for byte."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from etude.data.load import load
from etude.data.new import read_new
from etude.data.splits import Splits
from etude.errors import DataError
from etude.records import Labelled
from etude.source import Source

CHANCE = np.random.default_rng(0)


def in_reading_order(splits: Splits[Labelled]) -> Labelled:
    order = torch.cat(splits.rows).argsort()
    return Labelled(
        *(
            torch.cat(each)[order]
            for each in zip(*(part.tensors() for part in (splits.train, splits.valid, splits.test)), strict=True)
        )
    )


def class_folders(root: Path, *, size: tuple[int, int] = (30, 20)) -> Path:
    for name in ("cat", "dog"):
        (root / name).mkdir(parents=True)
        for number in range(6):
            pixels = CHANCE.integers(0, 256, (*size, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / name / f"{number}.png")
    return root


def test_a_folder_read_again_as_new_gives_the_same_bytes_and_labels(tmp_path: Path) -> None:
    source = Source(str(class_folders(tmp_path)))
    splits = load(source, size=16)
    new, known = read_new(splits.schema, source, [tmp_path]), in_reading_order(splits)
    assert new.y is not None
    assert torch.equal(new.x, known.x) and torch.equal(new.y, known.y)
    assert new.names[0] == str(tmp_path / "cat" / "0.png") and len(new.names) == 12


def test_single_pictures_without_a_class_folder_have_no_answer(tmp_path: Path) -> None:
    source = Source(str(class_folders(tmp_path / "training")))
    schema = load(source, size=16).schema
    Image.new("L", (5, 9), 77).save(tmp_path / "a.png")
    new = read_new(schema, source, [tmp_path / "a.png"])
    assert new.y is None and new.x.shape == (1, 3, 16, 16) and (new.x == 77).all()


def test_the_limit_of_pixels_and_the_faults_hold_for_new_pictures_too(tmp_path: Path) -> None:
    source = Source(str(class_folders(tmp_path / "training")), max_pixels=700)
    schema = load(source, size=16).schema
    Image.new("L", (40, 40)).save(tmp_path / "large.png")
    with pytest.raises(DataError) as caught:
        read_new(schema, source, [tmp_path / "large.png"])
    assert caught.value.code == "E-IMG-SIZE"


def test_pictures_from_a_file_equal_those_from_an_array(tmp_path: Path) -> None:
    pictures = CHANCE.integers(0, 256, (30, 12, 12), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", x=pictures, y=np.arange(30) % 3)
    source = Source(str(tmp_path / "a.npz"))
    splits = load(source, size=28)
    Image.fromarray(pictures[7]).save(tmp_path / "7.png")
    from_file = read_new(splits.schema, source, [tmp_path / "7.png"])
    assert torch.equal(from_file.x[0], in_reading_order(splits).x[7])
    from_array = read_new(splits.schema, source, [tmp_path / "a.npz"])
    assert from_array.y is not None and torch.equal(from_array.x, in_reading_order(splits).x)
    assert torch.equal(from_array.y, in_reading_order(splits).y)


def test_class_indices_stand_for_names(tmp_path: Path) -> None:
    source = Source(str(class_folders(tmp_path / "training")))
    schema = load(source, size=8).schema
    np.savez(tmp_path / "new.npz", x=np.zeros((3, 8, 8), np.uint8), y=np.array([1, 0, 1]))
    new = read_new(schema, source, [tmp_path / "new.npz"])
    assert new.y is not None and new.y.tolist() == [1, 0, 1]
    np.savez(tmp_path / "new.npz", x=np.zeros((3, 8, 8), np.uint8), y=np.array(["dog", "cow", "cat"]))
    with pytest.raises(DataError, match="'cow'"):
        read_new(schema, source, [tmp_path / "new.npz"])


def test_series_of_the_test_keys_with_and_without_answers(tmp_path: Path) -> None:
    x, y = CHANCE.normal(size=(30, 5)), CHANCE.normal(4, 2, 30)
    np.savez(tmp_path / "a.npz", x=x, y=y, x_test=x[:4], y_test=y[:4])
    source = Source(str(tmp_path / "a.npz"))
    splits = load(source)
    new = read_new(splits.schema, source, [tmp_path / "a.npz"])
    assert new.y is not None and torch.equal(new.x, splits.test.x) and torch.equal(new.y, splits.test.y)
    np.savez(tmp_path / "b.npz", x=x[:3])
    several = read_new(splits.schema, source, [tmp_path / "a.npz", tmp_path / "b.npz"])
    assert several.y is None and len(several.x) == len(several.names) == 7


@pytest.mark.parametrize(
    ("arrays", "code"),
    [
        ({"x": np.zeros((3, 6))}, "E-SCHEMA"),
        ({"x": np.full((3, 5), np.inf)}, "E-NUM-NONFINITE"),
        ({"z": np.zeros(3)}, "E-NPZ-KEYS"),
    ],
)
def test_series_of_another_kind_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], code: str) -> None:
    np.savez(tmp_path / "a.npz", x=CHANCE.normal(size=(30, 5)), y=np.arange(30) % 2)
    source = Source(str(tmp_path / "a.npz"))
    schema = load(source).schema
    np.savez(tmp_path / "b.npz", **arrays)
    with pytest.raises(DataError) as caught:
        read_new(schema, source, [tmp_path / "b.npz"])
    assert caught.value.code == code


def test_rows_of_a_table_with_and_without_its_target(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": range(40), "b": ["x", "y"] * 20, "label": ["u", "v"] * 20})
    frame.write_csv(tmp_path / "t.csv")
    source = Source(str(tmp_path / "t.csv"))
    splits = load(source)
    new = read_new(splits.schema, source, [tmp_path / "t.csv"])
    assert new.y is not None and torch.equal(new.x, in_reading_order(splits).x)
    assert torch.equal(new.y, in_reading_order(splits).y)
    frame.drop("label").write_csv(tmp_path / "u.csv")
    assert read_new(splits.schema, source, [tmp_path / "u.csv"]).y is None
    frame.drop("b").write_csv(tmp_path / "v.csv")
    with pytest.raises(DataError) as caught:
        read_new(splits.schema, source, [tmp_path / "v.csv"])
    assert caught.value.code == "E-SCHEMA"


@pytest.mark.parametrize("name", ["gone.png", "gone"])
def test_a_missing_path_and_an_empty_folder_are_said(tmp_path: Path, name: str) -> None:
    source = Source(str(class_folders(tmp_path / "training")))
    schema = load(source, size=8).schema
    with pytest.raises(DataError, match="no file or folder"):
        read_new(schema, source, [tmp_path / name])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no images"):
        read_new(schema, source, [tmp_path / "empty"])
