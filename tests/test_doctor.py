"""The doctor names each planted bug, says nothing of what is healthy, and is not felt by the training."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from etude.cli.main import main
from etude.inside.doctor.curves import Curves, judged_curves
from etude.inside.doctor.doctor import UNFIT, examined, preflight
from etude.layers.outputs import Scalar
from etude.training.store import read_lines
from etude.verbs.python import train
from etude.verbs.recipes import default_recipe, fill_recipe
from tests.zoo import data, losses, networks, optimizers
from tests.zoo.healthy import Change, network, quantities, regression, training

ZOO: dict[str, tuple[str, Change]] = {**networks.BUGS, **losses.BUGS, **optimizers.BUGS, **data.BUGS}


@pytest.mark.parametrize("bug", ZOO)
def test_planted_bug_is_named(bug: str, unchecked: None) -> None:
    code, planted = ZOO[bug]
    diagnosis = preflight(planted())
    if code not in [each.code for each in diagnosis.findings]:
        diagnosis = examined(planted(), seconds=10.0)
    assert code in [each.code for each in diagnosis.findings], [each.sentence for each in diagnosis.findings]
    assert all(each.seen and each.advice for each in diagnosis.findings)
    assert not [each.skipped for each in diagnosis.verdicts if UNFIT in each.skipped]


def test_nothing_is_said_of_the_healthy(unchecked: None) -> None:
    for healthy in (training(), regression(network(Scalar(), outputs=1), data=quantities())):
        assert [each.sentence for each in examined(healthy, seconds=10.0).findings] == []


def test_training_does_not_feel_the_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before `etude train`, the same bits as with --no-doctor; for every recipe `check_recipe` says so."""
    monkeypatch.chdir(tmp_path)
    arguments = ["train", "cnn", "--width", "4", "--steps", "60", "--batch", "16", "--json"]
    assert main([*arguments, "--name", "with"]) == 0
    assert main([*arguments, "--name", "without", "--no-doctor"]) == 0
    last = "checkpoints/step-000000060/*.safetensors"
    one, other = (load_file(next(Path("runs", name).glob(last))) for name in ("with", "without"))
    assert one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_training_from_python_is_looked_over_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    train("softmax", "iris", name="with", out=tmp_path, steps=3, rate=300.0)
    assert any("[W-STEP-LARGE]" in each for each in caplog.messages), caplog.messages
    caplog.clear()
    train("softmax", "iris", name="without", out=tmp_path, steps=3, rate=300.0, doctor=False)
    assert not caplog.messages


def test_world_of_an_agent_stands_where_it_stood() -> None:
    """Its batches come from acting in a world that is a part of the learner."""
    recipe = default_recipe("ppo")
    experiment = next(fill_recipe(recipe, type(recipe).tiny).experiments())
    before = {name: each.clone() for name, each in experiment.learner.state_dict().items()}
    chance = torch.get_rng_state()
    assert preflight(experiment).ok
    after = experiment.learner.state_dict()
    assert [name for name in before if not torch.equal(before[name], after[name])] == []
    assert torch.equal(chance, torch.get_rng_state())


def test_what_is_found_before_a_training_is_told_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["train", "softmax", "--steps", "3", "--rate", "300", "--name", "hasty"])
    assert "W-STEP-LARGE" in capsys.readouterr().err
    (row,) = [row for row in read_lines(Path("runs/hasty/events.jsonl")) if row["event"] == "doctor"][:1]
    assert row["code"].startswith("W-") and "Lower" in row["message"]
    main(["train", "softmax", "--steps", "3", "--rate", "300", "--no-doctor"])
    assert "doctor" not in capsys.readouterr().err


def test_verb_on_a_recipe_a_run_and_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "softmax", "--seconds", "2"]) == 0
    assert "nothing wrong" in capsys.readouterr().out
    assert main(["doctor", "softmax", "--rate", "300", "--seconds", "1", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert not said["ok"] and "W-STEP-LARGE" in [each["verdict"] for each in said["checks"]]
    assert main(["train", "softmax", "--steps", "200"]) == 0
    assert main(["doctor", "last", "--json"]) in (0, 1)
    assert "one update comes to its end" in capsys.readouterr().out
    assert main(["doctor", "--env", "--json"]) in (0, 1)
    checks = [each["check"] for each in json.loads(capsys.readouterr().out)["checks"]]
    assert {"torch", "threads", "disk", "browser"} <= set(checks)
    assert main(["doctor", "nobody"]) == 4 and main(["doctor", "--env", "now"]) == 2


def rows(losses: list[float], scores: list[float]) -> list[dict[str, float]]:
    """Curves with an evaluation in each row."""
    pairs = enumerate(zip(losses, scores, strict=True), start=1)
    return [{"step": k * 10, "loss": loss, "valid_loss": loss, "valid_accuracy": score} for k, (loss, score) in pairs]


RISING = [0.5 + 0.02 * k for k in range(20)]
FALLING = [2.0 * 0.9**k for k in range(20)]
CURVES = {
    "good": ([*FALLING[:10], *[0.7] * 10], [*RISING[:10], *[0.7, 0.705] * 5], set()),
    "cut short": (FALLING, RISING, {"W-STILL-FALLING"}),
    "rests": ([0.3 + 2 * 0.3**k for k in range(20)], [0.5, 0.9, *[0.89] * 18], {"W-PLATEAU"}),
    "diverges": ([2.3 * 1.2**k for k in range(20)], [0.5, *[0.4] * 19], {"W-DIVERGED", "W-PLATEAU"}),
    "does not learn": ([2.3] * 20, [0.33] * 20, {"W-NOT-LEARNING", "W-GUESSING", "W-PLATEAU"}),
    "leaps": ([1.5, 1.4] + [1.6, 0.8] * 9, [0.5] * 10 + [0.6] * 10, {"W-RATE-HIGH"}),
}


@pytest.mark.parametrize("name", CURVES)
def test_curves_are_read(name: str) -> None:
    falling, rising, codes = CURVES[name]
    curves = Curves(rows(falling, rising), 200, "valid_accuracy", True, commonest=0.4)
    assert {one.code for each in judged_curves(curves) for one in each.findings} == codes


def test_learning_by_heart_is_told_where_it_costs_something() -> None:
    seen = [{**row, "valid_loss": 1.0 + 0.1 * k} for k, row in enumerate(rows(FALLING, RISING[::-1]))]
    codes = [one.code for each in judged_curves(Curves(seen, 400, "valid_accuracy", True)) for one in each.findings]
    assert "W-BY-HEART" in codes
    kept = [{**row, "valid_accuracy": 0.9} for row in seen]
    codes = [one.code for each in judged_curves(Curves(kept, 400, "valid_accuracy", True)) for one in each.findings]
    assert "W-BY-HEART" not in codes
