"""One update of a copy of the learner, with every layer noted: the training itself does not feel it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from etude.inside.attention import ATTENTION, Attended, aligned, attended
from etude.inside.states import Stepped, batch_first, stepped
from etude.inside.tokens import Embedded, embedded
from etude.layers.attention import Alignment
from etude.learners.base import Learner, device_of
from etude.types import B

EXAMPLES = 32
"""of a batch whose passage is kept"""


@dataclass(frozen=True, slots=True)
class Passage:
    """What left a layer, the first time that it was asked."""

    kind: str
    """of the layer, by the name of its class"""
    output: Tensor
    """of the first examples"""
    gradient: Tensor | None
    """of the loss by that output; None where none came back"""
    closer: Attended | Stepped | None
    """what a layer of attention or an LSTM was given for the first example"""


@dataclass(frozen=True, slots=True)
class Change:
    """What an update did to one parameter."""

    before: Tensor
    after: Tensor
    gradient: Tensor | None
    """None where the update used none"""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that one update made of one batch, by the names of layers and parameters."""

    passages: dict[str, Passage]
    """in the order of the forward pass"""
    changes: dict[str, Change]
    moves: bool = True
    """whether the update is one that a training may make"""

    def at_rest(self) -> "Rehearsal":
        """The same passage through a network that stays as it is."""
        rests = {name: replace(each, after=each.before) for name, each in self.changes.items()}
        return replace(self, changes=rests, moves=False)


def rehearse(learner: Learner[B], batch: B) -> Rehearsal:
    """Let a copy of `learner` learn from `batch`; learner, batch and all chance are left as they were."""
    devices = [device_of(learner)] if device_of(learner).type == "cuda" else []
    with torch.random.fork_rng(devices), torch.enable_grad():
        copy = deepcopy(learner)
        before = {name: each.detach().clone() for name, each in copy.named_parameters()}
        with noted(copy) as passages:
            copy.update(batch)
    changes = {name: Change(before[name], each.detach(), each.grad) for name, each in copy.named_parameters()}
    return Rehearsal(dict(passages), changes)


def layers(network: nn.Module) -> dict[str, nn.Module]:
    """What holds no other layers, or parameters of its own, or attends, by its path."""
    return {
        name: each
        for name, each in network.named_modules()
        if name and (not list(each.children()) or list(each.parameters(recurse=False)) or isinstance(each, ATTENTION))
    }


@contextmanager
def noted(network: nn.Module) -> Iterator[dict[str, Passage]]:
    """A dictionary that fills with what passes through the layers."""
    passages: dict[str, Passage] = {}
    read: list[Embedded] = []

    def note(name: str) -> Any:
        def hook(layer: nn.Module, given: tuple[Any, ...], named: dict[str, Any], output: object) -> None:
            said = leaving(layer, output)
            read.extend(embedded(layer, given, said))
            if said is None:
                return
            if name not in passages:
                closer = attended(layer, given, named, read) or stepped(layer, given)
                passages[name] = Passage(type(layer).__name__, said.detach()[:EXAMPLES].clone(), None, closer)
                if said.requires_grad:
                    said.register_hook(came_back(name))
            if isinstance(layer, Alignment):
                passages[name] = one_row_more(passages[name], given, said, read)

        return hook

    def came_back(name: str) -> Any:
        def hook(gradient: Tensor) -> None:
            passages[name] = replace(passages[name], gradient=gradient.detach()[:EXAMPLES].clone())

        return hook

    hooks = [each.register_forward_hook(note(name), with_kwargs=True) for name, each in layers(network).items()]
    try:
        yield passages
    finally:
        for hook in hooks:
            hook.remove()


def leaving(layer: nn.Module, output: object) -> Tensor | None:
    """The first tensor that a layer gives; of a recurrent one all states h, beside which the last h and c stand."""
    said = output[0] if isinstance(output, tuple) and not isinstance(output, PackedSequence) else output
    if isinstance(layer, nn.RNNBase):
        return batch_first(layer, said)
    return said if isinstance(said, Tensor) and said.ndim else None


def one_row_more(passage: Passage, given: Sequence[Tensor], said: Tensor, read: Sequence[Embedded]) -> Passage:
    """With what an alignment has said for one more position."""
    before = passage.closer if isinstance(passage.closer, Attended) else None
    return replace(passage, closer=aligned(before, given, said, read))
