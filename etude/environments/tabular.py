"""Worlds of finitely many states whose laws are tables: what a planner can compute with."""

from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from etude.environments.base import Dynamics


class Tabular(Dynamics):
    """A Markov decision process, Puterman 1994, chapter 2; an observation is the state as a one-hot vector.

    `transition` holds p(s' | s, a), `payoff` the reward r(s, a, s'), `start` the distribution of first states. A
    terminal state keeps to itself without reward.
    """

    draws = 2
    transition: Tensor
    payoff: Tensor
    terminal: Tensor
    start: Tensor
    reached: Tensor
    started: Tensor

    def __init__(
        self,
        transition: Float[Tensor, "state action following"],
        payoff: Float[Tensor, "state action following"],
        *,
        terminal: Bool[Tensor, " state"],
        start: Float[Tensor, " state"],
    ) -> None:
        super().__init__()
        tables = {"transition": transition, "payoff": payoff, "terminal": terminal, "start": start}
        for name, table in tables.items():
            self.register_buffer(name, table, persistent=False)  # laws are no state: a checkpoint does not hold them
        self.register_buffer("reached", cumulated(transition), persistent=False)
        self.register_buffer("started", cumulated(start), persistent=False)
        self.shape = (len(start),)
        self.quantities = tuple(f"state {number}" for number in range(len(start)))

    def begin(self, chance: Float[Tensor, "copy draw"]) -> Int[Tensor, " copy"]:
        return (self.started <= chance[:, :1]).sum(dim=1)

    def move(
        self, state: Int[Tensor, " copy"], action: Int[Tensor, " copy"], chance: Float[Tensor, "copy draw"]
    ) -> tuple[Int[Tensor, " copy"], Float[Tensor, " copy"], Bool[Tensor, " copy"]]:
        following = (self.reached[state, action] <= chance[:, 1:]).sum(dim=1)
        return following, self.payoff[state, action, following].float(), self.terminal[following]

    def observe(self, state: Int[Tensor, " copy"]) -> Float[Tensor, "copy state"]:
        return F.one_hot(state, len(self.start)).float()


def cumulated(chances: Float[Tensor, "... outcome"]) -> Float[Tensor, "... outcome"]:
    """Sums of chances up to each outcome; the last is 1 to the bit, so that no draw below 1 falls beyond it."""
    sums = chances.cumsum(dim=-1)
    return sums / sums[..., -1:]
