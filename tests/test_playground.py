"""The playground learns as TensorFlow Playground does, number for number: losses recorded from its own engine."""

import json
import math
import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from etude.playground import fdlibm
from etude.playground.learner import binary_cross_entropy
from etude.playground.lesson import Lesson
from etude.playground.network import PlaneNetwork
from etude.playground.order import carried
from etude.playground.seedrandom import SeedRandom
from etude.playground.worlds import Point
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun

EPOCHS = 100


@cache
def golden() -> list[dict[str, Any]]:
    path = Path(os.environ["ETUDE_DATA"]) / "playground-golden/golden.json"
    found: list[dict[str, Any]] = json.loads(path.read_text())["configs"]
    return found


def lesson(config: dict[str, Any]) -> Lesson:
    quantity = config["dataset"].startswith("reg")
    return Lesson(
        problem="regression" if quantity else "classification",
        **{"reg_dataset" if quantity else "dataset": config["dataset"]},
        features=tuple(config["features"]),
        shape=tuple(config["networkShape"]),
        activation=config["activation"],
        rate=float(config["learningRate"]),
        penalty=config["regularization"],
        strength=float(config["regularizationRate"]),
        noise=float(config["noise"]),
        batch=config["batchSize"],
        training=config["percTrainData"],
        seed=config["seed"],
    )


@pytest.mark.parametrize("number", range(12))
def test_t15_t33_points_and_weights_follow_from_the_seed_alone(number: int) -> None:
    recorded = golden()[number]
    plain = replace(lesson(recorded["config"]), features=("x", "y"))
    train, test = plain.parts
    points = torch.cat([torch.cat([part.x, part.y[:, None]], dim=1) for part in (train, test)])
    browser = torch.tensor(recorded["train"] + recorded["test"], dtype=torch.float64)
    assert torch.equal(points, browser)
    assert weights(lesson(recorded["config"]).learner().model) == recorded["initial"]


def weights(network: PlaneNetwork) -> list[list[dict[str, Any]]]:
    return [
        [{"bias": bias, "weights": row} for bias, row in zip(layer.bias.tolist(), layer.weight.tolist(), strict=True)]
        for layer in network.linears
    ]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("number", range(12))
def test_t34_t35_t36_losses_of_100_epochs_are_those_of_the_browser(number: int) -> None:
    recorded = golden()[number]
    experiment = lesson(recorded["config"]).experiment()
    losses = [experiment.evaluate()]
    for event in fit(experiment, UnsavedRun()):
        losses += [event.scores] if event.scores else []
        if len(losses) > EPOCHS:
            break
    found = [[scores["train_loss"], scores["test_loss"]] for scores in losses]
    torch.testing.assert_close(found, recorded["losses"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("bend", ["relu", "tanh", "sigmoid", "linear"])
@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_gradients_written_out_are_those_of_autograd(bend: str, problem: str) -> None:
    told = Lesson(problem=problem, activation=bend, shape=(5, 3), features=("x", "y", "sinX"), rate=1.0)  # type: ignore[arg-type]
    rule, batch = told.learner(), told.parts[0][:10]
    before = [each.detach().clone() for each in rule.model.parameters()]
    loss = ((rule.model(batch.x) - batch.y) ** 2).mean() / 2
    wanted = torch.autograd.grad(loss, list(rule.model.parameters()))
    logs = rule.update(batch)
    found = [old - new.detach() for old, new in zip(before, rule.model.parameters(), strict=True)]
    torch.testing.assert_close(found, list(wanted), rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(logs["loss"], loss.detach())


def test_t34_what_an_epoch_leaves_over_is_carried_into_the_next() -> None:
    points = Lesson().labelled([Point(float(i), 0.0, 1.0) for i in range(7)])
    batches = carried(points, 3, start=0)
    seen = [next(batches).x[:, 0].tolist() for _ in range(6)]
    assert seen == [[0, 1, 2], [3, 4, 5], [6, 0, 1, 2], [3, 4, 5], [6, 0, 1, 2], [3, 4, 5]]
    for start in range(6):
        assert next(carried(points, 3, start=start)).x[:, 0].tolist() == seen[start]


@pytest.mark.parametrize("name", ["sin", "cos", "log"])
def test_functions_of_the_browser_are_right_to_the_last_bit_but_one(name: str) -> None:
    for k in range(1, 3000):
        x = k / 3000 if name == "log" else (k - 1500) / 100
        wanted = getattr(math, name)(x)
        assert abs(getattr(fdlibm, name)(x) - wanted) <= math.ulp(wanted)


def test_tanh_of_the_browser_is_right_to_the_last_two_bits() -> None:
    x = np.concatenate([np.linspace(-30, 30, 4001), [1e-30, -1e-300, np.inf, -np.inf]])
    wanted = np.array([math.tanh(each) for each in x])
    assert (np.abs(fdlibm.tanh(x) - wanted) <= 2 * np.spacing(np.abs(wanted))).all()
    assert np.isnan(fdlibm.tanh(np.array([np.nan]))).all()


def test_tanh_of_many_numbers_has_the_bits_of_each_alone() -> None:
    """At the edges of the cases too, where one bit decides by which formula a number is computed."""
    edges = np.array(fdlibm.BOUNDS[1:])
    near = [np.nextafter(edges, edges + side) for side in (-1, 0, 1)]
    z = np.concatenate([*near, np.random.default_rng(0).normal(size=5000) * 3, [1e-30, 0.0, 22.0]])
    z = np.stack([z, -z])
    alone = np.array([fdlibm.tanh_of(each) for each in z.ravel().tolist()])
    assert (fdlibm.tanh(z).ravel().view(np.int64) == alone.view(np.int64)).all()


def test_every_character_of_the_seed_counts() -> None:
    first = {SeedRandom(seed)() for seed in ("", "0", "1", "10", "0.1", "0.10", "x" * 256, "x" * 300)}
    assert len(first) == 8
    assert all(0 <= number < 1 for number in first)


@pytest.mark.parametrize("bend", ["relu", "tanh"])
def test_cross_entropy_is_that_of_torch(bend: str) -> None:
    told = Lesson(activation=bend, shape=(5, 3), loss="bce", rate=1.0)  # type: ignore[arg-type]
    rule, batch = told.learner(), told.parts[0][:10]
    assert set(batch.y.tolist()) == {0.0, 1.0}
    before = [each.detach().clone() for each in rule.model.parameters()]
    loss = torch.nn.functional.binary_cross_entropy(rule.model(batch.x), batch.y)
    wanted = torch.autograd.grad(loss, list(rule.model.parameters()))
    logs = rule.update(batch)
    found = [old - new.detach() for old, new in zip(before, rule.model.parameters(), strict=True)]
    torch.testing.assert_close(found, list(wanted), rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(logs["loss"], loss.detach())
    answers = torch.tensor([0.0, 1.0, 0.3, 1.0, 0.0], dtype=torch.float64)
    labels = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0], dtype=torch.float64)
    wanted_losses = torch.nn.functional.binary_cross_entropy(answers, labels, reduction="none")
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(binary_cross_entropy(answers.numpy(), labels.numpy()), wanted_losses, rtol=1e-14)


def test_points_of_ones_own_are_learnt_in_their_order() -> None:
    own = tuple(Point(float(i), 0.0, float(i % 2)) for i in range(5))
    lesson = Lesson(own=own, training=100, batch=2, seed="0.5")
    assert lesson.parts[0].x[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert lesson.parts[0].y.tolist() == [-1, 1, -1, 1, -1]
    scores = lesson.experiment().evaluate()
    assert math.isfinite(scores["train_loss"]) and math.isnan(scores["test_loss"])
