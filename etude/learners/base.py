"""A learner is what is learnt together with the rule that changes it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Generic

import torch
from torch import Tensor, nn

from etude.learners.average import EMA
from etude.optim import Optimizer
from etude.types import B, Logs, Loss, Objective


class Learner(nn.Module, ABC, Generic[B]):
    """Its `state_dict`, with those of its optimizers, is the whole state of a training."""

    @property
    @abstractmethod
    def network(self) -> nn.Module:
        """The part that answers once the training is over; a submodule of this learner."""

    @abstractmethod
    def update(self, batch: B) -> Logs:
        """Change the parameters once, from one batch, and say what happened."""

    def optimizers(self) -> dict[str, Optimizer]:
        """The optimizers by the names of the attributes that hold them."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Optimizer)}

    def network_name(self) -> str:
        """The path of `network` among the submodules: 'model', 'average.model'."""
        names: dict[nn.Module, str] = {module: name for name, module in self.named_modules()}
        return names[self.network]


def whole(batch: B) -> Iterator[B]:
    """The batch in one piece."""
    yield batch


def pieces(size: int) -> Callable[[B], Iterator[B]]:
    """Cut a batch into pieces of `size` examples whose gradients are accumulated exactly."""

    def cut(batch: B) -> Iterator[B]:
        return (batch[start : start + size] for start in range(0, len(batch), size))

    return cut


class GradientLearner(Learner[B]):
    """Gradient descent on one objective: nearly every method of the course."""

    def __init__(
        self,
        model: nn.Module,
        objective: Objective[B],
        optimizer: Optimizer,
        *,
        split: Callable[[B], Iterator[B]] = whole,
        average: EMA | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        self.objective = objective
        self.optimizer = optimizer
        self.split = split
        self.average = average

    @property
    def network(self) -> nn.Module:
        return self.model if self.average is None else self.average.model

    def update(self, batch: B) -> Logs:
        parts: dict[str, Tensor] = {}

        def losses() -> Iterator[Loss]:
            for piece in self.split(batch):
                loss = self.objective(self.model, piece)
                for name, part in loss.parts.items():
                    parts[name] = part.detach()
                yield loss

        logs = {"loss": self.optimizer.minimize(losses()), **parts}
        if self.average is not None:
            self.average.update(self.model)
        return logs


def device_of(learner: nn.Module) -> torch.device:
    """Where the learner's parameters live."""
    return next(learner.parameters()).device
