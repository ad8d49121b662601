"""The figures of the report, from what the run folder holds."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from etude.evaluation.records import ClassDetails, Evaluation, QuantityDetails, Trace
from etude.figures import Curve, Histogram, Line, Matrix, Points

Rows = Sequence[Mapping[str, Any]]

UNITS = {"valid_accuracy": "share of the examples", "valid_rmse": "in the unit of the target"}


def column(rows: Rows, name: str, x_name: str) -> Line | None:
    """One column of the curves over another; None if it has no finite number."""
    pairs = [(row[x_name], row[name]) for row in rows if row.get(name) is not None and row.get(x_name) is not None]
    pairs = [(x, y) for x, y in pairs if isinstance(y, int | float) and math.isfinite(y)]
    if not pairs:
        return None
    x, y = torch.tensor(pairs, dtype=torch.float64).unbind(1)
    return Line(x, y)


def x_axis(rows: Rows) -> tuple[str, str]:
    """The column to draw over, and its label: passes over the data where the run counts them."""
    return ("epoch", "epoch") if rows and all("epoch" in row for row in rows) else ("step", "update")


def lines(rows: Rows, names: Mapping[str, str]) -> dict[str, Line]:
    """The columns that are there, by the name they are drawn with."""
    over, _ = x_axis(rows)
    found = {shown: column(rows, name, over) for name, shown in names.items()}
    return {shown: line for shown, line in found.items() if line is not None}


def training_curves(rows: Rows) -> list[Curve]:
    """Loss on both parts, every validation score, and the learning rate."""
    _, x_label = x_axis(rows)
    curves: list[Curve] = []
    losses = lines(rows, {"loss": "training", "valid_loss": "validation"})
    if losses:
        curves.append(Curve("Loss", losses, x_label, "loss"))
    scored = dict.fromkeys(name for row in rows for name in row if name.startswith("valid_") and name != "valid_loss")
    for name in scored:
        line = lines(rows, {name: "validation"})
        words = name.removeprefix("valid_").replace("_", " ")
        title = f"Validation {words}"
        if line:
            curves.append(Curve(title, line, x_label, f"{words}, {UNITS[name]}" if name in UNITS else words))
    rate = lines(rows, {"learning_rate": "learning rate"})
    if rate:
        curves.append(Curve("Learning rate", rate, x_label, "learning rate"))
    return curves


def confusion(details: ClassDetails) -> Matrix:
    """Counts of truths and answers."""
    values = torch.tensor(details.confusion, dtype=torch.int64)
    names = details.names
    return Matrix("Confusion", values, names, names, row_label="truth", column_label="answer", share_of_row=True)


def traced(traces: Mapping[str, Trace]) -> dict[str, Line]:
    """Stored curves as lines to draw."""
    return {name: Line(torch.tensor(each.x), torch.tensor(each.y)) for name, each in traces.items()}


def ranking_curves(details: ClassDetails) -> list[Curve]:
    """ROC and precision over recall."""
    if not details.roc:
        return []
    return [
        Curve("ROC", traced(details.roc), "false positive rate", "true positive rate", diagonal=True),
        Curve("Precision over recall", traced(details.precision_recall), "recall", "precision"),
    ]


def calibration(details: ClassDetails) -> Curve | None:
    """How often answers of a confidence were right."""
    if not details.calibration:
        return None
    confidence = torch.tensor([each.confidence for each in details.calibration])
    accuracy = torch.tensor([each.accuracy for each in details.calibration])
    low, high = wilson(accuracy, torch.tensor([float(each.n) for each in details.calibration]))
    line = {"this network": Line(confidence, accuracy, low, high)}
    return Curve("Calibration", line, "confidence of the answer", "share that was right", diagonal=True)


def wilson(
    share: Float[Tensor, " bin"], n: Float[Tensor, " bin"]
) -> tuple[Float[Tensor, " bin"], Float[Tensor, " bin"]]:
    """95 % interval of a share of n examples, Wilson 1927 (doi:10.1080/01621459.1927.10502953)."""
    z = 1.96  # standard normal quantile of 0.975
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)).sqrt()
    return centre - half, centre + half


def scatter(evaluation: Evaluation, details: QuantityDetails) -> Points:
    """Answers over truths."""
    truths, answers = torch.tensor(details.truths), torch.tensor(details.answers)
    title = f"Answers on {len(truths):,} of {evaluation.n:,} examples"
    return Points(title, truths, answers, f"true {evaluation.target}", f"answered {evaluation.target}", diagonal=True)


def residuals(evaluation: Evaluation, details: QuantityDetails) -> Histogram | None:
    """How the errors are distributed."""
    errors = torch.tensor(details.answers, dtype=torch.float64) - torch.tensor(details.truths, dtype=torch.float64)
    if not bool(errors.isfinite().all()):
        return None
    span = float(errors.abs().max()) or 1.0
    edges = torch.linspace(-span, span, 32, dtype=torch.float64)
    counts = torch.histogram(errors, edges).hist.long()
    label = f"error of {evaluation.target} (answer minus truth)"
    return Histogram("Errors", edges, {"errors": counts}, label, "examples")
