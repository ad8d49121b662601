"""Proximal policy optimisation: an agent that learns by trying, in small safe steps (Schulman et al. 2017)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import nn

from etude.environments.base import Environment
from etude.environments.streams import Advantage, rollouts
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.learners.policy import PolicyLearner
from etude.models.actor_critic import ActorCritic, actor_critic
from etude.objectives.policy import ClippedSurrogate
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Rollout
from etude.schedules import linear
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.acting import Played, acting, judged, prepared, shown, sizes
from etude.training.experiment import Experiment, Recipe

STEEPEST = 0.5
"""the gradient is shortened to this length"""


@dataclass(frozen=True, kw_only=True)
class PPO(Recipe):
    """Proximal policy optimisation: an agent that learns by trying, in small safe steps (Schulman et al. 2017)."""

    source: Source = Source("CartPole-v1")
    experience: Count = 100_000
    """steps in the environment, of all copies together"""
    copies: Count = 16
    """of the environment, side by side"""
    horizon: Count = 64
    """steps of each copy between two updates"""
    passes: Count = 10
    """over the steps of one update"""
    pieces: Count = 4
    """into which a pass is cut, with a step of descent for each"""
    rate: Rate = 1e-3
    """learning rate of Adam at the beginning; it falls in a straight line to 0"""
    clip: Strength = 0.2
    """how far an action may become more or less likely in one update, as a share"""
    entropy: Strength = 0.0
    """weight of the policy's entropy"""
    discount: Share = 0.99
    """what a reward is worth one step later"""
    decay: Share = 0.95
    """lambda of the advantage estimation: 0 trusts the critic after one step, near 1 waits for the rewards"""
    wishes: ClassVar = Played
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "copies": 2, "horizon": 8, "passes": 2, "pieces": 2}

    def network(self, schema: Schema) -> nn.Module:
        return ActorCritic(*sizes(schema, "ppo"), hidden=(64, 64))

    def updates(self) -> int:
        """Of the whole training."""
        return self.steps or -(-self.experience // (self.copies * self.horizon))

    def learner(self, network: nn.Module, environment: Environment) -> PolicyLearner:
        """Adam with a falling rate on the clipped objective."""
        descents = self.updates() * self.passes * self.pieces
        optimizer = Optimizer(adam(network.parameters(), rate=self.rate), schedule=linear(descents), clip_norm=STEEPEST)
        objective = ClippedSurrogate(self.clip, self.entropy)
        return PolicyLearner(
            network, objective, optimizer, environment=environment, passes=self.passes, pieces=self.pieces
        )

    def experiments(self) -> Iterator[Experiment[Rollout]]:
        untrained, environment = prepared(self)
        network = actor_critic(untrained)
        learner = self.learner(network, environment)
        advantage = Advantage(self.discount, self.decay)
        yield acting(
            self,
            learner,
            network.actor,
            steps=self.updates(),
            batches=lambda start: rollouts(
                environment, network, steps=self.horizon, advantage=advantage, seed=self.seed, start=start
            ),
        )

    def judge(self, network: nn.Module, experiment: Experiment[Rollout], part: PartName) -> Verdict:
        return judged(self.source, actor_critic(network).actor, part)

    def generate(self, network: nn.Module, schema: Schema, wish: Played) -> Figure:
        return shown(actor_critic(network).actor, schema, wish)
