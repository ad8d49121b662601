"""The one way in: names and paths of every kind, and what is wrong with them."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from etude.data.load import load
from etude.errors import EtudeError
from etude.records import Labelled
from etude.schema import Pictures, Signals, Table
from etude.source import Source

TABLES = ("iris", "wine", "breast-cancer", "diabetes", "moons", "circles", "xor", "spiral", "gaussians", "planes")
NAMES = {"digits": Pictures, "mnist1d": Signals} | dict.fromkeys(TABLES, Table)


@pytest.mark.parametrize("name", NAMES)
def test_every_embedded_set_is_split_without_overlap_or_loss(name: str) -> None:
    splits = load(Source(name), size=8)
    assert isinstance(splits.schema.inputs, NAMES[name])
    rows = torch.cat(splits.rows)
    assert rows.sort().values.tolist() == list(range(len(rows)))
    for part, numbers in zip((splits.train, splits.valid, splits.test), splits.rows, strict=True):
        assert isinstance(part, Labelled) and len(part) == len(numbers) > 0
    assert splits.rule and len(splits.fingerprint) == 64


@pytest.mark.parametrize("name", ["digits", "mnist1d", "iris"])
def test_the_same_source_gives_the_same_bits_and_another_seed_other_parts(name: str) -> None:
    first, again, other = (load(Source(name, split_seed=seed), size=8) for seed in (0, 0, 1))
    assert first.fingerprint == again.fingerprint
    assert torch.equal(first.train.x, again.train.x) and torch.equal(first.train.y, again.train.y)
    assert not torch.equal(first.rows[0], other.rows[0])


def test_the_classes_are_spread_evenly_over_the_parts() -> None:
    splits = load(Source("digits"), size=8)
    for part in (splits.train, splits.valid, splits.test):
        shares = part.y.bincount() / len(part)
        assert (shares - 0.1).abs().max() < 0.012


def test_the_fingerprint_sees_one_changed_pixel(tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype=np.uint8)
    prints = []
    for _ in range(2):
        np.savez(tmp_path / "a.npz", x=x, y=np.arange(30) % 2)
        prints.append(load(Source(str(tmp_path / "a.npz")), size=8).fingerprint)
        x[7, 3, 3] ^= 1
    assert prints[0] != prints[1]


def test_overfit_trains_and_validates_on_the_first_examples() -> None:
    splits, whole = load(Source("digits", overfit=10), size=8), load(Source("digits"), size=8)
    assert torch.equal(splits.train.x, whole.train.x[:10]) and torch.equal(splits.valid.x, splits.train.x)
    assert torch.equal(splits.test.x, whole.test.x)


def test_pictures_take_the_size_and_channels_that_are_asked() -> None:
    assert load(Source("digits"), size=32, channels=3).train.x.shape[1:] == (3, 32, 32)
    assert load(Source("digits"), size=8).train.x.shape[1:] == (1, 8, 8)


def test_a_table_is_read_from_its_path(tmp_path: Path) -> None:
    pl.DataFrame({"a": range(40), "b": [0.5, 1.5] * 20, "label": ["u", "v"] * 20}).write_csv(tmp_path / "t.csv")
    splits = load(Source(str(tmp_path / "t.csv")))
    assert isinstance(splits.schema.inputs, Table) and splits.schema.target.name == "label"


def test_the_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).normal(size=(30, 4)), y=np.arange(30) % 2)
    assert isinstance(load(Source("~/a.npz")).schema.inputs, Signals)


def text(path: Path) -> None:
    path.write_bytes(b"")


def picture(path: Path) -> None:
    Image.new("L", (4, 4)).save(path, "PNG")


@pytest.mark.parametrize(
    ("name", "make", "code", "exit_code", "says"),
    [
        ("digitz", None, "E-DATA-NAME", 3, "did you mean 'digits'"),
        ("nothing-like-it", None, "E-DATA-NAME", 3, "`etude list data`"),
        ("", None, "E-DATA-NAME", 2, "empty"),
        ("absent.csv", None, "E-DATA-PATH", 3, "no file or folder"),
        ("some/folder", None, "E-DATA-PATH", 3, "no file or folder"),
        ("empty.csv", text, "E-DATA-EMPTY", 3, "0 bytes"),
        ("one.png", picture, "E-DATA-TYPE", 3, "PNG"),
        ("folder", Path.mkdir, "E-IMG-NONE", 3, "0 images"),
        ("empty.npz", text, "E-NPZ-TYPE", 3, "no whole .npz"),
    ],
)
def test_what_cannot_be_loaded_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, make, code: str, exit_code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if make is not None:
        make(tmp_path / name)
    with pytest.raises(EtudeError) as caught:
        load(Source(name))
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code) and says in caught.value.message


def test_the_target_of_an_embedded_table_can_be_chosen() -> None:
    assert load(Source("iris", target="petal width (cm)", task="regress")).schema.target.name == "petal width (cm)"
    with pytest.raises(EtudeError) as caught:
        load(Source("iris", target="petal widht (cm)"))
    assert caught.value.code == "E-TARGET" and "did you mean 'petal width (cm)'" in caught.value.message
