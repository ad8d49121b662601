"""The few words that every floor of etude shares."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TypeAlias, TypeVar

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

_Self = TypeVar("_Self", bound="Batch")  # typing.Self defeats the run-time checker of the tests

Logs: TypeAlias = dict[str, Tensor]
"""Scalars of one update, still on the device: nothing waits for them until somebody reads them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A record of tensors whose first axis is the example."""

    def tensors(self) -> Iterator[Tensor]:
        """The fields, in the order of their declaration."""
        return (getattr(self, each.name) for each in fields(self))

    def __len__(self) -> int:
        return len(next(self.tensors()))

    def __getitem__(self: _Self, rows: slice | Tensor) -> _Self:
        return type(self)(*(tensor[rows] for tensor in self.tensors()))

    def to(self: _Self, device: torch.device) -> _Self:
        """The same record on `device`."""
        return type(self)(*(tensor.to(device, non_blocking=True) for tensor in self.tensors()))


B = TypeVar("B", bound=Batch)


@dataclass(frozen=True, slots=True)
class Loss:
    """What an objective says of one batch."""

    value: Float[Tensor, ""]
    """mean over `n` items; this is what is minimised"""
    n: int | Shaped[Tensor, ""] = 1
    """how many items the mean is over: examples, their summed weights, or unmasked tokens"""
    parts: Mapping[str, Tensor] = field(default_factory=dict)
    """named terms for the curves, detached or not"""


Objective: TypeAlias = Callable[[nn.Module, B], Loss]
"""It calls the model by its forward only, so that the model may be wrapped."""
