"""Learning to act by learning what actions are worth."""

import copy

import torch
from jaxtyping import Shaped
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

    def __init__(self, capacity: int, shape: tuple[int, ...], size: int) -> None:
        """`size` transitions are drawn at a time."""
        super().__init__()
        self.capacity, self.size = capacity, size
        self.register_buffer("x", torch.zeros(capacity, *shape))
        self.register_buffer("action", torch.zeros(capacity, dtype=torch.int64))
        self.register_buffer("reward", torch.zeros(capacity))
        self.register_buffer("following", torch.zeros(capacity, *shape))
        self.register_buffer("terminated", torch.zeros(capacity, dtype=torch.bool))
        self.register_buffer("written", torch.zeros((), dtype=torch.int64))

    def add(self, batch: Transition) -> None:
        """Keep these, from the place after the latest on, around the end to the beginning."""
        places = (self.written + torch.arange(len(batch), device=batch.x.device)) % self.capacity
        new = (batch.x, batch.action, batch.reward, batch.following, batch.terminated)
        for buffer, tensor in zip(self.columns(), new, strict=True):
            buffer[places] = tensor
        self.written += len(batch)

    def draw(self) -> Transition:
        """Some of them, drawn with replacement, each as likely as any other."""
        filled = self.written.clamp(max=self.capacity)
        rows = (torch.rand(self.size, dtype=torch.float64, device=self.written.device) * filled).long()
        ends_are_forgotten = torch.full_like(self.reward[rows], torch.nan)
        return Transition(*(buffer[rows] for buffer in self.columns()), ends_are_forgotten)

    def columns(self) -> tuple[Shaped[Tensor, "place ..."], ...]:
        """The buffers in the order of the fields of `Transition`."""
        return (self.x, self.action, self.reward, self.following, self.terminated)


class DQN(Learner[Transition]):
    """Mnih et al. 2015 (doi:10.1038/nature14236), algorithm 1: Q-learning from a memory, towards a target that rests.

    What has just been seen goes into the memory; then come `repeats` steps of descent on transitions drawn from it, and
    the target network becomes a copy of the network. The loss is Huber's, which is their clipped error.
    """

    recent: Tensor

    def __init__(
        self,
        network: nn.Module,
        optimizer: Optimizer,
        *,
        environment: Environment,
        memory: Memory,
        discount: float,
        repeats: int,
    ) -> None:
        super().__init__()
        self.values, self.target = network, copy.deepcopy(network).requires_grad_(False)
        self.optimizer, self.environment, self.memory = optimizer, environment, memory
        self.discount, self.repeats = discount, repeats
        self.register_buffer("recent", torch.zeros(()))

    @property
    def network(self) -> nn.Module:
        return self.values

    def update(self, batch: Transition) -> Logs:
        self.memory.add(batch)
        losses = [self.optimizer.minimize((self.loss(self.memory.draw()),)) for _ in range(self.repeats)]
        self.target.load_state_dict(self.values.state_dict())
        self.recent = latest_return(batch.finished, otherwise=self.recent)
        with torch.no_grad():
            expected = self.values(batch.x).amax(dim=1).mean()
        return {"loss": torch.stack(losses).mean(), "value": expected, "return": self.recent.clone()}

    def loss(self, batch: Transition) -> Loss:
        """Huber's distance of Q(s, a) from r + discount max Q'(s', a'), or from r alone where nothing can follow."""
        q = self.values(batch.x).gather(1, batch.action[:, None])[:, 0]
        with torch.no_grad():
            following = self.target(batch.following).amax(dim=1) * ~batch.terminated
        return Loss(F.smooth_l1_loss(q, batch.reward + self.discount * following), len(batch))
