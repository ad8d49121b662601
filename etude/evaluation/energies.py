"""How good a Boltzmann machine is: what it says of examples, how likely it finds them, and what it dreams."""

import time
import warnings

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional as F

from etude.chance import stream
from etude.evaluation.intervals import mean_score
from etude.evaluation.partition import MOST, annealed_log_partition, exact_log_partition
from etude.evaluation.probe import Represented, represented
from etude.evaluation.records import Baseline, Score
from etude.figures import Images
from etude.layers.units import as_pictures, unit_rows
from etude.models.rbm import RBM
from etude.records import Inputs, Labelled

LABELS = 10_000
"""training examples of the probe at most, so that it takes seconds"""
FILTERS = 64
"""hidden units whose weights are drawn"""


def binary(examples: Inputs | Labelled) -> Float[Tensor, "example visible"]:
    """Each pixel on or off, drawn with its grey level as the probability; always the same draw."""
    return torch.bernoulli(unit_rows(examples.x), generator=stream(0, "sampling"))


@torch.no_grad()
def pseudo_likelihood(rbm: RBM, examples: Inputs | Labelled) -> Float[Tensor, " example"]:
    """-sum_i log p(v_i | all other units) in nats for each example, estimated from one unit of each, drawn at random.

    Besag 1975; the estimate of Marlin et al. 2010: it needs no Z, since log p(v_i | rest) = log sigmoid(F(v') - F(v)),
    where v' is v with unit i switched.
    """
    v = binary(examples).to(rbm.weight.device)
    rows = torch.arange(len(v), device=v.device)
    unit = torch.randint(v.shape[1], (len(v),), generator=stream(1, "sampling")).to(v.device)
    switched = v.clone()
    switched[rows, unit] = 1 - switched[rows, unit]
    nats = -v.shape[1] * F.logsigmoid(rbm.free_energy(switched) - rbm.free_energy(v))
    return nats.cpu().double()


@torch.no_grad()
def likelihood(rbm: RBM, train: Inputs | Labelled, examples: Inputs | Labelled) -> tuple[Score, str]:
    """-log p(v) in nats for each example, and how Z was found."""
    if min(rbm.weight.shape) <= MOST:
        log_partition, how = exact_log_partition(rbm), "Z: summed over all states"
    else:
        base = torch.logit(unit_rows(train.x).mean(dim=0).clamp(0.01, 0.99))
        log_partition, error = annealed_log_partition(rbm, base)
        how = f"log Z = {log_partition:.2f} by annealing, standard error {error:.2f}; it tends to be too small"
    energies = rbm.free_energy(binary(examples).to(rbm.weight.device)).cpu().double()
    return mean_score((energies + log_partition).numpy()), how


def probes(rbm: RBM, train: Labelled, examples: Labelled) -> tuple[Score, Baseline]:
    """What a logistic regression reads from the hidden units, and what it reads from the pixels."""
    started = time.perf_counter()
    few = train[:LABELS]
    read = rightly_read(represented(rbm, few), represented(rbm, examples))
    pixels = rightly_read(on_pixels(few), on_pixels(examples))
    note = f"a logistic regression on the pixels of the same {len(few):,} training rows"
    seconds = round(time.perf_counter() - started, 3)
    return mean_score(read), Baseline("linear on pixels", note, {"accuracy": mean_score(pixels)}, seconds)


def rightly_read(train: Represented, other: Represented) -> Int[np.ndarray, " row"]:
    """1 for each example of `other` that a logistic regression on `train` answers rightly, else 0.

    Probabilities are not standardised: a unit that is hardly ever on would then be as loud as all others.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        line = LogisticRegression(max_iter=200).fit(train.x, train.y)
    right: np.ndarray = line.predict(other.x) == other.y
    return right.astype(np.int64)


def on_pixels(examples: Labelled) -> Represented:
    """The pixels themselves as a representation."""
    return Represented(unit_rows(examples.x).numpy(), examples.y.numpy())


def filters(rbm: RBM, *, height: int) -> Images:
    """The weights of the hidden units that say most, from black over grey (0) to white."""
    order = rbm.weight.detach().norm(dim=0).argsort(descending=True)[:FILTERS]
    weights = rbm.weight.detach().T[order]
    scaled = 0.5 + 0.5 * weights / weights.abs().amax(dim=1, keepdim=True).clamp(min=1e-12)
    return Images("What each hidden unit looks for", as_pictures(scaled, height=height), ("",) * len(order))


def dreams(rbm: RBM, start: Float[Tensor, "chain visible"], *, steps: int, height: int, seed: int) -> Images:
    """What comes of pictures after many rounds of Gibbs sampling: the probability that each pixel is on."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        v = rbm.gibbs(start, steps)
    with torch.no_grad():
        shown = rbm.visible_given(rbm.hidden_given(v))
    return Images(f"Dreams after {steps:,} rounds", as_pictures(shown, height=height), ("",) * len(v))


def noise(chains: int, visible: int, *, seed: int) -> Float[Tensor, "chain visible"]:
    """Where dreams begin if nothing else is given: every unit on or off by a coin."""
    return torch.bernoulli(torch.full((chains, visible), 0.5), generator=stream(seed, "sampling"))
