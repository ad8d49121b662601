"""What stands out before a training begins, in its data and on its disk: a few lines in the diary of the run."""

import shlex
import shutil
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from etude.inside.check.quick import doubts, seconds_for
from etude.learners.base import Learner
from etude.training.experiment import Experiment
from etude.training.run import Run
from etude.training.store import read_lines

EVENT = "doubt"
"""in events.jsonl"""
ROOM = 3
"""checkpoints that there should be space for: two that are kept, and the one that is being written"""


def note_doubts(run: Run, experiment: Experiment[Any], *, source: str) -> None:
    """Look for as long as the training can spare, and write down what stands out."""
    for each in doubts(experiment.splits, seconds=seconds_for(experiment.steps)):
        message = f"{each.said}; etude data check {shlex.quote(source)}"
        run.note(EVENT, code=each.code, message=message)
    wanted, free = room_for(experiment.learner), shutil.disk_usage(run.folder).free
    if free < wanted:
        message = f"{free / 1e6:,.1f} MB are free for {run.folder}, and its checkpoints may take {wanted / 1e6:,.1f} MB"
        run.note(EVENT, code="W-DISK", message=f"{message}: make room, or train elsewhere with --out")


def room_for(learner: Learner[Any]) -> int:
    """Bytes of the checkpoints that may lie side by side, with two moments for each parameter."""
    state: Mapping[str, Tensor] = learner.state_dict()
    moments = 2 * sum(each.nbytes for each in learner.parameters())
    return ROOM * (sum(each.nbytes for each in state.values()) + moments)


def noted_doubts(run: Run) -> list[str]:
    """The lines of the diary that say so."""
    path = run.folder / "events.jsonl"
    events = read_lines(path) if path.exists() else []
    return [f"{each['code']}: {each['message']}" for each in events if each["event"] == EVENT]
