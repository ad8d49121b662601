"""Writing with a language model: read, choose the next token, read it, and so on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

Read: TypeAlias = Callable[[Int[Tensor, "batch new"]], Float[Tensor, "batch vocabulary"]]
"""more tokens -> logits of the one that follows all that were read so far"""


@runtime_checkable
class Readable(Protocol):
    """A network that can read texts piece by piece."""

    def reader(self, batch: int) -> Read:
        """One that reads `batch` texts at a time, from their beginning."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """How the next token is chosen from its probabilities."""

    temperature: float = 1.0
    """divides the logits: below 1 bolder, 0 always the most probable token"""
    top_k: int | None = None
    """only so many of the most probable tokens"""
    top_p: float = 1.0
    """only the most probable tokens that together reach this share (Holtzman et al. 2020, arXiv:1904.09751)"""
    never: tuple[int, ...] = ()
    """tokens that are not written"""

    def probabilities(self, logits: Float[Tensor, "batch vocabulary"]) -> Float[Tensor, "batch vocabulary"]:
        """What is drawn from: temperature first, then the two cuts, then renormalised."""
        logits = logits.float().clone()
        if self.never:
            logits[:, list(self.never)] = -torch.inf
        if self.temperature == 0:
            return torch.zeros_like(logits).scatter(1, logits.argmax(1, keepdim=True), 1.0)
        p = (logits / self.temperature).softmax(dim=1)
        if self.top_k is not None and self.top_k < p.shape[1]:
            least = p.topk(self.top_k, dim=1).values[:, -1:]
            p = p.masked_fill(p < least, 0.0)
            p = p / p.sum(dim=1, keepdim=True)
        if self.top_p < 1:
            p = nucleus(p, self.top_p)
        return p


def nucleus(p: Float[Tensor, "batch vocabulary"], share: float) -> Float[Tensor, "batch vocabulary"]:
    """The smallest set of most probable tokens whose sum is at least `share`, renormalised; eq. 2."""
    ordered, order = p.sort(dim=1, descending=True)
    before = ordered.cumsum(dim=1) - ordered  # what the more probable ones reach without this one
    kept = ordered.masked_fill(before >= share, 0.0)
    kept = kept / kept.sum(dim=1, keepdim=True)
    return torch.zeros_like(p).scatter(1, order, kept)


@torch.inference_mode()
def write(
    network: Readable,
    prompt: Int[Tensor, "batch prompt"],
    *,
    length: int,
    choice: Choice,
    generator: torch.Generator,
    end: int | None = None,
) -> Int[Tensor, "batch written"]:
    """`length` tokens after each prompt, or fewer if all texts have come to the token `end`.

    What stands behind `end` is `end` again. Chance is drawn on the CPU, so that every device writes the same.
    """
    read = network.reader(len(prompt))
    logits, tokens = read(prompt), []
    ended = torch.zeros(len(prompt), 1, dtype=torch.bool, device=prompt.device)
    for number in range(length):
        token = draw(choice.probabilities(logits), generator)
        if end is not None:
            token = token.masked_fill(ended, end)
            ended = token == end
        tokens.append(token)
        if number == length - 1 or (end is not None and bool(ended.all())):
            break
        logits = read(token)
    return torch.cat(tokens, dim=1)


def draw(p: Float[Tensor, "batch vocabulary"], generator: torch.Generator) -> Int[Tensor, "batch 1"]:
    """One token for each row, by its probabilities.

    Each token waits a time that is exponential with its probability as rate; the first one to come is drawn. That is
    how `torch.multinomial` draws one of them, without its checks, which would take a tenth of a small network's time.
    """
    waiting = torch.empty(p.shape).exponential_(generator=generator).to(p.device) / p
    return waiting.argmin(dim=1, keepdim=True)
