"""How good a network is on one part of the data: every score with its interval, and what is worth looking at."""

import time

from jaxtyping import Int
from torch import Tensor

from etude.data.batches import in_order
from etude.evaluation.intervals import REPLICAS
from etude.evaluation.predictor import Predictor
from etude.evaluation.records import Evaluation, number
from etude.evaluation.scores import truth
from etude.evaluation.tally import tally_for
from etude.evaluation.worst import Worst
from etude.records import Labelled


def evaluate(
    predictor: Predictor, examples: Labelled, *, part: str, rows: Int[Tensor, " example"], batch: int, seed: int = 0
) -> Evaluation:
    """Score `predictor` on all `examples`, which are those of `part` and stand in `rows` of the source.

    With the `batch` of the training's validation, loss and accuracy (or rmse) are equal to that to the last bit.
    `seed` is that of the bootstrap.
    """
    if len(examples) == 0:
        raise ValueError("no examples to evaluate")
    started = time.perf_counter()
    target = predictor.schema.answer
    tally, worst = tally_for(target, seed=seed), Worst(predictor.schema, rows)
    for piece in in_order(examples, batch):
        logits, y = predictor.logits(piece.x), truth(piece)
        tally.update(logits, y)
        worst.update(piece.x, logits, y)
    return Evaluation(
        part=part,
        n=len(examples),
        target=target.name,
        loss=number(tally.sums.scores()["loss"]),
        metrics=tally.metrics(),
        details=tally.details(),
        worst=worst.mistakes(),
        protocol=protocol(part, len(examples), seed=seed),
        seconds=round(time.perf_counter() - started, 3),
    )


def protocol(part: str, n: int, *, seed: int) -> str:
    """How the numbers were obtained."""
    return (
        f"All {n:,} examples of the {part} part, each once and unchanged (no augmentation), dropout off; "
        f"95 % intervals by the bootstrap over the examples, {REPLICAS:,} replicas, seed {seed}: they tell what "
        "another sample of the same size could have given, not what another training could."
    )
