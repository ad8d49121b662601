"""How surprised a tagger is by the right tags, in nats."""

from torch import nn

from etude.records import IGNORED, Tagged
from etude.types import Loss


def tag_surprise(model: nn.Module, batch: Tagged) -> Loss:
    """-log p(y | x) of all sentences together, over the number of their words."""
    words = (batch.y != IGNORED).sum()
    return Loss(model(batch.x, batch.letters, batch.y).sum() / words, words)
