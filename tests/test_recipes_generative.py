"""gan, wgan and ddpm as a user meets them: on pictures, with wishes, and with data that they cannot take."""

from pathlib import Path
from typing import Any

import pytest
import torch

import etude
from etude.errors import DataError, UsageError
from etude.evaluation import features, yardstick
from etude.evaluation.yardstick import Yardstick
from etude.figures import Images, Points
from etude.learners.adversarial import Adversarial
from etude.recipes import ddpm
from etude.recipes.ddpm import Diffusion
from etude.recipes.ddpm import Wish as DiffusionWish
from etude.recipes.gan import GenerativeAdversarial
from etude.schema import Classes
from etude.source import Source
from etude.training import adversarial
from etude.training.diffusion import class_wanted
from etude.training.samples import SampleWish

SMALL: dict[str, Any] = {"steps": 2, "batch": 8, "width": 8, "size": 8}


@pytest.fixture(autouse=True)
def quick_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "UPDATES", 3)


@pytest.mark.parametrize("recipe", ["gan", "wgan", "ddpm"])
def test_pictures_are_made_judged_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: str) -> None:
    for module in (adversarial, yardstick):
        monkeypatch.setattr(module, "SAMPLES", 60)
    monkeypatch.setattr(ddpm, "PICTURES", 60)
    trained = etude.train(recipe, "digits", **SMALL, out=tmp_path)
    judgement = etude.evaluate(trained)
    assert {"KID", "FID", "precision", "recall", "novelty"} <= judgement.evaluation.metrics.keys()
    assert [each.name for each in judgement.baselines][-2:] == ["training examples", "one Gaussian"]
    if recipe == "ddpm":
        assert list(judgement.evaluation.metrics)[:3] == ["recognised", "rarest_class", "commonest_class"]
        assert judgement.baselines[0].metrics.keys() == {"recognised"}
    assert (trained.run.folder / "figures" / "test-neighbours.json").exists()
    figure = trained.recipe.generate(trained.predictor.network, trained.schema, trained.recipe.wishes(n=3, seed=1))
    assert isinstance(figure, Images) and figure.pixels.shape == (3, 1, 8, 8)


def test_the_last_curve_row_is_the_judgement_of_the_validation_part(tmp_path: Path) -> None:
    for recipe, tiny in (("gan", GenerativeAdversarial.tiny), ("ddpm", Diffusion.tiny)):
        trained = etude.train(recipe, out=tmp_path, **tiny)
        judged = etude.evaluate(trained, on="valid").evaluation.metrics
        row = {name: value for name, value in trained.run.curves()[-1].items() if name.startswith("valid_")}
        assert row == {name: judged[name.removeprefix("valid_")].value for name in row} and row


def test_a_seed_is_a_sample_and_classes_have_names(tmp_path: Path) -> None:
    recipe = Diffusion(source=Source("digits"), size=8, width=8, timesteps=10)
    experiment = next(recipe.experiments())
    schema, network = experiment.splits.schema, experiment.learner.network
    first, again, other = (recipe.generate(network, schema, DiffusionWish(n=4, seed=seed)) for seed in (1, 1, 2))
    assert torch.equal(first.pixels, again.pixels) and not torch.equal(first.pixels, other.pixels)
    assert first.captions == ("0", "1", "2", "3")
    for wish in (
        DiffusionWish(n=4, label="7"),
        DiffusionWish(n=4, label="7", guidance=2.0),
        DiffusionWish(n=4, label="7", steps=None),
        DiffusionWish(n=4, label="7", steps=3, eta=1.0),
    ):
        assert recipe.generate(network, schema, wish).captions == ("7",) * 4
    with pytest.raises(UsageError, match=r"no class 'seven'.*Known: 0, 1"):
        recipe.generate(network, schema, DiffusionWish(label="seven"))
    assert isinstance(schema.target, Classes) and class_wanted(schema, None, 12).tolist() == [*range(1, 11), 1, 2]


def test_points_come_in_the_units_of_their_columns(tmp_path: Path) -> None:
    rows = [f"{1000 + x},{x % 7}" for x in range(60)]
    (tmp_path / "own.csv").write_text("metres,seconds\n" + "\n".join(rows) + "\n")
    trained = etude.train("gan", tmp_path / "own.csv", **GenerativeAdversarial.tiny, out=tmp_path / "runs")
    figure = trained.recipe.generate(trained.predictor.network, trained.schema, SampleWish(n=5))
    assert isinstance(figure, Points) and (figure.x_label, figure.y_label) == ("metres", "seconds")
    assert 900 < float(figure.x.mean()) < 1100
    with pytest.raises(UsageError, match="have no classes"):
        class_wanted(trained.schema, "7", 1)


@pytest.mark.parametrize(
    ("recipe", "data", "settings", "words"),
    [
        ("gan", "iris", {}, "two columns of numbers"),
        ("wgan", "mnist1d", {}, "neither pictures nor a table"),
        ("ddpm", "iris", {}, "two columns of numbers"),
        ("gan", "digits", {"size": 10}, "multiple of 4"),
        ("ddpm", "digits", {"size": 10}, "multiple of 4"),
        ("ddpm", "digits", {"width": 12, "size": 8}, "multiple of 8"),
        ("ddpm", "8-gaussians", {"noise": "liner"}, "linear"),
    ],
)
def test_what_they_cannot_take_is_refused(
    tmp_path: Path, recipe: str, data: str, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises((DataError, UsageError), match=words):
        etude.train(recipe, data, **settings, steps=1, out=tmp_path / "runs")


def test_gan_finds_the_modes_that_too_much_inertia_forgets(unchecked: None) -> None:
    """Adam's usual memory of past gradients drives the samples round and round; without it they settle."""
    found = {}
    for inertia in (0.0, 0.9):
        recipe = GenerativeAdversarial(inertia=inertia, width=16, steps=700)
        experiment = next(recipe.experiments())
        learner, batches = experiment.learner, experiment.batches(0)
        assert isinstance(learner, Adversarial)
        for _ in range(experiment.steps):
            learner.update(next(batches))
        judged = recipe.judge(learner.network, experiment, "valid").metrics
        found[inertia] = judged["energy_distance"].value
    assert found[0.0] < 0.15 < 0.3 < found[0.9]


def test_a_perfect_generator_would_reach_what_the_training_examples_reach() -> None:
    recipe = GenerativeAdversarial(**GenerativeAdversarial.tiny)
    experiment = next(recipe.experiments())
    against = Yardstick(experiment.splits, "8-gaussians")
    real, simple = against.baselines(1000, against.real("test"))
    assert real.metrics["modes"].value == 8 and (real.metrics["high_quality"].value or 0) > 0.98
    assert (real.metrics["precision"].value or 0) > 0.9 > 0.2 > (simple.metrics["precision"].value or 0)
