"""How a network and a loss that do not fit look in one batch, and what to change."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.errors import DataError, UsageError
from etude.layers.outputs import Scalar

SUM_TOLERANCE = 1e-5
"""float32 sums of a thousand probabilities stay within it; logits that meet it in every row are no accident"""
FEWEST_LABELS = 32
"""so many draws from two equally frequent classes are all the same once in two thousand million batches"""
FEWEST_QUANTITIES = 8
"""quantities repeat less than classes; a smaller batch may hold the same zero throughout"""


def refuse_nonfinite(numbers: Shaped[Tensor, "..."], what: str) -> None:
    """NaN or infinity among `numbers`: `what` is 'input', 'target' or 'output'."""
    if not numbers.is_floating_point() or bool(numbers.isfinite().all()):
        return
    lost = ~numbers.isfinite()
    rows = lost.flatten(1).any(1) if lost.ndim > 1 else lost.view(-1)
    first = int(rows.nonzero()[0])
    found = f"{int(lost.sum())} of {numbers.numel()} {what} numbers are NaN or infinite (first: example {first})"
    if what == "output":
        raise UsageError(
            "E-NUM-NONFINITE",
            f"{found}, before anything was learnt. Look for log(0) or a division by 0, or start from smaller weights.",
        )
    raise DataError("E-NUM-NONFINITE", f"{found}. Fill or drop them before training: one NaN makes every weight NaN.")


def refuse_quantities_as_labels(y: Shaped[Tensor, " batch"]) -> None:
    """Targets that are no whole numbers, under a loss of classes."""
    if y.is_floating_point():
        raise UsageError(
            "E-CFG-LOSS",
            f"the targets are {y.dtype}, and a loss of classes wants class indices (int64). "
            "For quantities use mean_squared_error; if they are classes, y.long() makes them indices.",
        )


def refuse_class_shape(output: Shaped[Tensor, "..."], examples: int) -> None:
    """Anything but (batch, class) with two classes or more."""
    shape = tuple(output.shape)
    if output.ndim > 2:
        raise UsageError(
            "E-CFG-LOSS",
            f"the network answers {shape}, and the loss wants (batch, class). nn.Linear acts on the last axis alone: "
            "add nn.Flatten() before the last nn.Linear.",
        )
    if output.ndim < 2 or shape[1] == 1:
        raise UsageError(
            "E-CFG-LOSS",
            f"the network answers {shape}, one number for each example, and the loss wants one logit for each class. "
            "End with nn.Linear(..., 2) for two classes, or use binary_cross_entropy with answers (batch,).",
        )
    refuse_other_length(output, examples)


def refuse_other_length(output: Shaped[Tensor, "row ..."], examples: int) -> None:
    """More or fewer answers than examples."""
    if len(output) != examples:
        raise UsageError(
            "E-CFG-LOSS",
            f"the network answers {len(output)} rows for {examples} examples. Keep the batch as the first axis: "
            "nn.Flatten() does, and x.view(-1, ...) with a wrong number does not.",
        )


def refuse_row_shape(output: Shaped[Tensor, "..."], y: Shaped[Tensor, " batch"], loss: str) -> None:
    """Anything but one number for each example: (batch,)."""
    shape = tuple(output.shape)
    if shape == tuple(y.shape):
        return
    if output.ndim == 2 and shape[1] == 1:
        raise UsageError(
            "E-CFG-LOSS",
            f"the network answers {shape} and the targets are {tuple(y.shape)}: torch would compare each answer with "
            f"each target, {len(y)} x {len(y)} pairs. End the network with Scalar() of etude.layers, or squeeze(1).",
        )
    if output.ndim == 2:
        raise UsageError(
            "E-CFG-LOSS",
            f"the network answers {shape[1]} numbers for each example, and {loss} wants one. "
            f"End with nn.Linear(..., 1) and Scalar(), or use cross_entropy, which wants one logit for each class.",
        )
    if output.ndim > 2:
        raise UsageError(
            "E-CFG-LOSS",
            f"the network answers {shape}, and {loss} wants (batch,). nn.Linear acts on the last axis alone: "
            "add nn.Flatten() before the last nn.Linear.",
        )
    refuse_other_length(output, len(y))


def refuse_labels_outside(y: Shaped[Tensor, " batch"], outputs: int, *, known: int) -> None:
    """Labels that are no index of an output, or outputs that are not the `known` classes (0: not known)."""
    refuse_nonfinite(y, "target")
    least, greatest = y.min().item(), y.max().item()
    if known and known != outputs:
        raise UsageError(
            "E-CFG-CLASSES",
            f"the network has {outputs} outputs and the data {known} classes: end with nn.Linear(..., {known}).",
        )
    if y.is_floating_point() and bool((y != y.round()).any()):
        raise UsageError(
            "E-CFG-LOSS",
            f"the targets run from {least:g} to {greatest:g}, and the loss wants 0 and 1. "
            "For quantities use mean_squared_error.",
        )
    if least >= 0 and greatest < outputs:
        return
    seen = f"the labels run from {least:g} to {greatest:g}, and the network has outputs for 0 to {outputs - 1}"
    if (least, greatest, outputs) == (-1, 1, 2):
        raise DataError("E-CFG-CLASSES", f"{seen}. Make them 0 and 1: (y + 1) / 2.")
    if least == 1 and greatest == outputs:
        raise DataError("E-CFG-CLASSES", f"{seen}. Class indices begin with 0: subtract 1.")
    if least < 0:
        raise DataError("E-CFG-CLASSES", f"{seen}. Class indices are never negative: drop or rename those examples.")
    raise UsageError(
        "E-CFG-CLASSES", f"{seen}. End with nn.Linear(..., {greatest + 1:g}) and cross_entropy, or correct the labels."
    )


def refuse_probabilities(output: Float[Tensor, "batch class"]) -> None:
    """Probabilities or their logarithms where logits are wanted: the loss takes a softmax itself.

    Rows that are all the same are let through as logarithms: a zero last layer whose bias is the logarithm of the class
    frequencies is a good start.
    """
    if len(output) < 2:
        return
    if is_one(output.sum(1)) and bool(((output >= 0) & (output <= 1)).all()):
        raise UsageError(
            "E-CFG-LOSS",
            "the network answers probabilities (each row sums to 1), and the loss wants logits: it takes the softmax "
            "itself, and a second one flattens the gradient. Remove nn.Softmax from the end of the network.",
        )
    if is_one(output.exp().sum(1)) and bool((output != output[0]).any()):
        raise UsageError(
            "E-CFG-LOSS",
            "the network answers log-probabilities, and the loss wants logits: it takes the log-softmax itself. "
            "Remove nn.LogSoftmax from the end of the network, or use negative_log_likelihood.",
        )


def refuse_no_log_probabilities(output: Float[Tensor, "batch class"]) -> None:
    """Logits or probabilities where log-probabilities are wanted: the loss would fall for ever, and teach wrongly."""
    if is_one(output.exp().sum(1)):
        return
    if is_one(output.sum(1)) and bool((output >= 0).all()):
        found, fix = "probabilities", "Replace nn.Softmax by nn.LogSoftmax(dim=1)"
    else:
        found, fix = "numbers whose exponentials do not sum to 1, such as logits", "End with nn.LogSoftmax(dim=1)"
    raise UsageError(
        "E-CFG-LOSS",
        f"the network answers {found}, and nll_loss needs log-probabilities: it trains with anything else, wrongly. "
        f"{fix}, or use cross_entropy on logits.",
    )


def refuse_sigmoid(model: nn.Module, output: Shaped[Tensor, "..."]) -> None:
    """A network that ends in a sigmoid, under a loss that takes its own."""
    if not bool(((output >= 0) & (output <= 1)).all()) or not isinstance(last_bend(model), nn.Sigmoid):
        return
    if output.ndim == 2:
        raise UsageError(
            "E-CFG-LOSS",
            f"the network ends in {output.shape[1]} sigmoids, and each example has one label: the outputs do not know "
            "of each other. Remove nn.Sigmoid from the end: cross_entropy makes probabilities of the logits.",
        )
    raise UsageError(
        "E-CFG-LOSS",
        "the network ends in a sigmoid, and the loss wants logits: it takes the sigmoid itself, and a second one keeps "
        "every probability between 0.5 and 0.73. Remove nn.Sigmoid from the end of the network.",
    )


def refuse_equal_targets(y: Shaped[Tensor, " batch"], what: str) -> None:
    """One answer in a whole batch: `what` is 'class' or 'quantity'."""
    fewest = FEWEST_LABELS if what == "class" else FEWEST_QUANTITIES
    if len(y) >= fewest and bool((y == y[0]).all()):
        raise DataError(
            "E-TARGET-ONE",
            f"all {len(y)} targets of the first batch are the {what} {y[0].item():g}; there is nothing to learn. "
            "Shuffle the examples and look at the target column. Where the others are known to be rare, tell the "
            "contract: ClassesContract(counts) or varied=True.",
        )


def is_one(sums: Float[Tensor, " batch"]) -> bool:
    """Whether every sum is 1, as far as its precision tells."""
    tolerance = max(SUM_TOLERANCE, 4 * torch.finfo(sums.dtype).eps)
    return bool(((sums - 1).abs() <= tolerance).all())


def last_bend(model: nn.Module) -> nn.Module:
    """The last module that computes something, as far as the order of the modules tells."""
    shapes = (nn.Flatten, nn.Unflatten, nn.Identity, Scalar)
    return [each for each in model.modules() if each is model or not isinstance(each, shapes)][-1]
