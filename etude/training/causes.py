"""Why a number became infinite or none at all: the usual suspects of deep learning, by what a function was given."""

from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from etude.training.probe import Call, Probe, StepBack, finite
from etude.training.replay import BadUpdate

Cause: TypeAlias = Literal[
    "data",
    "log",
    "exp",
    "root",
    "slope of a root",
    "division",
    "no variance",
    "half precision",
    "mask",
    "exploding weights",
    "huge weights",
    "huge input",
    "exploding gradient",
    "learning rate",
    "unknown",
]

LARGE_WEIGHT = 1e6
"""no network that learns has one"""
LARGE_INPUT = 1e6
"""standardised numbers, pixels and most measurements are far below"""
LARGE_GRADIENT = 1e15
"""whose square overflows float32 soon"""

LOGS = frozenset(["log", "log_", "log2", "log10", "log1p", "xlogy", "logit"])
EXPONENTIALS = frozenset(["exp", "exp_", "exp2", "expm1", "cosh", "sinh"])
ROOTS = frozenset(["sqrt", "sqrt_", "rsqrt"])
POWERS = frozenset(["pow", "pow_", "__pow__", "float_power"])
DIVISIONS = frozenset(["div", "div_", "divide", "true_divide", "__truediv__", "__itruediv__"])
TURNED = frozenset(["__rtruediv__", "__rdiv__", "reciprocal", "rsqrt"])
"""divisions by their first argument"""
SOFTMAXES = frozenset(["softmax", "log_softmax", "scaled_dot_product_attention", "logsumexp"])
SPREADS = frozenset(["std", "var", "std_mean", "var_mean"])
DEEP = 4
"""calls from a denominator back to what it is the spread of"""
STEEP_AT_ZERO = ("Sqrt", "Rsqrt", "Pow", "Cdist", "LinalgVectorNorm", "Norm")
"""steps back of functions with an infinite slope at 0"""


def cause_of_call(call: Call, probe: Probe, bad: BadUpdate[Any]) -> Cause:
    """Why `call` made numbers that are not finite of some that are."""
    name, numbers = call.function, [each.detach() for each in call.inputs if each.is_floating_point()]
    x = numbers[0] if numbers else torch.ones(())
    below = denominator(call)
    if any(each.dtype == torch.float16 for each in call.outputs):
        return "half precision"
    if name in LOGS and bool((x <= (-1 if name == "log1p" else 0)).any()):
        return "log"
    if name in EXPONENTIALS:
        return "exp"
    if name in ROOTS | POWERS and bool((x < 0).any()) and any(bool(each.isnan().any()) for each in call.outputs):
        return "root"
    if below is not None and bool((below == 0).any()):
        return "no variance" if is_spread(below, probe) else "division"
    if name in SOFTMAXES and call.lost_inputs:
        return "mask"
    return overflow(bad)


def cause_of_step_back(step: StepBack, probe: Probe, bad: BadUpdate[Any]) -> Cause:
    """Why a step back made a gradient that is not finite."""
    given = [each.detach() for each in step.call.inputs if each.is_floating_point()] if step.call is not None else []
    if any(each.dtype == torch.float16 for each in (*step.above, *step.below)):
        return "half precision"
    if all(map(finite, step.above)):
        if step.name.startswith(("Std", "Var")):
            return "no variance"
        if step.name.startswith(STEEP_AT_ZERO) and any(bool((each == 0).any()) for each in given):
            return "slope of a root"
        if step.name.startswith("Log") and any(bool((each <= 0).any()) for each in given):
            return "log"
        if step.name.startswith("Div") and any(bool((each == 0).any()) for each in given[1:]):
            return "division"
    if max(probe.steepest, default=0.0) >= LARGE_GRADIENT:
        return "exploding gradient"
    return overflow(bad)


def overflow(bad: BadUpdate[Any]) -> Cause:
    """What made numbers so large that a product or a sum of them is infinite."""
    if bad.before_it.largest >= LARGE_WEIGHT:
        return "exploding weights" if bad.before_it.step else "huge weights"  # training made them, or they began so
    given = [each for each in bad.batch.tensors() if each.is_floating_point() and each.layout == torch.strided]
    if any(each.numel() and float(each.abs().max()) >= LARGE_INPUT for each in given):
        return "huge input"
    return "unknown"


def denominator(call: Call) -> Tensor | None:
    """What a division divides by."""
    if call.function in TURNED:
        return call.inputs[0]
    if call.function in DIVISIONS and len(call.inputs) > 1:
        return call.inputs[1]
    return None


def is_spread(below: Tensor, probe: Probe) -> bool:
    """Whether a denominator is a standard deviation, torch's own or written out, or what became of one."""
    behind = functions_behind(below, probe, DEEP)
    return bool(behind & SPREADS) or ("mean" in behind and bool(behind & ROOTS))


def functions_behind(tensor: Tensor, probe: Probe, depth: int) -> set[str]:
    """The functions of the last `depth` calls that led to a tensor."""
    call = probe.made.get(id(tensor))
    if call is None or depth == 0:
        return set()
    return {call.function}.union(*(functions_behind(each, probe, depth - 1) for each in call.inputs))
