"""The rows of metrics.jsonl that belong to one phase of a run, and which of them is the best."""

from collections.abc import Mapping
from functools import reduce
from pathlib import Path

from etude.training.clock import CLOCK
from etude.training.store import Json, append_lines, read_lines, refusal, write_lines


class Curves:
    """Rows of one phase; `best_by` names the score that says which is the best one, None for no score."""

    def __init__(
        self, folder: Path, *, phase: int = 0, best_by: str | None = None, higher_is_better: bool = False
    ) -> None:
        self.folder = folder
        self.phase = phase
        self.best_by = best_by
        self.higher_is_better = higher_is_better
        self.started = CLOCK.now()
        """so that rows of a resumed run count on from the seconds of the last one"""
        self.leader: dict[str, Json] | None = None
        """the row with the best score so far"""
        self.unwritten: list[dict[str, Json]] = []
        """rows that the disk did not take yet"""
        self.refused = False
        """whether that was said"""
        self.news: list[str] = []
        """sentences for whoever trains"""

    @property
    def metrics(self) -> Path:
        """Of all phases."""
        return self.folder / "metrics.jsonl"

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Add a row; one that the disk does not take waits for the next one."""
        seconds = round(CLOCK.now() - self.started, 3)
        row = {"step": step, "phase": self.phase, "seconds": seconds, **values}
        self.leader = self.better(self.leader, row)
        self.unwritten.append(row)
        self.flush()

    def flush(self) -> None:
        """Write the rows that wait, if the disk takes them; the first time that it does not, that is said."""
        try:
            append_lines(self.metrics, self.unwritten)
            self.unwritten, self.refused = [], False
        except OSError as error:
            if not self.refused:
                self.news.append(
                    f"the curves cannot be written: {refusal(error, self.folder)}. They are kept in memory, and the "
                    "training goes on."
                )
            self.refused = True

    def curves(self) -> list[dict[str, Json]]:
        """The rows of this phase, oldest first."""
        return [row for row in read_lines(self.metrics) if row["phase"] == self.phase] + self.unwritten

    def seconds(self) -> float:
        """Spent on this phase until its last row, without the pauses."""
        rows = self.curves()
        return float(rows[-1]["seconds"]) if rows else 0.0

    def best_step(self) -> int | None:
        """The evaluation with the best score, the first of equals; None before the first evaluation."""
        leader = reduce(self.better, self.curves(), None)
        return int(leader["step"]) if leader is not None else None

    def better(self, leader: dict[str, Json] | None, row: dict[str, Json]) -> dict[str, Json] | None:
        """The row with the better score, the earlier one of equals."""
        score = row.get(self.best_by or "")
        if score is None or leader is None:
            return leader if score is None else row
        gain = score - leader[self.best_by or ""]
        return row if (gain > 0 if self.higher_is_better else gain < 0) else leader

    def stale(self) -> int:
        """Evaluations since the best one."""
        best = self.best_step()
        return sum(row["step"] > best for row in self.curves() if self.best_by in row) if best is not None else 0

    def cut(self, step: int) -> int:
        """Take away the rows of this phase after an update, so that none appears twice; the last that had one, or 0."""
        rows = read_lines(self.metrics)
        kept = [row for row in rows if row["phase"] != self.phase or row["step"] <= step]
        if len(kept) < len(rows):
            write_lines(self.metrics, kept)
        self.started = CLOCK.now() - self.seconds()
        self.leader = reduce(self.better, self.curves(), None)
        return max((row["step"] for row in rows if row["phase"] == self.phase), default=0)
