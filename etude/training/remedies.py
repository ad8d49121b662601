"""What may help against a disaster, and whether it does: the updates around it once more, changed."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from etude.learners.base import Learner, device_of
from etude.training.causes import DIVISIONS, EXPONENTIALS, LOGS, POWERS, ROOTS, TURNED
from etude.training.checkpoint import Snapshot, put_back
from etude.training.experiment import Experiment
from etude.training.finding import Finding
from etude.training.replay import BadUpdate, is_lost, largest_weight
from etude.types import B

UPDATES = 20
"""that a remedy must stand"""
GENTLE = 10.0
"""times that the largest weight may grow meanwhile"""
TINY = 1e-12
"""below every probability that matters, and a float32 whose logarithm and root are finite"""
HIGHEST = 20.0
"""whose exponential, 5e8, still has a square and a cube"""
GENTLE_RATE = 1e-3
"""at which nearly everything learns"""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of a training."""

    words: str
    """what the user can do, as a command to him"""
    apply: Callable[[Learner[Any]], AbstractContextManager[object]] = lambda _: nullcontext()
    choose: Callable[[Any], Any] = lambda batch: batch
    """which examples of a batch are learnt from; None where none is left"""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a training with a remedy."""

    remedy: str
    start: int
    """update from which it was tried"""
    updates: int
    """that were made"""
    helped: bool
    first: float | None
    """the loss of the first of them, and of the last; None where nothing is called a loss"""
    last: float | None


def remedies(finding: Finding, learner: Learner[Any]) -> list[Remedy]:
    """What is worth trying, the likeliest first."""
    match finding.cause:
        case "data":
            return [Remedy("leave these examples out, or mend them", choose=finite_rows)]
        case "log" | "exp" | "root" | "slope of a root" | "division" | "no variance":
            words = MENDED[finding.cause].format(function=finding.function)
            mended = Remedy(words, apply=lambda _: Mended(finding.function))
            return [mended, both(mended, clipped(1.0)), *slower(learner, (10.0,))]  # often what drove it there
        case "exploding gradient":
            return [clipped(1.0), *slower(learner, (10.0, 100.0))]
        case "half precision":
            return []
        case _:
            return [*slower(learner, (10.0, 100.0)), clipped(1.0)]


MENDED = {
    "log": "keep the argument of {function} above 0, as in {function}(x.clamp_min(1e-12)), or take log_softmax",
    "exp": "bound the argument of {function}, as in {function}(x.clamp_max(20)), or subtract the maximum first",
    "root": "keep the argument of {function} above 0, as in {function}(x.clamp_min(1e-12))",
    "slope of a root": "add a small number inside of {function}, as in {function}(x + 1e-12)",
    "division": "keep the denominator away from 0, as in a / (b + 1e-12)",
    "no variance": "add a small number to the deviation, as in (x - mean) / (deviation + 1e-5), or drop the constant "
    "features",
}


def slower(learner: Learner[Any], factors: tuple[float, ...]) -> list[Remedy]:
    """Lower learning rates; from one that is beyond all measure, one that is not."""
    rates = [rate for optimizer in learner.optimizers().values() for rate in optimizer.base_rates]
    if not rates:
        return []
    greatest = max(rates)
    shares = [factor for factor in factors if greatest / factor <= 1] or [greatest / GENTLE_RATE]
    return [Remedy(f"lower the learning rate to {greatest / share:.2g}", apply=divided(share)) for share in shares]


def divided(share: float) -> Callable[[Learner[Any]], AbstractContextManager[object]]:
    """All rates divided."""

    def apply(learner: Learner[Any]) -> AbstractContextManager[object]:
        for optimizer in learner.optimizers().values():
            optimizer.base_rates = [rate / share for rate in optimizer.base_rates]
        return nullcontext()

    return apply


def clipped(norm: float) -> Remedy:
    """Gradients that are never longer than `norm`."""

    @contextmanager
    def apply(learner: Learner[Any]) -> Iterator[None]:
        optimizers = list(learner.optimizers().values())
        before = [each.clip_norm for each in optimizers]
        for each in optimizers:
            each.clip_norm = norm
        yield
        for each, clip in zip(optimizers, before, strict=True):
            each.clip_norm = clip

    return Remedy(f"clip the gradient to length {norm:g}", apply=apply)


def both(one: Remedy, other: Remedy) -> Remedy:
    """Two changes together."""

    @contextmanager
    def apply(learner: Learner[Any]) -> Iterator[None]:
        with one.apply(learner), other.apply(learner):
            yield

    return Remedy(f"{one.words}, and {other.words}", apply=apply)


class Mended(TorchFunctionMode):
    """One function of torch, kept away from where it is infinite or has an infinite slope."""

    def __init__(self, function: str) -> None:
        super().__init__()
        self.function = function

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") == self.function and args and isinstance(args[0], Tensor):
            args = tamed(self.function, args)
        return func(*args, **(kwargs or {}))


def tamed(function: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments that a function has a finite value and slope for."""
    x, *others = args
    if function in EXPONENTIALS:
        return (x.clamp_max(HIGHEST), *others)
    if function in DIVISIONS and others and isinstance(others[0], Tensor):
        return (x, torch.where(others[0] == 0, 1e-5, others[0]), *others[1:])
    if function in TURNED:
        return (torch.where(x == 0, 1e-5, x), *others)
    if function in LOGS | ROOTS | POWERS:
        return (torch.where(x <= TINY, x.detach() * 0 + TINY, x), *others)
    return args


