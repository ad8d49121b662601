"""Learning to act by learning what actions are worth."""

import copy
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.environments.base import Environment
from etude.learners.base import Learner
from etude.learners.policy import latest_return
from etude.optim import Optimizer
from etude.records import Transition
from etude.types import Logs, Loss


class Memory(nn.Module):
    """The latest transitions, in buffers that a checkpoint keeps; the oldest are overwritten (Lin 1992)."""

    x: Tensor
    action: Tensor
    reward: Tensor
    following: Tensor
    terminated: Tensor
    written: Tensor

    def __init__(self, capacity: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.capacity = capacity
        self.register_buffer("x", torch.zeros(capacity, *shape))
        self.register_buffer("action", torch.zeros(capacity, dtype=torch.int64))
        self.register_buffer("reward", torch.zeros(capacity))
        self.register_buffer("following", torch.zeros(capacity, *shape))
        self.register_buffer("terminated", torch.zeros(capacity, dtype=torch.bool))
        self.register_buffer("written", torch.zeros((), dtype=torch.int64))

    def add(self, batch: Transition) -> None:
        """Keep these, from the place after the latest on, around the end to the beginning."""
        places = (self.written + torch.arange(len(batch), device=batch.x.device)) % self.capacity
        self.x[places] = batch.x
        self.action[places] = batch.action
        self.reward[places] = batch.reward
        self.following[places] = batch.following
        self.terminated[places] = batch.terminated
        self.written += len(batch)

    def draw(self, n: int) -> Transition:
        """Some of them, drawn with replacement, each as likely as any other."""
        filled = self.written.clamp(max=self.capacity)
        rows = (torch.rand(n, dtype=torch.float64, device=self.written.device) * filled).long()
        return Transition(
            x=self.x[rows],
            action=self.action[rows],
            reward=self.reward[rows],
            following=self.following[rows],
            terminated=self.terminated[rows],
            finished=torch.full_like(rows, torch.nan, dtype=torch.float32),  # nobody asks the memory for it
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """How much is learnt from the memory in one update."""

    repeats: int
    """steps of descent"""
    size: int
    """transitions that are drawn for each of them"""


class DQN(Learner[Transition]):
    """Mnih et al. 2015 (doi:10.1038/nature14236), algorithm 1: Q-learning from a memory, towards a target that rests.

    What has just been seen goes into the memory; then come some steps of descent on what is drawn from it, and the
    target network becomes a copy of the network. The loss is Huber's, which is their clipped error.
    """

    recent: Tensor

    def __init__(
        self,
        network: nn.Module,
        optimizer: Optimizer,
        *,
        environment: Environment,
        memory: Memory,
        replay: Replay,
        discount: float,
    ) -> None:
        super().__init__()
        self.values, self.target = network, copy.deepcopy(network).requires_grad_(False)
        self.optimizer, self.environment, self.memory = optimizer, environment, memory
        self.replay, self.discount = replay, discount
        self.register_buffer("recent", torch.zeros(()))

    @property
    def network(self) -> nn.Module:
        return self.values

    def update(self, batch: Transition) -> Logs:
        self.memory.add(batch)
        drawn = self.memory.draw(self.replay.repeats * self.replay.size)
        goals = self.goals(drawn)  # all at once, for the target rests meanwhile
        losses = []
        for first in range(0, len(drawn), self.replay.size):
            rows = slice(first, first + self.replay.size)
            losses.append(self.optimizer.minimize((self.loss(drawn[rows], goals[rows]),)))
        self.target.load_state_dict(self.values.state_dict())
        self.recent = latest_return(batch.finished, otherwise=self.recent)
        return {"loss": torch.stack(losses).mean(), "value": goals.mean(), "return": self.recent.clone()}

    @torch.no_grad()
    def goals(self, batch: Transition) -> Float[Tensor, " batch"]:
        """r + discount max Q'(s', a') over a', and r alone where nothing can follow."""
        following = self.target(batch.following).amax(dim=1) * ~batch.terminated
        goals: Tensor = batch.reward + self.discount * following
        return goals

    def loss(self, batch: Transition, goals: Float[Tensor, " batch"]) -> Loss:
        """Huber's distance of Q(s, a) from the goals."""
        q = self.values(batch.x).gather(1, batch.action[:, None])[:, 0]
        return Loss(F.smooth_l1_loss(q, goals), len(batch))
