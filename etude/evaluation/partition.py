"""What the probabilities of a Boltzmann machine add up to, exactly for small ones and by annealing for others."""

import itertools
import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from etude.chance import stream
from etude.models.rbm import RBM

MOST = 20
"""units of one side up to which all their states are counted: about a million"""


def states(units: int) -> Float[Tensor, "state unit"]:
    """Every state of so many units."""
    numbers = torch.arange(2**units)
    return (numbers[:, None] >> torch.arange(units) & 1).double()


@torch.no_grad()
def exact_log_partition(rbm: RBM) -> float:
    """log Z, summed over all states of the side with fewer units; ValueError if that has more than MOST."""
    weight, b, c = rbm.weight.double().cpu(), rbm.visible_bias.double().cpu(), rbm.hidden_bias.double().cpu()
    if len(b) < len(c):
        weight, b, c = weight.T, c, b  # the energy is symmetric in the two sides
    if len(c) > MOST:
        raise ValueError(f"{2.0 ** len(c):.0e} states are too many to count")
    total = torch.full((), -math.inf, dtype=torch.float64)
    for h in states(len(c)).split(4096):
        log_weights = h @ c + F.softplus(h @ weight.T + b).sum(dim=1)
        total = torch.logaddexp(total, log_weights.logsumexp(dim=0))
    return float(total)


@torch.no_grad()
def annealed_log_partition(
    rbm: RBM, base: Float[Tensor, " visible"], *, runs: int = 100, rungs: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """log Z and its standard error by annealed importance sampling, Salakhutdinov and Murray 2008, section 4.

    Each run starts from independent visible units with the biases `base` and passes through `rungs` machines on the
    way to this one, in float64.
    """
    generator = stream(seed, "sampling")
    weight, b, c = rbm.weight.double().cpu(), rbm.visible_bias.double().cpu(), rbm.hidden_bias.double().cpu()
    base = base.double().cpu()

    def log_unnormalised(v: Tensor, beta: float) -> Tensor:
        """Equation 15, summed over the hidden units; at 0 these are free, and each doubles the sum."""
        inner = F.softplus(beta * (v @ weight + c)).sum(dim=1)
        return v @ ((1 - beta) * base + beta * b) + inner

    v = drawn(torch.sigmoid(base).expand(runs, -1), generator)
    log_weight = torch.zeros(runs, dtype=torch.float64)
    ladder = torch.linspace(0, 1, rungs + 1, dtype=torch.float64).tolist()
    for below, above in itertools.pairwise(ladder):
        log_weight += log_unnormalised(v, above) - log_unnormalised(v, below)
        h = drawn(torch.sigmoid(above * (v @ weight + c)), generator)
        v = drawn(torch.sigmoid((1 - above) * base + above * (b + h @ weight.T)), generator)
    log_base = float(F.softplus(base).sum() + len(c) * math.log(2))
    centre = log_weight.max()
    ratios = (log_weight - centre).exp()
    error = float(ratios.std() / ratios.mean() / math.sqrt(runs))
    return log_base + float(centre + ratios.mean().log()), error


def drawn(probabilities: Float[Tensor, "run unit"], generator: torch.Generator) -> Float[Tensor, "run unit"]:
    """0 or 1 for each unit."""
    return torch.bernoulli(probabilities, generator=generator)
