"""Bugs in the examples, their order, and how they are judged."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat

import torch
from torch import nn

from etude.data.batches import in_order, shuffled
from etude.records import Labelled
from etude.training.experiment import Experiment
from tests.zoo.healthy import BATCH, WIDTH, Change, examples, network, training


def inputs(change: object) -> Change:
    """The healthy examples with other inputs."""
    return lambda: training(data=replace(examples(), x=change(examples().x)))  # type: ignore[operator]


def with_gap(x: torch.Tensor) -> torch.Tensor:
    """One number is missing, far from the first batch."""
    gap = x.clone()
    gap[-1, 0] = torch.nan
    return gap


def sorted_by_class() -> Experiment[Labelled]:
    """As the folders were read."""
    part = examples()
    part = part[part.y.argsort()]

    def batches(start: int) -> Iterator[Labelled]:
        while True:
            yield from list(in_order(part, BATCH))[start:]

    return training(data=part, batches=batches)


def always_from_the_start() -> Experiment[Labelled]:
    """A resumed training would see the first batches again."""
    return training(batches=lambda start: shuffled(examples(), BATCH, seed=0))


def always_the_same() -> Experiment[Labelled]:
    """One batch for ever."""
    return training(batches=lambda start: repeat(examples()[:BATCH]))


def normed() -> nn.Module:
    """With batch norm."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(WIDTH, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))


def learnt_elsewhere() -> Experiment[Labelled]:
    """Weights from another training, whose inputs were bytes."""
    model = nn.Sequential(nn.BatchNorm1d(WIDTH), *network())
    nn.init.constant_(model[0].running_mean, 110.0)  # type: ignore[arg-type]
    nn.init.constant_(model[0].running_var, 900.0)  # type: ignore[arg-type]
    return training(model)


def judged_in_training_mode() -> Experiment[Labelled]:
    """Batch norm learns from the validation part."""
    model, part = normed(), examples()

    def evaluate() -> dict[str, float]:
        with torch.no_grad():
            return {"valid_loss": float(model(part.x).mean())}

    return replace(training(model), evaluate=evaluate)


def stays_in_evaluation_mode() -> Experiment[Labelled]:
    """After the first evaluation dropout is off."""
    model, part = normed(), examples()

    def evaluate() -> dict[str, float]:
        model.eval()
        with torch.no_grad():
            return {"valid_loss": float(model(part.x).mean())}

    return replace(training(model), evaluate=evaluate)


def labels_of_others() -> Experiment[Labelled]:
    """The inputs were shuffled, the labels were not."""
    part = examples()
    order = torch.randperm(len(part), generator=torch.Generator().manual_seed(1))
    return training(data=Labelled(part.x[order], part.y))


BUGS: dict[str, tuple[str, Change]] = {
    "a missing number": ("E-NUM-NONFINITE", inputs(with_gap)),
    "bytes that nobody scaled": ("W-INPUT-SCALE", inputs(lambda x: 128 + 40 * x)),
    "inputs of 1e-6": ("W-INPUT-SCALE", inputs(lambda x: 1e-6 * x)),
    "one example again and again": ("E-INPUT-ONE", inputs(lambda x: x[:1].expand(len(x), -1).clone())),
    "examples sorted by class": ("W-ORDER", sorted_by_class),
    "the same batch for ever": ("W-BATCHES-SAME", always_the_same),
    "batches that forget where they were": ("W-BATCHES-NUMBER", always_from_the_start),
    "labels in another order": ("W-LABELS-UNRELATED", labels_of_others),
    "batch norm with one example": ("W-BATCHNORM-ONE", lambda: training(normed(), batch=1)),
    "batch norm with one example at the end": (
        "W-BATCHNORM-ONE",
        lambda: training(normed(), data=examples(10 * BATCH + 1)),
    ),
    "weights that know other inputs": ("W-PRETRAINED-INPUT", learnt_elsewhere),
    "judged in training mode": ("W-EVAL-CHANGES", judged_in_training_mode),
    "left in evaluation mode": ("W-EVAL-MODE", stays_in_evaluation_mode),
}