def finite_rows(batch: B) -> B | None:
    """The examples of a batch without NaN and infinity; None if there is none."""
    good = torch.ones(len(batch), dtype=torch.bool)
    for field in fields(batch):
        tensor = getattr(batch, field.name)
        if len(tensor) == len(batch) and tensor.is_floating_point() and tensor.layout == torch.strided:
            good &= tensor.isfinite().flatten(1).all(1).cpu() if tensor.ndim > 1 else tensor.isfinite().cpu()
    return batch[good.nonzero()[:, 0]] if bool(good.any()) else None


def tried(experiment: Experiment[B], bad: BadUpdate[B], finding: Finding, deadline: float) -> Iterator[Trial]:
    """Try what may help from just before the bad update, then from the state that was kept, until something does."""
    for remedy in remedies(finding, experiment.learner):
        for start in (bad.before, bad.origin) if bad.before.state["step"] > bad.origin.state["step"] else (bad.before,):
            trial = attempt(experiment, remedy, start, beyond=bad.step, deadline=deadline)
            yield trial
            if trial.helped or time.perf_counter() > deadline:
                return


def attempt(experiment: Experiment[B], remedy: Remedy, start: Snapshot, *, beyond: int, deadline: float) -> Trial:
    """Train with a remedy from `start` until 20 updates after number `beyond` - 1, or as far as the time allows.

    It helps if all 20 and more are finite and the weights do not grow tenfold.
    """
    learner = experiment.learner
    step = put_back(start, learner)
    learner.train()
    began, weight, losses = step, largest_weight(learner)[0], list[float]()
    batches, device, is_whole = experiment.batches(step), device_of(learner), True
    with remedy.apply(learner):
        while is_whole and step < beyond - 1 + UPDATES and time.perf_counter() < deadline:
            batch = remedy.choose(next(batches).to(device))
            step += 1
            if batch is not None:
                logs = learner.update(batch)
                is_whole = not is_lost(learner, logs)
                losses += [float(logs["loss"])] if "loss" in logs else []
    enough = step - began >= UPDATES and step >= beyond
    helped = is_whole and enough and largest_weight(learner)[0] <= GENTLE * max(weight, 1.0)
    return Trial(remedy.words, began, step - began, helped, *((losses[0], losses[-1]) if losses else (None, None)))
