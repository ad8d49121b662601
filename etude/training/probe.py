"""Every function that an update calls, and every step back, looked at for the first number that is not finite."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.overrides import TorchFunctionMode

from etude.learners.base import Learner
from etude.training.checkpoint import is_finite

MASKING = frozenset(["masked_fill", "masked_fill_", "full", "full_like", "new_full", "where", "fill_", "__setitem__"])
"""functions whose infinities are meant: a softmax makes zeros of them"""

OVERWRITING = frozenset(["__setitem__", "__iadd__", "__isub__", "__imul__", "__itruediv__", "__ipow__"])
"""functions that change their first argument, beside those whose names end in _"""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call of a function of torch."""

    function: str
    layer: str
    """path of the innermost layer that called it; empty outside of the network, in the loss"""
    inputs: tuple[Tensor, ...]
    lost_inputs: tuple[Tensor, ...]
    """those that were not finite before the call"""
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class StepBack:
    """A step of the backward pass."""

    name: str
    """of torch's, such as SqrtBackward0"""
    call: Call | None
    """the call whose derivative it is"""
    above: tuple[Tensor, ...]
    """gradients that came in"""
    below: tuple[Tensor, ...]
    """gradients that went out"""


class Probe(TorchFunctionMode):
    """Notes the calls while it is entered, and the first step of a backward pass that makes a number not finite."""

    def __init__(self) -> None:
        super().__init__()
        self.layers: list[str] = []
        """those whose forward is running, the innermost last"""
        self.made: dict[int, Call] = {}
        """the call that made a tensor, by its id: the calls keep the tensors, so no id is used twice"""
        self.nodes: dict[Node, Call] = {}
        self.lost_loss: Tensor | None = None
        self.step_back: StepBack | None = None
        self.steepest: list[float] = []
        """largest gradient after each step back, from the loss on, until it is not finite"""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = str(getattr(func, "__name__", func))
        if name == "backward" and self.lost_loss is None:
            self.watch_back(args[0])
        given = tuple(tensors_in((args, kwargs or {})))
        overwrites = name in OVERWRITING or (name.endswith("_") and not name.endswith("__"))
        lost = tuple(each for each in given if not finite(each)) if overwrites else ()
        seen = tuple(each.detach().clone() for each in given) if overwrites else given
        output = func(*args, **(kwargs or {}))
        made = tuple(tensors_in(args[0] if name == "__setitem__" else output))
        if made:
            lost = lost if overwrites else tuple(each for each in given if not finite(each))
            self.note(Call(name, self.layers[-1] if self.layers else "", seen, lost, made))
        return output

    def note(self, call: Call) -> None:
        for each in call.outputs:
            if not any(each is lost for lost in call.lost_inputs):
                self.made[id(each)] = call
            if each.grad_fn is not None:
                for node in nodes_behind(each.grad_fn, self.nodes):
                    self.nodes[node] = call

    def watch_back(self, loss: Tensor) -> None:
        """Look at a backward pass that is about to begin."""
        if not finite(loss):
            self.lost_loss = loss
        elif loss.grad_fn is not None:
            for node in nodes_behind(loss.grad_fn, {}):
                node.register_hook(partial(self.came_back, node))

    def came_back(self, node: Node, below: tuple[Tensor | None, ...], above: tuple[Tensor | None, ...]) -> None:
        """Look at the gradients that go out `below` a step back, and at those that came in from `above`."""
        if self.step_back is not None:
            return
        incoming, outgoing = (tuple(each for each in side if each is not None) for side in (above, below))
        if not all(map(finite, (*incoming, *outgoing))):
            self.step_back = StepBack(node.name(), self.nodes.get(node), incoming, outgoing)
        elif outgoing:
            self.steepest.append(max(float(each.abs().max()) for each in outgoing if each.numel()))

    def origin(self, lost: Tensor) -> Call | None:
        """The first call on the way to a lost tensor whose own inputs were finite, or came from no call."""
        call = self.made.get(id(lost))
        while call is not None:
            earlier = [
                self.made[id(each)] for each in call.lost_inputs if id(each) in self.made and self.is_to_blame(each)
            ]
            if not earlier or earlier[0] is call:
                return call
            call = earlier[0]
        return None

    def is_to_blame(self, lost: Tensor) -> bool:
        """Whether a tensor that is not finite is more than a mask."""
        call = self.made.get(id(lost))
        return call is None or call.function not in MASKING or bool(lost.isnan().any()) or bool(call.lost_inputs)


def finite(tensor: Tensor) -> bool:
    """Whether all numbers are; whole numbers always are."""
    if not (tensor.is_floating_point() or tensor.is_complex()):
        return True
    with torch.no_grad():
        return is_finite(tensor if tensor.layout == torch.strided else tensor.values())


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors of nested tuples, lists and dictionaries."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors_in(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from tensors_in(each)


def nodes_behind(node: Node, known: dict[Node, Any]) -> Iterator[Node]:
    """The steps back from `node` on that are not `known`, each once."""
    seen, waiting = {node}, [node]
    while waiting:
        here = waiting.pop()
        if here in known:
            continue
        yield here
        following = [each for each, _ in here.next_functions if each is not None and each not in seen]
        seen.update(following)
        waiting += following


@contextmanager
def probing(learner: Learner[Any]) -> Iterator[Probe]:
    """A probe on everything that the learner does, which knows in which layer each call is."""
    probe = Probe()

    def enter(name: str) -> Any:
        return lambda layer, given: probe.layers.append(name)

    def leave(layer: nn.Module, given: object, said: object) -> None:
        probe.layers.pop()

    with ExitStack() as stack:
        for name, layer in named_layers(learner).items():
            for handle in (layer.register_forward_pre_hook(enter(name)), layer.register_forward_hook(leave)):
                stack.callback(handle.remove)
        stack.enter_context(probe)
        yield probe


def named_layers(learner: Learner[Any]) -> dict[str, nn.Module]:
    """The layers by the names that a reader of the network knows: without that of the learner's `model`."""
    return {
        name.removeprefix("model."): layer
        for name, layer in learner.named_modules()
        if name and name != "model" and not name.startswith("objective")
    }
