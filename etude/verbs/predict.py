"""Answers for new files, from the run folder alone."""

from collections.abc import Sequence
from pathlib import Path

import torch

from etude.data.batches import in_order
from etude.data.new import read_new
from etude.errors import UsageError
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.predictor import evaluating
from etude.records import Inputs
from etude.schema import Classes, Quantity
from etude.training.abilities import Answering, Generating
from etude.training.experiment import Recipe
from etude.training.supervised import EVALUATION_BATCH
from etude.verbs.trained import Trained


def predict(trained: Trained, inputs: Sequence[str | Path]) -> Answers:
    """Read pictures, tables, arrays or texts as the run's data were read, and answer each example."""
    recipe, network = trained.recipe, trained.predictor.network
    if isinstance(recipe, Answering):
        with evaluating(network):
            return recipe.answer(network, trained.schema, [str(each) for each in inputs])
    if not isinstance(trained.schema.target, Classes | Quantity):
        raise UsageError("E-PREDICT", f"{trained.run.folder.name} {unanswering(recipe)}")
    new = read_new(trained.schema, recipe.source, inputs)
    answers = torch.cat([trained.predictor.answers(piece.x) for piece in in_order(Inputs(new.x), EVALUATION_BATCH)])
    rows = tuple(named(name, row, trained) for name, row in zip(new.names, answers, strict=True))
    return Answers(trained.schema.target.name, rows, new.notes)


def unanswering(recipe: Recipe) -> str:
    """What to do with a run that has no answers."""
    other = "etude generate" if isinstance(recipe, Generating) else "etude evaluate"
    return f"does not answer for examples; {other} shows what it can do."


def named(name: str, row: torch.Tensor, trained: Trained) -> Answer:
    """One answer in the words of the data."""
    target = trained.schema.target
    if not isinstance(target, Classes):
        return Answer(name, float(row), {})
    order = row.argsort(descending=True).tolist()
    return Answer(name, target.names[order[0]], {target.names[each]: float(row[each]) for each in order})
