"""A deep belief network is a stack of machines, each taught on what those below it say."""

from pathlib import Path

import pytest
import torch

import etude
from etude.errors import UsageError
from etude.models.dbn import DeepBelief
from etude.recipes.dbn import DeepBeliefNetwork
from etude.source import Source
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun


def test_reading_upwards_is_a_sigmoid_network() -> None:
    stack = DeepBelief(16, hidden=(8, 4), classes=3)
    x = torch.randint(0, 256, (5, 1, 4, 4), dtype=torch.uint8)
    h = x.flatten(1).float() / 255
    for depth in range(2):
        rbm = stack.machine(depth)
        h = torch.sigmoid(torch.nn.functional.linear(h, rbm.weight.T, rbm.hidden_bias))
    torch.testing.assert_close(stack(x), stack.answer(h))


def test_a_machine_leaves_those_below_and_above_it_alone() -> None:
    recipe = DeepBeliefNetwork(source=Source("digits", overfit=200), hidden=(8, 6, 4), pretraining=1)
    experiments = recipe.experiments()
    next(experiments)
    second = next(experiments)
    before = {name: each.clone() for name, each in second.learner.network.state_dict().items()}
    for _ in fit(second, UnsavedRun()):
        pass
    after = second.learner.network.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {f"machines.1.{name}" for name in ("weight", "visible_bias", "hidden_bias")}


def test_fine_tuning_starts_from_the_machines() -> None:
    recipe = DeepBeliefNetwork(source=Source("digits", overfit=200), hidden=(8, 4), pretraining=1)
    *machines, told = list(recipe.experiments())
    taught, started = machines[-1].learner.network.state_dict(), told.learner.network.state_dict()
    assert all(torch.equal(taught[name], started[name]) for name in taught)


def test_few_labels_are_drawn_by_the_seed(tmp_path: Path) -> None:
    trained = etude.train("dbn", labels=30, pretraining=0, hidden=(8,), steps=2, out=tmp_path)
    *_, told = list(trained.recipe.experiments())
    assert len(next(told.batches(0))) == 30


def test_negative_pretraining_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pretraining"):
        etude.train("dbn", pretraining=-1, out=tmp_path)
