"""What is demanded of everything that computes: a row for each name, and what a row may hold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.func import functional_call

Proof: TypeAlias = str | Callable[[], None]
"""a test that stands elsewhere, "file::name" without "test_", or one that stands here"""
Function: TypeAlias = Callable[..., Any]


@dataclass(frozen=True)
class No:
    """Why something is not demanded."""

    why: str


@dataclass(frozen=True)
class Bad:
    """A call that must be refused, and some of the words."""

    call: Callable[[], Any]
    error: type[Exception]
    says: str


@dataclass(frozen=True)
class Row:
    """One name of etude, from its package on: "layers.crf.Chain"."""

    name: str
    slope: Callable[[int], tuple[Function, tuple[Tensor, ...]]] | No
    """for so many examples, a function or module and inputs in double precision: its derivatives are compared with
    differences, for the inputs and for every parameter"""
    reference: tuple[Proof, ...] | No
    """against numbers that we did not make: another library, a published table, enumeration"""
    laws: tuple[Proof, ...] = ()
    """what holds whatever the numbers are"""
    bad: tuple[Bad | str, ...] = ()
    """what is refused, here or in a test elsewhere"""
    fast: bool = False
    """along random directions in place of number by number: for what is made of parts that have rows of
    their own"""

    @property
    def proofs(self) -> list[Proof]:
        """Everything that is proved by a test, here or elsewhere."""
        reference = () if isinstance(self.reference, No) else self.reference
        return [*reference, *self.laws, *(each for each in self.bad if isinstance(each, str))]


def row(name: str, slope: Any, *reference: Proof | No, **more: Any) -> Row:
    """Shorter to write: all that stands behind the slope is the reference."""
    told = reference[0] if isinstance(reference[0], No) else reference
    return Row(name, slope, told, **more)


class Calling(nn.Module):
    """A module called in a way of its own, from the same chance each time: a dropout then has a derivative."""

    def __init__(self, module: nn.Module, call: Function) -> None:
        super().__init__()
        self.module, self.call = module.double(), call

    def forward(self, *inputs: Tensor) -> Any:
        torch.manual_seed(5)
        return self.call(self.module, *inputs)


class Says(nn.Module):
    """A network whose answer is known beforehand: so that an objective is a function of it."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, *_: Any) -> Any:
        return self.answer


def d(*shape: int) -> Tensor:
    """Normal numbers in double precision."""
    return torch.randn(*shape, dtype=torch.float64)


def away(*shape: int) -> Tensor:
    """The same, none of them near 0."""
    x = d(*shape)
    return x + 0.1 * x.sign()


def as_function(given: tuple[Function, tuple[Tensor, ...]]) -> tuple[Function, tuple[Tensor, ...]]:
    """A function of its inputs and of its parameters, which come as one vector behind them, with both."""
    f, inputs = given
    inputs = tuple(each.detach().requires_grad_() for each in inputs)
    weights = dict(f.double().named_parameters()) if isinstance(f, nn.Module) else {}
    if not weights:
        return f, inputs
    sizes = [each.numel() for each in weights.values()]

    def call(*numbers: Tensor) -> Any:
        pieces = zip(weights.items(), numbers[-1].split(sizes), strict=True)
        return functional_call(f, {name: piece.view_as(each) for (name, each), piece in pieces}, numbers[:-1])

    vector = torch.cat([each.detach().flatten() for each in weights.values()])
    return call, (*inputs, vector.requires_grad_())


def strided(x: Tensor) -> Tensor:
    """The same numbers, with others between them in memory."""
    return torch.stack([x, x + 1], -1)[..., 0].detach().requires_grad_()


def close(ours: Any, theirs: Any, **tolerance: float) -> None:
    """AssertionError where they differ, whatever the precision of the reference."""
    ours, theirs = torch.as_tensor(ours), torch.as_tensor(theirs)
    torch.testing.assert_close(ours, theirs.to(ours.dtype), **(tolerance or {}))
