"""The first number of an update that was not finite: what made it, in which layer, for which examples."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import torch
from torch import Tensor

from etude.learners.base import Learner
from etude.training.causes import Cause, cause_of_call, cause_of_step_back, denominator, overflow
from etude.training.checkpoint import put_back
from etude.training.probe import Probe, StepBack, finite, named_layers, probing
from etude.training.replay import BadUpdate

NAMED = 5
"""examples that are named"""


@dataclass(frozen=True, slots=True)
class Range:
    """The finite numbers of a tensor."""

    least: float
    greatest: float
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a training left the finite numbers."""

    place: Literal["data", "layer", "loss", "gradient", "update", "unknown"]
    cause: Cause
    function: str = ""
    """of torch, or the step back"""
    layer: str = ""
    """path of the layer; empty in the loss"""
    kind: str = ""
    """of the layer, by the name of its class"""
    part: str = ""
    """of the batch, or the parameter"""
    inputs: Range | None = None
    """what the function was given"""
    weights: float | None = None
    """largest absolute value in the layer"""
    value: float = math.nan
    """NaN, inf or -inf"""
    examples: tuple[int, ...] = ()
    """places in the batch that are affected; empty if all are"""
    positions: tuple[tuple[int, ...], ...] = ()
    """of the number in each of the first of these examples, or of the constant features"""
    gradients: tuple[float, ...] = ()
    """largest one after each step back, from the loss on"""


def find(learner: Learner[Any], bad: BadUpdate[Any]) -> Finding:
    """Make the bad update again, with a probe on everything that it does."""
    put_back(bad.before, learner)
    learner.train()
    with probing(learner) as probe:
        logs = learner.update(bad.batch)
    lost_weight = in_update(learner, bad)
    put_back(bad.before, learner)  # so that the weights that are told are those of before
    if probe.step_back is not None:
        return in_step_back(probe.step_back, probe, learner, bad)
    told = next((each for each in logs.values() if not finite(each)), None)  # where nothing is descended
    lost = probe.lost_loss if probe.lost_loss is not None else told
    if lost is not None:
        return in_calls(lost, probe, learner, bad)
    return lost_weight


def in_calls(lost: Tensor, probe: Probe, learner: Learner[Any], bad: BadUpdate[Any]) -> Finding:
    """What made a loss that is not finite."""
    call = probe.origin(lost)
    in_batch = from_batch(bad)
    if in_batch is not None and (call is None or any(probe.is_to_blame(each) for each in call.lost_inputs)):
        return in_batch
    if call is None:
        return Finding("unknown", "unknown", value=float(lost))
    made = next(each for each in call.outputs if not finite(each))
    layer = named_layers(learner).get(call.layer)
    cause = cause_of_call(call, probe, bad)
    below = denominator(call) if cause in ("division", "no variance") else None
    return Finding(
        "layer" if call.layer else "loss",
        cause,
        function=call.function,
        layer=call.layer,
        kind=type(layer).__name__ if layer is not None else "",
        inputs=next((range_of(each) for each in call.inputs if each.is_floating_point()), None),
        weights=largest(list(layer.parameters(recurse=False))) if layer is not None else None,
        value=first_lost(made),
        examples=affected((made,), len(bad.batch)),
        positions=tuple(map(tuple, (below == 0).nonzero()[:NAMED].tolist())) if below is not None else (),
    )


def in_step_back(step: StepBack, probe: Probe, learner: Learner[Any], bad: BadUpdate[Any]) -> Finding:
    """What made a gradient of a finite loss that is not finite."""
    call = step.call
    layer = named_layers(learner).get(call.layer) if call is not None else None
    lost = next(each for each in (*step.above, *step.below) if not finite(each))
    return Finding(
        "gradient",
        cause_of_step_back(step, probe, bad),
        function=call.function if call is not None else step.name,
        layer=call.layer if call is not None else "",
        kind=type(layer).__name__ if layer is not None else "",
        inputs=next((range_of(each) for each in call.inputs if each.is_floating_point()), None) if call else None,
        weights=largest(list(layer.parameters(recurse=False))) if layer is not None else None,
        value=first_lost(lost),
        examples=affected(step.below, len(bad.batch)),
        gradients=tuple(probe.steepest),
    )


def in_update(learner: Learner[Any], bad: BadUpdate[Any]) -> Finding:
    """What made a weight that is not finite, after a finite loss and steps back that were."""
    for name, parameter in learner.named_parameters():
        if not finite(parameter):
            gradient = parameter.grad
            is_gradient = gradient is not None and not finite(gradient)
            return Finding(
                "gradient" if is_gradient else "update",
                overflow(bad) if is_gradient else "learning rate",
                part=name.removeprefix("model."),
                inputs=range_of(gradient) if gradient is not None and not is_gradient else None,
                value=first_lost(parameter),
            )
    return Finding("unknown", "unknown")


def from_batch(bad: BadUpdate[Any]) -> Finding | None:
    """Numbers of the batch that are not finite."""
    for field in fields(bad.batch):
        tensor: Tensor = getattr(bad.batch, field.name)
        if finite(tensor) or tensor.layout != torch.strided:
            continue
        lost = ~tensor.isfinite()
        examples = lost.flatten(1).any(1).nonzero()[:, 0] if lost.ndim > 1 else lost.nonzero()[:, 0]
        places = tuple(tuple(lost[each].nonzero()[0].tolist()) for each in examples[:NAMED]) if lost.ndim > 1 else ()
        return Finding(
            "data",
            "data",
            part=field.name,
            inputs=range_of(tensor),
            value=first_lost(tensor),
            examples=tuple(examples.tolist()),
            positions=places,
        )
    return None


def affected(tensors: Sequence[Tensor], n: int) -> tuple[int, ...]:
    """Which of `n` examples are not finite, where a tensor has a row for each; empty if all are, or nobody knows."""
    for each in tensors:
        if each.ndim and len(each) == n and not finite(each):
            rows = (~each.detach().isfinite()).flatten(1).any(1) if each.ndim > 1 else ~each.detach().isfinite()
            return () if bool(rows.all()) else tuple(rows.nonzero()[:, 0].tolist())
    return ()


def range_of(tensor: Tensor) -> Range:
    """Least and greatest among the finite numbers."""
    numbers = tensor.detach() if tensor.layout == torch.strided else tensor.detach().values()
    kept = numbers[numbers.isfinite()]
    if not kept.numel():
        return Range(math.nan, math.nan, tuple(tensor.shape))
    return Range(float(kept.min()), float(kept.max()), tuple(tensor.shape))


def largest(tensors: Sequence[Tensor]) -> float | None:
    """The largest absolute value; None if there is no number."""
    return max((float(each.detach().abs().max()) for each in tensors if each.numel()), default=None)


def first_lost(tensor: Tensor) -> float:
    """The first number that is not finite."""
    return float(tensor.detach()[~tensor.detach().isfinite()].flatten()[0].real)
