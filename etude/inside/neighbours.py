"""Which training examples a network finds most like a new one: nearest in the space before its last layer."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from etude.chance import stream
from etude.data.splits import Splits
from etude.evaluation.predictor import evaluating
from etude.figures import Curve, Figure, Images, Text
from etude.inside.examples import answer_in_words, example_in_words
from etude.inside.series import line
from etude.learners.base import device_of
from etude.records import Labelled
from etude.schema import Pictures, Schema, Signals

SEARCHED = 5_000
"""training examples at most"""
NEAREST = 8
LINES = 4
"""series of them that are drawn: more lines than that nobody tells apart"""
ROUNDING = 1e-5
"""share of the length of a point by which it may be missed: networks add in another order for other batches"""
PIECE = 200
"""examples that pass the network at once"""


@dataclass(frozen=True, slots=True)
class Space:
    """Training examples where a network puts them."""

    examples: Labelled
    values: Float[Tensor, "example unit"]
    """what its last linear layer is given"""
    total: int
    """examples of the training part, of which these were drawn"""
    schema: Schema


def space_of(network: nn.Module, splits: Splits[Any], *, seconds: float) -> Space | None:
    """Training examples drawn by chance, at most `SEARCHED` and as many as pass the network in so many seconds.

    None where no linear layer ends the network, where it answers at each place of its input, or without answers.
    """
    train = splits.train
    if not isinstance(train, Labelled):
        return None
    examples = train[torch.randperm(len(train), generator=stream(0, "sampling"))[:SEARCHED]]
    values = represented(network, examples.x, seconds=seconds)
    return None if values is None else Space(examples[: len(values)], values, len(train), splits.schema)


def represented(
    network: nn.Module, x: Shaped[Tensor, "batch ..."], *, seconds: float = math.inf
) -> Float[Tensor, "some unit"] | None:
    """What the linear layer that is asked last is given, one row an example; None if there is no such layer.

    The last ones are left out if the time is over before.
    """
    found: list[Tensor] = []
    device, begun = device_of(network), time.perf_counter()
    with evaluating(network), last_given(network) as given:
        for piece in x.split(PIECE):
            given.clear()
            network(piece.to(device))
            if not given or given[-1].shape[:-1] != (len(piece),):
                return None
            found.append(given[-1].float().cpu())
            if time.perf_counter() - begun > seconds:
                break
    return torch.cat(found)


@contextmanager
def last_given(network: nn.Module) -> Iterator[list[Tensor]]:
    """What the linear layers are given, the latest last."""
    given: list[Tensor] = []
    hooks = [
        each.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
        for each in network.modules()
        if isinstance(each, nn.Linear)
    ]
    try:
        yield given
    finally:
        for hook in hooks:
            hook.remove()


def nearest(
    space: Space, point: Float[Tensor, " unit"], k: int = NEAREST
) -> tuple[Float[Tensor, " near"], Int[Tensor, " near"]]:
    """Euclidean distances and places in `space.examples`, the nearest first."""
    distances = (space.values.double() - point.double()).square().sum(dim=1).sqrt()
    found = distances.topk(min(k, len(distances)), largest=False)
    return found.values, found.indices


def neighbours_figure(network: nn.Module, space: Space, x: Shaped[Tensor, "1 ..."]) -> Figure:
    """The training examples nearest to `x`, each with its answer and its distance."""
    schema, point = space.schema, represented(network, x)
    assert point is not None  # as for the examples of the space
    distances, places = nearest(space, point[0], LINES if isinstance(schema.inputs, Signals) else NEAREST)
    distances[distances < ROUNDING * point.norm()] = 0.0
    near = space.examples[places]
    labels = [
        f"{answer_in_words(schema.target, y)}  {distance:.3g}"
        for y, distance in zip(near.y, distances.tolist(), strict=True)
    ]
    title = f"Nearest {len(labels)} of {counted(space)}, by distance before the last layer"
    match schema.inputs:
        case Pictures():
            return Images(title, near.x.cpu(), tuple(labels))
        case Signals():
            named = {f"{k}. {label}": each for k, (label, each) in enumerate(zip(labels, near.x, strict=True), start=1)}
            return Curve(title, {name: line(each.cpu()) for name, each in named.items()}, "sample", "value")
        case other:
            told = [example_in_words(other, each) for each in near.x]
            return Text(title, "\n".join(f"{label}  {words}" for label, words in zip(labels, told, strict=True)))


def counted(space: Space) -> str:
    """'1,257 training examples', '5,000 of 60,000 training examples'"""
    some = f"{len(space.examples):,}"
    whole = some if len(space.examples) == space.total else f"{some} of {space.total:,}"
    return f"{whole} training examples"
