"""A network that answers: probabilities of the classes, or a quantity in its own unit."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.schema import Classes, Schema


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Switch dropout and batch statistics off, and every layer back to what it was afterwards."""
    modes = [(layer, layer.training) for layer in network.modules()]
    network.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for layer, mode in modes:  # layer by layer: some may be frozen in evaluation mode
            layer.training = mode


class Predictor:
    """A network with the schema that says what its numbers mean; answers come back to the CPU as float64."""

    def __init__(self, network: nn.Module, schema: Schema, *, device: torch.device) -> None:
        self.network = network
        self.schema = schema
        self.device = device

    def logits(self, x: Shaped[Tensor, "batch ..."]) -> Float[Tensor, "batch ..."]:
        """What the network says: logits (batch, class), or the standardised quantity (batch,).

        One logit for two classes becomes two columns, 0 and the logit, which have the same probabilities.
        """
        with evaluating(self.network):
            output: Tensor = self.network(x.to(self.device)).cpu().double()
        target = self.schema.answer
        if not isinstance(target, Classes):
            return self._demand(output, (len(x),))
        if output.shape == (len(x),) and len(target.names) == 2:
            return torch.stack([torch.zeros_like(output), output], dim=1)
        return self._demand(output, (len(x), len(target.names)))

    def answers(self, x: Shaped[Tensor, "batch ..."]) -> Float[Tensor, "batch ..."]:
        """Probabilities (batch, class), or the quantity in its own unit (batch,)."""
        output, target = self.logits(x), self.schema.answer
        return output.softmax(dim=1) if isinstance(target, Classes) else output * target.deviation + target.mean

    def _demand(self, output: Tensor, shape: tuple[int, ...]) -> Tensor:
        if output.shape != shape:
            raise ValueError(
                f"the network gives shape {tuple(output.shape)} where {shape} is wanted for '{self.schema.answer.name}'"
            )
        return output
