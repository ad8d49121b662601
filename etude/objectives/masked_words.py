"""How surprised a network is by the words that were hidden from it, in nats."""

from typing import Protocol, runtime_checkable

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import IGNORED, Tokens
from etude.types import Loss


@runtime_checkable
class Guessing(Protocol):
    """A network that guesses words."""

    def words(self, x: Int[Tensor, "batch time"], asked: Bool[Tensor, "batch time"]) -> Float[Tensor, "asked word"]:
        """Logits at the positions that are asked for."""
        ...


def masked_words(model: nn.Module, batch: Tokens) -> Loss:
    """Mean of -log p(word) over the positions that are asked for, and over no other (Devlin et al. 2018, A.1)."""
    assert isinstance(model, Guessing)
    asked = batch.y != IGNORED
    logits = model.words(batch.x, asked)
    n = asked.sum().clamp(min=1)  # a batch of nothing but unknown words has nothing to guess
    return Loss(F.cross_entropy(logits, batch.y[asked], reduction="sum") / n, n)
