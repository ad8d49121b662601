"""Answers that have an order: numbered classes as they are, and quantities cut into ranks."""

from dataclasses import replace
from itertools import pairwise

import torch

from etude.data.splits import Splits
from etude.errors import DataError
from etude.records import Labelled
from etude.schema import Classes, Quantity


def ranked(splits: Splits[Labelled], ranks: int) -> Splits[Labelled]:
    """The same examples with ranks from 0 for answers; a quantity is cut so that all ranks hold equally many of them.

    DataError if the answers are names, which have no order.
    """
    target = splits.schema.answer
    return cut(splits, target, ranks) if isinstance(target, Quantity) else ordered(splits, target)


def ordered(splits: Splits[Labelled], target: Classes) -> Splits[Labelled]:
    """Classes whose names are numbers, which stand in their order already."""
    named = next((name for name in target.names if not is_number(name)), None)
    if named is not None:
        raise DataError(
            "E-RANKS",
            f"{target.name!r} has the class {named!r}, and names have no order. Number the classes from the lowest to "
            "the highest, or take a recipe for classes: mlp, tabular.",
        )
    numbers = [float(name) for name in target.names]
    steps = [high - low for low, high in pairwise(numbers)]
    wide = next((k for k, step in enumerate(steps) if step != min(steps)), None)
    if wide is None:
        return splits
    low, high = target.names[wide], target.names[wide + 1]
    note = (
        f"W-ORDINAL: {target.name} goes from {low} to {high} and elsewhere in steps of {min(steps):g}: each is taken "
        "for one rank; if the distance counts, take a recipe for quantities: tabular --task regress"
    )
    return replace(splits, notes=(*splits.notes, note))


def is_number(name: str) -> bool:
    """Whether a name is a number."""
    try:
        float(name)
    except ValueError:
        return False
    return True


def cut(splits: Splits[Labelled], target: Quantity, ranks: int) -> Splits[Labelled]:
    """Ranks whose borders are quantiles of the training part."""
    values = splits.train.y.double() * target.deviation + target.mean
    borders = torch.quantile(values, torch.arange(1, ranks, dtype=torch.float64) / ranks).unique()
    edges = ((borders - target.mean) / target.deviation).float()
    train, valid, test = (
        Labelled(part.x, torch.bucketize(part.y, edges)) for part in (splits.train, splits.valid, splits.test)
    )
    words = [f"{border:.4g}" for border in borders.tolist()]
    between = [f"{low} to {high}" for low, high in pairwise(words)]
    names = (f"up to {words[0]}", *between, f"above {words[-1]}")
    counts = tuple(train.y.bincount(minlength=len(names)).tolist())
    note = f"{target.name}: cut into {len(names)} ranks of about {len(train) / len(names):.0f} training examples each"
    schema = replace(splits.schema, target=Classes(target.name, names, counts))
    return replace(splits, train=train, valid=valid, test=test, schema=schema, notes=(*splits.notes, note))
