"""What stands out in the data of a training before it begins: a few lines in the diary of the run."""

import shlex
from typing import Any

from etude.inside.check.quick import doubts, seconds_for
from etude.training.experiment import Experiment
from etude.training.run import Run
from etude.training.store import read_lines

EVENT = "doubt"
"""of the data, in events.jsonl"""


def note_doubts(run: Run, experiment: Experiment[Any], *, source: str) -> None:
    """Look for as long as the training can spare, and write down what stands out."""
    for each in doubts(experiment.splits, seconds=seconds_for(experiment.steps)):
        message = f"{each.said}; etude data check {shlex.quote(source)}"
        run.note(EVENT, code=each.code, message=message)


def noted_doubts(run: Run) -> list[str]:
    """The lines of the diary that say so."""
    path = run.folder / "events.jsonl"
    events = read_lines(path) if path.exists() else []
    return [f"{each['code']}: {each['message']}" for each in events if each["event"] == EVENT]
