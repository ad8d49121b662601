"""The few scores that a training watches; the full evaluation counts them by the same lines, so they agree."""

import math
from typing import TypeAlias

from jaxtyping import Float, Int
from torch import Tensor

from etude.data.batches import in_order
from etude.evaluation.predictor import Predictor
from etude.records import Labelled
from etude.schema import Classes, Quantity, Target


class ClassSums:
    """Cross-entropy and accuracy, batch after batch."""

    def __init__(self) -> None:
        self.n, self.correct, self.loss = 0, 0, 0.0

    def update(self, logits: Float[Tensor, "batch class"], y: Int[Tensor, " batch"]) -> None:
        log_probabilities = logits.log_softmax(dim=1)
        self.n += len(y)
        self.correct += int((logits.argmax(dim=1) == y).sum())
        self.loss -= float(log_probabilities.gather(1, y[:, None]).sum())

    def scores(self) -> dict[str, float]:
        """`loss` in nats, and `accuracy`."""
        return {"loss": self.loss / self.n, "accuracy": self.correct / self.n}


class QuantitySums:
    """Squared error, batch after batch."""

    def __init__(self, target: Quantity) -> None:
        self.deviation = target.deviation
        self.n, self.squares = 0, 0.0

    def update(self, answers: Float[Tensor, " batch"], y: Float[Tensor, " batch"]) -> None:
        """Both standardised."""
        self.n += len(y)
        self.squares += float((answers - y).square().sum())

    def scores(self) -> dict[str, float]:
        """`loss`, the mean squared error of the standardised quantity, and `rmse` in the unit of the target."""
        loss = self.squares / self.n
        return {"loss": loss, "rmse": self.deviation * math.sqrt(loss)}


Sums: TypeAlias = ClassSums | QuantitySums


def sums_for(target: Target) -> Sums:
    """What is counted for this kind of answer."""
    return ClassSums() if isinstance(target, Classes) else QuantitySums(target)


def scores(predictor: Predictor, examples: Labelled, *, batch: int) -> dict[str, float]:
    """Loss and accuracy (classes), or loss and root mean squared error (quantity), on all `examples`."""
    if len(examples) == 0:
        raise ValueError("no examples to score")
    sums = sums_for(predictor.schema.answer)
    for piece in in_order(examples, batch):
        sums.update(predictor.logits(piece.x), truth(piece))
    return sums.scores()


def truth(examples: Labelled) -> Float[Tensor, " batch"] | Int[Tensor, " batch"]:
    """The answers as the sums count them: int64 classes, float64 quantities."""
    y = examples.y.cpu()
    return y.double() if y.is_floating_point() else y.long()
