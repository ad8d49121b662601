"""A look at data before anything is trained on them: pictures by class, series by class, columns and class counts."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from etude.data.splits import Splits
from etude.data.tokenizers import PAD, decode
from etude.figures import Curve, Figure, Histogram, Images, Line
from etude.figures import Text as Words
from etude.records import Labelled
from etude.schema import Classes, Pictures, Quantity, Signals, Table, Text

CLASSES = 10
"""classes of which examples are shown"""
EXAMPLES = 8
"""pictures of each class"""
BINS = 20
TEXTS = 3
"""texts of each class"""
COLUMNS = 12
"""columns of a table of which a histogram is drawn"""


def preview(splits: Splits[Labelled]) -> dict[str, Figure]:
    """Figures of the training part by name: 'answers', and 'pictures', 'series' or 'column NAME' for each number."""
    figures: dict[str, Figure] = {"answers": _answers(splits)}
    match splits.schema.inputs:
        case Pictures():
            figures["pictures"] = _wall(splits)
        case Signals():
            figures["series"] = mean_series(splits)
        case Table() as table:
            for position, column in enumerate(table.numeric[:COLUMNS]):
                values = splits.train.x[:, position].double() * column.deviation + column.mean
                figures[f"column {column.name}"] = _histogram(
                    f"{column.name} in the training part", values, label=column.name
                )
        case Text() as kind:
            lengths = (splits.train.x != PAD).sum(dim=1).double()
            figures["lengths"] = _histogram("Words of the texts in the training part", lengths, label="words")
            figures["texts"] = _first_texts(splits, kind)
    return figures


def _first_texts(splits: Splits[Labelled], kind: Text) -> Words:
    """The first texts of each class, or of all."""
    target, train = splits.schema.answer, splits.train
    if isinstance(target, Quantity):
        named = [(f"{float(y) * target.deviation + target.mean:.4g}", x) for x, y in zip(train.x, train.y, strict=True)]
    else:
        few = enumerate(target.names[:CLASSES])
        named = [(name, x) for code, name in few for x in train.x[train.y == code][:TEXTS]]
    lines = [f"{name}: {decode(kind, x.tolist())}" for name, x in named[: TEXTS * CLASSES]]
    return Words("Texts of the training part", "\n".join(lines))


def _answers(splits: Splits[Labelled]) -> Figure:
    """How often each class occurs in each part, or how the quantity is spread."""
    target = splits.schema.answer
    if isinstance(target, Quantity):
        values = splits.train.y.double() * target.deviation + target.mean
        return _histogram(f"{target.name} in the training part", values, label=target.name)
    parts = {"training": splits.train, "validation": splits.valid, "test": splits.test}
    numbered = ", ".join(f"{code}: {name}" for code, name in enumerate(target.names[:CLASSES]))
    return Histogram(
        "Examples of each class",
        edges=torch.arange(len(target.names) + 1) - 0.5,
        counts={name: part.y.long().bincount(minlength=len(target.names)) for name, part in parts.items()},
        x_label=f"class ({numbered}{', ...' if len(target.names) > CLASSES else ''})",
    )


def _wall(splits: Splits[Labelled]) -> Images:
    """The first pictures of each class, one class after the other."""
    target, y = splits.schema.answer, splits.train.y
    if isinstance(target, Quantity):
        rows = torch.arange(min(len(y), EXAMPLES * CLASSES))
        captions = [f"{float(each) * target.deviation + target.mean:.4g}" for each in y[rows]]
    else:
        rows = torch.cat([(y == code).nonzero()[:EXAMPLES, 0] for code in range(min(len(target.names), CLASSES))])
        captions = [target.names[int(code)] for code in y[rows]]
    return Images("Pictures of the training part", splits.train.x[rows], tuple(captions))


def mean_series(splits: Splits[Labelled]) -> Curve:
    """The mean series of each class with one standard deviation to each side, or of all."""
    target, y = splits.schema.answer, splits.train.y
    if isinstance(target, Classes):
        groups = {name: splits.train.x[y == code] for code, name in enumerate(target.names[:CLASSES])}
    else:
        groups = {"all": splits.train.x}
    return Curve(
        "Mean series and one standard deviation",
        lines={name: _band(x) for name, x in groups.items() if len(x)},
        x_label="sample",
        y_label="value",
    )


def _band(x: Float[Tensor, "batch time"]) -> Line:
    mean, deviation = x.mean(dim=0), x.std(dim=0, correction=0)
    return Line(torch.arange(x.shape[1]).float(), mean, low=mean - deviation, high=mean + deviation)


def _histogram(title: str, values: Float[Tensor, " batch"], *, label: str) -> Histogram:
    """Counts in equal bins from the least value to the greatest."""
    low, high = float(values.min()), float(values.max())
    if math.isclose(low, high):
        low, high = low - 0.5, high + 0.5
    edges = torch.linspace(low, high, BINS + 1, dtype=torch.float64)
    position = (torch.bucketize(values, edges, right=True) - 1).clamp(0, BINS - 1)
    return Histogram(title, edges=edges, counts={"training": position.bincount(minlength=BINS)}, x_label=label)
