"""How surprised a language model is by the next token, in nats."""

from torch import nn
from torch.nn import functional as F

from etude.records import IGNORED, Tokens
from etude.types import Loss


def next_token(model: nn.Module, batch: Tokens) -> Loss:
    """Mean of -log p(y_t | x_1 ... x_t) over the positions that have an answer, from logits (batch, time, token)."""
    logits = model(batch.x)
    loss = F.cross_entropy(logits.flatten(0, 1), batch.y.flatten(), ignore_index=IGNORED)
    return Loss(loss, (batch.y != IGNORED).sum())
