"""Pictures against Pillow, numpy and real folders."""

import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from real_data import real

from etude.data.load import load
from etude.data.pictures import channel_statistics, fitted, stacked
from etude.schema import Classes, Pictures
from etude.source import Source

CHANCE = np.random.default_rng(0)


def noise(height: int = 20, width: int = 20, channels: int = 3) -> np.ndarray:
    shape = (height, width, channels) if channels > 1 else (height, width)
    return CHANCE.integers(0, 256, shape, dtype=np.uint8)


def folder(root: Path, classes: tuple[str, ...] = ("cat", "dog"), *, each: int = 6) -> Path:
    for name in classes:
        (root / name).mkdir(parents=True)
        for number in range(each):
            Image.fromarray(noise()).save(root / name / f"{number}.png")
    return root


def only(path: Path, image: Image.Image | bytes, *, suffix: str = "png") -> torch.Tensor:
    """What becomes of one picture in a folder, as grey or colour (3, height, width)."""
    folder(path, each=6)
    place = path / "cat" / f"!first.{suffix}"
    if isinstance(image, bytes):
        place.write_bytes(image)
    else:
        image.save(place)
    splits = load(Source(str(path)), size=20, channels=3)
    everything = torch.cat([splits.train.x, splits.valid.x, splits.test.x])
    return everything[torch.cat(splits.rows).argmin()]


def test_sub_folders_are_classes_in_natural_order(tmp_path: Path) -> None:
    splits = load(Source(str(folder(tmp_path, ("10", "9", "2")))), size=8)
    target = splits.schema.target
    assert isinstance(target, Classes) and target.names == ("2", "9", "10")
    assert splits.train.x.shape[1:] == (3, 8, 8) and splits.train.x.dtype == torch.uint8
    assert sum(map(len, (splits.train, splits.valid, splits.test))) == 18
    assert target.counts == tuple(splits.train.y.bincount().tolist())


def test_given_parts_are_kept(tmp_path: Path) -> None:
    for part, each in (("train", 5), ("val", 3), ("test", 2)):
        folder(tmp_path / part, each=each)
    splits = load(Source(str(tmp_path)), size=8)
    assert tuple(map(len, (splits.train, splits.valid, splits.test))) == (10, 6, 4)


def test_a_class_called_test_among_others_is_a_class(tmp_path: Path) -> None:
    target = load(Source(str(folder(tmp_path, ("test", "train", "other")))), size=8).schema.target
    assert isinstance(target, Classes) and target.names == ("other", "test", "train")


def test_mean_and_deviation_are_those_of_the_training_part(tmp_path: Path) -> None:
    splits = load(Source(str(folder(tmp_path))), size=20)
    inputs = splits.schema.inputs
    assert isinstance(inputs, Pictures)
    reference = splits.train.x.numpy().astype(np.float64) / 255
    np.testing.assert_allclose(inputs.mean, reference.mean(axis=(0, 2, 3)), rtol=1e-9)
    np.testing.assert_allclose(inputs.deviation, reference.std(axis=(0, 2, 3)), rtol=1e-9)


def test_a_constant_channel_has_deviation_one() -> None:
    assert channel_statistics(torch.full((4, 1, 3, 3), 51, dtype=torch.uint8)) == ((51 / 255,), (1.0,))


@pytest.mark.parametrize(("height", "width"), [(60, 30), (30, 60), (7, 31), (20, 20), (101, 100)])
def test_the_middle_square_is_resized_with_antialiasing_as_pillow_does(height: int, width: int) -> None:
    picture = noise(height, width)
    side = min(height, width)
    box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
    expected = Image.fromarray(picture).resize((20, 20), Image.Resampling.BILINEAR, box=box)
    np.testing.assert_array_equal(fitted(picture, 20), np.asarray(expected))


def test_shrinking_keeps_the_mean_of_a_fine_pattern() -> None:
    stripes = np.tile(np.array([0, 255], dtype=np.uint8), (64, 32))
    assert np.abs(fitted(stripes, 8).astype(int) - 127).max() <= 20  # without antialiasing: 0 or 255


def test_grey_is_made_by_pillows_luminance_and_colour_by_repetition() -> None:
    coloured, grey = noise(8, 8), noise(8, 8, 1)
    x = stacked([coloured, grey], size=8, channels=1)
    np.testing.assert_array_equal(x[0, 0], np.asarray(Image.fromarray(coloured).convert("L")))
    np.testing.assert_array_equal(stacked([grey], size=8, channels=3)[0], np.stack([grey] * 3))


def test_colour_is_seen_in_the_pixels_not_in_the_file_format(tmp_path: Path) -> None:
    grey = folder(tmp_path / "grey")
    for path in grey.rglob("*.png"):
        Image.fromarray(noise(channels=1)).convert("RGB").save(path)
    assert load(Source(str(grey)), size=8).train.x.shape[1] == 1
    Image.fromarray(noise()).save(grey / "cat" / "coloured.png")
    assert load(Source(str(grey)), size=8).train.x.shape[1] == 3
    assert load(Source(str(grey)), size=8, channels=1).train.x.shape[1] == 1


def test_transparency_becomes_white(tmp_path: Path) -> None:
    pixels = np.dstack([noise(), np.full((20, 20), 255, dtype=np.uint8)])
    pixels[:10, :, 3] = 0
    x = only(tmp_path, Image.fromarray(pixels))
    assert (x[:, :10] == 255).all()
    np.testing.assert_array_equal(x[:, 10:], pixels[10:, :, :3].transpose(2, 0, 1))


