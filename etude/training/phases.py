"""A whole training: every experiment of a recipe, one after the other, into one run folder."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from etude.evaluation.predictor import evaluating
from etude.training.autopsy import Witness
from etude.training.checkpoint import read_network
from etude.training.describe import describe_data, describe_schema
from etude.training.drawings import save_figures
from etude.training.experiment import Experiment
from etude.training.fit import Event, fit
from etude.training.run import Run
from etude.training.store import write_json


def train(experiments: Iterable[Experiment[Any]], run: Run) -> Generator[Event, None, None]:
    """Train one after the other, from wherever the run stands; close the generator to stop and keep what was learnt.

    Where an experiment has a patience, a phase ends that many evaluations after its best one, and the network goes back
    to the weights of the best.
    """
    for number, experiment in enumerate(experiments):
        describe(experiment, run.folder, number)
        watch = experiment.watch
        here = Run(run.folder, phase=number, best_by=watch.score, higher_is_better=watch.higher_is_better)
        with Witness(experiment, here) as witness, closing(fit(experiment, here)) as events:
            if not out_of_patience(experiment, here):
                for event in events:
                    witness.saw(event.step)
                    yield event
                    if event.scores and out_of_patience(experiment, here):
                        break
        if watch.patience is not None:
            restore_best(experiment, here)
        draw(experiment, run.folder)


def describe(experiment: Experiment[Any], folder: Path, number: int) -> None:
    """Write down what phase `number` is about to do, and on which data."""
    facts = {
        "phase": number,
        "steps": experiment.steps,
        "epoch_steps": experiment.epoch_steps,
        "evaluate_every": experiment.evaluate_every,
        "parameters": sum(each.numel() for each in experiment.learner.network.parameters()),
        "watch": asdict(experiment.watch),
    }
    if experiment.splits is not None:
        describe_data(experiment.splits, folder)
    elif experiment.schema is not None:
        describe_schema(experiment.schema, folder)
    write_json(folder / f"experiment-{number}.json", facts)


def draw(experiment: Experiment[Any], folder: Path) -> None:
    """Keep what there is to look at; the chance of a training does not feel that somebody looked."""
    with torch.random.fork_rng(), evaluating(experiment.learner):
        save_figures(folder, {name: view() for name, view in experiment.views.items()})


def out_of_patience(experiment: Experiment[Any], run: Run) -> bool:
    """Whether the best score is too long ago; read from the curves, so a resumed run decides the same."""
    patience = experiment.watch.patience
    return patience is not None and run.stale() >= patience


def restore_best(experiment: Experiment[Any], run: Run) -> None:
    """Put the weights of the best evaluation back into the network."""
    best = run.best_step()
    if best is not None and run.checkpoint(best).exists():
        experiment.learner.network.load_state_dict(read_network(run.checkpoint(best)))
