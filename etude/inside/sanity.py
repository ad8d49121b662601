"""Whether an explanation hangs on what was learnt: with random weights it must become another one."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import TypeAlias

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.chance import seed_global

Explanation: TypeAlias = Callable[[nn.Module, Shaped[Tensor, "1 ..."], int], Tensor]
"""network, example and class -> a number for each of its places"""
COPIES = 2
"""networks with random weights whose maps are compared: one alone may look alike by chance"""
ALIKE = 0.5
"""rank correlation from which on two maps are called much the same"""


def random_copy(network: nn.Module, seed: int) -> nn.Module:
    """The same network before it has learnt anything, in the mode that it is in; all chance is left as it was."""
    copy = deepcopy(network)
    with torch.random.fork_rng(), torch.no_grad():
        seed_global(seed, "initialisation")
        for layer in copy.modules():
            reset = getattr(layer, "reset_parameters", None)
            if callable(reset):
                reset()  # as PyTorch's layers begin, statistics of batches included
                continue
            for parameter in layer.parameters(recurse=False):
                parameter.normal_(float(parameter.mean()), float(parameter.std(correction=0)))
    return copy


def ranks(values: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """Each number's place in ascending order, from 0; equal numbers share the mean of their places."""
    _, which, counts = values.unique(return_inverse=True, return_counts=True)
    ends = counts.cumsum(0).double()
    places: Tensor = (ends - (counts + 1) / 2)[which]
    return places


def rank_correlation(a: Float[Tensor, "..."], b: Float[Tensor, "..."]) -> float:
    """Spearman's correlation, from -1 to 1; 0 if one of the two is the same everywhere."""
    both = torch.stack([ranks(a.flatten().double()), ranks(b.flatten().double())])
    x, y = both - both.mean(dim=1, keepdim=True)
    return float((x @ y) / (x.norm() * y.norm()).clamp(min=1e-12))


def with_random_weights(
    explain: Explanation, network: nn.Module, x: Shaped[Tensor, "1 ..."], k: int
) -> list[Float[Tensor, "..."]]:
    """The maps of networks with random weights.

    Adebayo et al. 2018 (arXiv:1810.03292), section 3: the test of random parameters, all layers at once.
    """
    return [explain(random_copy(network, seed), x, k) for seed in range(COPIES)]


def verdict(real: Float[Tensor, "..."], random: Sequence[Float[Tensor, "..."]]) -> str:
    """'With random weights the map is another one (rank correlation 0.12): it tells of the weights, ...'

    The correlation is the mean over the random maps, the similarity of the paper's section 3.1.
    """
    correlation = sum(rank_correlation(real, each) for each in random) / len(random)
    if abs(correlation) < ALIKE:
        told = "the map is another one", "it tells of the weights, not of the input alone"
    else:
        told = "the map is much the same", "it tells more of the input than of what was learnt"
    return f"With random weights {told[0]} (rank correlation {correlation:.2f}): {told[1]}."
