import math
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.optim import SGD
from torch.optim import lr_scheduler as reference

from etude.schedules import Plateau, Schedule, constant, cosine, exponential, one_cycle, step_decay, warmed

RATE = 0.3


def rates_of_torch(make: Callable[[SGD], reference.LRScheduler], steps: int) -> list[float]:
    """The learning rates that a scheduler of torch gives to updates 0, 1, ... steps - 1."""
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=RATE)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (constant, lambda optimizer: reference.LambdaLR(optimizer, lambda step: 1.0)),
        (step_decay(7, 0.5), lambda optimizer: reference.StepLR(optimizer, 7, 0.5)),
        (exponential(0.9), lambda optimizer: reference.ExponentialLR(optimizer, 0.9)),
        (cosine(40), lambda optimizer: reference.CosineAnnealingLR(optimizer, 40)),
        (cosine(40, floor=0.1), lambda optimizer: reference.CosineAnnealingLR(optimizer, 40, eta_min=0.1 * RATE)),
        (warmed(constant, 10), lambda optimizer: reference.LinearLR(optimizer, 0.1, total_iters=9)),
        (
            warmed(exponential(0.9), 10),
            lambda optimizer: reference.ChainedScheduler(
                [reference.LinearLR(optimizer, 0.1, total_iters=9), reference.ExponentialLR(optimizer, 0.9)]
            ),
        ),
    ],
)
def test_schedule_equals_that_of_torch(ours: Schedule, theirs: Callable[[SGD], reference.LRScheduler]) -> None:
    expected = rates_of_torch(theirs, 40)
    assert [RATE * ours(step) for step in range(40)] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("steps", [10, 40, 101])
def test_one_cycle_equals_that_of_torch(steps: int) -> None:
    def theirs(optimizer: SGD) -> reference.LRScheduler:
        return reference.OneCycleLR(optimizer, max_lr=RATE, total_steps=steps, cycle_momentum=False)

    expected = rates_of_torch(theirs, steps - 1)  # torch refuses to go past its last step
    assert [RATE * one_cycle(steps)(step) for step in range(steps - 1)] == pytest.approx(expected, rel=1e-9)
    assert one_cycle(steps)(steps - 1) == pytest.approx(1 / 250_000)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_one_cycle_of_few_updates_stays_in_range(steps: int) -> None:
    factors = [one_cycle(steps)(step) for step in range(steps)]
    assert all(0 < factor <= 1 for factor in factors)
    assert max(factors) > 0.1


@pytest.mark.parametrize("schedule", [cosine(10, floor=0.2), one_cycle(10)])
def test_schedule_stays_at_its_end(schedule: Schedule) -> None:
    assert schedule(1000) == schedule(10)


@pytest.mark.parametrize("make", [cosine, one_cycle, step_decay, lambda steps: warmed(constant, steps)])
def test_span_of_no_updates_is_refused(make: Callable[[int], Schedule]) -> None:
    with pytest.raises(ValueError, match="at least 1 update"):
        make(0)


SCORES = [3.0, 2.0, 2.1, 1.9999, 2.05, 2.2, 1.5, 1.6, 1.6, 1.6, 1.6, 1.6, 1.6, 1.6, 1.0, 1.2]


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("patience", [0, 2, 3])
def test_plateau_equals_that_of_torch(mode: str, patience: int) -> None:
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = reference.ReduceLROnPlateau(optimizer, mode=mode, factor=0.5, patience=patience)  # type: ignore[arg-type]
    ours = Plateau(patience=patience, factor=0.5, higher_is_better=mode == "max")
    for score in SCORES:
        ours.observe(score)
        theirs.step(score)
        assert ours(0) == optimizer.param_groups[0]["lr"]


def test_saved_plateau_goes_on_as_if_nothing_had_happened() -> None:
    whole, first, second = Plateau(patience=2), Plateau(patience=2), Plateau(patience=2)
    for score in SCORES:
        whole.observe(score)
    for score in SCORES[:5]:
        first.observe(score)
    second.load_state_dict(first.state_dict())
    for score in SCORES[5:]:
        second.observe(score)
    assert (second(0), second.best, second.bad) == (whole(0), whole.best, whole.bad)


def test_plateau_is_saved_with_the_learner_that_holds_it() -> None:
    learner = nn.Module()
    learner.plateau = Plateau(patience=0)
    learner.plateau.observe(1.0)
    learner.plateau.observe(math.inf)
    assert all(isinstance(value, torch.Tensor) for value in learner.state_dict().values())
    restored = nn.Module()
    restored.plateau = Plateau(patience=0)
    restored.load_state_dict(learner.state_dict())
    assert restored.plateau(0) == pytest.approx(0.1)
