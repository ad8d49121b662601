"""How good a tagger is: tokens that are right, and whole spans where tags are of the kind B-x, I-x and O."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from etude.data.batches import in_order
from etude.data.tagging import trimmed_tags
from etude.evaluation.intervals import PoissonSums, percentile, ratio
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline, Score
from etude.evaluation.spans import has_spans, spans
from etude.figures import Matrix
from etude.records import IGNORED, Tagged
from etude.schema import Tags

BATCH = 200
"""sentences; the same in training and in `evaluate`, so that the same weights give the same bits"""
ONE, NATS, TOKENS, RIGHT, FOUND, WANTED, HIT = range(7)
"""rows of a tally"""


@runtime_checkable
class Tagging(Protocol):
    """What a network must be able to do to be judged here."""

    def __call__(
        self,
        x: Int[Tensor, "batch time"],
        letters: UInt8[Tensor, "batch time letter"],
        y: Int[Tensor, "batch time"],
    ) -> Float[Tensor, " batch"]: ...

    def best(
        self, x: Int[Tensor, "batch time"], letters: UInt8[Tensor, "batch time letter"]
    ) -> Int[Tensor, "batch time"]: ...


def tagged(network: torch.nn.Module, examples: Tagged) -> tuple[Float[np.ndarray, " sentence"], list[list[int]]]:
    """Nats of the right tags of each sentence, and the tags that the network gives."""
    assert isinstance(network, Tagging)
    nats: list[float] = []
    given: list[list[int]] = []
    device = next(network.parameters()).device
    with evaluating(network):
        for piece in in_order(examples, BATCH):
            here = trimmed_tags(piece).to(device)
            nats.extend(network(here.x, here.letters, here.y).double().tolist())
            rows = network.best(here.x, here.letters).tolist()
            given.extend(row[:length] for row, length in zip(rows, (here.y != IGNORED).sum(1).tolist(), strict=True))
    return np.array(nats), given


def tally(given: Sequence[Sequence[int]], examples: Tagged, target: Tags) -> Float[np.ndarray, "number sentence"]:
    """What each sentence adds to the scores; nats are left at 0."""
    columns = np.zeros((HIT + 1, len(given)))
    columns[ONE] = 1
    whole = has_spans(target.names)
    for column, tags, wanted in zip(columns.T, given, right_tags(examples), strict=True):
        column[TOKENS] = len(wanted)
        column[RIGHT] = sum(a == b for a, b in zip(tags, wanted, strict=True))
        if whole:
            found, there = (spans([target.names[each] for each in some]) for some in (tags, wanted))
            column[FOUND], column[WANTED], column[HIT] = len(found), len(there), len(found & there)
    return columns


def right_tags(examples: Tagged) -> list[list[int]]:
    """The tags of each sentence, without the padding."""
    return [[tag for tag in row if tag != IGNORED] for row in examples.y.tolist()]


def values(sums: Float[np.ndarray, "number ..."], target: Tags) -> dict[str, Float[np.ndarray, "..."]]:
    """The scores of summed tallies, the one that matters most first."""
    scores = {"accuracy": ratio(sums[RIGHT], sums[TOKENS], nothing=np.nan)}
    if has_spans(target.names):
        precision = ratio(sums[HIT], sums[FOUND], nothing=0.0)
        recall = ratio(sums[HIT], sums[WANTED], nothing=0.0)
        f1 = ratio(2 * sums[HIT], sums[FOUND] + sums[WANTED], nothing=0.0)
        scores = {"f1": f1, "precision": precision, "recall": recall} | scores
    return scores | {"loss": ratio(sums[NATS], sums[TOKENS], nothing=np.nan)}


def scored(columns: Float[np.ndarray, "number sentence"], target: Tags) -> dict[str, Score]:
    """Each score with its interval by the bootstrap over the sentences; `loss` is in nats for each word."""
    sums = PoissonSums(len(columns), np.random.default_rng(0))
    sums.update(columns)
    exact, replicas = values(sums.totals[:, None], target), values(sums.replicas, target)
    return {name: percentile(float(value[0]), replicas[name]) for name, value in exact.items()}


def tagging_scores(network: torch.nn.Module, examples: Tagged, target: Tags) -> dict[str, float]:
    """The scores without intervals, for a training to watch."""
    nats, given = tagged(network, examples)
    columns = tally(given, examples, target)
    columns[NATS] = nats
    sums = columns.sum(axis=1)[:, None]
    return {name: float(value[0]) for name, value in values(sums, target).items()}


def memory_baseline(train: Tagged, examples: Tagged, target: Tags) -> Baseline:
    """Each word gets the tag that it had most often in training; a word that training did not know, the unknown's."""
    started = time.perf_counter()
    seen: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for words, tags in zip(train.x.tolist(), right_tags(train), strict=True):
        for word, tag in zip(words, tags, strict=False):
            seen[word][tag] += 1
    overall = sum(seen.values(), Counter[int]()).most_common(1)[0][0]
    usual = {word: tags.most_common(1)[0][0] for word, tags in seen.items()}
    given = [
        [usual.get(word, overall) for word, tag in zip(words, tags, strict=True) if tag != IGNORED]
        for words, tags in zip(examples.x.tolist(), examples.y.tolist(), strict=True)
    ]
    metrics = scored(tally(given, examples, target), target)
    metrics.pop("loss")  # it gives tags, no probabilities
    note = f"on all {len(train):,} training sentences"
    return Baseline("usual tag of the word", note, metrics, round(time.perf_counter() - started, 3))


def confusion(given: Sequence[Sequence[int]], examples: Tagged, target: Tags) -> Matrix:
    """How often each tag was given for each right one."""
    counts = torch.zeros(len(target.names), len(target.names), dtype=torch.int64)
    for tags, wanted in zip(given, right_tags(examples), strict=True):
        counts.index_put_((torch.tensor(wanted), torch.tensor(tags)), torch.tensor(1), accumulate=True)
    return Matrix(
        "Tags that were given for the right ones",
        counts,
        rows=target.names,
        columns=target.names,
        row_label="right",
        column_label="given",
        share_of_row=True,
    )
