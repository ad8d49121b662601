"""Every bad picture has its message: a code, the file, what is wrong, what to do."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from etude.data.load import load
from etude.errors import DataError, UsageError
from etude.source import Source
from tests.catalogue.pictures import content


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


def test_one_bad_picture_in_a_hundred_is_left_out_and_listed(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(100):
            Image.new("L", (8, 8), number).save(tmp_path / name / f"{number:03}.png")
    whole = load(Source(str(tmp_path)), size=8)
    for name in ("cat/050.png", "dog/010.png"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:40])
    left = load(Source(str(tmp_path)), size=8)
    assert sum(map(len, left.rows)) == 198
    (note,) = (each for each in left.notes if each.startswith("W-IMG-LEFT-OUT"))
    assert "2 of 200 pictures cannot be read" in note and "cat/050.png" in note and "dog/010.png" in note
    shades = [torch.cat([each.x[:, 0, 0, 0] for each in (some.train, some.valid, some.test)]) for some in (whole, left)]
    assert sorted(shades[0].tolist()) == sorted([*shades[1].tolist(), 50, 10])
    assert "2 of 200 pictures cannot be used" in refused(tmp_path, unreadable="stop").message
    (tmp_path / "cat" / "000.png").write_bytes(b"")
    assert "3 of 200 pictures cannot be used" in refused(tmp_path).message


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
