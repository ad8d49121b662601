"""One run is one folder: what was asked, what happened, what was learnt."""

import shutil
import time
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from etude.errors import CheckpointError
from etude.learners.base import Learner
from etude.training.checkpoint import Snapshot, read_checkpoint, snapshot, write_snapshot
from etude.training.store import (
    Json,
    append_line,
    read_json,
    read_lines,
    verify_folder,
    write_folder,
    write_lines,
)

FORMAT = 1
"""version of the layout of a run folder"""

KEPT = 2
"""newest checkpoints that are kept beside the best one and the last one of each phase"""

LONGEST = 10.0
"""seconds of training between two checkpoints, at the evaluations and rows of the curves"""


class Run:
    """A run folder, seen from one of its phases (a recipe of several experiments has several).

    `best_by` names the score by which the best checkpoint is chosen and kept; None keeps the newest only.
    """

    def __init__(
        self, folder: Path, *, phase: int = 0, best_by: str | None = None, higher_is_better: bool = False
    ) -> None:
        self.folder = folder
        self.phase = phase
        self.best_by = best_by
        self.higher_is_better = higher_is_better
        self.started = time.perf_counter()
        """so that rows of a resumed run count on from the seconds of the last one"""
        self.leader: dict[str, Json] | None = None
        """the row with the best score so far"""
        self.best: Snapshot | None = None
        """the best state, while it is only in memory"""
        self.saved = self.started
        """when a checkpoint was last written"""
        self.cost = 0.0
        """seconds that it took"""

    @property
    def checkpoints(self) -> Path:
        """Where the checkpoints of this phase are."""
        return self.folder / "checkpoints" if self.phase == 0 else self.folder / f"checkpoints-{self.phase}"

    @property
    def kept(self) -> str:
        """What is left after an error, as a sentence."""
        return f"The last good checkpoint is kept in {self.folder}."

    def steps(self) -> list[int]:
        """The updates after which there is a whole checkpoint, oldest first."""
        return sorted(int(path.name.removeprefix("step-")) for path in self.checkpoints.glob("step-*"))

    def checkpoint(self, step: int) -> Path:
        """The folder of one checkpoint."""
        return self.checkpoints / f"step-{step:09d}"

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Add a row to the curves."""
        seconds = round(time.perf_counter() - self.started, 3)
        row = {"step": step, "phase": self.phase, "seconds": seconds, **values}
        append_line(self.folder / "metrics.jsonl", row)
        self.leader = self.better(self.leader, row)

    def curves(self) -> list[dict[str, Json]]:
        """The rows of this phase, oldest first."""
        return [row for row in read_lines(self.folder / "metrics.jsonl") if row["phase"] == self.phase]

    def seconds(self) -> float:
        """Spent on this phase until its last row, without the pauses."""
        rows = self.curves()
        return float(rows[-1]["seconds"]) if rows else 0.0

    def note(self, event: str, **facts: Json) -> None:
        """Add a line to the diary of the run."""
        append_line(self.folder / "events.jsonl", {"time": time.time(), "event": event, **facts})

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

    def offer(self, step: int, learner: Learner[Any]) -> None:
        """Take note of an evaluated state: kept in memory if it is the best, written if it is time to.

        Writing is allowed a fiftieth of the time, and at least every `LONGEST` seconds; whatever is written, the best
        state of that moment is written with it.
        """
        if self.leader is not None and self.leader["step"] == step:
            self.best = snapshot(learner, step=step, phase=self.phase)
        waited = time.perf_counter() - self.saved
        if waited > min(50 * self.cost, LONGEST):
            self.save(step, learner)

    def save(self, step: int, learner: Learner[Any]) -> None:
        """Write a checkpoint, unless there is one of this step, and remove those that nobody needs any more."""
        begun = time.perf_counter()
        self.keep_best()
        self.write(snapshot(learner, step=step, phase=self.phase))
        for old in set(self.steps()[:-KEPT]) - {self.best_step()}:
            shutil.rmtree(self.checkpoint(old))
        self.saved = time.perf_counter()
        self.cost = self.saved - begun

    def keep_best(self) -> None:
        """Write the best state if it is only in memory."""
        if self.best is not None:
            self.write(self.best)
            self.best = None

    def write(self, taken: Snapshot) -> None:
        """Write a state, unless it is there."""
        folder = self.checkpoint(taken.state["step"])
        if not folder.exists():
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            write_folder(folder, lambda temporary: write_snapshot(temporary, taken))

    def load(self, learner: Learner[Any]) -> int:
        """Continue from the newest whole checkpoint of this phase: the updates behind it, 0 if there is none.

        Rows of the curves that were written after it are cut off, so that none appears twice.
        """
        step = self.newest()
        if step:
            read_checkpoint(self.checkpoint(step), learner)
        rows = read_lines(self.folder / "metrics.jsonl")
        kept = [row for row in rows if (row["phase"], row["step"]) <= (self.phase, step)]
        if len(kept) < len(rows):
            write_lines(self.folder / "metrics.jsonl", kept)
        self.started = time.perf_counter() - self.seconds()
        self.leader = reduce(self.better, self.curves(), None)
        return step

    def newest(self) -> int:
        """The newest step whose checkpoint is whole; damaged ones are set aside and noted."""
        for step in reversed(self.steps()):
            fault = verify_folder(self.checkpoint(step))
            if fault is None:
                return step
            self.set_aside(step, fault)
        return 0

    def roll_back(self, step: int) -> None:
        """Have the next `load` continue from an older checkpoint of this phase; newer ones are moved to `undone`."""
        self.check(step)
        for later in self.steps():
            if later > step:
                self.move(later, "undone")
        self.note("roll back", step=step)

    def check(self, step: int) -> None:
        """CheckpointError E-BACK unless there is a whole checkpoint of this update."""
        known = self.steps()
        fault = verify_folder(self.checkpoint(step)) if step in known else "there is none"
        if fault is not None:
            raise CheckpointError(
                "E-BACK",
                f"{self.folder} cannot go back to a checkpoint of update {step}: {fault}. "
                f"It has those of {', '.join(map(str, known)) or 'no update'}.",
            )

    def move(self, step: int, where: str) -> None:
        """Put a checkpoint out of the way, without losing it."""
        (self.folder / where).mkdir(exist_ok=True)
        self.checkpoint(step).rename(self.folder / where / f"phase-{self.phase}-step-{step}-{time.time_ns()}")

    def set_aside(self, step: int, fault: str) -> None:
        """Move a damaged checkpoint out of the way, and note it."""
        self.move(step, "damaged")
        self.note("damaged", code="E-CKPT-DAMAGED", message=f"step {step}: {fault}; using an older checkpoint")


def open_run(folder: Path) -> Run:
    """The run in `folder`, at its last phase."""
    if not (folder / "recipe.json").is_file():
        raise CheckpointError("E-RUN-FILE", f"{folder} is no run folder: it has no recipe.json.")
    form = read_json(folder / "recipe.json").get("format")
    if form != FORMAT:
        raise CheckpointError("E-RUN-FORMAT", f"{folder} has format {form}; this etude reads format {FORMAT}.")
    phase = max(
        (int(path.name.removeprefix("experiment-")[:-5]) for path in folder.glob("experiment-*.json")), default=0
    )
    return at_phase(folder, phase)


def at_phase(folder: Path, phase: int) -> Run:
    """The run in `folder`, seen from one of the phases that it has begun."""
    watch = read_json(folder / f"experiment-{phase}.json")["watch"]
    return Run(folder, phase=phase, best_by=watch["score"], higher_is_better=watch["higher_is_better"])
