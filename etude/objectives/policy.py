"""How good it would have been to act otherwise: what policies and their critics are trained on."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Rollout
from etude.types import Loss

VALUE_WEIGHT = 0.5
"""of the critic's error beside the policy's (c1 of Schulman et al. 2017, eq. 9)"""


@dataclass(frozen=True, slots=True)
class PolicyGradient:
    """REINFORCE with a baseline, Williams 1992 (doi:10.1007/BF00992696), eq. 11, the baseline being the critic.

    The model answers (logits, value). Advantages are brought to mean 0 and deviation 1 over the batch.
    """

    entropy: float
    """weight of the policy's entropy, which keeps it trying"""

    def __call__(self, model: nn.Module, batch: Rollout) -> Loss:
        logits, value = model(batch.x)
        gain = standardised(batch.advantage)
        policy = -(chosen(logits, batch) * gain).mean()
        return total(policy, logits, value, batch=batch, entropy=self.entropy)


@dataclass(frozen=True, slots=True)
class ClippedSurrogate:
    """PPO, Schulman et al. 2017 (arXiv:1707.06347), eq. 7 and 9: no gain from leaving the old policy too far behind."""

    clip: float
    """epsilon: how far the ratio of the new to the old probability may pay off"""
    entropy: float
    """c2 of eq. 9"""

    def __call__(self, model: nn.Module, batch: Rollout) -> Loss:
        logits, value = model(batch.x)
        gain = standardised(batch.advantage)
        log_ratio = chosen(logits, batch) - batch.log_probability
        ratio = log_ratio.exp()
        clipped = ratio.clamp(1 - self.clip, 1 + self.clip)
        policy = -torch.minimum(ratio * gain, clipped * gain).mean()
        loss = total(policy, logits, value, batch=batch, entropy=self.entropy)
        kl = (ratio - 1 - log_ratio).mean()  # k3 of Schulman 2020, joschu.net/blog/kl-approx.html: unbiased, never < 0
        parts = {"kl": kl, "clip_fraction": ((ratio - 1).abs() > self.clip).float().mean()}
        return Loss(loss.value, loss.n, {**loss.parts, **parts})


def total(
    policy: Float[Tensor, ""],
    logits: Float[Tensor, "batch action"],
    value: Float[Tensor, " batch"],
    *,
    batch: Rollout,
    entropy: float,
) -> Loss:
    """The policy's loss with that of the critic and the bonus for entropy."""
    critic = VALUE_WEIGHT * F.mse_loss(value, batch.returns)
    log_probabilities = logits.log_softmax(dim=1)
    spread = -(log_probabilities.exp() * log_probabilities).sum(dim=1).mean()
    parts = {"policy": policy, "critic": critic, "entropy": spread}
    return Loss(policy + critic - entropy * spread, len(batch), parts)


def chosen(logits: Float[Tensor, "batch action"], batch: Rollout) -> Float[Tensor, " batch"]:
    """Log-probability of the actions that were done."""
    return logits.log_softmax(dim=1).gather(1, batch.action[:, None])[:, 0]


def standardised(gain: Float[Tensor, " batch"]) -> Float[Tensor, " batch"]:
    """Of mean 0 and deviation 1."""
    return (gain - gain.mean()) / (gain.std(correction=0) + 1e-8)
