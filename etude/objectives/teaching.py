"""A network that writes is told what it should have written so far, and is asked for the next token."""

from dataclasses import dataclass

from torch import nn
from torch.nn import functional as F

from etude.records import Pairs
from etude.types import Loss

PAD = 0


@dataclass(frozen=True)
class Teaching:
    """Mean of -log p(y_t | x, y_1 ... y_(t-1)) over all tokens that are no padding, in nats (teacher forcing).

    A share `smoothing` of what is wanted is spread over all tokens (Szegedy et al. 2016, arXiv:1512.00567, section 7):
    it lifts BLEU, and makes the loss greater.
    """

    smoothing: float = 0.0

    def __call__(self, model: nn.Module, batch: Pairs) -> Loss:
        logits = model(batch.x, batch.y[:, :-1])  # (batch, time, token)
        following = batch.y[:, 1:]
        loss = F.cross_entropy(
            logits.flatten(0, 1), following.flatten(), ignore_index=PAD, label_smoothing=self.smoothing
        )
        return Loss(loss, (following != PAD).sum())
