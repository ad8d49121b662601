"""One run is one folder: what was asked, what happened, what was learnt."""

import time
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from etude.errors import CheckpointError, ResourceError
from etude.learners.base import Learner
from etude.training import disk
from etude.training.checkpoint import Snapshot, read_checkpoint, snapshot, write_snapshot
from etude.training.curves import Curves
from etude.training.saving import Saver
from etude.training.store import Json, append_lines, read_json, remove_tree, verify_folder, write_folder, writing

FORMAT = 1
"""version of the layout of a run folder"""

KEPT = 2
"""newest checkpoints that are kept beside the best one and the last one of each phase"""


class Run(Curves):
    """A run folder, seen from one of its phases (a recipe of several experiments has several).

    `best_by` names the score by which the best checkpoint is chosen and kept; None keeps the newest only.
    """

    def __init__(
        self, folder: Path, *, phase: int = 0, best_by: str | None = None, higher_is_better: bool = False
    ) -> None:
        super().__init__(folder, phase=phase, best_by=best_by, higher_is_better=higher_is_better)
        self.best: Snapshot | None = None
        """the best state, while it is only in memory"""
        self.saver = Saver()

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

    def note(self, event: str, **facts: Json) -> None:
        """Add a line to the diary of the run, if the disk takes it."""
        with suppress(OSError):
            append_lines(self.folder / "events.jsonl", [{"time": time.time(), "event": event, **facts}])

    def offer(self, step: int, learner: Learner[Any]) -> str:
        """Take note of an evaluated state: kept in memory if it is the best, written if it is time to.

        Whatever is written, the best state of that moment is written with it. What went wrong with writing is returned
        as a sentence, empty if nothing did; ResourceError E-DISK after the third time in a row.
        """
        failed = self.saver.failed()
        if failed is not None:
            self.news.append(
                f"{failed.message} A checkpoint takes {self.saver.size / 1e6:,.1f} MB. The last one is kept; the "
                "training goes on, and tries again."
            )
        if self.leader is not None and self.leader["step"] == step:
            self.best = snapshot(learner, step=step, phase=self.phase)
        if self.saver.is_due():
            self.begin_to_save(step, learner)
        said, self.news = " ".join(self.news), []
        return said

    def save(self, step: int, learner: Learner[Any]) -> None:
        """Write a checkpoint, and wait for it; ResourceError E-DISK if the disk does not take it."""
        self.begin_to_save(step, learner)
        self.saver.wait()
        failed = self.saver.failed()
        if failed is not None and not self.checkpoint(step).exists():
            raise ResourceError(
                failed.code, f"{failed.message} The last good checkpoint is kept, what came after it lost."
            )

    def begin_to_save(self, step: int, learner: Learner[Any]) -> None:
        """Copy the state, which is written while the training goes on, with the best one if that is only in memory."""
        self.saver.wait()
        begun = time.perf_counter()
        if self.unwritten:
            self.flush()
        taken = [*self.only_in_memory(), snapshot(learner, step=step, phase=self.phase)]
        self.saver.size = sum(each.bytes for each in taken)
        best = self.leader["step"] if self.leader is not None else None

        def act() -> None:
            with writing(self.folder):
                self.write(taken, best=best)

        self.saver.write(act, begun=begun)

    def only_in_memory(self) -> list[Snapshot]:
        """The best state, unless it is written."""
        if self.best is not None and self.checkpoint(self.best.state["step"]).exists():
            self.best = None
        return [self.best] if self.best is not None else []

    def keep_best(self) -> None:
        """Write the best state if it is only in memory, and if the disk takes it."""
        self.saver.wait()
        with suppress(ResourceError), writing(self.folder):
            for each in self.only_in_memory():
                self.write([each], best=each.state["step"])

    def write(self, taken: list[Snapshot], *, best: int | None) -> None:
        """Write states that are not there, and remove the checkpoints that nobody needs any more.

        Their rows of the curves survive a power loss if they do.
        """
        if self.metrics.exists():
            disk.sync(self.metrics)
        for each in taken:
            folder = self.checkpoint(each.state["step"])
            if not folder.exists():
                self.make(self.checkpoints)
                with suppress(FileExistsError):  # somebody who watches has just had it written
                    write_folder(folder, partial(write_snapshot, each))
        for old in set(self.steps()[:-KEPT]) - {best}:
            with suppress(FileNotFoundError):
                remove_tree(self.checkpoint(old))

    def make(self, folder: Path) -> None:
        """A folder in that of the run, if it is not there."""
        if not folder.exists():
            disk.make_folder(folder)
            disk.sync(self.folder)

    def load(self, learner: Learner[Any]) -> int:
        """Continue from the newest whole checkpoint of this phase: the updates behind it, 0 if there is none."""
        step = self.newest()
        if step:
            read_checkpoint(self.checkpoint(step), learner)
        reached = self.cut(step)
        if reached > step:
            self.news.append(
                f"going on after update {step:,}: the training had stopped without notice at about update "
                f"{reached:,}; {reached - step:,} updates are made again, to the same bits."
            )
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
        self.make(self.folder / where)
        disk.rename(self.checkpoint(step), self.folder / where / f"phase-{self.phase}-step-{step}-{time.time_ns()}")

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
        raise CheckpointError("E-RUN-FORMAT", f"{folder} has format {form}; {reading(folder)}.")
    phase = max(
        (int(path.name.removeprefix("experiment-")[:-5]) for path in folder.glob("experiment-*.json")), default=0
    )
    return at_phase(folder, phase)


def at_phase(folder: Path, phase: int) -> Run:
    """The run in `folder`, seen from one of the phases that it has begun."""
    watch = read_json(folder / f"experiment-{phase}.json")["watch"]
    return Run(folder, phase=phase, best_by=watch["score"], higher_is_better=watch["higher_is_better"])


def reading(folder: Path) -> str:
    """Which formats are read here, and which etude wrote a folder that has another one."""
    path = folder / "environment.json"
    versions = read_json(path).get("versions", {}) if path.exists() else {}
    written = f"it was written by etude {versions['etude']}. Install that one or a newer one" if versions else ""
    return f"this etude ({version('etude')}) reads format {FORMAT}" + (f", {written}" if written else "")
