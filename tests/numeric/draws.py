"""Draws from every place of etude that asks for chance, as numbers whose distribution is known."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import scipy.stats
import torch
from torch import Tensor, nn

from etude.layers import crf, noise
from etude.learners import adversarial, energy, value
from etude.models import gpt, rbm, sampling, vae
from etude.objectives import diffusion as denoising
from etude.objectives import negative_sampling
from etude.records import Inputs, Labelled, Transition, Windows
from tests.numeric.chance import Continuous, N, stream

FEW = 8000
"""draws of whole numbers with a dozen values or more: each of them is rare, so that an error shows sooner"""
SIDE = 211
"""of a square matrix with enough numbers"""


def flat(bound: float) -> Continuous:
    return scipy.stats.uniform(-bound, 2 * bound)


def normal(deviation: float = 1.0) -> Continuous:
    return scipy.stats.norm(0, deviation)


def matrix(rule: Callable[..., Any], **more: Any) -> Tensor:
    """What a rule makes of a square layer."""
    layer = nn.Linear(SIDE, SIDE)
    rule(layer, stream(), **more)
    return layer.weight


class Hears(nn.Module):
    """A network that keeps what it is asked."""

    def __init__(self, answer: Callable[..., Any] = lambda *x: x[0]) -> None:
        super().__init__()
        self.heard: list[Any] = []
        self.answer = answer

    def forward(self, *inputs: Tensor) -> Any:
        self.heard.append(inputs)
        return self.answer(*inputs)


NOISE, LEVELS = noise.Noise(noise.linear_betas(5)), noise.linear_betas(5)


def denoised() -> tuple[Tensor, Tensor, Tensor]:
    """Noise, time and class of one batch."""
    model, x = Hears(), torch.zeros(N, 1)
    denoising.Denoising(NOISE, drop=0.1)(model, Labelled(x, torch.zeros(N, dtype=torch.int64)))
    seen, t, told = model.heard[0]
    kept = torch.from_numpy(np.cumprod(1 - LEVELS.numpy()))[t - 1]
    return seen[:, 0] / (1 - kept).sqrt(), t - 1, told


def noise_words() -> Tensor:
    """Words of chance in twenty batches."""
    model = Hears(lambda given, wanted, chance: (torch.zeros(1, 1), torch.zeros(1, len(chance))))
    objective = negative_sampling.SkipGram(torch.tensor([1, 16, 81]), 5)
    for _ in range(87):
        objective(model, Windows(torch.tensor([1]), torch.tensor([[1]])))
    return torch.cat([heard[2] for heard in model.heard])


LOGITS = torch.tensor([[2.0, 1.0, 0.5, 0.0, -0.5, -1.0]])


def tokens(**choice: Any) -> Tensor:
    """A vocabulary of six."""
    p = sampling.Choice(**choice).probabilities(LOGITS)
    return sampling.draw(p.expand(N, 6), stream())


def chances(temperature: float = 1.0, k: int = 6, share: float = 1.0) -> list[float]:
    """The same by NumPy: the k likeliest, of those the fewest that reach the share; the vocabulary is in order."""
    p = np.exp(LOGITS[0].double().numpy() / temperature)
    p[k:] = 0
    p /= p.sum()
    p[np.searchsorted(np.cumsum(p), share) + 1 :] = 0
    return (p / p.sum()).tolist()


def machine() -> rbm.RBM:
    torch.manual_seed(0)
    network = rbm.RBM(2, 2)
    nn.init.normal_(network.weight)
    nn.init.normal_(network.visible_bias, std=0.5)
    return network


def stationary() -> list[float]:
    """e^-E summed over the hidden states, by enumeration."""
    network = machine().double()
    both = torch.tensor(list(product((0.0, 1.0), repeat=2))).double()
    energy_of = (
        both @ network.visible_bias[:, None] + (both @ network.hidden_bias)[None] + both @ network.weight @ both.T
    )
    return energy_of.exp().sum(1).div(energy_of.exp().sum()).tolist()


def dreamt() -> Tensor:
    v = machine().gibbs(torch.bernoulli(torch.full((N, 2), 0.5)), 30)
    return v @ torch.tensor([2.0, 1.0])


def coded() -> Tensor:
    """z of a VAE, brought back to the noise."""
    network = vae.VAE(4, hidden=2, latent=2)
    network.decoder = nn.Identity()  # type: ignore[assignment]
    passed = network(torch.randint(256, (N // 2, 1, 2, 2), dtype=torch.uint8), stream())
    return (passed.logits - passed.mean) / (0.5 * passed.log_variance).exp()


def mixed() -> Tensor:
    """Places between real and fake."""
    critic = Hears(lambda x: x.sum(1, keepdim=True))
    adversarial.gradient_penalty(critic, torch.ones(N, 1), torch.zeros(N, 1))
    return critic.heard[0][0]


def generated() -> Tensor:
    learner = adversarial.GAN(
        nn.Linear(1, 1),
        nn.Linear(1, 1),
        generator_optimizer=None,  # type: ignore[arg-type]
        critic_optimizer=None,
        latent=1,
        decay=0.9,
    )  # type: ignore[arg-type]
    learner.generator = nn.Identity()
    return learner.generated(torch.zeros(N, 1))


def persistent() -> Tensor:
    learner = energy.Persistent(
        rbm.RBM(2, 2),
        None,
        features=lambda x: x,
        steps=1,
        decay=0.0,  # type: ignore[arg-type]
        chains=N // 2,
    )
    return learner.chains


def contrasted() -> Tensor:
    """Pixels that were drawn on or off."""
    seen: list[Tensor] = []

    class Watching(energy.ContrastiveDivergence):
        def dream(self, data: Tensor) -> Tensor:
            seen.append(data)
            return data

    class Still:
        def minimize(self, losses: object) -> None: ...

    learner = Watching(rbm.RBM(2, 2), Still(), features=lambda x: x, steps=1, decay=0.0)  # type: ignore[arg-type]
    learner.update(Inputs(torch.full((N // 2, 2), 0.3)))
    return seen[0]


def replayed() -> Tensor:
    """Nine transitions in a memory of six: the last six."""
    memory, n = value.Memory(6, (1,)), torch.arange(9)
    memory.add(Transition(n[:, None].float(), n, n.float(), n[:, None].float(), n > 20, n.float()))
    return memory.draw(N).action - 3


def chain() -> crf.Chain:
    """With enough steps between tags."""
    return crf.Chain(SIDE, forbidden=torch.zeros(SIDE, SIDE).bool(), first=torch.zeros(SIDE).bool())


def written() -> Tensor:
    """The table of tokens of a GPT."""
    return gpt.GPT(SIDE, context=1, width=SIDE, layers=1, heads=1).token.weight
