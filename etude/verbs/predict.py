"""Answers for new files, from the run folder alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from etude.data.batches import in_order
from etude.data.new import read_new
from etude.records import Inputs
from etude.schema import Classes
from etude.training.supervised import EVALUATION_BATCH
from etude.verbs.trained import Trained


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network says of one example."""

    name: str
    """the file, or the row of a table"""
    answer: str | float
    """a class, or a quantity in the unit of the target"""
    probabilities: dict[str, float]
    """of every class, most probable first; empty for a quantity"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network says of some files."""

    target: str
    rows: tuple[Answer, ...]
    notes: tuple[str, ...]
    """what was odd about the files, such as categories that training never saw"""


def predict(trained: Trained, paths: Sequence[Path]) -> Answers:
    """Read pictures, tables or arrays as the run's data were read, and answer each example."""
    new = read_new(trained.schema, trained.recipe.source, paths)
    answers = torch.cat([trained.predictor.answers(piece.x) for piece in in_order(Inputs(new.x), EVALUATION_BATCH)])
    rows = tuple(named(name, row, trained) for name, row in zip(new.names, answers, strict=True))
    return Answers(trained.schema.target.name, rows, new.notes)


def named(name: str, row: torch.Tensor, trained: Trained) -> Answer:
    """One answer in the words of the data."""
    target = trained.schema.target
    if not isinstance(target, Classes):
        return Answer(name, float(row), {})
    order = row.argsort(descending=True).tolist()
    return Answer(name, target.names[order[0]], {target.names[each]: float(row[each]) for each in order})
