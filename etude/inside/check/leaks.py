"""Columns that tell the answer: one column alone predicts it (nearly) perfectly, on rows that were not looked at."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Bool, Float, Int

from etude.inside.check.findings import Finding, few
from etude.inside.check.subject import Subject, dense, some
from etude.inside.check.traits import MISSING, Traits, traits
from etude.schema import Classes, Pictures, Quantity, Table

ROWS = 2_000
"""of the training part that are looked at"""
FEWEST = 20
"""rows that can prove a leak"""
BINS = 32
"""steps of the staircase that one column predicts by"""
NEARLY, SURELY = 0.98, 0.9
"""share of what the most frequent class leaves open that is told: as measured, and at the lower end of its interval"""
EXPLAINED = 0.98
"""share of the variance of the ranks of a quantity that one column explains"""
Z = 1.96
"""of a 95 % interval"""


@dataclass(frozen=True, slots=True)
class Told:
    """How well one column alone predicts the answer, on the half of the rows that it was not fitted on."""

    right: int
    rows: int
    usual: float
    """share of the most frequent class among them"""

    @property
    def share(self) -> float:
        """Of what the most frequent class leaves open."""
        return told_share(self.right / self.rows, self.usual)

    @property
    def least(self) -> float:
        """The same at the lower end of Wilson's interval (1927, doi:10.1080/01621459.1927.10502953)."""
        return told_share(wilson_low(self.right, self.rows), self.usual)


def told_share(accuracy: float, usual: float) -> float:
    """1 where nothing is left open, 0 where the most frequent class does as well."""
    return (accuracy - usual) / (1 - usual) if usual < 1 else 0.0


def wilson_low(right: int, rows: int) -> float:
    """The lower end of the 95 % interval of a share."""
    share, z = right / rows, Z
    centre = share + z * z / (2 * rows)
    return (centre - z * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))) / (1 + z * z / rows)


def leaks(subject: Subject, *, most: int = ROWS, deadline: float = math.inf) -> list[Finding]:
    """Each column, or plain trait of a picture, series or text, that gives the answer away, by `most` training rows.

    `deadline` is a moment of time.perf_counter() after which no further column is looked at.
    """
    splits, train = subject.splits, subject.splits.train
    target, x = splits.schema.target, dense(getattr(train, "x", None))
    if not isinstance(target, Classes | Quantity) or x is None or not len(x) >= FEWEST:
        return []
    rows = some(len(x), most)
    seen = traits(splits.schema.inputs, x[rows])
    y = train.y[rows].numpy()
    if seen is None:
        return []
    found = list(found_leaks(subject, seen, y, deadline=deadline))
    return easy(subject, found) if len(found) > max(1, int((~seen.coded).sum()) / 2) else found


def easy(subject: Subject, found: list[Finding]) -> list[Finding]:
    """Where most columns tell the answer, each by itself, the question is easy rather than given away."""
    said = f"{len(found)} columns, each alone, predict {subject.splits.schema.target.name} (nearly) perfectly"
    told = few(each.said.split(" predicts ")[0] for each in found)
    advice = "an easy question, unless all of them are known only after the answer"
    return [Finding("W-EASY", said, advice, 0.2, examples=told)]


def found_leaks(subject: Subject, seen: Traits, y: np.ndarray, *, deadline: float) -> Iterator[Finding]:
    """Column by column."""
    target = subject.splits.schema.target
    wanted = y if isinstance(target, Classes) else middle_ranks(y)
    worth = could_tell(seen, y) if isinstance(target, Classes) else np.ones(len(seen.names), dtype=bool)
    for k, name in enumerate(seen.names):
        if time.perf_counter() > deadline:
            return
        if not worth[k]:
            continue
        column, coded = seen.values[:, k], bool(seen.coded[k])
        if isinstance(target, Classes):
            told = class_told(column, wanted, coded=coded)
            if told.share >= NEARLY and told.least >= SURELY:
                how = f"{told.right:,} of {told.rows:,} unseen rows right; the most frequent class: {told.usual:.1%}"
                yield leak(subject, name, perfectly=told.right == told.rows, how=how)
        else:
            explained = rank_told(column, wanted, coded=coded)
            if explained >= EXPLAINED:
                how = f"{explained:.1%} of the variance of its ranks, on unseen rows"
                yield leak(subject, name, perfectly=explained > 0.998, how=how)


def could_tell(seen: Traits, y: Int[np.ndarray, " row"]) -> Bool[np.ndarray, " trait"]:
    """Which traits can tell the class at all: in their order the class changes seldom; a quick look at all of them.

    A staircase that errs on a share of the rows leaves no more changes than two for each error, and as many as there
    are classes at each step.
    """
    by_class = np.argsort(y, kind="stable")  # so that equal values stand class by class
    order = np.argsort(seen.values[by_class], axis=0, kind="stable")
    kinds = y[by_class][order]
    changes = (kinds[1:] != kinds[:-1]).sum(axis=0)
    most = BINS * (int(y.max()) + 1) + 2 * (1 - NEARLY) * len(y)
    worth: Bool[np.ndarray, " trait"] = seen.coded | (changes <= most)
    return worth


