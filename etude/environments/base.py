"""Worlds to act in, as many copies at once as the agent wants, all in a few tensor operations."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Step:
    """What one action brought, in each copy."""

    x: Float[Tensor, "copy ..."]
    """what is seen now; where an episode ended, the first sight of the next one"""
    reward: Float[Tensor, " copy"]
    terminated: Bool[Tensor, " copy"]
    """the episode came to its own end: nothing follows, whatever the agent does"""
    truncated: Bool[Tensor, " copy"]
    """the time was up: the world would have gone on"""
    last: Float[Tensor, "copy ..."]
    """what the action led to, at the end of an episode too; a value is to be bootstrapped from this, never from `x`"""
    total: Float[Tensor, " copy"]
    """reward since the episode began, this one included"""


class Environment(nn.Module, ABC):
    """Copies of one world, each of which begins a new episode in the very step that ends one.

    All chance comes from the numbers that `reset` and `step` are given, `draws` of them for each copy, uniform in
    [0, 1): the same numbers and actions give the same episodes.
    """

    name: str
    copies: int
    shape: tuple[int, ...]
    """of what is seen"""
    actions: tuple[str, ...]
    draws: int
    limit: int
    """steps after which an episode is truncated"""

    @abstractmethod
    def reset(self, chance: Float[Tensor, "copy draw"]) -> Float[Tensor, "copy ..."]:
        """Begin a new episode in every copy; what is seen first."""

    @abstractmethod
    def seen(self) -> Float[Tensor, "copy ..."]:
        """What is seen now."""

    @abstractmethod
    def step(self, action: Int[Tensor, " copy"], chance: Float[Tensor, "copy draw"]) -> Step:
        """Do one thing in each copy."""


class Dynamics(nn.Module, ABC):
    """The laws of one world, without its state: pure functions of tensors."""

    name: str
    shape: tuple[int, ...]
    quantities: tuple[str, ...]
    """what the numbers of an observation mean, with their units"""
    actions: tuple[str, ...]
    draws: int
    limit: int

    @abstractmethod
    def begin(self, chance: Float[Tensor, "copy draw"]) -> Shaped[Tensor, "copy ..."]:
        """The states in which episodes begin."""

    @abstractmethod
    def move(
        self, state: Shaped[Tensor, "copy ..."], action: Int[Tensor, " copy"], chance: Float[Tensor, "copy draw"]
    ) -> tuple[Shaped[Tensor, "copy ..."], Float[Tensor, " copy"], Bool[Tensor, " copy"]]:
        """The states that follow, the rewards, and whether that was the end."""

    @abstractmethod
    def observe(self, state: Shaped[Tensor, "copy ..."]) -> Float[Tensor, "copy ..."]:
        """What is seen of a state."""


class Simulation(Environment):
    """An environment whose whole state lies in buffers, so that a training resumes in the middle of an episode."""

    state: Tensor
    elapsed: Tensor
    total: Tensor

    def __init__(self, dynamics: Dynamics, copies: int) -> None:
        super().__init__()
        self.dynamics, self.copies = dynamics, copies
        self.name, self.shape, self.actions = dynamics.name, dynamics.shape, dynamics.actions
        self.draws, self.limit = dynamics.draws, dynamics.limit
        self.register_buffer("state", dynamics.begin(torch.zeros(copies, self.draws, dtype=torch.float64)))
        self.register_buffer("elapsed", torch.zeros(copies, dtype=torch.int64))
        self.register_buffer("total", torch.zeros(copies))

    def reset(self, chance: Float[Tensor, "copy draw"]) -> Float[Tensor, "copy ..."]:
        self.state = self.dynamics.begin(chance)
        self.elapsed = torch.zeros_like(self.elapsed)
        self.total = torch.zeros_like(self.total)
        return self.seen()

    def seen(self) -> Float[Tensor, "copy ..."]:
        return self.dynamics.observe(self.state)

    def step(self, action: Int[Tensor, " copy"], chance: Float[Tensor, "copy draw"]) -> Step:
        state, reward, terminated = self.dynamics.move(self.state, action, chance)
        elapsed, total = self.elapsed + 1, self.total + reward
        truncated = elapsed >= self.limit
        goes_on = ~(terminated | truncated)
        last = self.dynamics.observe(state)
        kept = goes_on.view(-1, *[1] * (state.ndim - 1))
        self.state = torch.where(kept, state, self.dynamics.begin(chance))
        self.elapsed, self.total = elapsed * goes_on, total * goes_on
        return Step(self.seen(), reward, terminated, truncated, last, total)
