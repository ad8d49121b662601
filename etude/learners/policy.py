"""Learning to act by changing the probabilities of actions."""

import torch
from torch import Tensor, nn

from etude.environments.base import Environment
from etude.learners.base import Learner
from etude.optim import Optimizer
from etude.records import Rollout
from etude.types import Logs, Objective


class PolicyLearner(Learner[Rollout]):
    """Some passes of an objective over what the policy did, piece by piece in a fresh order; then it is forgotten.

    With one pass in one piece it is the policy gradient, with several and a clipped objective it is PPO (Schulman et
    al. 2017, algorithm 1). The environment is a part of the learner, so that a training resumes where it stood.
    """

    recent: Tensor

    def __init__(
        self,
        network: nn.Module,
        objective: Objective[Rollout],
        optimizer: Optimizer,
        *,
        environment: Environment,
        passes: int,
        pieces: int,
    ) -> None:
        super().__init__()
        self.policy, self.objective, self.optimizer = network, objective, optimizer
        self.environment = environment
        self.passes, self.pieces = passes, pieces
        self.register_buffer("recent", torch.zeros(()))

    @property
    def network(self) -> nn.Module:
        return self.policy

    def update(self, batch: Rollout) -> Logs:
        logs: Logs = {}
        for _ in range(self.passes):
            for rows in torch.randperm(len(batch), device=batch.x.device).chunk(self.pieces):
                loss = self.objective(self.policy, batch[rows])
                logs = {"loss": self.optimizer.minimize((loss,))}
                logs |= {name: part.detach() for name, part in loss.parts.items()}
        self.recent = latest_return(batch.finished, otherwise=self.recent)
        return {**logs, "return": self.recent.clone()}


def latest_return(finished: Tensor, *, otherwise: Tensor) -> Tensor:
    """The mean return of the episodes that ended, or `otherwise` where none did."""
    ended = ~finished.isnan()
    mean = finished.nan_to_num().sum() / ended.sum().clamp(min=1)
    return torch.where(ended.any(), mean, otherwise)
