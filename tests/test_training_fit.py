"""The loop: what it saves, when it stops, and that stopping changes nothing."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.data.batches import shuffled
from etude.errors import DivergedError
from etude.learners.base import GradientLearner
from etude.optim import Optimizer, adam, sgd
from etude.records import Labelled
from etude.training.experiment import Experiment, Watch
from etude.training.fit import fit
from etude.training.phases import train
from etude.training.run import Run
from etude.types import Loss


def cross_entropy(model: nn.Module, batch: Labelled) -> Loss:
    return Loss(F.cross_entropy(model(batch.x), batch.y), len(batch))


def noisy(batch: Labelled, generator: torch.Generator) -> Labelled:
    return Labelled(batch.x + 0.1 * torch.randn(batch.x.shape, generator=generator), batch.y)


def experiment(steps: int = 20, watch: Watch | None = None) -> Experiment[Labelled]:
    """Dropout, batch norm, channels_last filters, augmentation and a schedule: all that a resume could get wrong."""
    torch.manual_seed(1)
    x = torch.randn(64, 2, 6, 6, generator=torch.Generator().manual_seed(2))
    examples = Labelled(x, (x.mean((1, 2, 3)) > 0).long())
    network = nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(64, 2)
    ).to(memory_format=torch.channels_last)
    optimizer = Optimizer(adam(network.parameters(), rate=1e-2), schedule=lambda step: 1 / (1 + step))
    return Experiment(
        GradientLearner(network, cross_entropy, optimizer),
        lambda start: shuffled(examples, 16, seed=0, start=start, augment=noisy),
        steps,
        evaluate=lambda: {"valid_loss": 1.0},
        evaluate_every=6,
        log_every=2,
        watch=watch or Watch(),
    )


def made(folder: Path) -> Run:
    folder.mkdir(exist_ok=True)
    return Run(folder)


def state(built: Experiment[Labelled]) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in built.learner.state_dict().items()}


@pytest.mark.parametrize("stops", [[7], [1, 6, 13], [19]])
def test_resumed_run_equals_uninterrupted(tmp_path: Path, stops: list[int]) -> None:
    whole = experiment()
    list(fit(whole, made(tmp_path / "whole")))
    for stop in stops:
        events = fit(experiment(), made(tmp_path / "parts"))
        while next(events).step < stop:
            pass
        events.close()
        torch.manual_seed(12345)  # whatever chance the next process starts with
    resumed = experiment()
    list(fit(resumed, made(tmp_path / "parts")))
    for name, tensor in state(whole).items():
        assert torch.equal(tensor, state(resumed)[name]), name
    rows = [[row | {"seconds": 0} for row in made(tmp_path / each).curves()] for each in ("whole", "parts")]
    assert rows[0] == rows[1]


def test_two_equal_runs_are_equal(tmp_path: Path) -> None:
    runs = [experiment(), experiment()]
    for number, each in enumerate(runs):
        each = runs[number] = experiment()
        list(fit(each, made(tmp_path / str(number))))
    assert all(torch.equal(a, b) for a, b in zip(state(runs[0]).values(), state(runs[1]).values(), strict=True))


def test_caller_reads_gradients_and_changes_the_rate_between_two_updates(tmp_path: Path) -> None:
    built = experiment()
    events = fit(built, Run(tmp_path))
    next(events)
    assert isinstance(built.learner, GradientLearner)
    weights = [each for each in built.learner.model.parameters() if each.ndim > 1]
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in weights)
    built.learner.optimizer.base_rates = [0.0]
    before = [each.clone() for each in weights]
    next(events)
    assert all(torch.equal(a, b) for a, b in zip(before, weights, strict=True))


def test_failed_update_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    built = experiment()
    events = fit(built, Run(tmp_path))
    for _ in range(6):
        next(events)
    events.close()

    def broken(model: nn.Module, batch: Labelled) -> Loss:
        raise RuntimeError("the lights went out")

    again = experiment()
    assert isinstance(again.learner, GradientLearner)
    again.learner.objective = broken
    with pytest.raises(RuntimeError, match="lights"):
        list(fit(again, Run(tmp_path)))
    assert Run(tmp_path).load(experiment().learner) == 6


def test_infinite_loss_ends_the_training_and_names_the_remedy(tmp_path: Path) -> None:
    network = nn.Linear(1, 1)
    nn.init.ones_(network.weight)

    def explode(model: nn.Module, batch: Labelled) -> Loss:
        return Loss(model(batch.x).exp().exp().exp().mean(), len(batch))

    learner = GradientLearner(network, explode, Optimizer(sgd(network.parameters(), rate=10.0)))
    batch = Labelled(torch.full((2, 1), 50.0), torch.zeros(2))
    built = Experiment(learner, lambda start: itertools.repeat(batch), 5, log_every=1)
    with pytest.raises(DivergedError, match="learning rate"):
        list(fit(built, Run(tmp_path)))
    assert not Run(tmp_path).steps(), "a diverged state was saved"


def scored(scores: list[float], patience: int) -> Experiment[Labelled]:
    given: Iterator[float] = iter(scores)
    built = experiment(steps=6 * len(scores), watch=Watch("valid_loss", patience=patience))
    return Experiment(
        built.learner,
        built.batches,
        built.steps,
        evaluate=lambda: {"valid_loss": next(given)},
        evaluate_every=6,
        watch=built.watch,
    )


def test_early_stopping_waits_for_its_patience_and_restores_the_best(tmp_path: Path) -> None:
    built = scored([3.0, 1.0, 2.0, 2.0, 0.5, 0.4], patience=2)
    snapshots = {event.step: state(built) for event in train([built], Run(tmp_path))}
    assert max(snapshots) == 24, "two evaluations after the best one"
    assert torch.equal(state(built)["model.5.weight"], snapshots[12]["model.5.weight"])


def test_newest_and_best_checkpoints_are_kept(tmp_path: Path) -> None:
    built = scored([3.0, 1.0, 2.0, 2.0, 2.0, 2.0], patience=99)
    list(train([built], Run(tmp_path)))
    assert {12, 36} <= set(Run(tmp_path).steps())
    assert len(Run(tmp_path).steps()) <= 3


def test_second_phase_is_built_from_what_the_first_has_learnt(tmp_path: Path) -> None:
    seen = []

    def phases() -> Iterator[Experiment[Labelled]]:
        first = experiment(steps=4)
        yield first
        seen.append(state(first)["model.5.bias"])
        second = experiment(steps=3)
        assert isinstance(second.learner, GradientLearner)
        second.learner.model.load_state_dict(first.learner.network.state_dict())
        yield second

    whole = [event.step for event in train(phases(), made(tmp_path / "whole"))]
    assert whole == [1, 2, 3, 4, 1, 2, 3]
    events = train(phases(), made(tmp_path / "parts"))
    for _ in range(6):
        next(events)
    events.close()
    assert [event.step for event in train(phases(), made(tmp_path / "parts"))] == [3]
    rows = [(tmp_path / each / "metrics.jsonl").read_text() for each in ("whole", "parts")]
    steps = [[(row["phase"], row["step"]) for row in map(json.loads, text.splitlines())] for text in rows]
    assert steps[0] == steps[1], "the second phase keeps its rows when the first one is looked up again"
    assert all(torch.equal(each, seen[0]) for each in seen)


def test_every_row_of_the_curves_is_json_with_a_step(tmp_path: Path) -> None:
    list(fit(experiment(), Run(tmp_path)))
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(2, 21, 2))
    assert {"loss", "learning_rate", "seconds"} <= set(rows[0])
