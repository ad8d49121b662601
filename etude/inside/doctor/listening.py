"""What an update asks of torch's functions and of its modules, written down on the way; they do what they always do."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

LOSSES = {
    "cross_entropy",
    "nll_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "mse_loss",
    "l1_loss",
    "smooth_l1_loss",
    "huber_loss",
}
"""functions of torch.nn.functional by which networks are judged"""
DIFFERENCES = {"sub", "__sub__", "rsub", "__rsub__"}
ACCESS = {"__get__", "__set__"}
"""a look at a tensor's fields, by which it takes part in nothing"""
SHAPING = {
    "View",
    "UnsafeView",
    "Reshape",
    "ReshapeAlias",
    "Squeeze",
    "Unsqueeze",
    "Clone",
    "ToCopy",
}
"""operations that give numbers another shape or type and leave them as they are"""


@dataclass(frozen=True, slots=True)
class LossCall:
    """What went into a loss."""

    name: str
    answers: Tensor
    targets: Tensor
    made_by: str
    """the operation that the answers come from, as torch calls it: 'SoftmaxBackward0'"""
    settings: Mapping[str, Any]
    """keyword arguments: reduction, ignore_index, weight"""


@dataclass
class Calls:
    """What was asked of torch during an update."""

    losses: list[LossCall] = field(default_factory=list)
    broadcasts: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    rectified: list[tuple[float, int]] = field(default_factory=list)
    """share of the units that are 0 for every example, and the number of units, of each rectifier"""
    saturated: list[tuple[str, float]] = field(default_factory=list)
    """tanh or sigmoid, and the share of its numbers at an end"""
    strangers: set[int] = field(default_factory=set)
    """identities of the parameters that took part and are none of the learner's"""
    first: tuple[str, tuple[Any, ...], dict[str, Any]] | None = None
    """the module that was asked first, by name, and with what"""
    entering: Tensor | None = None
    """what the first linear or convolutional layer got"""
    normed: dict[str, Tensor] = field(default_factory=dict)
    """what each batch norm got, by name"""


class Listening(TorchFunctionMode):
    """Notes the calls of torch's functions that tell something; they do what they always do."""

    def __init__(self, calls: Calls, examples: int, known: set[int]) -> None:
        """`known` are the identities of the learner's parameters."""
        super().__init__()
        self.calls, self.examples, self.known = calls, examples, known

    def __torch_function__(
        self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name, settings = getattr(func, "__name__", ""), kwargs or {}
        if name in LOSSES:
            self.note_loss(name, args, settings)
        elif name in DIFFERENCES:
            self.note_broadcast("a difference", args)
        if torch.is_grad_enabled() and name not in ACCESS:
            parameters = (each for each in args if isinstance(each, nn.Parameter) and each.requires_grad)
            self.calls.strangers |= {id(each) for each in parameters} - self.known
        result = func(*args, **settings)
        if func in (F.relu, torch.relu, Tensor.relu, torch.relu_, Tensor.relu_) and isinstance(result, Tensor):
            self.note_rectifier(result.detach())
        elif name in ("tanh", "sigmoid") and isinstance(result, Tensor):
            self.note_saturation(name, result.detach())
        return result

    def note_loss(self, name: str, args: tuple[Any, ...], settings: dict[str, Any]) -> None:
        """Keep what the loss is asked, before it refuses it."""
        both = [*args, *(settings[key] for key in ("input", "target") if key in settings)][:2]
        if len(both) < 2 or not all(isinstance(each, Tensor) for each in both):
            return
        answers, targets = both
        made_by = maker(answers)
        rest = {key: value for key, value in settings.items() if key not in ("input", "target")}
        self.calls.losses.append(LossCall(name, answers.detach(), targets.detach(), made_by, rest))
        self.note_broadcast(name, (answers, targets))

    def note_broadcast(self, name: str, args: tuple[Any, ...]) -> None:
        """(batch, 1) against (batch,), which torch makes a square of."""
        if len(args) < 2 or not all(isinstance(each, Tensor) for each in args[:2]):
            return
        shapes = tuple(args[0].shape), tuple(args[1].shape)
        n = self.examples
        if n > 1 and set(shapes) == {(n, 1), (n,)}:
            self.calls.broadcasts.append((name, *shapes))

    def note_rectifier(self, output: Tensor) -> None:
        """How many units are 0 throughout."""
        if output.ndim > 1 and len(output) > 1:
            units = output.movedim(1, -1) if output.ndim == 4 else output
            dead = (units.flatten(0, -2) == 0).all(dim=0)
            self.calls.rectified.append((float(dead.double().mean()), dead.numel()))

    def note_saturation(self, name: str, output: Tensor) -> None:
        """How much lies where the slope is 0."""
        if output.ndim > 1 and output.numel():
            ends = output.abs() > 0.999 if name == "tanh" else (output < 1e-3) | (output > 1 - 1e-3)
            self.calls.saturated.append((name, float(ends.double().mean())))


def maker(answers: Tensor) -> str:
    """The operation that numbers come from, whatever shape they were given afterwards; '' where there is none."""
    step: Any = answers.grad_fn
    while step is not None and re.sub(r"Backward\d*$", "", step.name()) in SHAPING:
        step = step.next_functions[0][0]
    return step.name() if step is not None else ""


@contextmanager
def overheard(learner: nn.Module, calls: Calls) -> Iterator[None]:
    """Note what the modules are asked."""

    def listen(name: str) -> Any:
        def hook(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if calls.first is None:
                calls.first = (name, args, kwargs)
            taken = args[0].detach() if args and isinstance(args[0], Tensor) else None
            if isinstance(module, nn.Linear | nn.modules.conv._ConvNd) and calls.entering is None:
                calls.entering = taken
            if isinstance(module, nn.modules.batchnorm._BatchNorm) and taken is not None:
                calls.normed.setdefault(name, taken)

        return hook

    hooks = [
        each.register_forward_pre_hook(listen(name), with_kwargs=True) for name, each in learner.named_modules() if name
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
