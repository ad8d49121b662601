"""Two ways of doing the same work, timed in turn, so that a drifting machine slows both alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """The seconds of both ways, run by run."""

    ours: list[float]
    theirs: list[float]

    @property
    def ratios(self) -> list[float]:
        """Theirs over ours, pair by pair: above 1 where ours is faster."""
        return [b / a for a, b in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def difference(self) -> float:
        """The median of ours minus theirs, seconds."""
        return statistics.median(a - b for a, b in zip(self.ours, self.theirs, strict=True))

    def spread(self) -> str:
        """'2.31 (2.20 to 2.44 in 7 pairs)'"""
        return f"{self.ratio:.2f} ({min(self.ratios):.2f} to {max(self.ratios):.2f} in {len(self.ratios)} pairs)"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of docs/speed.md."""

    what: str
    wanted: str
    measured: str


def interleaved(ours: Callable[[], object], theirs: Callable[[], object], *, pairs: int) -> Pair:
    """Run both once to warm up, then in turn."""
    ours()
    theirs()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(pairs):
        for seconds, work in zip(times, (ours, theirs), strict=True):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return Pair(*times)
