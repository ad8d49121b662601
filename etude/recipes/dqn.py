"""Deep Q-learning: an agent that learns what actions are worth from what it remembers (Mnih et al. 2015)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import nn

from etude.environments.streams import transitions
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.learners.value import DQN, Memory, Replay
from etude.models.action_values import ActionValues
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate, Share
from etude.records import Transition
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.acting import Played, acting, judged, prepared, shown, sizes
from etude.training.experiment import Experiment, Recipe

HORIZON = 32
"""steps of each copy between two updates"""
BATCH = 128
"""transitions drawn from the memory for each step of descent"""
STEEPEST = 10.0
"""the gradient is shortened to this length"""
EXPLORING, STRAYING = 0.16, 0.04
"""share of the training in which random actions become rarer, and how many are left"""


@dataclass(frozen=True, kw_only=True)
class DeepQ(Recipe):
    """Deep Q-learning: an agent that learns what actions are worth from what it remembers (Mnih et al. 2015)."""

    source: Source = Source("CartPole-v1")
    experience: Count = 80_000
    """steps in the environment, of all copies together"""
    copies: Count = 8
    """of the environment, side by side; each takes 32 steps between two updates"""
    repeats: Count = 64
    """steps of descent in each update, after which the target network follows"""
    memory: Count = 50_000
    """transitions that are remembered"""
    rate: Rate = 1e-3
    """learning rate of Adam"""
    discount: Share = 0.99
    """what a reward is worth one step later"""
    hidden: tuple[Count, ...] = (128, 128)
    """units of each hidden layer"""
    wishes: ClassVar = Played
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "copies": 2, "repeats": 2, "memory": 100, "hidden": (8,)}

    def network(self, schema: Schema) -> nn.Module:
        return ActionValues(*sizes(schema, "dqn"), hidden=self.hidden)

    def exploration(self, number: int, steps: int) -> float:
        """The chance of a random action in batch `number` of `steps`."""
        return max(STRAYING, 1 - (1 - STRAYING) * number / max(1, EXPLORING * steps))

    def experiments(self) -> Iterator[Experiment[Transition]]:
        network, environment = prepared(self)
        steps = self.steps or -(-self.experience // (self.copies * HORIZON))
        learner = DQN(
            network,
            Optimizer(adam(network.parameters(), rate=self.rate), clip_norm=STEEPEST),
            environment=environment,
            memory=Memory(self.memory, environment.shape),
            replay=Replay(self.repeats, BATCH),
            discount=self.discount,
        )
        yield acting(
            self,
            learner,
            network,
            steps=steps,
            batches=lambda start: transitions(
                environment,
                network,
                steps=HORIZON,
                exploration=lambda number: self.exploration(number, steps),
                seed=self.seed,
                start=start,
            ),
        )

    def judge(self, network: nn.Module, experiment: Experiment[Transition], part: PartName) -> Verdict:
        return judged(self.source, network, part)

    def generate(self, network: nn.Module, schema: Schema, wish: Played) -> Figure:
        return shown(network, schema, wish)
