"""Pictures that nobody sorted: six recipes learn from them, and those that need classes still ask for them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import etude
from etude.cli.main import main
from etude.data.points import load_pictures_or_points
from etude.data.squares import load_gallery
from etude.errors import DataError
from etude.evaluation import yardstick
from etude.recipes import ddpm
from etude.records import Inputs, Labelled
from etude.report.report import write_report
from etude.schema import Nothing
from etude.source import Source
from etude.training import adversarial
from etude.training.abilities import Generating
from etude.verbs.predict import predict
from etude.verbs.trained import load_trained

SMALL: dict[str, dict[str, Any]] = {
    "autoencoder": {"hidden": (8,)},
    "vae": {"hidden": 8},
    "rbm": {"hidden": 8},
    "gan": {"size": 8, "width": 4, "batch": 8},
    "wgan": {"size": 8, "width": 4, "batch": 8},
    "ddpm": {"size": 8, "width": 8, "batch": 8, "timesteps": 10},
}


def pictures(folder: Path, n: int) -> Path:
    """Coloured JPEG and PNG files of several sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    for number in range(n):
        height, width = random.integers(8, 20, 2)
        pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.{'jpg' if number % 2 else 'png'}")
    return folder


@pytest.mark.parametrize("recipe", SMALL)
def test_a_flat_folder_is_learnt_from_end_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: str, unchecked: None
) -> None:
    for module in (adversarial, yardstick):
        monkeypatch.setattr(module, "SAMPLES", 30)
    monkeypatch.setattr(ddpm, "PICTURES", 30)
    folder = pictures(tmp_path / "photos", 30)
    run = etude.train(recipe, str(folder), **SMALL[recipe], steps=1, out=tmp_path / "runs").run.folder
    assert main(["resume", str(run), "--steps", "2"]) == 0
    trained = load_trained(str(run), use="last")
    assert trained.step == 2 and trained.schema.target == Nothing()
    judgement = etude.evaluate(trained)
    assert judgement.evaluation.n > 0 and "accuracy" not in judgement.evaluation.metrics
    folder.rename(tmp_path / "elsewhere")
    trained = load_trained(str(run))
    if isinstance(trained.recipe, Generating):
        assert trained.recipe.generate(trained.predictor.network, trained.schema, trained.recipe.wishes(n=2))
    if recipe == "autoencoder":
        assert len(predict(trained, [tmp_path / "elsewhere"]).rows) == 30
    assert "There is no answer" in write_report(trained.run.folder).read_text(encoding="utf-8")


def test_parts_of_a_folder_and_of_an_array_are_kept(tmp_path: Path) -> None:
    pictures(tmp_path / "photos" / "train", 9)
    pictures(tmp_path / "photos" / "test", 4)
    splits = load_pictures_or_points(Source(str(tmp_path / "photos")), size=8)
    assert isinstance(splits.train, Inputs) and len(splits.test) == 4
    x = np.random.default_rng(0).integers(0, 256, (20, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "parts.npz", x_train=x, x_test=x[:5])
    splits = load_gallery(Source(str(tmp_path / "parts.npz")), size=None)
    assert isinstance(splits.train, Inputs) and len(splits.test) == 5
    np.savez(tmp_path / "alone.npz", x)
    splits = load_gallery(Source(str(tmp_path / "alone.npz")), size=None)
    assert len(splits.train) + len(splits.valid) + len(splits.test) == 20 and "at random" in splits.rule


def test_classes_are_used_where_there_are_some_and_left_aside_where_one_is_too_rare(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "cat", 6).parent
    assert "'cat' for all pictures" in " ".join(load_gallery(Source(str(folder)), size=8).notes)
    pictures(folder / "dog", 6)
    assert isinstance(load_gallery(Source(str(folder)), size=8).train, Labelled)
    pictures(folder / "zebra", 1)
    splits = load_gallery(Source(str(folder)), size=8)
    assert splits.schema.target == Nothing() and sum(map(len, splits.rows)) == 13
    note = next(note for note in splits.notes if "zebra" in note)
    assert note.startswith("the classes are left aside") and "--task" not in note


def test_too_few_pictures_and_series_are_refused(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "two", 2)
    with pytest.raises(DataError, match="2 rows; needs 3"):
        load_gallery(Source(str(folder)), size=8)
    pictures(folder, 6)
    with pytest.raises(DataError, match="against 2 at least"):
        etude.train("gan", str(folder), **SMALL["gan"], steps=1, out=tmp_path)
    assert etude.train("vae", str(folder), **SMALL["vae"], steps=1, out=tmp_path)
    np.savez(tmp_path / "series.npz", x=torch.rand(20, 8).numpy())
    with pytest.raises(DataError, match="series and no answers"):
        load_gallery(Source(str(tmp_path / "series.npz")), size=8)
