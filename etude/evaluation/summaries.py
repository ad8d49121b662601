"""How a network that answers for whole texts tells them apart."""

from typing import Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor, nn

from etude.evaluation.plane import embedding
from etude.evaluation.predictor import evaluating
from etude.figures import Points
from etude.learners.base import device_of
from etude.records import Labelled
from etude.schema import Classes

SHOWN = 300
"""texts at most, so that single points can be seen"""


@runtime_checkable
class Summing(Protocol):
    """A network whose answer is a linear function of a few numbers for each text."""

    def summary(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch feature"]:
        """These numbers."""
        ...


def summaries(network: nn.Module, examples: Labelled, classes: Classes) -> Points:
    """Where the first texts lie among each other just before the answer is made."""
    few = examples[:SHOWN]
    assert isinstance(network, Summing) and not few.y.is_floating_point()
    with evaluating(network):
        vectors = network.summary(few.x.to(device_of(network)))
    return embedding("Texts as the last layer sees them", vectors, few.y, classes.names)
