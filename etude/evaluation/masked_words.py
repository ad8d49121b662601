"""How well hidden words are guessed, always the same ones."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.chance import stream
from etude.data.batches import in_order
from etude.data.masking import masking
from etude.data.tokenizers import split_words
from etude.evaluation.predictor import evaluating
from etude.objectives.masked_words import Guessing
from etude.records import IGNORED, Tokens
from etude.schema import Text

BATCH = 200
"""texts"""
SHOWN = 5
"""words that are shown for a hidden one"""
HIDDEN = "[MASK]"


def guessing_scores(network: nn.Module, examples: Tokens, *, words: int) -> dict[str, float]:
    """`masked_loss` in nats and `masked_accuracy`, over the words that are asked for with the same chance each time."""
    assert isinstance(network, Guessing)
    mask, generator, device = masking(words), stream(0, "masking"), next(network.parameters()).device
    n, right, nats = 0, 0, 0.0
    with evaluating(network):
        for piece in in_order(examples, BATCH):
            hidden = mask(piece, generator)
            asked = hidden.y != IGNORED
            logits = network.words(hidden.x.to(device), asked.to(device)).cpu().double()
            truth = hidden.y[asked]
            n += len(truth)
            right += int((logits.argmax(dim=1) == truth).sum())
            nats -= float(logits.log_softmax(dim=1).gather(1, truth[:, None]).sum())
    return {"masked_loss": nats / max(n, 1), "masked_accuracy": right / max(n, 1)}


def guesses(network: nn.Module, kind: Text, text: str) -> str:
    """The likeliest words for each [MASK] of a text, or for each of its words in turn where none is hidden."""
    assert isinstance(network, Guessing)
    ids = {token: number for number, token in enumerate(kind.vocabulary)}
    mask = len(kind.vocabulary)
    pieces = [split_words(piece, lower=kind.lower) for piece in text.split(HIDDEN)]
    tokens = [word for piece in pieces for word in [*piece, HIDDEN]][:-1][: kind.length]
    x = torch.tensor([[mask if word == HIDDEN else ids.get(word, 1) for word in tokens]])
    asked = x == mask
    if not asked.any():
        asked = torch.ones_like(x, dtype=torch.bool)
        x = x.repeat(x.shape[1], 1).fill_diagonal_(mask)
        asked = torch.eye(x.shape[1], dtype=torch.bool)
    device = next(network.parameters()).device
    with evaluating(network):
        likely = network.words(x.to(device), asked.to(device)).softmax(dim=1).cpu()
    hidden = [word for word in tokens if word == HIDDEN] or tokens
    return "\n".join(f"{word}: {listed(row, kind)}" for word, row in zip(hidden, likely, strict=True))


def listed(likely: Float[Tensor, " word"], kind: Text) -> str:
    """'self 0.42, cls 0.10'"""
    best = likely.topk(min(SHOWN, len(likely)))
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return ", ".join(f"{kind.vocabulary[each]} {share:.2f}" for each, share in pairs)
