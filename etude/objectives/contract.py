"""What a loss demands of a network and its data, looked at once, on the first batch, before anything is learnt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, nn

from etude.errors import UsageError
from etude.objectives.symptoms import (
    refuse_class_shape,
    refuse_equal_targets,
    refuse_labels_outside,
    refuse_no_log_probabilities,
    refuse_nonfinite,
    refuse_probabilities,
    refuse_quantities_as_labels,
    refuse_row_shape,
    refuse_sigmoid,
)
from etude.records import Labelled
from etude.types import Loss, Objective

Contract: TypeAlias = Callable[[nn.Module, Labelled], None]
"""It raises UsageError for a network that does not fit its loss, DataError for data that fit no loss."""


class Checked:
    """An objective whose contract is checked on its first batch; afterwards it is the objective."""

    def __init__(self, objective: Objective[Labelled], contract: Contract) -> None:
        self.objective, self.contract = objective, contract
        self.is_checked = False

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        if not self.is_checked:
            with unnoticed(model, batch.x.device):
                self.contract(model, batch)
            self.is_checked = True
        return self.objective(model, batch)


def checked(objective: Objective[Labelled], contract: Contract) -> Objective[Labelled]:
    """`objective`, with `contract` checked on the first batch; neither chance nor the network notices."""
    return Checked(objective, contract)


@dataclass(frozen=True)
class ClassesContract:
    """Logits (batch, class) against labels 0, 1, ...: for cross-entropy, its variants and the hinge."""

    counts: tuple[int, ...] = ()
    """examples of each class in the training part, where they are known: then the network must have as many outputs,
    and a batch of one class is no more than chance"""

    def __call__(self, model: nn.Module, batch: Labelled) -> None:
        logits = answer(model, batch)
        refuse_quantities_as_labels(batch.y)
        refuse_class_shape(logits, len(batch))
        refuse_labels_outside(batch.y, logits.shape[1], known=len(self.counts))
        refuse_probabilities(logits)
        refuse_sigmoid(model, logits)
        if sum(count > 0 for count in self.counts) < 2:
            refuse_equal_targets(batch.y, "class")


@dataclass(frozen=True)
class LogProbabilitiesContract:
    """Log-probabilities (batch, class) against labels 0, 1, ...: for the negative log-likelihood."""

    counts: tuple[int, ...] = ()
    """as in ClassesContract"""

    def __call__(self, model: nn.Module, batch: Labelled) -> None:
        log_probabilities = answer(model, batch)
        refuse_quantities_as_labels(batch.y)
        refuse_class_shape(log_probabilities, len(batch))
        refuse_labels_outside(batch.y, log_probabilities.shape[1], known=len(self.counts))
        refuse_no_log_probabilities(log_probabilities)
        if sum(count > 0 for count in self.counts) < 2:
            refuse_equal_targets(batch.y, "class")


@dataclass(frozen=True)
class BinaryContract:
    """One logit for each example, (batch,), against 0 and 1: for binary cross-entropy and the binary hinge."""

    varied: bool = False
    """whether the training part is known to hold both classes, so that a batch of one is no more than chance"""

    def __call__(self, model: nn.Module, batch: Labelled) -> None:
        logits = answer(model, batch)
        refuse_row_shape(logits, batch.y, "a binary loss")
        refuse_labels_outside(batch.y, 2, known=0)
        refuse_sigmoid(model, logits)
        if not self.varied:
            refuse_equal_targets(batch.y, "class")


@dataclass(frozen=True)
class QuantityContract:
    """One number for each example, (batch,), against numbers: for the losses of regression."""

    varied: bool = False
    """whether the training part is known to hold different quantities"""

    def __call__(self, model: nn.Module, batch: Labelled) -> None:
        predictions = answer(model, batch)
        refuse_nonfinite(batch.y, "target")
        refuse_row_shape(predictions, batch.y, "a loss of quantities")
        if not self.varied:
            refuse_equal_targets(batch.y, "quantity")


classes_contract = ClassesContract()
log_probabilities_contract = LogProbabilitiesContract()
binary_contract = BinaryContract()
quantity_contract = QuantityContract()


def answer(model: nn.Module, batch: Labelled) -> Tensor:
    """What the network says of the batch, if both are finite numbers."""
    refuse_nonfinite(batch.x, "input")
    try:
        output: Tensor = model(batch.x)
    except RuntimeError as error:
        if "shapes cannot be multiplied" not in str(error):
            raise
        raise UsageError(
            "E-CFG-LOSS",
            f"with input {tuple(batch.x.shape)}, a linear layer cannot take what comes before it: {error}. "
            "After convolutions add nn.Flatten(), and make the layer as wide as channels x height x width.",
        ) from error
    refuse_nonfinite(output, "output")
    return output


@contextmanager
def unnoticed(model: nn.Module, device: torch.device) -> Iterator[None]:
    """Evaluation mode without gradients, after which chance and every module's mode are as before."""
    modes = [(module, module.training) for module in model.modules()]
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices), torch.no_grad():
        model.eval()
        try:
            yield
        finally:
            for module, mode in modes:
                module.training = mode
