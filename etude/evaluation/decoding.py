"""Writing token by token: always the likeliest, or several beginnings side by side."""

from typing import Protocol, TypeAlias, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from etude.data.tokenizers import END, PAD, START, UNKNOWN

State: TypeAlias = tuple[Tensor, ...]
"""what a network remembers of its sources and of what it has written; the first axis of each is the text"""

SHIFT = 5.0
"""in the penalty for length: Wu et al. 2016, eq. 14"""


@runtime_checkable
class Writer(Protocol):
    """A network that reads texts and then writes token by token."""

    def read(self, x: Int[Tensor, "batch source"]) -> State:
        """Read the sources, before the first token is written."""
        ...

    def write(self, token: Int[Tensor, " batch"], state: State) -> tuple[Float[Tensor, "batch token"], State]:
        """Logits of what follows the latest token, and the state with it."""
        ...


@runtime_checkable
class Looking(Protocol):
    """A network that can say where it looks in what it reads."""

    def looks(
        self, x: Int[Tensor, "batch source"], y: Int[Tensor, "batch target"]
    ) -> Float[Tensor, "batch target source"]:
        """How much of each source token it takes before it writes what follows each token of `y`: 1 in sum."""
        ...


def greedy(writer: Writer, x: Int[Tensor, "batch source"], *, length: int) -> Int[Tensor, "batch time"]:
    """The likeliest token again and again, up to END or to `length` tokens; without START, padded after END."""
    state = writer.read(x)
    token = x.new_full((len(x),), START)
    ended = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    written = []
    for _ in range(length):
        logits, state = writer.write(token, state)
        token = sayable(logits).argmax(1).masked_fill(ended, PAD)
        written.append(token)
        ended = ended | (token == END)
        if bool(ended.all()):
            break
    return torch.stack(written, dim=1)


def beam_search(
    writer: Writer, x: Int[Tensor, "batch source"], *, length: int, beams: int, alpha: float = 0.6
) -> Int[Tensor, "batch time"]:
    """The likeliest text of those that stay among the `beams` best at every length.

    Texts are compared by log p / ((5 + length) / 6)^alpha (Wu et al. 2016, arXiv:1609.08144, eq. 14): without it, short
    texts win, since every further token makes a text less likely. With one beam it is `greedy`.
    """
    batch = len(x)
    state = tuple(each.repeat_interleave(beams, dim=0) for each in writer.read(x))
    text = x.new_full((batch * beams, 1), START)
    log_p = torch.zeros(batch, beams, device=x.device)
    log_p[:, 1:] = -torch.inf  # all beginnings are one and the same at first
    firsts = beams * torch.arange(batch, device=x.device)[:, None]
    for _ in range(length):
        logits, state = writer.write(text[:, -1], state)
        step = continued(sayable(logits).log_softmax(1), text[:, -1])
        total = log_p[:, :, None] + step.unflatten(0, (batch, beams))  # (batch, beam, token)
        lengths = (text[:, 1:] > PAD).sum(1).unflatten(0, (batch, beams))
        longer = lengths[:, :, None] + (torch.arange(total.shape[2], device=x.device) != PAD)
        best = normalised(total, longer, alpha).flatten(1).topk(beams, dim=1).indices  # (batch, beam)
        log_p = total.flatten(1).gather(1, best)
        rows = (firsts + best // total.shape[2]).flatten()
        text = torch.cat([text[rows], (best % total.shape[2]).flatten()[:, None]], dim=1)
        state = tuple(each.index_select(0, rows) for each in state)
        if bool(((text[:, -1] == END) | (text[:, -1] == PAD)).all()):
            break
    return text[firsts[:, 0], 1:]  # topk gives the best first


def sayable(logits: Float[Tensor, "batch token"]) -> Float[Tensor, "batch token"]:
    """The logits of the tokens that can stand in a text; the padding, START and an unknown word cannot."""
    logits = logits.clone()
    logits[:, [PAD, UNKNOWN, START]] = -torch.inf
    return logits


def continued(step: Float[Tensor, "batch token"], token: Int[Tensor, " batch"]) -> Float[Tensor, "batch token"]:
    """The same log-probabilities, but after END there is padding, for sure."""
    ended = (token == END) | (token == PAD)
    only_padding = torch.full_like(step, -torch.inf)
    only_padding[:, PAD] = 0
    return torch.where(ended[:, None], only_padding, step)


def normalised(
    log_p: Float[Tensor, "batch beam token"], lengths: Int[Tensor, "batch beam token"], alpha: float
) -> Float[Tensor, "batch beam token"]:
    """log p over the penalty for length."""
    penalty: Tensor = ((SHIFT + lengths) / (SHIFT + 1)) ** alpha
    return log_p / penalty
