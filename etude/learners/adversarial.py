"""A generator that makes examples against a critic that tells them from real ones: two networks, two optimizers."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.span import spanned
from etude.learners.average import EMA
from etude.learners.base import Learner, pieces
from etude.optim import Optimizer, checked_rate
from etude.records import Inputs
from etude.schedules import Schedule, constant
from etude.types import Logs, Loss


class Adversarial(Learner[Inputs]):
    """What both methods have in common; the network that answers is the average of the generator."""

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        *,
        generator_optimizer: Optimizer,
        critic_optimizer: Optimizer,
        latent: int,
        decay: float,
    ) -> None:
        """`latent` is the length of z; `decay` is that of the generator's average."""
        super().__init__()
        self.generator, self.critic, self.latent = generator, critic, latent
        self.generator_optimizer, self.critic_optimizer = generator_optimizer, critic_optimizer
        self.average = EMA(generator, decay)

    @property
    def network(self) -> nn.Module:
        return self.average.model

    def generated(self, x: Tensor) -> Tensor:
        """As many examples as x has, from fresh z ~ N(0, 1)."""
        fake: Tensor = self.generator(torch.randn(len(x), self.latent, device=x.device))
        return fake

    @abstractmethod
    def height(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, " batch"]:
        """How real the critic finds each example, from -1 to 1: what a picture of it shows."""


class GAN(Adversarial):
    """Goodfellow et al. 2014 (arXiv:1406.2661), algorithm 1 with k = 1.

    The critic D ascends log D(x) + log(1 - D(G(z))); the generator G does not descend the last term, whose gradient
    vanishes while D is sure, but ascends log D(G(z)) (section 3). D(x) = sigmoid(critic(x)), and
    -log sigmoid(a) = softplus(-a).
    """

    def update(self, batch: Inputs) -> Logs:
        x = spanned(batch.x)
        fake = self.generated(x)
        told_apart = self.critic_optimizer.minimize([critic_loss(self.critic, x, fake.detach())])
        with frozen(self.critic):
            fooled = self.generator_optimizer.minimize([generator_loss(self.critic, fake)])
        self.average.update(self.generator)
        return {"critic_loss": told_apart, "generator_loss": fooled}

    def height(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, " batch"]:
        """2 D(x) - 1: 0 where the critic cannot tell."""
        height: Tensor = (self.critic(x) / 2).tanh().squeeze(1)
        return height


def critic_loss(critic: nn.Module, real: Float[Tensor, "real ..."], fake: Float[Tensor, "fake ..."]) -> Loss:
    """-log D(x) - log(1 - D(G(z))), the mean of each; 2 log 2 where D says 1/2 of everything (eq. 1, theorem 1)."""
    return Loss(F.softplus(-critic(real)).mean() + F.softplus(critic(fake)).mean(), len(real))


def generator_loss(critic: nn.Module, fake: Float[Tensor, "batch ..."]) -> Loss:
    """-log D(G(z)); log 2 where D says 1/2 of everything (section 3)."""
    return Loss(F.softplus(-critic(fake)).mean(), len(fake))


class WassersteinGAN(Adversarial):
    """Gulrajani et al. 2017 (arXiv:1704.00028), algorithm 1: Arjovsky's distance with a penalty for its slope.

    An update is one iteration of the algorithm: the batch is cut into pieces of m = `piece` examples, the critic D
    takes a step on each, then the generator takes one. W = E D(x) - E D(G(z)) estimates the Wasserstein distance,
    and falls as the samples get better, which the loss of a GAN does not.
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        *,
        generator_optimizer: Optimizer,
        critic_optimizer: Optimizer,
        latent: int,
        decay: float,
        piece: int,
        penalty: float,
    ) -> None:
        """`penalty` is lambda of equation 3."""
        super().__init__(
            generator,
            critic,
            generator_optimizer=generator_optimizer,
            critic_optimizer=critic_optimizer,
            latent=latent,
            decay=decay,
        )
        self.piece, self.penalty = piece, penalty

    def update(self, batch: Inputs) -> Logs:
        distances, slopes = [], []
        for piece in pieces(self.piece)(batch):
            x = spanned(piece.x)
            with torch.no_grad():
                fake = self.generated(x)
            distance = self.critic(x).mean() - self.critic(fake).mean()
            slope = gradient_penalty(self.critic, x, fake)
            self.critic_optimizer.minimize([Loss(self.penalty * slope - distance, len(x))])
            distances.append(distance.detach())
            slopes.append(slope.detach())
        with frozen(self.critic):
            fooled = self.critic(self.generated(batch.x[: self.piece])).mean()
            generator_loss = self.generator_optimizer.minimize([Loss(-fooled)])
        self.average.update(self.generator)
        estimate, steepness = torch.stack(distances).mean(), torch.stack(slopes).mean()
        return {"distance": estimate, "penalty": steepness, "generator_loss": generator_loss}

    def height(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, " batch"]:
        """The critic's answer, moved and scaled into -1 to 1, since only its slopes mean something."""
        answer = self.critic(x).squeeze(1)
        height: Tensor = ((answer - answer.mean()) / (answer.std() + 1e-8)).tanh()
        return height


def gradient_penalty(
    critic: nn.Module, real: Float[Tensor, "batch ..."], fake: Float[Tensor, "batch ..."]
) -> Float[Tensor, ""]:
    """E (|grad D(x^)| - 1)^2 at x^ = eps x + (1 - eps) G(z), one eps for each example (eq. 3).

    The norm is over all numbers of an example; it stays in the graph, so that D learns from it.
    """
    epsilon = torch.rand(len(real), device=real.device, dtype=real.dtype).view(-1, *[1] * (real.ndim - 1))
    mixed = torch.lerp(fake, real, epsilon).requires_grad_()
    (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    penalty: Tensor = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    return penalty


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Gradients pass through the network, but none is computed for its weights: a third of the way back is saved."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)


def adversarial_adam(
    parameters: Iterable[nn.Parameter], *, rate: float, memory: tuple[float, float], schedule: Schedule = constant
) -> Optimizer:
    """Adam with its two decays; the first is low, since the landscape moves with the opponent."""
    return Optimizer(torch.optim.Adam(parameters, checked_rate(rate), betas=memory, fused=True), schedule=schedule)
