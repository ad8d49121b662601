"""Whether the parts are drawn from the same source: a classifier tries to tell them apart."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from scipy.stats import mannwhitneyu
from sklearn.ensemble import RandomForestClassifier

from etude.evaluation.baselines import flat
from etude.figures import Figure, Histogram
from etude.inside.check.findings import Finding
from etude.inside.check.subject import Subject, dense, distinct_parts, some
from etude.inside.check.traits import traits
from etude.schema import Classes, Pictures, Signals

ROWS = 1_500
"""of each part"""
FEWEST = 30
TREES, DEPTH, LEAF = 40, 8, 5
OFTEN = 10
"""training examples of a category or word that count"""
WORTH = 0.6
"""area under the ROC curve from which on a difference can matter"""
CHANCE = 1e-3
"""probability of such a difference between parts of one source, below which it is believed"""
MOST = 200
"""numbers of an example that are looked at"""
NAMED = 3
"""columns that are named"""
BINS = 30


@dataclass(frozen=True, slots=True)
class Apart:
    """How well two parts can be told apart."""

    area: float
    """under the ROC curve of examples that a tree was not grown on; 0.5 is chance"""
    chance: float
    """two-sided probability of it if both are drawn from one source"""
    weights: Float[np.ndarray, " trait"]
    """how much each number helped"""


def shift(subject: Subject) -> list[Finding]:
    """Training against validation and test part, by their inputs alone."""
    if classes_apart(subject):
        return []
    names = [name for name in ("valid", "test") if name == "test" or distinct_parts(subject.splits)]
    found = [difference(subject, name) for name in names]
    return [each for each in found if each is not None]


def difference(subject: Subject, name: str) -> Finding | None:
    """What is said if the training part and another one can be told apart."""
    asked = columns_of(subject, subject.part(name), most=ROWS)
    known = columns_of(subject, subject.part("train"), most=ROWS if asked is None else min(ROWS, 3 * len(asked[1])))
    if known is None or asked is None or min(len(known[1]), len(asked[1])) < FEWEST:
        return None
    known, asked = frequent(subject, known, asked)
    apart = told_apart(known[1], asked[1])
    if apart.area < WORTH or apart.chance > CHANCE:
        return None
    order = np.argsort(-apart.weights, kind="stable")[:NAMED]
    best = [known[0][k] for k in order if apart.weights[k] > 1 / len(known[0])] or [known[0][order[0]]]
    said = (
        f"train and {name} differ: a forest tells them apart (area under ROC {apart.area:.2f}, chance 0.5,"
        f" p {max(apart.chance, 1e-99):.1g}), by {', '.join(best)}"
    )
    advice = "was the data sorted, or gathered in two ways? A score on one kind of example says little on another"
    figure = histogram(best[0], name, known[1][:, order[0]], asked[1][:, order[0]])
    return Finding("W-SHIFT", said, advice, min(1.0, apart.area - 0.4), figure=figure)


Named: TypeAlias = tuple[tuple[str, ...], Float[np.ndarray, "_ trait"]]
"""names, and numbers for each example"""


def frequent(subject: Subject, known: Named, asked: Named) -> tuple[Named, Named]:
    """Without rare categories and words: those of the training part have a code, and others none, by the encoding."""
    seen = traits(subject.splits.schema.inputs, subject.splits.train.x[:1])
    known_values, asked_values = known[1].copy(), asked[1].copy()
    for k in np.flatnonzero(seen.coded) if seen is not None else ():
        codes, counts = np.unique(known_values[:, k], return_counts=True)
        often = codes[counts >= OFTEN]
        for values in (known_values, asked_values):
            values[~np.isin(values[:, k], often), k] = 0
    return (known[0], known_values), (asked[0], asked_values)


def classes_apart(subject: Subject) -> bool:
    """Whether training and test share no class, as they are meant to where new kinds are learnt from few examples."""
    if not isinstance(subject.splits.schema.target, Classes):
        return False
    return not set(subject.splits.train.y.tolist()) & set(subject.splits.test.y.tolist())


def columns_of(subject: Subject, part: Any, *, most: int) -> Named | None:
    """Names and numbers of some examples of a part: plain traits, and pixels or samples where there are few."""
    inputs, x = subject.splits.schema.inputs, dense(getattr(part, "x", None))
    if x is None or not len(x):
        return None
    x = x[some(len(x), most)]
    seen = traits(inputs, x)
    if seen is None:
        return None
    names, values = list(seen.names), [np.nan_to_num(seen.values, nan=-1e9)]
    if isinstance(inputs, Pictures | Signals) and x[0].numel() <= MOST:
        values.append(flat(x, inputs).astype(np.float64))
        names += [place_of(inputs, k) for k in range(x[0].numel())]
    return tuple(names), np.concatenate(values, axis=1)


def place_of(inputs: Pictures | Signals, k: int) -> str:
    """Where number `k` of an example is."""
    if isinstance(inputs, Signals):
        return f"sample {k + 1}"
    row, column = divmod(k % (inputs.height * inputs.width), inputs.width)
    return f"the pixel in row {row + 1}, column {column + 1}"


def told_apart(one: Float[np.ndarray, "one trait"], other: Float[np.ndarray, "other trait"]) -> Apart:
    """The classifier two-sample test of Lopez-Paz and Oquab 2017 (arXiv:1610.06545), section 3, with a forest.

    Each example is judged by the trees that were grown without it, and the rank of the judgements (Mann and Whitney
    1947) takes the place of the accuracy, so that parts of unequal size can be compared.
    """
    x = np.concatenate([one, other])
    y = np.repeat([0, 1], [len(one), len(other)])
    forest = RandomForestClassifier(TREES, max_depth=DEPTH, min_samples_leaf=LEAF, oob_score=True, random_state=0).fit(
        x, y
    )
    judged: np.ndarray = forest.oob_decision_function_[:, 1]
    rank = mannwhitneyu(judged[y == 1], judged[y == 0])
    return Apart(float(rank.statistic / (len(one) * len(other))), float(rank.pvalue), forest.feature_importances_)


def histogram(label: str, name: str, known: Float[np.ndarray, " known"], asked: Float[np.ndarray, " asked"]) -> Figure:
    """The trait that tells most, in both parts, of 1,000 examples each."""
    both = np.concatenate([known[known > -1e9], asked[asked > -1e9]])
    low, high = np.quantile(both, [0.005, 0.995]) if len(both) else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    counts = {
        part: torch.from_numpy(np.round(1000 * np.histogram(values, edges)[0] / len(values)).astype(np.int64))
        for part, values in (("train", known), (name, asked))
    }
    return Histogram(f"{label} in train and {name}", torch.from_numpy(edges), counts, label, "of 1,000 examples")
