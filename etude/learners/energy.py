"""Learning an energy: low where the examples are, high where the model dreams."""

from abc import abstractmethod
from collections.abc import Callable

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.learners.base import Learner
from etude.models.rbm import RBM
from etude.optim import Optimizer
from etude.records import Inputs
from etude.types import Logs, Loss


class Contrastive(Learner[Inputs]):
    """Descend F(data) - F(dream), whose gradient is that of -log p(v) where the dream is drawn from the model.

    The weights pay 1/2 `decay` |W|^2, the biases nothing. `features` turns a batch into numbers from 0 to 1, which are
    drawn to 0 or 1; `whole` is the network that is kept: the machine itself, or the stack that it is a part of.
    """

    def __init__(
        self,
        rbm: RBM,
        optimizer: Optimizer,
        *,
        features: Callable[[Tensor], Tensor],
        steps: int,
        decay: float,
        whole: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.model = rbm if whole is None else whole
        self.machine = [rbm]  # in a list, so that it is no submodule twice
        self.optimizer = optimizer
        self.features = features
        self.steps = steps
        self.decay = decay

    @property
    def network(self) -> nn.Module:
        return self.model

    @property
    def rbm(self) -> RBM:
        """The machine that learns."""
        return self.machine[0]

    @abstractmethod
    def dream(self, data: Float[Tensor, "batch visible"]) -> Float[Tensor, "dream visible"]:
        """Examples as the model of now makes them."""

    def update(self, batch: Inputs) -> Logs:
        with torch.no_grad():
            shares = self.features(batch.x)
            data = torch.bernoulli(shares)
            dream = self.dream(data)
            back = self.rbm.visible_given(self.rbm.hidden_given(shares))
        gap = self.rbm.free_energy(data).mean() - self.rbm.free_energy(dream).mean()
        penalty = 0.5 * self.decay * self.rbm.weight.square().sum()
        self.optimizer.minimize([Loss(gap + penalty, len(batch))])
        return {"reconstruction": (back - shares).square().mean(), "free_energy_gap": gap.detach()}


class ContrastiveDivergence(Contrastive):
    """CD-k: the dream begins at the data (Hinton 2002, doi:10.1162/089976602760128018)."""

    def dream(self, data: Float[Tensor, "batch visible"]) -> Float[Tensor, "dream visible"]:
        return self.rbm.gibbs(data, self.steps)


class Persistent(Contrastive):
    """PCD-k: the dream goes on where it stopped at the last update (Tieleman 2008, doi:10.1145/1390156.1390290)."""

    chains: Tensor

    def __init__(
        self,
        rbm: RBM,
        optimizer: Optimizer,
        *,
        features: Callable[[Tensor], Tensor],
        steps: int,
        decay: float,
        chains: int,
    ) -> None:
        super().__init__(rbm, optimizer, features=features, steps=steps, decay=decay)
        self.register_buffer("chains", torch.bernoulli(torch.full((chains, len(rbm.visible_bias)), 0.5)))

    def dream(self, data: Float[Tensor, "batch visible"]) -> Float[Tensor, "dream visible"]:
        self.chains.copy_(self.rbm.gibbs(self.chains, self.steps))
        return self.chains.clone()


def mean_of(examples: Inputs, features: Callable[[Shaped[Tensor, "..."]], Tensor]) -> Float[Tensor, " visible"]:
    """The share of examples in which each visible unit is on."""
    return features(examples.x).double().mean(dim=0).float()
