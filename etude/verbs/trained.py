"""A trained network, ready to answer: a recipe, a schema and weights, from the run folder alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from etude.chance import flush_denormals
from etude.errors import CheckpointError
from etude.evaluation.predictor import Predictor
from etude.schema import Schema
from etude.training.checkpoint import read_checkpoint, read_network
from etude.training.describe import read_schema, refuse_other_data
from etude.training.device import find_device, placed
from etude.training.experiment import Experiment, Recipe
from etude.training.intact import intact
from etude.training.phases import restore_best
from etude.training.run import Run, at_phase
from etude.training.store import read_json, verify_folder
from etude.verbs.folders import find_run
from etude.verbs.recipes import read_recipe

Use: TypeAlias = Literal["best", "last"]
"""which checkpoint: the one with the best validation score, or the last one"""


@dataclass(frozen=True, slots=True)
class Trained:
    """What every verb after `train` works with."""

    run: Run
    recipe: Recipe
    schema: Schema
    predictor: Predictor
    step: int
    """updates behind the weights"""
    use: Use


def load_trained(name: str = "last", *, use: Use = "best", trusted: Path | None = None) -> Trained:
    """The network of a run with the weights of its best or its last checkpoint."""
    flush_denormals()
    run = find_run(name)
    with intact(run.folder):
        recipe, schema = read_recipe(run.folder, trusted=trusted), read_schema(run.folder)
        step = chosen_step(run, use)
        tensors = read_network(run.checkpoint(step))
    device = find_device(recipe.device)
    network = placed(recipe.network(schema), device)
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        said = "; ".join(line.strip() for line in str(error).splitlines()[1:4])
        raise CheckpointError(
            "E-CKPT-DAMAGED", f"the checkpoint of step {step} in {run.folder} does not fit the recipe: {said}"
        ) from error
    return Trained(run, recipe, schema, Predictor(network, schema, device=device), step, use)


def same_experiment(trained: Trained) -> Experiment[Any]:
    """The first experiment of a run, built anew; DataError if its data are gone, or others than they were."""
    experiment = next(trained.recipe.experiments())
    check_data(trained, experiment)
    return experiment


def check_data(trained: Trained, experiment: Experiment[Any]) -> None:
    """DataError E-DATA-CHANGED if the experiment learns from other data than the run did."""
    if experiment.splits is not None:
        refuse_other_data(read_json(trained.run.folder / "data.json"), experiment.splits)


def reopened(trained: Trained) -> Experiment[Any]:
    """The last experiment of a run, built anew, whose learner is as the checkpoint of `trained` left it.

    Nothing is written into the run folder. DataError if the data are gone, or others than they were.
    """
    run = trained.run
    for phase, experiment in enumerate(trained.recipe.experiments()):
        check_data(trained, experiment)
        if phase == run.phase:
            read_checkpoint(run.checkpoint(trained.step), experiment.learner)
            return experiment
        stand_at_the_end(experiment, at_phase(run.folder, phase))
    raise CheckpointError("E-RUN-RECIPE", f"{run.folder} has a phase {run.phase} that its recipe does not know.")


def stand_at_the_end(experiment: Experiment[Any], run: Run) -> None:
    """Put the learner of a phase that is over where the training left it for the next one."""
    read_checkpoint(run.checkpoint(chosen_step(run, "last")), experiment.learner)
    if experiment.watch.patience is not None:
        restore_best(experiment, run)


def chosen_step(run: Run, use: Use) -> int:
    """The step of the wanted checkpoint, which is whole."""
    steps = run.steps()
    if not steps:
        raise CheckpointError(
            "E-RUN-UNTRAINED", f"{run.folder} has no checkpoint yet; etude resume {run.folder} trains it."
        )
    best = run.best_step()
    step = best if use == "best" and best in steps else steps[-1]
    fault = verify_folder(run.checkpoint(step))
    if fault is not None:
        raise CheckpointError(
            "E-CKPT-DAMAGED",
            f"the checkpoint of step {step} in {run.folder} is damaged: {fault}. "
            f"Other checkpoints: {', '.join(str(each) for each in steps if each != step) or 'none'}; "
            f"try --use {'last' if use == 'best' else 'best'}.",
        )
    return step
