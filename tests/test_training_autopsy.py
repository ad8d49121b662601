"""Why a training left the finite numbers: ten disasters, planted and named; what is said, kept and tried."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from etude.data.batches import shuffled
from etude.errors import DivergedError
from etude.learners.base import GradientLearner
from etude.optim import Optimizer
from etude.records import Labelled
from etude.report.report import write_report
from etude.training.checkpoint import read_snapshot
from etude.training.experiment import Experiment
from etude.training.phases import train
from etude.training.run import Run
from etude.types import Loss, Objective

EXAMPLES, SIZE, FEATURES = 64, 8, 4


def examples() -> Labelled:
    x = torch.randn(EXAMPLES, FEATURES, generator=torch.Generator().manual_seed(1))
    return Labelled(x, x @ torch.tensor([1.0, -1.0, 0.5, 0.0]))


def squared(model: nn.Module, batch: Labelled) -> Loss:
    return Loss((model(batch.x).squeeze(-1) - batch.y).square().mean(), len(batch))


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(FEATURES, 8), nn.Tanh(), nn.Linear(8, 1))


def planted(
    *,
    data: Labelled | None = None,
    model: nn.Module | None = None,
    loss: Objective[Labelled] = squared,
    rate: float = 0.05,
) -> Experiment[Labelled]:
    held, net = data or examples(), model or network()
    optimizer = Optimizer(torch.optim.SGD(net.parameters(), rate))  # etude's own refuses a rate of 1e30
    return Experiment(
        GradientLearner(net, loss, optimizer),
        lambda start: shuffled(held, SIZE, seed=0, start=start),
        steps=40,
        evaluate=lambda: {"valid_loss": 1.0},
        evaluate_every=5,
        log_every=1,
    )


def nan_pixel() -> Experiment[Labelled]:
    data = examples()
    data.x[13, 2] = torch.nan
    return planted(data=data)


def infinite_label() -> Experiment[Labelled]:
    data = examples()
    data.y[20] = torch.inf
    return planted(data=data)


def rate_of_1e30() -> Experiment[Labelled]:
    return planted(rate=1e30)


def exploding_weights() -> Experiment[Labelled]:
    torch.manual_seed(0)
    return planted(model=nn.Sequential(nn.Linear(FEATURES, 8), nn.Linear(8, 1)), rate=2.0)


def logarithm_of_zero() -> Experiment[Labelled]:
    def loss(model: nn.Module, batch: Labelled) -> Loss:
        likelihood = torch.where(batch.y > 1.5, 0.0, model(batch.x).squeeze(-1).sigmoid())
        return Loss(-likelihood.log().mean(), len(batch))

    return planted(loss=loss)


class Grown(nn.Module):
    """exp(100 x)"""

    def forward(self, x: Tensor) -> Tensor:
        return (100 * x).exp()


def overflow_of_exp() -> Experiment[Labelled]:
    torch.manual_seed(0)
    return planted(model=nn.Sequential(nn.Linear(FEATURES, 8), Grown(), nn.Linear(8, 1)))


class Length(nn.Module):
    """Euclidean length, written out."""

    def forward(self, x: Tensor) -> Tensor:
        return x.square().sum(1, keepdim=True).sqrt()


def slope_of_a_root() -> Experiment[Labelled]:
    torch.manual_seed(0)
    data = examples()
    data.x[30] = 0.0
    return planted(data=data, model=nn.Sequential(nn.Linear(FEATURES, 8, bias=False), Length(), nn.Linear(1, 1)))


class Standardised(nn.Module):
    """Features over the batch, without the small number that batch normalisation adds."""

    def forward(self, x: Tensor) -> Tensor:
        return (x - x.mean(0)) / x.std(0)


def constant_features() -> Experiment[Labelled]:
    torch.manual_seed(0)
    data = examples()
    data.x[:, 3] = 7.0
    return planted(data=data, model=nn.Sequential(Standardised(), nn.Linear(FEATURES, 1)))


def huge_weights() -> Experiment[Labelled]:
    net = nn.Sequential(nn.Linear(FEATURES, 8), nn.Linear(8, 1))
    with torch.no_grad():
        net[0].weight.fill_(3e30)
        net[1].weight.fill_(3e30)
    return planted(model=net)


class Halved(nn.Module):
    """Half precision, as on old devices."""

    def forward(self, x: Tensor) -> Tensor:
        return (300 * x).half().square().float()


def overflow_of_half() -> Experiment[Labelled]:
    torch.manual_seed(0)
    return planted(model=nn.Sequential(nn.Linear(FEATURES, 8), Halved(), nn.Linear(8, 1)))


class Remembering(nn.Module):
    """A linear recurrent network over 200 steps of zeros: its state stays 0, its gradient does not."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.memory = nn.RNN(1, 8, batch_first=True, bias=False)
        self.last = nn.Linear(8, 1)
        with torch.no_grad():
            self.memory.weight_hh_l0.copy_(3 * torch.eye(8))

    def forward(self, x: Tensor) -> Tensor:
        states: Tensor = self.memory(x.new_zeros(len(x), 200, 1))[0]
        return self.last(states[:, -1])


def exploding_gradient() -> Experiment[Labelled]:
    return planted(model=Remembering())


@dataclass(frozen=True)
class Planted:
    make: Callable[[], Experiment[Labelled]]
    place: str
    cause: str
    says: str
    """a part of the message"""
    rows: list[int] | None = None
    """of the data, that are named"""
    helped: bool = True
    """whether a remedy is known that works"""


