"""How much of a translation stands in the reference: BLEU (Papineni et al. 2002, doi:10.3115/1073083.1073135)."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from jaxtyping import Float, Int

ORDERS = 4
"""runs of one to four words are compared"""


def matches(written: Sequence[Hashable], wanted: Sequence[Hashable]) -> Int[np.ndarray, " 10"]:
    """What one text adds to the score of many: runs of 1 to 4 words that match, runs there are, and the two lengths.

    A run matches at most as often as it stands in the reference: 'the the the' has one match in 'the cat'.
    """
    right, every = [], []
    for order in range(1, ORDERS + 1):
        found, known = runs(written, order), runs(wanted, order)
        right.append((found & known).total())
        every.append(found.total())
    return np.array([*right, *every, len(written), len(wanted)], dtype=np.int64)


def runs(words: Sequence[Hashable], order: int) -> Counter[tuple[Hashable, ...]]:
    """How often each run of `order` words occurs."""
    return Counter(tuple(words[first : first + order]) for first in range(len(words) - order + 1))


def bleu(sums: Float[np.ndarray, "10 ..."]) -> Float[np.ndarray, "..."]:
    """0 to 100: the geometric mean of the precisions of all orders, smaller where the whole is shorter than wanted.

    `sums` are the `matches` of all texts, added. It is 0 if no run of four words matches anywhere.
    """
    right, every, (written, wanted) = sums[:ORDERS], sums[ORDERS : 2 * ORDERS], sums[2 * ORDERS :]
    precision = np.divide(right, every, out=np.zeros_like(right), where=every > 0)
    with np.errstate(divide="ignore"):
        mean = np.exp(np.log(precision).mean(axis=0))
    ratio = np.divide(wanted, written, out=np.full_like(written, np.inf), where=written > 0)
    brevity: np.ndarray = np.exp(np.minimum(0.0, 1 - ratio))
    return np.asarray(100 * mean * brevity)
