"""Planning in a world whose laws are known: value iteration and policy iteration (Bellman 1957, Howard 1960)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from typing import ClassVar, Literal

import torch
from jaxtyping import Int
from torch import Tensor, nn

from etude.environments.named import environment, known_grid, schema_of
from etude.errors import UsageError, nearest
from etude.evaluation.agents import expectations, views
from etude.evaluation.records import Score, Verdict
from etude.figures import Figure
from etude.learners.planning import METHODS, Planner, expected_return
from etude.models.action_table import ActionTable
from etude.ranges import Share
from etude.records import Inputs
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.acting import Played, judged, shown, sizes
from etude.training.device import find_device
from etude.training.experiment import TO_THE_END, Experiment, Recipe

EXACT = 1e-6
"""how far the values may stay from the optimal ones, in units of the reward"""


@dataclass(frozen=True, kw_only=True)
class Planning(Recipe):
    """Planning in a world whose laws are known: value iteration and policy iteration (Bellman 1957, Howard 1960)."""

    source: Source = Source("grid-world")
    method: str = "value-iteration"
    """value-iteration, or policy-iteration: fewer sweeps, each of which solves a system of equations"""
    discount: Share = 0.99
    """what a reward is worth one step later; it decides the number of sweeps where --steps does not"""
    wishes: ClassVar = Played
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2}

    def network(self, schema: Schema) -> ActionTable:
        return ActionTable(*sizes(schema, "mdp"))

    def sweeps(self) -> int:
        """So many that the discount shrinks the error of the first values, 1 / (1 - discount) at most, to EXACT."""
        shrinkage = math.log(max(self.discount, EXACT))  # a discount of 0 leaves no error at all
        return self.steps or math.ceil(math.log(EXACT * (1 - self.discount)) / shrinkage)

    def experiments(self) -> Iterator[Experiment[Inputs]]:
        if self.method not in METHODS:
            close = nearest(self.method, METHODS)
            raise UsageError("E-CFG-NAME", f"no method {self.method!r}{close} Known: {', '.join(METHODS)}.")
        name = self.source.data
        world, device = known_grid(name, "mdp"), find_device(self.device)
        schema, steps = schema_of(environment(name, 1)), self.sweeps()
        table = self.network(schema)
        learner = Planner(table, world, judge=METHODS[self.method], discount=self.discount).to(device)
        everywhere = Inputs(torch.eye(world.shape[0]))
        yield Experiment(
            learner=learner,
            batches=lambda start: repeat(everywhere),
            steps=steps,
            evaluate=lambda: {"valid_expected_return": float(expected_return(world, best_actions(table)))},
            evaluate_every=max(1, steps // 25),
            log_every=max(1, steps // 1000),
            watch=TO_THE_END,
            schema=schema,
            views={"value": lambda: expectations(table, world), **views(table, name, seed=self.seed)},
        )

    def judge(self, network: nn.Module, experiment: Experiment[Inputs], part: PartName) -> Verdict:
        world = known_grid(self.source.data, "mdp").to(next(network.parameters()).device)
        expected = expected_return(world, best_actions(network))
        verdict = judged(self.source, network, part)
        exact = "; expected return: worked out from the laws of the world, within the same limit of steps"
        metrics = {"expected_return": Score(float(expected)), **verdict.metrics}
        return replace(verdict, metrics=metrics, protocol=verdict.protocol + exact)

    def generate(self, network: nn.Module, schema: Schema, wish: Played) -> Figure:
        return shown(network, schema, wish)


def best_actions(network: nn.Module) -> Int[Tensor, " state"]:
    """What the table of a planner does in each state."""
    assert isinstance(network, ActionTable)  # recipes get back what they have built
    return network.values.argmax(dim=1)
