"""The next token from the few before it, by counting: what every language model must beat."""

import numpy as np
from jaxtyping import Float, Int

from etude.records import IGNORED, Tokens

LARGEST = 2**62
"""contexts are numbered in base `vocabulary`; the numbers stay below it"""


class NGrams:
    """Witten and Bell 1991 (doi:10.1109/18.87000), method C, from one token of context to the next longer.

    p(w | context) = (count(context w) + kinds(context) p(w | shorter context)) / (count(context) + kinds(context)),
    where `kinds` is the number of different tokens that followed the context; below all stands 1 / vocabulary.
    """

    def __init__(self, train: Tokens, vocabulary: int, *, order: int) -> None:
        """`order` is the number of tokens in a count, the counted one included; it shrinks if numbers overflow."""
        self.vocabulary = vocabulary
        while vocabulary**order > LARGEST:
            order -= 1
        self.order = order
        self.tables = [Counts(context, tokens, vocabulary) for context, tokens in self.numbered(train)]

    def surprises(self, examples: Tokens) -> Float[np.ndarray, "window time"]:
        """-log p of each answer in nats, 0 where there is none."""
        p = np.full(int((examples.y != IGNORED).sum()), 1 / self.vocabulary)
        for table, (context, tokens) in zip(self.tables, self.numbered(examples), strict=True):
            p = table.refined(context, tokens, p)
        nats = np.zeros(tuple(examples.y.shape))
        nats[(examples.y != IGNORED).numpy()] = -np.log(p)
        return nats

    def numbered(self, examples: Tokens) -> list[tuple[Int[np.ndarray, " answer"], Int[np.ndarray, " answer"]]]:
        """For each length of context from 0, the number of each answer's context, and the answers."""
        x, y = examples.x.numpy(), examples.y.numpy()
        answered = y != IGNORED
        context, found = np.zeros(x.shape, dtype=np.int64), []
        for length in range(self.order):
            found.append((context[answered], y[answered].astype(np.int64)))
            earlier = np.zeros_like(x)
            earlier[:, length:] = x[:, : x.shape[1] - length]  # before a text stands token 0
            context = context * self.vocabulary + earlier
        return found


class Counts:
    """How often each context occurred, with how many followers, and each of them."""

    def __init__(
        self, context: Int[np.ndarray, " answer"], tokens: Int[np.ndarray, " answer"], vocabulary: int
    ) -> None:
        self.vocabulary = vocabulary
        self.pairs, self.pair_counts = np.unique(context * vocabulary + tokens, return_counts=True)
        self.contexts, self.kinds = np.unique(self.pairs // vocabulary, return_counts=True)
        self.counts = np.unique(context, return_counts=True)[1]

    def refined(
        self,
        context: Int[np.ndarray, " answer"],
        tokens: Int[np.ndarray, " answer"],
        shorter: Float[np.ndarray, " answer"],
    ) -> Float[np.ndarray, " answer"]:
        """The probability of each answer, given that of the context that is shorter by one."""
        count = looked_up(self.pairs, self.pair_counts, context * self.vocabulary + tokens)
        total = looked_up(self.contexts, self.counts, context)
        kinds = looked_up(self.contexts, self.kinds, context)
        known = total > 0
        refined: np.ndarray = np.where(known, (count + kinds * shorter) / np.where(known, total + kinds, 1), shorter)
        return refined


def looked_up(
    keys: Int[np.ndarray, " key"], values: Int[np.ndarray, " key"], wanted: Int[np.ndarray, " answer"]
) -> Int[np.ndarray, " answer"]:
    """The value of each wanted key, 0 where it is not there; `keys` ascend."""
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    found: np.ndarray = np.where(keys[place] == wanted, values[place], 0)
    return found
