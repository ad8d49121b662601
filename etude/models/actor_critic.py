"""An actor that chooses and a critic that expects: two networks side by side."""

import math
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from etude.layers.outputs import Scalar
from etude.models.mlp import MLP

HIDDEN, CAREFUL, CERTAIN = math.sqrt(2), 0.01, 1.0
"""gains of the hidden layers, of the actor's answer (nearly uniform at first) and of the critic's"""


class ActorCritic(nn.Module):
    """Both parts apart, with orthogonal weights, as in Huang et al. 2022, "The 37 implementation details of PPO"."""

    def __init__(self, features: int, actions: int, hidden: Sequence[int]) -> None:
        """`features` are the numbers of an observation, whatever their shape."""
        super().__init__()
        self.actor = nn.Sequential(nn.Flatten(), MLP(features, hidden, bend="tanh"), nn.Linear(hidden[-1], actions))
        self.critic = nn.Sequential(
            nn.Flatten(), MLP(features, hidden, bend="tanh"), nn.Linear(hidden[-1], 1), Scalar()
        )
        orthogonal(self.actor, last=CAREFUL)
        orthogonal(self.critic, last=CERTAIN)

    def forward(self, x: Float[Tensor, "batch ..."]) -> tuple[Float[Tensor, "batch action"], Float[Tensor, " batch"]]:
        """Logits of the actions, and the discounted rewards to come."""
        return self.actor(x), self.critic(x)


def orthogonal(network: nn.Module, *, last: float) -> None:
    """Orthogonal weights with the gain HIDDEN, in the last layer with the gain `last`; biases 0."""
    layers = [each for each in network.modules() if isinstance(each, nn.Linear)]
    for layer in layers:
        nn.init.orthogonal_(layer.weight, last if layer is layers[-1] else HIDDEN)
        nn.init.zeros_(layer.bias)


def actor_critic(network: nn.Module) -> ActorCritic:
    """The network, whose parts are known by name."""
    assert isinstance(network, ActorCritic)  # recipes get back what they have built
    return network
