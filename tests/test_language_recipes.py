"""gpt and char-rnn from training to their verbs, on a small text of their own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import etude
from etude.errors import DataError, ResourceError, UsageError
from etude.figures import Matrix
from etude.figures import Text as Words
from etude.objectives.precision import has_half_units
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun
from etude.verbs.recipes import default_recipe, fill_recipe

SMALL: dict[str, dict[str, Any]] = {
    "gpt": {"layers": 1, "heads": 2, "width": 16, "context": 16, "batch": 8},
    "char-rnn": {"width": 16, "context": 10, "batch": 4},
}
RECIPES = list(SMALL)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "sheep.txt"
    path.write_text("".join(f"{number % 7} sheep jump over {number % 5} gates\n" for number in range(300)))
    return path


def trained(name: str, text: Path, out: Path, **settings: Any) -> etude.Trained:
    return etude.train(name, text, out=out, **(SMALL[name] | {"steps": 60} | settings))


def body(figure: object) -> str:
    assert isinstance(figure, Words)
    return figure.body


@pytest.mark.parametrize("name", RECIPES)
def test_a_run_is_judged_writes_answers_and_explains(name: str, text: Path, tmp_path: Path) -> None:
    run = trained(name, text, tmp_path, steps=150)
    judged = etude.evaluate(run)
    frequency, bigram, _ = judged.baselines
    ours = [float(each["loss"].value or 0) for each in (judged.evaluation.metrics, bigram.metrics, frequency.metrics)]
    assert ours[0] < ours[2]
    assert ours[1] < ours[2]
    figures = {path.stem for path in (run.run.folder / "figures").iterdir()}
    assert {"sample", "test-loss-by-position"} <= figures

    first = body(etude.generate(run, prompt="3 sheep", length=30, seed=1))
    assert first.startswith("3 sheep")
    assert len(first) == 7 + 30
    assert first == body(etude.generate(run, prompt="3 sheep", length=30, seed=1))
    assert first != body(etude.generate(run, prompt="3 sheep", length=30, seed=2))
    assert body(etude.generate(run, n=3, length=5)).count("---") == 2

    answer = etude.predict(run, ["3 sheep jum"]).rows[0]
    shares = list(answer.probabilities.values())
    assert len(shares) == 5
    assert shares == sorted(shares, reverse=True)
    assert repr(answer.answer) == next(iter(answer.probabilities))
    assert etude.predict(run, [text]).rows[0].name == str(text)

    drawn = etude.explain(run, ["3 sheep jump"])
    assert all(isinstance(each, Matrix) for each in drawn.values())
    assert "3 sheep jump surprise" in drawn


@pytest.mark.parametrize("name", RECIPES)
def test_scores_that_training_watched_are_those_of_the_judge(name: str, text: Path, tmp_path: Path) -> None:
    run = trained(name, text, tmp_path)
    judged = etude.evaluate(etude.load(run.run.folder, use="last"), on="valid").evaluation
    row = run.run.curves()[-1]
    assert {f"valid_{score}": each.value for score, each in judged.metrics.items()} == {
        score: value for score, value in row.items() if score.startswith("valid_")
    }


@pytest.mark.parametrize("settings", [{"cell": "gru"}, {"cell": "rnn"}, {"layers": 2, "dropout": 0.2}])
def test_every_kind_of_cell_learns(settings: dict[str, Any], text: Path) -> None:
    assert last_loss("char-rnn", text, settings) < 2.4


@pytest.mark.parametrize("settings", [{"tokenizer": "byte-pairs", "merges": 20}, {"dropout": 0.1}])
def test_every_kind_of_gpt_learns(settings: dict[str, Any], text: Path) -> None:
    assert last_loss("gpt", text, settings) < 2.6


@pytest.mark.parametrize("name", RECIPES)
def test_half_precision_learns_in_weights_of_whole_precision(name: str, text: Path) -> None:
    if has_half_units():
        assert last_loss(name, text, {"precision": "bfloat16"}) < 2.6
    else:
        with pytest.raises(ResourceError, match="no units"):
            last_loss(name, text, {"precision": "bfloat16"})


def last_loss(name: str, text: Path, settings: dict[str, Any]) -> float:
    recipe = fill_recipe(default_recipe(name), SMALL[name] | {"data": str(text), "steps": 60, "rate": 0.01} | settings)
    experiment = next(recipe.experiments())
    *_, last = fit(replace(experiment, evaluate=dict), UnsavedRun())
    assert all(each.dtype != torch.bfloat16 for each in experiment.learner.state_dict().values())
    return float(last.logs["loss"])


@pytest.mark.parametrize("name", RECIPES)
def test_what_training_never_met_is_refused_in_words(name: str, text: Path, tmp_path: Path) -> None:
    run = trained(name, text, tmp_path, steps=2)
    with pytest.raises(DataError, match="had no 'X', 'Ü'"):
        etude.generate(run, prompt="XÜ")
    with pytest.raises(DataError, match="empty"):
        etude.predict(run, [""])
    with pytest.raises(UsageError, match="--temperature -1"):
        etude.generate(run, temperature=-1.0)
    with pytest.raises(UsageError, match="--top-p 0"):
        etude.generate(run, top_p=0.0)


def test_heads_must_share_the_width(text: Path) -> None:
    recipe = fill_recipe(default_recipe("gpt"), {"data": str(text), "width": 10, "heads": 4})
    with pytest.raises(UsageError, match="cannot be shared"):
        next(recipe.experiments())


@pytest.mark.parametrize("name", [*RECIPES, "names"])
def test_data_of_another_kind_are_refused(name: str) -> None:
    recipe = fill_recipe(default_recipe(name), {"data": "iris"})
    with pytest.raises(DataError, match="no text file"):
        next(recipe.experiments())
