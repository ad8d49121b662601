"""Words that are hidden for a network to guess."""

from collections.abc import Callable

import torch
from jaxtyping import Int
from torch import Tensor

from etude.data.tokenizers import PAD, SPECIAL
from etude.records import IGNORED, Tokens

SHARE = 0.15
"""of the words that are asked for (Devlin et al. 2018, arXiv:1810.04805, section 3.1)"""
HIDDEN, EXCHANGED = 0.8, 0.1
"""shares of those that are hidden, and that are exchanged for another word; the rest stays (section 3.1)"""


def masking(words: int) -> Callable[[Tokens, torch.Generator], Tokens]:
    """Hide words of texts anew each time they are seen; `words` is the size of the vocabulary and a hidden one's id.

    What comes in has the ids of the whole text in x; y of what comes out holds those that are asked for, and IGNORED
    everywhere else. A text that has any known word is asked for one at least.
    """

    def mask(batch: Tokens, generator: torch.Generator) -> Tokens:
        x = batch.x[:, : max(1, int((batch.x != PAD).sum(dim=1).max()))]
        known = x >= len(SPECIAL)
        draw = torch.rand(x.shape, generator=generator).masked_fill(~known, 1)
        asked = known & ((draw < SHARE) | (draw == draw.amin(dim=1, keepdim=True)))
        return Tokens(corrupted(x, asked, words, generator), x.masked_fill(~asked, IGNORED))

    return mask


def corrupted(
    x: Int[Tensor, "batch time"], asked: Tensor, words: int, generator: torch.Generator
) -> Int[Tensor, "batch time"]:
    """Of the words that are asked for, most are hidden, some exchanged, and some stand there as they are.

    Were all hidden, the network would learn nothing of words that it can see, and that is all it meets afterwards.
    """
    fate = torch.rand(x.shape, generator=generator)
    other = torch.randint(len(SPECIAL), words, x.shape, generator=generator)
    x = torch.where(asked & (fate < HIDDEN), words, x)
    return torch.where(asked & (fate >= HIDDEN) & (fate < HIDDEN + EXCHANGED), other, x)
