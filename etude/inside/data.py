"""Figures of the data that a training learns from: balance, samples, copies between the parts, how the parts differ."""

from typing import Any

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from etude.data.preview import mean_series
from etude.data.splits import Splits
from etude.figures import Figure, Histogram, Images, Matrix, Text
from etude.records import Labelled
from etude.schema import Classes, Pictures, Signals, Table

PARTS = ("train", "valid", "test")
EACH = 8
"""pictures of a class"""
WALL = 80
"""pictures in all"""
COLUMNS = 12
"""of a table that are drawn"""
BINS = 30


def data_figures(splits: Splits[Any]) -> dict[str, Figure]:
    """What fits the kind of data; nothing where examples are neither labelled nor pictures nor rows."""
    found: dict[str, Figure] = {}
    if isinstance(splits.schema.target, Classes) and isinstance(splits.train, Labelled):
        found["balance"] = balance_figure(splits, splits.schema.target)
    x = getattr(splits.train, "x", None)
    if not isinstance(x, Tensor) or x.layout != torch.strided:
        return found
    if isinstance(splits.schema.inputs, Pictures):
        found["samples"] = samples_figure(splits)
    if isinstance(splits.schema.inputs, Signals) and isinstance(splits.train, Labelled):
        found["samples"] = mean_series(splits)
    if isinstance(splits.schema.inputs, Table):
        found |= column_figures(splits, splits.schema.inputs)
    return found | {"copies": copies_figure(splits)}


def balance_figure(splits: Splits[Any], target: Classes) -> Matrix:
    """How many examples of each class stand in each part."""
    parts = [torch.bincount(part.y.long(), minlength=len(target.names)) for part in every(splits)]
    return Matrix(
        f"Examples of each {target.name}", torch.stack(parts, dim=1), target.names, PARTS, target.name, "part"
    )


def every(splits: Splits[Any]) -> tuple[Any, Any, Any]:
    """The parts, in the order of PARTS."""
    return splits.train, splits.valid, splits.test


def samples_figure(splits: Splits[Any]) -> Images:
    """The first training pictures of each class, or simply the first ones."""
    train, target = splits.train, splits.schema.target
    if not isinstance(target, Classes) or not isinstance(train, Labelled):
        return Images("Training pictures", train.x[:WALL].cpu(), ("",) * min(WALL, len(train.x)))
    rows = torch.cat([(train.y == k).nonzero()[:EACH, 0] for k in range(len(target.names))])[:WALL]
    captions = tuple(target.names[int(train.y[row])] for row in rows)
    return Images(f"Training pictures of each {target.name}", train.x[rows].cpu(), captions)


def column_figures(splits: Splits[Any], table: Table) -> dict[str, Figure]:
    """How the numbers of each column are spread in the training and the validation part, in shares of 1,000."""
    found: dict[str, Figure] = {}
    for place, column in enumerate(table.numeric[:COLUMNS]):
        train, valid = (part.x[:, place].double().cpu() * column.deviation + column.mean for part in every(splits)[:2])
        both = torch.cat([train, valid])
        low, high = float(both.min()), float(both.max())
        edges = torch.linspace(low, high if high > low else low + 1.0, BINS + 1, dtype=torch.float64)
        counts = {"training": per_thousand(train, edges), "validation": per_thousand(valid, edges)}
        found[f"column {column.name}"] = Histogram(column.name, edges, counts, column.name, "of 1,000 examples")
    return found


def per_thousand(values: Float[Tensor, " row"], edges: Float[Tensor, " edge"]) -> Int[Tensor, " bin"]:
    """So that parts of different size can be compared."""
    counts = torch.histogram(values, edges).hist
    return (1000 * counts / max(1, len(values))).round().long()


def copies_figure(splits: Splits[Any]) -> Text:
    """Examples of the other parts that the training part holds too, number for number."""
    known = {row.tobytes() for row in rows_of(splits.train.x)}
    lines = [
        f"training: {len(splits.train.x):,} examples, {len(splits.train.x) - len(known):,} of them copies of others"
    ]
    for name, part in (("validation", splits.valid), ("test", splits.test)):
        seen = sum(row.tobytes() in known for row in rows_of(part.x))
        verdict = f"{seen or 'none'} of them in the training part too"
        lines.append(f"{name}: {len(part.x):,} examples, {verdict}")
    return Text("Copies", "\n".join(lines))


def rows_of(x: Shaped[Tensor, "batch ..."]) -> Any:
    """Example by example, as they lie in memory."""
    return x.detach().cpu().contiguous().numpy()


def batch_figure(batch: Any, schema_inputs: object) -> Images | None:
    """The pictures of a batch as the training sees them, augmented if it augments."""
    x = getattr(batch, "x", None)
    if not isinstance(schema_inputs, Pictures) or not isinstance(x, Tensor) or x.dtype != torch.uint8:
        return None
    shown = x[: 4 * EACH].detach().cpu()
    return Images("The latest batch, as it is learnt from", shown, ("",) * len(shown))
