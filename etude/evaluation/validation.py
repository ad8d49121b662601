"""What to look at while a network learns answers: its confusions and mistakes, or its answers over the truths."""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from etude.data.batches import in_order
from etude.evaluation.predictor import Predictor
from etude.evaluation.scores import truth
from etude.figures import Figure, Images, Matrix, Points
from etude.records import Labelled
from etude.schema import Classes, Pictures, Quantity, Schema

MISTAKES = 16
"""pictures"""
POINTS = 1000
"""answers that are drawn"""


def validation_views(
    predictor: Predictor, examples: Labelled, schema: Schema, *, batch: int
) -> Mapping[str, Callable[[], Figure]]:
    """What fits the kind of answer, and pictures where there are some."""
    if not isinstance(schema.target, Classes):
        return {"answers": lambda: answers_figure(predictor, examples, batch)}
    views: dict[str, Callable[[], Figure]] = {"confusion": lambda: confusion_figure(predictor, examples, batch)}
    if isinstance(schema.inputs, Pictures):
        views["mistakes"] = lambda: mistakes_figure(predictor, examples, batch)
    return views


def answered(predictor: Predictor, examples: Labelled, batch: int) -> Float[Tensor, "example ..."]:
    """Probabilities, or quantities in their own unit."""
    return torch.cat([predictor.answers(piece.x) for piece in in_order(examples, batch)])


def confusion_figure(predictor: Predictor, examples: Labelled, batch: int) -> Matrix:
    """Counts of truths and answers on the validation part."""
    assert isinstance(predictor.schema.target, Classes)
    names = predictor.schema.target.names
    pairs = truth(examples).long() * len(names) + answered(predictor, examples, batch).argmax(dim=1)
    counts = torch.bincount(pairs, minlength=len(names) ** 2).reshape(len(names), len(names))
    return Matrix("Confusion on the validation part", counts, names, names, "truth", "answer", share_of_row=True)


def mistakes_figure(predictor: Predictor, examples: Labelled, batch: int) -> Images:
    """Pictures of the validation part that are taken for another class, the surest mistakes first."""
    assert isinstance(predictor.schema.target, Classes)
    names, shares, y = predictor.schema.target.names, answered(predictor, examples, batch), truth(examples).long()
    taken, right = shares.argmax(dim=1), shares.gather(1, y[:, None])[:, 0]
    wrong = (taken != y).nonzero()[:, 0]
    worst = wrong[right[wrong].argsort()][:MISTAKES]
    captions = tuple(f"{names[int(y[k])]}, not {names[int(taken[k])]}" for k in worst)
    title = f"{len(worst)} of {len(wrong):,} mistakes on the validation part"
    return Images(title, examples.x[worst].cpu(), captions)


def answers_figure(predictor: Predictor, examples: Labelled, batch: int) -> Points:
    """Answers over truths, in the unit of the target."""
    target = predictor.schema.target
    assert isinstance(target, Quantity)
    some = examples[torch.arange(min(POINTS, len(examples)))]
    truths = truth(some).double() * target.deviation + target.mean
    title = f"Answers to {len(some):,} of {len(examples):,} validation examples"
    name = target.name
    return Points(title, truths, answered(predictor, some, batch), f"true {name}", f"answered {name}", diagonal=True)
