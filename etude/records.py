"""Every batch of the system, on one page."""

from dataclasses import dataclass
from typing import TypeVar

from jaxtyping import Bool, Float, Int, Shaped, UInt8
from torch import Tensor

from etude.types import Batch

_Graph = TypeVar("_Graph", bound="Graph")  # as in etude/types.py


@dataclass(frozen=True, slots=True)
class Labelled(Batch):
    """Examples with one answer each."""

    x: Shaped[Tensor, "batch ..."]
    """pictures as uint8 (batch, channel, height, width); tables (batch, column) and signals (batch, time) as float32"""
    y: Float[Tensor, " batch"] | Int[Tensor, " batch"]
    """class index (int64), or the standardised quantity (float32)"""


@dataclass(frozen=True, slots=True)
class Inputs(Batch):
    """Examples without answers."""

    x: Shaped[Tensor, "batch ..."]
    """as in `Labelled`"""


IGNORED = -100
"""the answer at a position that counts for nothing: padding, or a token that was not masked"""


@dataclass(frozen=True, slots=True)
class Tokens(Batch):
    """Texts with one answer at each position."""

    x: Int[Tensor, "batch time"]
    """token ids, padded with 0"""
    y: Int[Tensor, "batch time"]
    """what is wanted at each position, or IGNORED"""


@dataclass(frozen=True, slots=True)
class Stream(Batch):
    """Pieces of texts that run on from batch to batch, each text in a row of its own."""

    x: Int[Tensor, "batch time"]
    """token ids"""
    y: Int[Tensor, "batch time"]
    """what is wanted at each position"""
    goes_on: Bool[Tensor, " batch"]
    """whether the piece continues that of the last batch; false where a text begins"""


@dataclass(frozen=True, slots=True)
class Tagged(Batch):
    """Sentences with a tag for each word."""

    x: Int[Tensor, "batch time"]
    """ids of the words, padded with 0"""
    letters: UInt8[Tensor, "batch time letter"]
    """bytes of each word, padded with 0"""
    y: Int[Tensor, "batch time"]
    """tag of each word, IGNORED at the padding"""


@dataclass(frozen=True, slots=True)
class Weighted(Batch):
    """Examples with one answer each, of which some count more than others."""

    x: Float[Tensor, "batch feature"]
    y: Float[Tensor, " batch"] | Int[Tensor, " batch"]
    """class index, or the quantity"""
    weight: Float[Tensor, " batch"]
    """above 0"""


@dataclass(frozen=True, slots=True)
class Pairs(Batch):
    """Texts, each with the text that is to be written for it."""

    x: Int[Tensor, "batch source"]
    """token ids of what is read, padded with 0"""
    y: Int[Tensor, "batch target"]
    """START, the token ids of what is written, END; padded with 0"""


@dataclass(frozen=True, slots=True)
class Graph(Batch):
    """Some nodes of a graph with one answer each; the parts of the data name other nodes of the same whole graph."""

    rows: Int[Tensor, " batch"]
    """which nodes"""
    y: Int[Tensor, " batch"]
    """their class indices"""
    x: Float[Tensor, "node feature"]
    """features of all nodes, in compressed sparse rows"""
    x_turned: Int[Tensor, "feature node"]
    """the transposed of x, with the position of each value in place of the value (`layers/graph.py: turned`)"""
    a_hat: Float[Tensor, "node node"]
    """who is linked to whom, normalised, in compressed sparse rows"""

    def __getitem__(self: _Graph, rows: slice | Tensor) -> _Graph:
        return type(self)(self.rows[rows], self.y[rows], self.x, self.x_turned, self.a_hat)


@dataclass(frozen=True, slots=True)
class Rollout(Batch):
    """What a policy did, in the order time by time and copy by copy, with what it was worth."""

    x: Float[Tensor, "batch ..."]
    """what was seen"""
    action: Int[Tensor, " batch"]
    """index of what was done"""
    log_probability: Float[Tensor, " batch"]
    """of the action, under the policy that chose it"""
    advantage: Float[Tensor, " batch"]
    """how much better the action was than what the critic expected"""
    returns: Float[Tensor, " batch"]
    """what the critic should have expected: the discounted rewards from here on, or an estimate of them"""
    finished: Float[Tensor, " batch"]
    """the sum of rewards of the episode that ended here, NaN where none did"""


@dataclass(frozen=True, slots=True)
class Transition(Batch):
    """Single steps of an agent."""

    x: Float[Tensor, "batch ..."]
    """what was seen"""
    action: Int[Tensor, " batch"]
    reward: Float[Tensor, " batch"]
    following: Float[Tensor, "batch ..."]
    """what the action led to, the last sight of an episode that ended"""
    terminated: Bool[Tensor, " batch"]
    """whether nothing can follow; false where only the time was up"""
    finished: Float[Tensor, " batch"]
    """as in `Rollout`"""


@dataclass(frozen=True, slots=True)
class Views(Batch):
    """Examples seen twice, each time changed by chance."""

    first: Float[Tensor, "batch ..."]
    second: Float[Tensor, "batch ..."]
    """the same examples in the same order, changed otherwise"""


@dataclass(frozen=True, slots=True)
class Words(Batch):
    """A text, word by word."""

    ids: Int[Tensor, " word"]


@dataclass(frozen=True, slots=True)
class Windows(Batch):
    """Words with those that stand around them."""

    centre: Int[Tensor, " batch"]
    context: Int[Tensor, "batch place"]
    """ids of the neighbours, 0 where there is none"""


@dataclass(frozen=True, slots=True)
class Episode(Batch):
    """A small task: some classes with a few examples each to know them by, and others to be told."""

    support: UInt8[Tensor, "way shot channel height width"]
    """the examples that each class is known by"""
    query: UInt8[Tensor, "way query channel height width"]
    """other examples of the same classes"""
