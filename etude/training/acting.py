"""The experiment of every recipe that learns to act by trying."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import nn

from etude.chance import seed_global, stream
from etude.environments.base import Environment
from etude.environments.named import environment, schema_of
from etude.evaluation.agents import episode, views
from etude.evaluation.episodes import verdict, watched
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.learners.base import Learner
from etude.schema import Actions, Observations, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.expect import expect_observations
from etude.training.experiment import Experiment, Watch
from etude.types import B

EVALUATIONS = 25
"""in a training"""
SPACING = 10
"""updates between two of them, at least"""
ROWS = 1000
"""of the curves, at most"""


@dataclass(frozen=True, slots=True)
class Played:
    """Which episode is wanted."""

    seed: int = 0
    """of the episode's chance"""


@runtime_checkable
class Acting(Protocol):
    """The fields that a recipe needs to learn by trying."""

    @property
    def source(self) -> Source: ...
    @property
    def copies(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def device(self) -> str: ...
    def network(self, schema: Schema) -> nn.Module:
        """The untrained network."""
        ...


def sizes(schema: Schema, recipe: str) -> tuple[int, int]:
    """Numbers that are seen, and actions to choose from."""
    inputs = expect_observations(schema, recipe)
    assert isinstance(schema.target, Actions)  # what is seen and what can be done come together
    return math.prod(inputs.shape), len(schema.target.names)


def prepared(recipe: Acting) -> tuple[nn.Module, Environment]:
    """The untrained network and the copies of the environment, on the device of the training."""
    device = find_device(recipe.device)
    world = environment(recipe.source.data, recipe.copies).to(device)
    seed_global(recipe.seed, "initialisation")
    network = placed(recipe.network(schema_of(world)), device)
    seed_global(recipe.seed, "dropout")
    return network, world


def acting(
    recipe: Acting,
    learner: Learner[B],
    actor: nn.Module,
    *,
    steps: int,
    batches: Callable[[int], Iterator[B]],
) -> Experiment[B]:
    """Train so many updates; the highest answer of `actor` is what is done when it counts."""
    name, seed = recipe.source.data, recipe.source.split_seed

    def evaluate() -> dict[str, float]:
        with evaluating(actor):
            return watched(actor, name, seed)

    return Experiment(
        learner=learner.to(find_device(recipe.device)),
        batches=batches,
        steps=steps,
        evaluate=evaluate,
        evaluate_every=max(SPACING, steps // EVALUATIONS),
        log_every=max(1, steps // ROWS),
        watch=Watch("valid_return", higher_is_better=True),
        schema=schema_of(environment(name, 1)),
        views=views(actor, name, seed=recipe.seed),
    )


def judged(source: Source, actor: nn.Module, part: PartName) -> Verdict:
    """How the actor fares in the episodes of one part."""
    return verdict(actor, source.data, part, seed=source.split_seed)


def shown(actor: nn.Module, schema: Schema, wish: Played) -> Figure:
    """An episode of the environment that the schema names."""
    assert isinstance(schema.inputs, Observations)  # it is the schema of an agent
    return episode(actor, schema.inputs.environment, chance=stream(wish.seed, "shown episode"))