def leak(subject: Subject, name: str, *, perfectly: bool, how: str) -> Finding:
    """What is said of a column that tells too much."""
    inputs, target = subject.splits.schema.inputs, subject.splits.schema.target.name
    well = "perfectly" if perfectly else "nearly perfectly"
    if isinstance(inputs, Table):
        what = f"column {name}"
        advice = f"is it known before the answer? If not: --drop {name.removesuffix(MISSING)}"
    else:
        what = f"{name} of {'a picture' if isinstance(inputs, Pictures) else 'an example'} alone"
        advice = "see that it is the same for all answers, or that this is what should be learnt"
    return Finding("W-LEAK", f"{what} predicts {target} {well} ({how})", advice, harm=1.0, mend=True)


@cache
def halves(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two halves of so many rows, by chance that is always the same."""
    order = np.random.default_rng(0).permutation(n)
    return order[: n // 2], order[n // 2 :]


def class_told(column: Float[np.ndarray, " row"], y: Int[np.ndarray, " row"], *, coded: bool) -> Told:
    """How often the most frequent class of a step of the staircase is right on the other half, both ways."""
    kinds = int(y.max()) + 1
    right = 0
    for fitted, asked in (halves(len(y)), halves(len(y))[::-1]):
        step, steps = staircase(column, fitted, coded=coded, y=y)
        counts = np.bincount(step[fitted] * kinds + y[fitted], minlength=steps * kinds).reshape(steps, kinds)
        counts = counts + 1e-6 * counts.sum(axis=0)  # a step without rows says the most frequent class
        right += int((counts.argmax(axis=1)[step[asked]] == y[asked]).sum())
    return Told(right, len(y), float(np.bincount(y).max() / len(y)))


def rank_told(column: Float[np.ndarray, " row"], y: Float[np.ndarray, " row"], *, coded: bool) -> float:
    """R² of the mean of each step on the other half, both ways; at least 0."""
    squares = 0.0
    for fitted, asked in (halves(len(y)), halves(len(y))[::-1]):
        step, steps = staircase(column, fitted, coded=coded, y=None)
        counts = np.bincount(step[fitted], minlength=steps)
        sums = np.bincount(step[fitted], weights=y[fitted], minlength=steps)
        means = np.where(counts > 0, sums / np.maximum(counts, 1), y[fitted].mean())
        squares += float(((means[step[asked]] - y[asked]) ** 2).sum())
    total = float(((y - y.mean()) ** 2).sum())
    return max(0.0, 1 - squares / total) if total else 0.0


def staircase(
    column: Float[np.ndarray, " row"], fitted: np.ndarray, *, coded: bool, y: np.ndarray | None
) -> tuple[Int[np.ndarray, " row"], int]:
    """The step of each row and how many there are: one for each value if few differ, else one for as many rows each.

    With classes the borders are those between them (as a tree cuts, halfway between two rows of other classes), if
    there are few; the last step is that of missing values.
    """
    known = column[fitted]
    known = known[~np.isnan(known)]
    values = np.unique(known)
    if coded or len(values) <= BINS:
        step = np.searchsorted(values, column).clip(0, max(0, len(values) - 1))
        if len(values):
            nearer = np.abs(column - values[np.maximum(step - 1, 0)]) < np.abs(values[step] - column)
            step = np.where(nearer & ~np.isnan(column), np.maximum(step - 1, 0), step)
            if coded:  # a name that was not met tells nothing
                step = np.where(values[step] == column, step, len(values))
    else:
        borders = class_borders(column[fitted], y[fitted]) if y is not None else np.empty(0)
        if not 0 < len(borders) < BINS:
            borders = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
        values, step = np.append(borders, 0.0), np.searchsorted(borders, column, side="right")
    missing = np.isnan(column)
    return np.where(missing, len(values), step).astype(np.int64), len(values) + 1


def class_borders(column: Float[np.ndarray, " row"], y: Int[np.ndarray, " row"]) -> Float[np.ndarray, " border"]:
    """Halfway between neighbouring values whose rows are of different classes."""
    order = np.argsort(column, kind="stable")
    order = order[~np.isnan(column[order])]
    values, kinds = column[order], y[order]
    change = (kinds[1:] != kinds[:-1]) & (values[1:] != values[:-1])
    middles: Float[np.ndarray, " border"] = (values[1:][change] + values[:-1][change]) / 2
    return middles


def middle_ranks(values: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """Ranks from 0, equal values sharing the mean of theirs."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Float[np.ndarray, " row"] = (np.cumsum(counts) - (counts + 1) / 2)[codes]
    return ranks
