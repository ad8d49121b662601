"""Why a training left the finite numbers: its last updates are made again, since they are the same to the last bit."""

import dataclasses
import math
import time
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from etude.data.folder import labelled_files
from etude.errors import DataError, DivergedError
from etude.training.checkpoint import Snapshot, read_snapshot, snapshot
from etude.training.diagnosis import headline, outcome, place, reason, responsible
from etude.training.experiment import Experiment
from etude.training.finding import Finding, find
from etude.training.remedies import Trial, tried
from etude.training.replay import BadUpdate, replay
from etude.training.run import Run
from etude.training.saving import LONGEST
from etude.training.store import Json, read_json, write_json

_Self = TypeVar("_Self", bound="Witness")  # typing.Self defeats the run-time checker of the tests

REPLAY = 30.0
"""seconds for the way to the bad update: three times the longest between two checkpoints"""
TRIALS = 15.0
"""seconds for the remedies"""


class Witness:
    """Stands beside one experiment, and says why its numbers were lost if they are.

    It holds the state of the beginning until that is long ago and there is a checkpoint to find the cause from; nothing
    else is kept, and nothing is looked at while all is well.
    """

    def __init__(self, experiment: Experiment[Any], run: Run) -> None:
        self.experiment, self.run = experiment, run
        self.beginning = None if run.steps() else snapshot(experiment.learner, step=0, phase=run.phase)
        self.long_ago = time.perf_counter() + LONGEST
        self.last = 0
        """the last update that went well"""

    def saw(self, step: int) -> None:
        """An update went well."""
        self.last = step
        if self.beginning is not None and time.perf_counter() > self.long_ago and self.run.steps():
            self.beginning = None

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, DivergedError):
            raise self.explained(error) from None

    def explained(self, error: DivergedError) -> DivergedError:
        """The same error with its cause; `autopsy.json` and the diary of the run hold the details."""
        try:
            return autopsy(error, self.experiment, self.run, beginning=self.beginning, last=self.last)
        except Exception as failure:  # a failed search for the cause hides no error
            return given_up(error, self.run, f"The search for the cause failed: {type(failure).__name__}: {failure}.")


def autopsy(
    error: DivergedError, experiment: Experiment[Any], run: Run, *, beginning: Snapshot | None, last: int
) -> DivergedError:
    """Find the update, the number, the cause and a remedy.

    `beginning` is the state that the training began with, while that was not long ago; `last` is the last update that
    went well. Nothing here is part of the training, which ends with this error.
    """
    kept = run.newest()
    origin = beginning or read_snapshot(run.checkpoint(kept))
    start = origin.state["step"]
    began = time.perf_counter()
    bad = replay(experiment, origin, until=max(last, start) + 1, deadline=began + REPLAY)
    if bad is None:
        late = time.perf_counter() - began > REPLAY
        why = f"{REPLAY:.0f} s were not enough to repeat" if late else "nothing became infinite when I repeated"
        return given_up(error, run, f"The cause was not found: {why} the updates since number {start}.")
    finding = find(experiment.learner, bad)
    found = told(experiment, run, bad, finding)
    trials = list(tried(experiment, bad, finding, time.perf_counter() + TRIALS))
    checkpoint = f"Last finite checkpoint: update {kept}." if kept else "There was no checkpoint yet."
    message = " ".join(filter(None, [found, outcome(trials), checkpoint]))
    write_json(run.folder / "autopsy.json", record(bad, finding, trials, message))
    run.note("diverged", step=bad.step, place=finding.place, cause=finding.cause, layer=finding.layer, message=message)
    return DivergedError(error.code, f"{message} Details: {run.folder / 'autopsy.json'}.")


def given_up(error: DivergedError, run: Run, why: str) -> DivergedError:
    """The same error, with a word on why there is no more to say."""
    run.note("diverged", message=f"{error.message} {why}")
    return DivergedError(error.code, f"{error.message} {why}")


def told(experiment: Experiment[Any], run: Run, bad: BadUpdate[Any], finding: Finding) -> str:
    """What happened, where, why and for which examples."""
    schema = experiment.splits.schema if experiment.splits is not None else experiment.schema
    sentences = [
        f"{headline(bad)}: first bad value in {place(finding)}.",
        f"Likely cause: {reason(finding, bad, experiment.learner)}.",
        capital(responsible(finding, bad, schema, file_names(experiment, run))),
    ]
    return " ".join(filter(None, sentences))


def capital(sentence: str) -> str:
    """With a large first letter and a full stop."""
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def file_names(experiment: Experiment[Any], run: Run) -> list[str]:
    """Of the pictures of a folder, in reading order; empty where the rows of the data are no files."""
    recipe, splits = run.folder / "recipe.json", experiment.splits
    if splits is None or not recipe.is_file():
        return []
    source = read_json(recipe)["fields"].get("source", {})
    folder = Path(source.get("data", "")).expanduser()
    if not folder.is_dir():
        return []
    try:
        names = [each.name for each in labelled_files(folder)[0]]
    except DataError:  # a folder of something else
        return []
    return names if len(names) == sum(map(len, splits.rows)) else []


def record(bad: BadUpdate[Any], finding: Finding, trials: list[Trial], message: str) -> Json:
    """What `autopsy.json` holds."""
    facts = {
        "format": 1,
        "phase": bad.before.state["phase"],
        "step": bad.step,
        "repeated_from": bad.origin.state["step"],
        "message": message,
        "finding": dataclasses.asdict(finding),
        "rows": None if bad.rows is None else [int(bad.rows[each]) for each in finding.examples],
        "trials": [dataclasses.asdict(each) for each in trials],
        "trail": [dataclasses.asdict(each) for each in bad.trail],
    }
    return strict(facts)


def strict(value: Json) -> Json:
    """With words in place of the numbers that JSON does not know."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: strict(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [strict(each) for each in value]
    return value
