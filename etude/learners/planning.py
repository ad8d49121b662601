"""Learning to act without trying: where the laws of the world are known, the best policy follows from them."""

from collections.abc import Callable
from typing import TypeAlias

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from etude.environments.tabular import Tabular
from etude.learners.base import Learner
from etude.models.action_table import ActionTable
from etude.records import Inputs
from etude.types import Logs

Judge: TypeAlias = Callable[[ActionTable, Tabular, float], Tensor]
"""(table, world, discount) -> the value of each state under the policy of now"""


def promised(table: ActionTable, world: Tabular, discount: float) -> Float[Tensor, " state"]:
    """What the best action of each state promises: value iteration (Bellman 1957; Sutton and Barto 2018, eq. 4.10)."""
    return table.values.amax(dim=1)


def worked_out(table: ActionTable, world: Tabular, discount: float) -> Float[Tensor, " state"]:
    """What always taking the best action of the table is really worth: policy iteration (Howard 1960)."""
    return worth(world, table.values.argmax(dim=1), discount)


METHODS: dict[str, Judge] = {"value-iteration": promised, "policy-iteration": worked_out}


def worth(world: Tabular, policy: Int[Tensor, " state"], discount: float) -> Float[Tensor, " state"]:
    """The value of a policy, exactly: the V that solves V = r + discount P V (Sutton and Barto 2018, eq. 4.4)."""
    states = torch.arange(len(policy), device=policy.device)
    p = world.transition[states, policy]
    r = (p * world.payoff[states, policy]).sum(dim=1)
    value: Tensor = torch.linalg.solve(torch.eye(len(policy), dtype=p.dtype, device=p.device) - discount * p, r)
    return value


def look_ahead(world: Tabular, value: Float[Tensor, " state"], discount: float) -> Float[Tensor, "state action"]:
    """Q(s, a) = sum over s' of p(s' | s, a) (r(s, a, s') + discount V(s')) (Sutton and Barto 2018, eq. 4.6)."""
    return (world.transition * (world.payoff + discount * value)).sum(dim=2)


def expected_return(world: Tabular, policy: Int[Tensor, " state"]) -> Float[Tensor, ""]:
    """The mean sum of rewards of an episode within the limit of steps, exactly: where one would be after each step."""
    states = torch.arange(len(policy), device=policy.device)
    p = world.transition[states, policy]
    r = (p * world.payoff[states, policy]).sum(dim=1)
    place, earned = world.start, torch.zeros_like(r[0])
    for _ in range(world.limit):
        earned = earned + place @ r
        place = place @ p
    return earned


class Planner(Learner[Inputs]):
    """Judge the policy, look one step ahead, take what is better: one sweep over the states of the batch.

    Generalised policy iteration, Sutton and Barto 2018, section 4.6; `judge` is all that tells its two forms apart. By
    value iteration a sweep brings the values closer to the optimal ones by the discount g at least, so after a largest
    change d they are within d g / (1 - g) of them. By policy iteration no policy comes twice, so it ends by itself.
    """

    def __init__(self, table: ActionTable, world: Tabular, *, judge: Judge, discount: float) -> None:
        super().__init__()
        self.table, self.world, self.judge, self.discount = table, world, judge, discount

    @property
    def network(self) -> nn.Module:
        return self.table

    @torch.no_grad()
    def update(self, batch: Inputs) -> Logs:
        states = batch.x.argmax(dim=1)
        before = self.table(batch.x).amax(dim=1)
        value = self.judge(self.table, self.world, self.discount)
        self.table.values[states] = look_ahead(self.world, value, self.discount)[states]
        return {"change": (self.table(batch.x).amax(dim=1) - before).abs().max()}
