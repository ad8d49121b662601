"""How well probabilities rank: ROC and precision-recall, counted in fine bins of the log-odds."""

import numpy as np
from jaxtyping import Bool, Float, Int

from etude.evaluation.intervals import ratio, recentred, replicas_at_once, resampled
from etude.evaluation.records import Score, Trace

SPAN = 37.0
"""log-odds beyond which a float64 probability is 0 or 1"""

CELLS = 1 << 20
"""bins of all classes together, which bounds the memory at 16 MiB"""

FINEST = 1 << 16
"""bins of one class: 0.0011 of log-odds each"""

POINTS = 200
"""of a drawn curve"""


class ScoreBins:
    """Counts of positives and negatives of each class (one against the rest) by the log-odds of their score.

    Scores in one bin count as ties. Against exact ranking the ROC-AUC is therefore wrong by at most `error_bound`, half
    the share of pairs that fall into one bin: below 1e-4 for scores that spread over one unit of log-odds.
    """

    def __init__(self, classes: int) -> None:
        self.bins = min(FINEST, CELLS // classes)
        self.counts = np.zeros((classes, 2, self.bins), dtype=np.int64)

    def update(self, scores: Float[np.ndarray, "batch class"], positive: Bool[np.ndarray, "batch class"]) -> None:
        """Add log-odds; NaN ranks in the middle."""
        place = np.nan_to_num(np.clip(scores, -SPAN, SPAN), nan=0.0)
        which = np.minimum(((place + SPAN) / (2 * SPAN) * self.bins).astype(np.int64), self.bins - 1)
        for k in range(scores.shape[1]):
            self.counts[k, 0] += np.bincount(which[positive[:, k], k], minlength=self.bins)
            self.counts[k, 1] += np.bincount(which[~positive[:, k], k], minlength=self.bins)

    def ranked(self) -> list[int]:
        """The classes with positives and negatives: the others cannot be ranked."""
        return [k for k, both in enumerate(self.counts.sum(axis=2)) if both.min() > 0]

    def error_bound(self, k: int) -> float:
        """The most by which binning can have changed the ROC-AUC of class k."""
        positives, negatives = self.counts[k].astype(np.float64)
        return float(0.5 * (positives @ negatives) / (positives.sum() * negatives.sum()))


def roc_auc(counts: Int[np.ndarray, "replica 2 bin"]) -> Float[np.ndarray, " replica"]:
    """The chance that a positive scores above a negative, ties counted half (Hanley and McNeil 1982)."""
    positives, negatives = counts[:, 0].astype(np.float64), counts[:, 1].astype(np.float64)
    below = np.cumsum(negatives, axis=1) - negatives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    wins = (positives * below).sum(axis=1)
    return ratio(wins, pairs, nothing=np.nan)


def pr_auc(counts: Int[np.ndarray, "replica 2 bin"]) -> Float[np.ndarray, " replica"]:
    """Average precision: precision at each threshold, weighted by the recall it adds."""
    above = np.cumsum(counts[:, :, ::-1], axis=2, dtype=np.float64)[:, :, ::-1]
    answered = above.sum(axis=1)
    precision = ratio(above[:, 0], answered, nothing=0.0)
    positives = counts[:, 0].sum(axis=1).astype(np.float64)
    found = (counts[:, 0] * precision).sum(axis=1)
    return ratio(found, positives, nothing=np.nan)


def ranking_scores(scores: ScoreBins, classes: list[int], generator: np.random.Generator) -> dict[str, Score]:
    """ROC-AUC and PR-AUC, mean over `classes`, with intervals; not defined without positives and negatives.

    The interval of a mean over several classes is the mean of their intervals: at least 95 %, since the classes'
    errors are at most wholly correlated.
    """
    if not classes:
        return {"roc_auc": Score(None), "pr_auc": Score(None)}
    found: dict[str, list[Score]] = {"roc_auc": [], "pr_auc": []}
    for k in classes:
        value = scores.counts[k][None]
        few = merged(scores.counts[k], max(64, 1024 // len(classes)))
        pieces = [
            resampled(few.reshape(-1), generator, replicas=size).reshape(size, *few.shape)
            for size in replicas_at_once(few.size)
        ]
        for name, statistic in (("roc_auc", roc_auc), ("pr_auc", pr_auc)):
            replicas = np.concatenate([statistic(piece) for piece in pieces])
            found[name].append(recentred(float(statistic(value)[0]), replicas, most=1.0))
    return {name: mean_score(each) for name, each in found.items()}


def mean_score(scores: list[Score]) -> Score:
    """The mean of values and of ends; a score without interval counts with its value as both ends."""
    values = np.array([[each.value, each.low, each.high] for each in scores], dtype=np.float64)  # None becomes NaN
    ends = np.where(np.isnan(values), values[:, :1], values).mean(axis=0)
    if np.isnan(values[:, 1]).all():
        return Score(float(ends[0]))
    return Score(float(ends[0]), float(ends[1]), float(ends[2]))


def merged(counts: Int[np.ndarray, "2 bin"], most: int) -> Int[np.ndarray, "2 group"]:
    """Neighbouring bins put together, so that about `most` groups of equally many examples stay.

    Only the spread of the replicas comes from the groups; the value itself is counted in the fine bins.
    """
    total = counts.sum(axis=0)
    group = (np.cumsum(total) - total) * most // total.sum()
    grouped = np.stack([np.bincount(group, weights=row, minlength=most) for row in counts]).astype(np.int64)
    return grouped[:, grouped.sum(axis=0) > 0]


def roc_curve(counts: Int[np.ndarray, "2 bin"]) -> Trace:
    """True positive rate over false positive rate, from the highest threshold to the lowest."""
    found = np.cumsum(counts[:, ::-1], axis=1) / counts.sum(axis=1, keepdims=True)
    return thinned(np.append(0.0, found[1]), np.append(0.0, found[0]))


def precision_recall_curve(counts: Int[np.ndarray, "2 bin"]) -> Trace:
    """Precision over recall, from the highest threshold to the lowest."""
    used = counts[:, ::-1][:, counts.sum(axis=0)[::-1] > 0]
    above = np.cumsum(used, axis=1)
    precision = above[0] / above.sum(axis=0)
    return thinned(np.append(0.0, above[0] / above[0, -1]), np.append(precision[0], precision))


def thinned(x: Float[np.ndarray, " point"], y: Float[np.ndarray, " point"]) -> Trace:
    """At most POINTS points, equally far apart along the line, both ends among them."""
    length = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
    chosen = np.unique(np.searchsorted(length, np.linspace(0, length[-1], POINTS)))
    return trace(np.round(x[chosen], 6), np.round(y[chosen], 6))


def trace(x: Float[np.ndarray, " point"], y: Float[np.ndarray, " point"]) -> Trace:
    """The same line as plain numbers."""
    return Trace(tuple(float(each) for each in x), tuple(float(each) for each in y))


def mean_trace(traces: list[Trace]) -> Trace:
    """The mean height of several lines over the same x from 0 to 1."""
    x = np.linspace(0, 1, POINTS // 2 + 1)
    y = np.stack([np.interp(x, each.x, each.y) for each in traces]).mean(axis=0)
    return trace(np.round(x, 6), np.round(y, 6))