DISASTERS = [
    Planted(nan_pixel, "data", "data", "13 at position 2", rows=[13]),
    Planted(infinite_label, "data", "data", "the answers", rows=[20]),
    Planted(rate_of_1e30, "loss", "exploding weights", "learning rate of 1e+30"),
    Planted(exploding_weights, "loss", "exploding weights", "learning rate"),
    Planted(logarithm_of_zero, "loss", "log", "log gave -inf"),
    Planted(overflow_of_exp, "layer", "exp", "layer 1 (Grown"),
    Planted(slope_of_a_root, "gradient", "slope of a root", "layer 1 (Length", rows=[30]),
    Planted(constant_features, "layer", "no variance", "position 3"),
    Planted(huge_weights, "layer", "huge weights", "3e+30", helped=False),
    Planted(overflow_of_half, "layer", "half precision", "float16", helped=False),
    Planted(exploding_gradient, "gradient", "exploding gradient", "layer memory (RNN", helped=False),
]


def dies(experiment: Experiment[Labelled], folder: Path) -> tuple[str, dict[str, Any]]:
    folder.mkdir(exist_ok=True)
    with pytest.raises(DivergedError) as caught:
        list(train([experiment], Run(folder)))
    assert caught.value.exit_code == 6
    return caught.value.message, json.loads((folder / "autopsy.json").read_text())


@pytest.mark.parametrize("disaster", DISASTERS, ids=lambda each: each.make.__name__)
def test_planted_disaster_is_named_and_remedied(tmp_path: Path, disaster: Planted) -> None:
    message, facts = dies(disaster.make(), tmp_path)
    print(message)
    assert (facts["finding"]["place"], facts["finding"]["cause"]) == (disaster.place, disaster.cause), message
    assert disaster.says in message
    assert disaster.rows is None or facts["rows"] == disaster.rows
    assert any(each["helped"] for each in facts["trials"]) == disaster.helped, facts["trials"]


def test_training_that_lost_its_numbers_keeps_no_state_of_them(tmp_path: Path) -> None:
    """A gradient that is no number makes weights that are none, while the loss and every score look well."""
    experiment = slope_of_a_root()
    scored = Experiment(
        experiment.learner,
        experiment.batches,
        steps=40,
        evaluate=lambda: {"valid_loss": -1.0 if has_lost(experiment) else 1.0},  # the lost ones would be the best
        evaluate_every=1,
        log_every=1,
    )
    message, facts = dies(scored, tmp_path)
    run = Run(tmp_path, best_by="valid_loss")
    assert facts["step"] == 7 and "update 7" in message
    for step in run.steps():
        assert all(bool(each.isfinite().all()) for each in read_snapshot(run.checkpoint(step)).learner.values())
    assert max(run.steps()) < 7 and run.best_step() in run.steps()


def has_lost(experiment: Experiment[Labelled]) -> bool:
    return not all(bool(each.isfinite().all()) for each in experiment.learner.parameters())


def test_state_of_lost_numbers_is_refused_and_a_mask_is_not(tmp_path: Path) -> None:
    net = network()
    net.register_buffer("mask", torch.full((3,), -torch.inf))
    learner = planted(model=net).learner
    Run(tmp_path).save(1, learner)
    with torch.no_grad():
        net[0].weight[0, 0] = torch.nan
    with pytest.raises(DivergedError, match=r"model\.0\.weight"):
        Run(tmp_path).save(2, learner)
    assert Run(tmp_path).steps() == [1]


def test_loss_is_found_in_its_own_update_between_two_rows_of_the_curves(tmp_path: Path) -> None:
    experiment = nan_pixel()
    rare = Experiment(experiment.learner, experiment.batches, steps=40, evaluate_every=20, log_every=20)
    holds = [bool(batch.x.isnan().any()) for batch in itertools.islice(experiment.batches(0), 8)]
    steps: list[int] = []
    with pytest.raises(DivergedError, match=f"after update {holds.index(True) + 1}:"):
        steps.extend(event.step for event in train([rare], Run(tmp_path)))
    assert steps == list(range(1, holds.index(True) + 1))


def test_cause_is_found_from_a_checkpoint_of_an_earlier_process(tmp_path: Path) -> None:
    """Nothing but the run folder is left of the first updates."""
    events = train([nan_pixel()], Run(tmp_path))
    for _ in range(4):
        next(events)
    events.close()
    message, facts = dies(nan_pixel(), tmp_path)
    assert facts["repeated_from"] >= 4 and facts["rows"] == [13] and "Last finite checkpoint" in message
    diary = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert diary[-1]["event"] == "diverged" and diary[-1]["cause"] == "data"
    (tmp_path / "recipe.json").write_text('{"format": 1, "recipe": "mine", "fields": {}}')
    assert "13 at position 2" in write_report(tmp_path).read_text()
    Run(tmp_path).note("resume")
    assert "13 at position 2" not in write_report(tmp_path).read_text()


def test_disaster_that_does_not_repeat_is_told_without_a_cause(tmp_path: Path) -> None:
    """Batches that depend on more than their number, as those of a game do."""
    calls = itertools.count()
    experiment = nan_pixel()
    clean = planted()
    once = Experiment(
        experiment.learner,
        lambda start: (experiment if next(calls) == 0 else clean).batches(start),
        steps=40,
        log_every=1,
    )
    with pytest.raises(DivergedError, match="nothing became infinite"):
        list(train([once], Run(tmp_path)))
