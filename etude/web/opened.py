"""Runs that are over, opened again with their data for somebody who looks into them; a few of them are kept."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from etude.errors import DataError, EtudeError
from etude.evaluation.predictor import Predictor
from etude.inside.rehearsal import Rehearsal, rehearse
from etude.learners.base import device_of
from etude.records import Labelled
from etude.training.experiment import Experiment
from etude.training.run import open_run
from etude.verbs.trained import Trained, chosen_step, load_trained, reopened
from etude.web.runs import begun
from etude.web.subject import Subject

KEPT = 4
"""runs whose data stay in memory"""
REFUSED = 10.0
"""seconds for which a run that could not be opened is not tried again: a long file would be read for each stroke"""


class OpenedRun(Subject):
    """A run as its best checkpoint left it; nothing here changes it."""

    seen: Rehearsal | None

    def __init__(self, trained: Trained) -> None:
        """Read the data anew, which may take a while; DataError if they are gone, or others than they were."""
        self.experiment = reopened(trained)
        self.experiment.learner.eval()  # no dropout, and statistics of batches as they were learnt
        network = self.experiment.learner.network
        self.known = replace(trained, predictor=Predictor(network, trained.schema, device=device_of(network)))
        self.playing, self.seen, self.batch, self.summits = False, None, None, {}

    def answering(self) -> Trained:
        return self.known

    def rehearsal(self) -> Rehearsal:
        """What a batch, of the validation part where that holds such ones, makes of the network; its weights rest."""
        if self.seen is None:
            assert self.experiment is not None
            learner = self.experiment.learner
            # without cuDNN, whose recurrent layers have slopes only while they learn
            with torch.random.fork_rng(), torch.backends.cudnn.flags(enabled=False):
                self.batch = some_batch(self.experiment, self.known.step).to(device_of(learner))
                self.seen = rehearse(learner, self.batch).at_rest()
        return self.seen


def some_batch(experiment: Experiment[Any], step: int) -> Any:
    """As many validation examples as are learnt from at once; the next batch where batches hold something else."""
    batch = next(experiment.batches(step))
    valid = experiment.splits.valid if experiment.splits is not None else None
    if not (isinstance(batch, Labelled) and isinstance(valid, Labelled) and len(valid)):
        return batch
    alike = batch.x.dtype == valid.x.dtype and batch.x.shape[1:] == valid.x.shape[1:]
    return valid[: len(batch)] if alike else batch


class OpenedRuns:
    """The runs that were looked into last; the one that nobody has asked for longest makes room for another."""

    def __init__(self) -> None:
        self.kept: dict[Path, tuple[tuple[int, ...], OpenedRun]] = {}
        """with what tells whether the folder still holds that run, the youngest last"""
        self.refused: dict[Path, tuple[float, EtudeError]] = {}
        """when it could not be opened, and why"""

    def open(self, folder: Path) -> OpenedRun:
        """A run, from memory if it was looked into lately; the errors of OpenedRun, and those of its folder."""
        run = open_run(folder)
        stamp = begun(folder), run.phase, chosen_step(run, "best")
        known = self.kept.pop(folder, None)
        if known is None or known[0] != stamp:
            known = stamp, self.anew(folder)
        self.kept[folder] = known
        if len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]
        return known[1]

    def anew(self, folder: Path) -> OpenedRun:
        """A run from its folder and its data; what was refused lately is refused without another look."""
        when, error = self.refused.pop(folder, (0.0, None))
        if error is None or time.monotonic() - when > REFUSED:
            try:
                with torch.random.fork_rng():
                    return OpenedRun(load_trained(str(folder)))
            except EtudeError as found:
                when, error = time.monotonic(), in_words(found)
        self.refused[folder] = when, error
        raise error


def in_words(error: EtudeError) -> EtudeError:
    """What went wrong, for somebody who has named no file."""
    if isinstance(error, DataError) and error.code != "E-DATA-CHANGED":
        return DataError(error.code, f"the data of this run cannot be read again: {error.message}")
    return error
