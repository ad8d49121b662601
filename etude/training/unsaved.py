"""A training that writes nothing: its curves are kept in memory, its state in the learner itself."""

from collections.abc import Mapping
from typing import Any

from etude.learners.base import Learner


class UnsavedRun:
    """Stands where a `Run` does, for a caller who keeps the learner: an estimator, a notebook, a test."""

    def __init__(self, *, start: int = 0) -> None:
        """`start` is the number of updates behind the learner as it is."""
        self.start = start
        self.rows: list[dict[str, float]] = []
        """of the curves, oldest first; each has its update under 'step'"""

    @property
    def kept(self) -> str:
        """What is left after an error, as a sentence."""
        return "Nothing was written; the learner holds what this update left."

    def load(self, learner: Learner[Any]) -> int:
        """Every training starts from the learner as it is."""
        return self.start

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Add a row to the curves."""
        self.rows.append({"step": float(step), **values})

    def save(self, step: int, learner: Learner[Any]) -> None:
        """Nothing to write: the learner is the caller's."""

    def offer(self, step: int, learner: Learner[Any]) -> str:
        """Nothing to write here either."""
        return ""

    def keep_best(self) -> None:
        """Nor here: who wants the best keeps it."""
