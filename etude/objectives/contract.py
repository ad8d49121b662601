"""What an objective demands of a network and a batch, looked at once, with the remedy in the message."""

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn

from etude.errors import DataError, UsageError
from etude.records import Labelled
from etude.types import Loss, Objective

Contract: TypeAlias = Callable[[Tensor, Labelled], None]
"""looks at the answers of the network to a batch; raises what is wrong"""
ROUNDING = 1e-5


class checked:  # noqa: N801 - reads as what it is: checked(cross_entropy, classes_contract)
    """An objective that looks at its first batch before it learns from it; random state and network stay as they are."""

    def __init__(self, objective: Objective[Labelled], contract: Contract) -> None:
        self.objective, self.contract, self.first = objective, contract, True

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        if self.first:
            self.first = False
            demand_finite(batch.x, "the input", "--missing names texts that mean a missing value")
            self.contract(answers_of(model, batch), batch)
        return self.objective(model, batch)


def answers_of(model: nn.Module, batch: Labelled) -> Tensor:
    """What the network says with dropout and batch statistics off."""
    modes = [(layer, layer.training) for layer in model.modules()]
    model.eval()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        answers: Tensor = model(batch.x)
    for layer, mode in modes:
        layer.training = mode
    demand_finite(answers, "the output of the untrained network", "its initial weights or its inputs are too large")
    return answers


def demand_finite(values: Tensor, what: str, remedy: str) -> None:
    """No NaN, no infinity."""
    if values.is_floating_point() and not bool(values.isfinite().all()):
        rows = (~values.isfinite()).flatten(1).any(1) if values.ndim > 1 else ~values.isfinite()
        raise DataError(
            "E-NUM-NONFINITE",
            f"{what} has NaN or infinite values in {int(rows.sum())} of {len(rows)} examples of the first batch; {remedy}.",
        )


def demand_rows(answers: Tensor, batch: Labelled) -> None:
    """Logits (batch, class): a Linear after pictures without Flatten leaves more axes."""
    if answers.ndim != 2 or len(answers) != len(batch):
        remedy = "put nn.Flatten() before the last Linear" if answers.ndim > 2 else "end in Linear(features, classes)"
        raise UsageError(
            "E-CFG-LOSS", f"the network gives shape {tuple(answers.shape)}, wanted ({len(batch)}, classes): {remedy}."
        )


def demand_known_classes(answers: Tensor, batch: Labelled) -> None:
    """Labels that are indices of the outputs, and not all the same."""
    if batch.y.is_floating_point():
        raise UsageError(
            "E-CFG-LOSS",
            "the labels are real numbers; classes want whole ones (.long()), or take a loss for quantities.",
        )
    low, high = int(batch.y.min()), int(batch.y.max())
    if low < 0 or high >= answers.shape[1]:
        raise UsageError(
            "E-CFG-CLASSES",
            f"labels run from {low} to {high}, the network has {answers.shape[1]} outputs: labels must lie in "
            f"0..{answers.shape[1] - 1}. Number them from 0, or give the last layer {high + 1} outputs.",
        )
    if len(batch) > 1 and low == high and len(batch) >= 32:
        raise DataError("E-TARGET-ONE", f"all {len(batch)} labels of the first batch are {low}; shuffle the examples.")


def are_probabilities(answers: Tensor) -> bool:
    """Every row in [0, 1] and of sum 1: nothing that logits do by chance."""
    if len(answers) < 2 or answers.shape[1] < 2:
        return False
    inside = bool(((answers >= 0) & (answers <= 1)).all())
    return inside and bool(((answers.sum(1) - 1).abs() < ROUNDING).all())


def classes_contract(answers: Tensor, batch: Labelled) -> None:
    """For losses on logits (batch, class)."""
    demand_rows(answers, batch)
    if are_probabilities(answers):
        raise UsageError(
            "E-CFG-LOSS",
            "the network ends in softmax, but cross-entropy takes logits and applies softmax itself; twice, it learns "
            "slowly and stops early. Remove the last Softmax.",
        )
    if are_probabilities(answers.exp()) and bool((answers < 0).any()):
        raise UsageError(
            "E-CFG-LOSS",
            "the network ends in log-softmax; cross-entropy takes logits. Remove it, or take negative_log_likelihood.",
        )
    demand_known_classes(answers, batch)


def log_probabilities_contract(answers: Tensor, batch: Labelled) -> None:
    """For the negative log-likelihood, which takes the logarithm for granted."""
    demand_rows(answers, batch)
    if not are_probabilities(answers.exp()):
        given = "probabilities" if are_probabilities(answers) else "logits"
        raise UsageError(
            "E-CFG-LOSS",
            f"nll_loss needs log-probabilities, the network gives {given}: it would train, wrongly. "
            "End in LogSoftmax, or take cross_entropy on logits.",
        )
    demand_known_classes(answers, batch)


def binary_contract(answers: Tensor, batch: Labelled) -> None:
    """For one logit for each example (batch,) and labels 0 and 1."""
    if answers.ndim == 2 and answers.shape[1] == 2:
        raise UsageError(
            "E-CFG-LOSS",
            "two outputs for one binary label: take cross_entropy on both, or one output with binary_cross_entropy.",
        )
    demand_equal_shapes(answers, batch)
    if not bool(((batch.y == 0) | (batch.y == 1)).all()):
        raise UsageError(
            "E-CFG-CLASSES", f"binary labels are 0 and 1; these reach from {batch.y.min()} to {batch.y.max()}."
        )
    if len(answers) >= 32 and bool(((answers > 0) & (answers < 1)).all()) and bool((answers.mean() - 0.5).abs() < 0.4):
        raise UsageError(
            "E-CFG-LOSS",
            "the network ends in sigmoid, but binary_cross_entropy takes a logit and applies it itself. Remove it.",
        )


def quantity_contract(answers: Tensor, batch: Labelled) -> None:
    """For one number for each example (batch,)."""
    demand_equal_shapes(answers, batch)
    demand_finite(batch.y, "the target", "leave those rows out")
    if len(batch) > 1 and bool((batch.y == batch.y[0]).all()):
        raise DataError(
            "E-TARGET-ONE", f"all {len(batch)} targets of the first batch are {float(batch.y[0]):g}; nothing to learn."
        )


def demand_equal_shapes(answers: Tensor, batch: Labelled) -> None:
    """(B, 1) against (B,) broadcasts to (B, B): the loss is finite, and meaningless."""
    if answers.shape != batch.y.shape:
        raise UsageError(
            "E-CFG-LOSS",
            f"the network gives shape {tuple(answers.shape)}, the targets have {tuple(batch.y.shape)}; they would be "
            f"broadcast to {tuple(torch.broadcast_shapes(answers.shape, batch.y.shape))} without an error. "
            "End the network in .squeeze(1).",
        )
