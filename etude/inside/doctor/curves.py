"""What the curves of a run say: does it learn, learn by heart, rest, or would it go on falling?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, TypeAlias

from etude.inside.doctor.finding import Finding, Verdict
from etude.inside.words import learning_by_heart

Row: TypeAlias = dict[str, Any]
FEW = 8
"""rows or evaluations, of which something is said"""
HARMLESS = 0.01
"""share of the best score; a validation loss that rises while as much is kept says that the network is too sure"""
STILL = 0.05
"""share of all progress that the last quarter makes, from which on more training would make more"""


@dataclass(frozen=True, slots=True)
class Curves:
    """The rows of one phase of a run, with what is wanted of it."""

    rows: Sequence[Row]
    steps: int
    """updates that were asked for"""
    score: str
    """by which the best checkpoint is chosen"""
    higher_is_better: bool
    commonest: float | None = None
    """share of the commonest class among the training examples"""

    @property
    def judged(self) -> list[Row]:
        """The rows with an evaluation."""
        return [row for row in self.rows if isinstance(row.get(self.score), float)]

    @property
    def losses(self) -> list[float]:
        """Of the training, oldest first."""
        return [row["loss"] for row in self.rows if isinstance(row.get("loss"), float)]

    @property
    def gains(self) -> list[float]:
        """The score at each evaluation, with the sign that makes more better."""
        sign = 1.0 if self.higher_is_better else -1.0
        return [sign * row[self.score] for row in self.judged]

    @property
    def done(self) -> bool:
        """Whether all updates that were asked for are behind it."""
        return bool(self.rows) and self.rows[-1]["step"] >= self.steps


def falls(curves: Curves) -> list[Finding]:
    """The training loss goes down."""
    losses = curves.losses
    if len(losses) < FEW:
        return []
    begin, end = median(losses[:3]), median(losses[-5:])
    if end > 1.5 * abs(begin):
        seen = f"The training loss is {end:.4g} now and was {begin:.4g} at the start."
        return [Finding("W-DIVERGED", seen, "Lower the learning rate by 10 (--rate), or clip the gradient.")]
    if min(losses) >= 0 and begin > 0 and end > 0.99 * begin:
        seen = f"The training loss has hardly fallen: {end:.4g}, from {begin:.4g}."
        advice = "Ask `etude doctor RECIPE` with the same flags: it tries the learning rate, the loss and the data."
        return [Finding("W-NOT-LEARNING", seen, advice)]
    return leaping(losses)


def leaping(losses: list[float]) -> list[Finding]:
    """A loss that jumps from row to row by more than it has fallen."""
    later = losses[len(losses) // 2 :]
    jump = median(abs(one - other) for one, other in pairwise(later))
    fallen = median(losses[:3]) - median(later)
    if min(losses) < 0 or jump < 0.5 * median(later) or jump < 2 * abs(fallen):
        return []
    seen = f"From row to row the training loss jumps by {jump:.3g}, and is about {median(later):.3g}."
    return [Finding("W-RATE-HIGH", seen, "Lower the learning rate (--rate), or take larger batches (--batch).")]


def generalises(curves: Curves) -> list[Finding]:
    """The validation loss does not rise while the training loss falls, unless the score that counts is kept."""
    told = learning_by_heart(curves.rows)
    best = max(curves.gains, default=0.0)
    if told is None or curves.gains[-1] >= best - HARMLESS * abs(best):
        return []
    seen, _, advice = told.partition(": the network learns its examples by heart. ")
    return [Finding("W-BY-HEART", f"{seen}: the network learns its examples by heart.", advice)]


def long_enough(curves: Curves) -> list[Finding]:
    """The last quarter of the evaluations makes little progress."""
    gains = curves.gains
    if len(gains) < FEW or not curves.done:
        return []
    best, before = max(gains), max(gains[: -(len(gains) // 4)])
    whole = best - gains[0]
    if whole <= 0 or gains[-1] < best or best - before < STILL * whole:
        return []
    seen = f"{words(curves.score)} is best at the end; the last quarter made {(best - before) / whole:.0%} of it."
    return [Finding("W-STILL-FALLING", seen, f"Train longer: `etude resume RUN --steps {2 * curves.steps}`.")]


def not_too_long(curves: Curves) -> list[Finding]:
    """The best evaluation does not lie far back."""
    gains = curves.gains
    if len(gains) < FEW:
        return []
    place = gains.index(max(gains))
    if place > 0.4 * len(gains):
        return []
    seen = (
        f"{words(curves.score)} was best after update {curves.judged[place]['step']:,}, "
        f"and no better in the {len(gains) - 1 - place} evaluations since."
    )
    return [
        Finding("W-PLATEAU", seen, "A lower rate towards the end helps, or fewer updates; the best checkpoint is kept.")
    ]


def better_than_guessing(curves: Curves) -> list[Finding]:
    """Classes are told better than by always saying the commonest."""
    reached = [row["valid_accuracy"] for row in curves.rows if isinstance(row.get("valid_accuracy"), float)]
    if curves.commonest is None or not reached or max(reached) > curves.commonest + 0.01:
        return []
    seen = f"The best accuracy is {max(reached):.3f}; always saying the commonest class has {curves.commonest:.3f}."
    return [Finding("W-GUESSING", seen, "Ask `etude doctor RECIPE` with the same flags what keeps it from learning.")]


def words(score: str) -> str:
    """'Valid accuracy'"""
    return score.replace("_", " ").capitalize()


QUESTIONS: tuple[tuple[str, Callable[[Curves], list[Finding]]], ...] = (
    ("the training loss falls", falls),
    ("it is better than guessing", better_than_guessing),
    ("the validation loss does not rise while the training loss falls", generalises),
    ("it was trained long enough", long_enough),
    ("it was not trained for nothing", not_too_long),
)


def judged_curves(curves: Curves) -> list[Verdict]:
    """All that the curves say."""
    gap = told_gap(curves.rows)
    return [
        Verdict(sentence, tuple(ask(curves)), told=gap if ask is generalises else "")
        if len(curves.rows) >= 2
        else Verdict(sentence, skipped="the curves have no rows yet")
        for sentence, ask in QUESTIONS
    ]


def told_gap(rows: Sequence[Row]) -> str:
    """The latest loss on both parts."""
    both = [row for row in rows if isinstance(row.get("valid_loss"), float) and isinstance(row.get("loss"), float)]
    return f"validation {both[-1]['valid_loss']:.3g}, training {both[-1]['loss']:.3g}" if both else ""