def test_a_transparent_palette_colour_becomes_white(tmp_path: Path) -> None:
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    image.paste(0, (0, 0, 20, 10))
    image.save(tmp_path / "p.png", transparency=0)
    x = only(tmp_path / "f", (tmp_path / "p.png").read_bytes())
    assert (x[:, :10] == 255).all() and x[:, 15, 5].tolist() == [200, 100, 50]


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "LA"])
def test_every_mode_is_converted(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(noise()).convert(mode)
    suffix = "tif" if mode in {"CMYK", "YCbCr"} else "png"
    expected = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    np.testing.assert_array_equal(only(tmp_path, image, suffix=suffix), expected)


def test_sixteen_bits_are_scaled_by_their_range_and_never_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 400).reshape(20, 20).astype(np.uint16)
    x = only(tmp_path / "full", Image.fromarray(ramp))
    np.testing.assert_array_equal(x[0], np.rint(ramp / 257.0))
    x = only(tmp_path / "twelve", Image.fromarray(ramp // 16))
    assert x.min() == 0 and x.max() == 255 and len(x.unique()) > 200


@pytest.mark.parametrize(("low", "high", "expected"), [(0, 1, (0, 255)), (0, 255, (0, 255)), (-3, 5, (0, 255))])
def test_float_pictures_are_scaled_by_their_range(tmp_path: Path, low: float, high: float, expected: tuple) -> None:
    ramp = np.linspace(low, high, 400, dtype=np.float32).reshape(20, 20)
    x = only(tmp_path, Image.fromarray(ramp), suffix="tiff")
    assert (int(x.min()), int(x.max())) == expected
    assert (x[0].flatten().diff().int() >= 0).all()


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    pixels = np.zeros((20, 20, 3), dtype=np.uint8)
    pixels[:5] = 255  # a white strip at the top; turned by 90 degrees clockwise it is on the right
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "t.png", exif=exif)
    x = only(tmp_path / "f", (tmp_path / "t.png").read_bytes())
    assert (x[:, :, 15:] == 255).all() and (x[:, :, :15] == 0).all()


def test_the_first_frame_of_several_is_taken_and_noted(tmp_path: Path) -> None:
    folder(tmp_path)
    frames = [Image.new("L", (20, 20), level) for level in (10, 200)]
    frames[0].save(tmp_path / "cat" / "00.gif", save_all=True, append_images=frames[1:])
    splits = load(Source(str(tmp_path)), size=20)
    assert any("1 first of several frames" in note for note in splits.notes)


def test_conversions_are_counted_in_the_notes(tmp_path: Path) -> None:
    folder(tmp_path)
    for number in range(3):
        Image.fromarray(noise()).convert("CMYK").save(tmp_path / "cat" / f"c{number}.jpg")
    (tmp_path / "cat" / "notes.txt").write_text("a cat")
    notes = " | ".join(load(Source(str(tmp_path)), size=8).notes)
    assert "of 15 pictures: 3 CMYK" in notes and "1 .txt" in notes


def test_the_same_picture_in_two_parts_is_noted(tmp_path: Path) -> None:
    for part in ("train", "test"):
        folder(tmp_path / part)
    for path in (tmp_path / "train" / "cat").iterdir():  # one of the six goes to validation
        (tmp_path / "test" / "cat" / path.name).write_bytes(path.read_bytes())
    notes = load(Source(str(tmp_path)), size=20).notes
    assert any(note.startswith("W-SPLIT-DUP: 5 examples are") for note in notes)


def test_pictures_of_one_colour_are_noted(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20), "black").save(folder(tmp_path) / "dog" / "dark.png")
    notes = load(Source(str(tmp_path)), size=8).notes
    assert any(note.startswith("W-IMG-CONST: 1 picture is") and "dog/dark.png" in note for note in notes)


def test_hidden_files_links_and_pipes_do_no_harm(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "cat" / ".DS_Store.png").write_bytes(b"\0\0")
    (root / "__MACOSX").mkdir()
    (root / "cat" / "loop").symlink_to(root, target_is_directory=True)
    (root / "cat" / "gone.png").symlink_to(root / "nowhere.png")
    os.mkfifo(root / "cat" / "pipe.png")
    splits = load(Source(str(root)), size=8)
    assert sum(map(len, (splits.train, splits.valid, splits.test))) == 12


@pytest.mark.parametrize("name", ["a\nb.png", "🐱.png", "é" * 100 + ".png"])
def test_odd_file_names_work(tmp_path: Path, name: str) -> None:
    Image.fromarray(noise()).save(folder(tmp_path) / "cat" / name)
    assert sum(load(Source(str(tmp_path)), size=8).rows[part].numel() for part in range(3)) == 13


def test_a_folder_of_real_photos_is_read_as_pillow_reads_it() -> None:
    root = real("sign-digits-folder")
    splits = load(Source(str(root)), size=100)
    assert splits.rows[0].numel() == 350
    files = sorted(path for path in root.rglob("*.JPG"))
    row = int(splits.rows[0][0])
    np.testing.assert_array_equal(splits.train.x[0].permute(1, 2, 0), np.asarray(Image.open(files[row])))
    assert splits.train.y[0] == int(files[row].parent.name)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_sets_equal_their_bytes(name: str) -> None:
    root = real(name)
    splits = load(Source(name), size=28)
    assert tuple(map(len, (splits.train, splits.valid, splits.test))) == (*map(len, splits.rows[:2]), 10_000)
    content = gzip.decompress((root / "t10k-images-idx3-ubyte.gz").read_bytes())
    assert struct.unpack(">4I", content[:16]) == (2051, 10_000, 28, 28)
    assert splits.test.x.numpy().tobytes() == content[16:]
    labels = gzip.decompress((root / "t10k-labels-idx1-ubyte.gz").read_bytes())[8:]
    assert splits.test.y.tolist() == list(labels)
    assert splits.rows[2].tolist() == list(range(60_000, 70_000))
