"""The worst answers of an evaluation, kept while the batches pass by."""

import datetime
import math

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from etude.evaluation.records import Mistake, number
from etude.schema import Classes, Date, Inputs, Quantity, Schema, Table, Text

KEPT = 24
"""mistakes that are worth a look"""


class Worst:
    """The KEPT worst answers so far: the wrong classes whose true class seemed least likely, or the largest errors."""

    def __init__(self, schema: Schema, rows: Int[Tensor, " example"]) -> None:
        self.schema = schema
        self.rows = rows
        self.seen = 0
        self.found: list[tuple[float, Mistake]] = []

    def update(
        self,
        x: Shaped[Tensor, "batch ..."],
        logits: Float[Tensor, "batch ..."],
        y: Float[Tensor, " batch"] | Int[Tensor, " batch"],
    ) -> None:
        """Add a batch, in the order of the part."""
        target = self.schema.answer
        if isinstance(target, Classes):
            loss = -logits.log_softmax(dim=1).gather(1, y[:, None])[:, 0]
            badness = torch.where(logits.argmax(dim=1) == y, -math.inf, loss)
        else:
            badness = (logits - y).abs() * target.deviation
        worst = badness.topk(min(KEPT, len(y)))
        for value, at in zip(worst.values.tolist(), worst.indices.tolist(), strict=True):
            if value > -math.inf:
                self.found.append((value, self._mistake(x[at], logits[at], y[at], self.seen + at)))
        self.found = sorted(self.found, key=lambda pair: -pair[0])[:KEPT]
        self.seen += len(y)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Most wrong first."""
        return tuple(mistake for _, mistake in self.found)

    def _mistake(self, x: Tensor, logits: Tensor, y: Tensor, position: int) -> Mistake:
        fields = row_in_words(x, self.schema.inputs)
        row, target = int(self.rows[position]), self.schema.answer
        if isinstance(target, Quantity):
            truth, answer = (float(each) * target.deviation + target.mean for each in (y, logits))
            return Mistake(row, position, truth, answer, None, fields)
        answer_class = int(logits.argmax())
        confidence = number(float(logits.softmax(dim=0)[answer_class]))
        return Mistake(row, position, target.names[int(y)], target.names[answer_class], confidence, fields)


def row_in_words(x: Shaped[Tensor, "..."], inputs: Inputs) -> dict[str, str]:
    """A text, or the row of a table as it was read up to the rounding of float32; nothing for pictures and signals."""
    if isinstance(inputs, Text):
        return {"text": " ".join(inputs.vocabulary[each] for each in x.tolist() if each)}
    if not isinstance(inputs, Table):
        return {}
    values = x.tolist()
    indicators = iter(values[len(inputs.numeric) :])
    words: dict[str, str] = {}
    for column, value in zip(inputs.numeric, values, strict=False):
        quantity = value * column.deviation + column.mean
        missing = column.missing and next(indicators) == 1
        words[column.name] = "missing" if missing else date(quantity) if isinstance(column, Date) else f"{quantity:.6g}"
    for category, code in zip(inputs.categorical, values[inputs.width - len(inputs.categorical) :], strict=True):
        words[category.name] = category.values[int(code) - 1] if code else "missing or unknown"
    return words


def date(days: float) -> str:
    """Days since 1970 as a date."""
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=round(days))).isoformat()
