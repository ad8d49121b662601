"""REINFORCE: after each episode, what went better than expected becomes more likely (Williams 1992)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import nn

from etude.environments.streams import Advantage, episodes
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.learners.policy import PolicyLearner
from etude.models.actor_critic import ActorCritic, actor_critic
from etude.objectives.policy import PolicyGradient
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Rollout
from etude.schedules import linear
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.acting import Played, acting, judged, prepared, shown, sizes
from etude.training.experiment import Experiment, Recipe

STEPS = 100
"""updates when nobody says"""
WHOLE_EPISODES = 1.0
"""the lambda with which the rewards of an episode are added up until its end"""


@dataclass(frozen=True, kw_only=True)
class Reinforce(Recipe):
    """REINFORCE: after each episode, what went better than expected becomes more likely (Williams 1992)."""

    source: Source = Source("CartPole-v1")
    copies: Count = 16
    """of the environment, each of which plays one whole episode between two updates; 100 updates by default"""
    rate: Rate = 1e-2
    """learning rate of Adam at the beginning; it falls in a straight line to 0"""
    entropy: Strength = 0.01
    """weight of the policy's entropy"""
    discount: Share = 0.99
    """what a reward is worth one step later"""
    wishes: ClassVar = Played
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "copies": 2}

    def network(self, schema: Schema) -> nn.Module:
        return ActorCritic(*sizes(schema, "reinforce"), hidden=(64, 64))

    def experiments(self) -> Iterator[Experiment[Rollout]]:
        untrained, environment = prepared(self)
        network, steps = actor_critic(untrained), self.steps or STEPS
        optimizer = Optimizer(adam(network.parameters(), rate=self.rate), schedule=linear(steps), clip_norm=0.5)
        learner = PolicyLearner(
            network, PolicyGradient(self.entropy), optimizer, environment=environment, passes=1, pieces=1
        )
        advantage = Advantage(self.discount, WHOLE_EPISODES)
        yield acting(
            self,
            learner,
            network.actor,
            steps=steps,
            batches=lambda start: episodes(environment, network, advantage=advantage, seed=self.seed, start=start),
        )

    def judge(self, network: nn.Module, experiment: Experiment[Rollout], part: PartName) -> Verdict:
        return judged(self.source, actor_critic(network).actor, part)

    def generate(self, network: nn.Module, schema: Schema, wish: Played) -> Figure:
        return shown(actor_critic(network).actor, schema, wish)
