"""Graphs, pairs of texts and tagged sentences: nodes that nothing reaches, and examples that stand in two parts."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import torch

from etude.data.splits import Splits
from etude.data.tokenizers import PAD, START, UNKNOWN, decode
from etude.inside.check.findings import Finding, few
from etude.inside.check.subject import LETTERS, Subject
from etude.inside.copies import PARTS
from etude.records import Graph, Pairs, Tagged, Tokens
from etude.schema import Text, Written

HURTS = 0.01
"""share of a part from which on copies of training examples must be mended"""
SHORT = 8
"""tokens below which language repeats itself: greetings, names, `return None`"""
LONGER = 5.0
"""times longer than usual that one side of a pair is, compared with the other"""


def structures(subject: Subject) -> list[Finding]:
    """What these kinds of examples show."""
    train = subject.splits.train
    if isinstance(train, Graph):
        return [*masks(subject.splits), *lonely(train)]
    if isinstance(train, Pairs):
        return [*repeated(subject, "x"), *unchanged(subject), *uneven(subject)]
    if isinstance(train, Tagged | Tokens):
        return list(repeated(subject, "x"))
    return []


def masks(splits: Splits[Graph]) -> Iterator[Finding]:
    """Nodes that stand in two parts."""
    for (one, rows), (other, others) in combinations(zip(PARTS, splits.rows, strict=True), 2):
        both = np.intersect1d(rows.numpy(), others.numpy())
        if len(both) == len(rows) == len(others):
            said = f"{one} and {other} are the same {len(both):,} nodes"
            yield Finding("W-MASK-OVERLAP", said, "mark some nodes for each part", 0.5, other == "test")
        elif len(both):
            said = f"{len(both):,} nodes stand in {one} and in {other}"
            shown = few((f"node {node + 1}" for node in both[:6].tolist()), len(both))
            yield Finding("W-MASK-OVERLAP", said, "mark each node for one part", 0.9, True, shown)


def lonely(graph: Graph) -> Iterator[Finding]:
    """Nodes without a link, and pieces of the graph in which no training node is."""
    begins, ends = graph.a_hat.crow_indices(), graph.a_hat.col_indices()
    nodes = len(begins) - 1
    starts = torch.repeat_interleave(torch.arange(nodes), begins.diff())
    linked = torch.zeros(nodes, dtype=torch.bool)
    linked[starts[starts != ends]] = True
    alone = (~linked).nonzero()[:, 0].tolist()
    if alone:
        shown = few((f"node {node + 1}" for node in alone[:6]), len(alone))
        said = f"{len(alone):,} of {nodes:,} nodes have no link: they are known by their own features only"
        yield Finding("W-GRAPH-ALONE", said, "are links missing?", len(alone) / nodes, examples=shown)
    reached = torch.zeros(nodes, dtype=torch.bool)
    reached[graph.rows] = True
    count = -1
    while count != int(reached.sum()):
        count = int(reached.sum())
        reached[ends[reached[starts]]] = True
    if count < nodes - len(alone):
        said = f"{nodes - count - len(alone):,} of {nodes:,} linked nodes hang together with no training node"
        yield Finding("W-GRAPH-APART", said, "mark a training node in each piece, if there are few", 0.1)


def repeated(subject: Subject, field: str) -> Iterator[Finding]:
    """Examples of validation and test that are read in training too, id for id."""
    known = {key(row) for row in getattr(subject.part("train"), field).tolist()} - {()}
    for name in ("valid", "test"):
        rows = getattr(subject.part(name), field).tolist()
        twice = [k for k, row in enumerate(rows) if key(row) in known]
        if not twice:
            continue
        shown = few((f"{subject.spot(name, k)}: {in_words(subject, rows[k])}" for k in twice[:6]), len(twice))
        share = len(twice) / len(rows)
        said = f"{len(twice):,} of {len(rows):,} examples of {name} are read in train too ({share:.1%})"
        advice = "keep one of each before you split if they are not met that often: the score flatters"
        short = np.mean([len(key(rows[k])) for k in twice]) < SHORT
        yield Finding("W-SPLIT-DUP", said, advice, 0.1 if short else share, share >= HURTS and not short, shown)


def key(row: list[Any]) -> tuple[int, ...]:
    """The ids of a text; nothing for one of which a word is not known, as it may be any."""
    ids = tuple(each for each in row if each not in (PAD, START))
    return () if UNKNOWN in ids else ids


def in_words(subject: Subject, row: list[int]) -> str:
    """The text of a row, cut."""
    inputs = subject.splits.schema.inputs
    words = decode(inputs, row) if isinstance(inputs, Text) else ""
    return words if len(words) <= LETTERS else f"{words[: LETTERS - 1]}…"


def unchanged(subject: Subject) -> Iterator[Finding]:
    """Pairs whose both sides are the same."""
    inputs, target = subject.splits.schema.inputs, subject.splits.schema.target
    if not isinstance(inputs, Text) or not isinstance(target, Written):
        return
    reads, writes = subject.splits.train.x.tolist(), subject.splits.train.y.tolist()
    both = enumerate(zip(reads, writes, strict=True))
    same = [k for k, (x, y) in both if key(x) and decode(inputs, x) == decode(target.text, y)]
    if len(same) > HURTS * len(reads):
        shown = few((f"{subject.spot('train', k)}: {in_words(subject, reads[k])}" for k in same[:6]), len(same))
        said = f"{len(same):,} of {len(reads):,} training pairs are the same on both sides"
        yield Finding("W-PAIR-SAME", said, "were they left untranslated?", len(same) / len(reads), examples=shown)


def uneven(subject: Subject) -> Iterator[Finding]:
    """Pairs of which one side is far too long for the other."""
    train = subject.splits.train
    ratio = ((train.y != PAD).sum(dim=1) - 2 + 1).double().log() - ((train.x != PAD).sum(dim=1) + 1).double().log()
    far = (ratio - ratio.median()).abs()
    rows = (far > np.log(LONGER)).nonzero()[:, 0].tolist()
    if rows:
        shown = few(
            (f"{subject.spot('train', k)}: {in_words(subject, train.x[k].tolist())}" for k in rows[:6]), len(rows)
        )
        said = f"{len(rows):,} of {len(train):,} training pairs are {LONGER:g} times longer on one side than usual"
        yield Finding("W-PAIR-LENGTH", said, "do the sides belong together?", len(rows) / len(train), examples=shown)
