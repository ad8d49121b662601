"""Equal blocks of a network, one behind the other, as one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from etude.figures import LayerBox

NUMBERED = re.compile(r"(?P<list>.*?)\.(?P<number>\d+)\.(?P<rest>.+)")
"""a layer of a block of a list: `blocks.3.attention.query`"""


@dataclass(frozen=True, slots=True)
class Block:
    """Layers that belong together, by the names that they have in their block."""

    place: str
    """of the list that the block stands in; of a layer in no block its own name"""
    number: str
    """in that list; empty for a layer in no block"""
    layers: tuple[tuple[str, LayerBox], ...]
    """kind and box of each"""


def folded(layers: Iterable[tuple[str, LayerBox]]) -> tuple[LayerBox, ...]:
    """Boxes of layers, whose kinds stand beside them; where blocks of a list repeat each other there is one for all.

    `blocks.0-11.attention.query` stands for twelve layers, and has as many parameters as they have together.
    """
    runs = groupby(blocks(layers), key=lambda block: (block.place, block.layers))
    return tuple(box for _, run in runs for box in together(tuple(run)))


def blocks(layers: Iterable[tuple[str, LayerBox]]) -> Iterable[Block]:
    """Block after block."""
    for (place, number), inside in groupby(layers, key=lambda layer: home(layer[1].name)):
        cut = len(f"{place}.{number}.") if number else 0
        yield Block(place, number, tuple((kind, replace(box, name=box.name[cut:])) for kind, box in inside))


def home(name: str) -> tuple[str, str]:
    """The list that a layer's block stands in, and its number there."""
    found = NUMBERED.fullmatch(name)
    return (found["list"], found["number"]) if found else (name, "")


def together(run: Sequence[Block]) -> Iterable[LayerBox]:
    """The boxes of equal blocks: those of the first one, under the numbers of all."""
    first, last = run[0], run[-1]
    numbers = first.number if first is last else f"{first.number}-{last.number}"
    for _, box in first.layers:
        name = f"{first.place}.{numbers}.{box.name}" if first.number else box.name
        yield replace(box, name=name, parameters=box.parameters * len(run))
