"""A GAN on stage: the critic is the network that is drawn, and either of the two can take a step alone."""

import math

import numpy as np
import torch

from etude.playground.gan import PUSHED, PlaneGAN, Player, distance
from etude.playground.lesson import Lesson
from etude.playground.named import Line
from etude.web.stage import LessonStage, TraceError


class AdversarialStage(LessonStage):
    """An update is a step of the critic, then one of the generator; steps alone come on top, and count as none."""

    def __init__(self, lesson: Lesson) -> None:
        super().__init__(lesson)
        assert isinstance(self.rule, PlaneGAN)
        self.gan: PlaneGAN = self.rule
        train, held_back = (part.x for part in lesson.parts)
        self.held_back = held_back
        self.reached = distance(held_back, train)
        """how far the real points that are learnt from are from those that are held back: what could be reached"""

    @property
    def loss(self) -> tuple[float, float]:
        """Of the critic and of the generator."""
        return self.scores["critic_loss"], self.scores["generator_loss"]

    def one_point(self) -> int:
        """The same as an update: points come together with as many that are made."""
        return self.one_update()

    def one_alone(self, player: Player) -> int:
        """A step of the critic or of the generator, while the other one stands still."""
        self.playing = False
        if self.trouble:
            return self.step
        self.history.edit(self.step, self.critic_alone if player == "critic" else self.generator_alone)
        self.scores = self.experiment.evaluate()
        if not all(map(math.isfinite, self.loss)):
            self.stop("The numbers have left the finite ones; go back, and lower the learning rate.")
        self.losses.append(self.row())
        return self.step

    def critic_alone(self) -> None:
        """On the points that would come next anyway."""
        self.gan.step_critic(next(self.lesson.batches(self.gan, self.step)))

    def generator_alone(self) -> None:
        """With as many points as in the update that would come next."""
        self.gan.step_generator(len(self.lesson.rows(self.gan.generator_optimizer.step)))

    def learn_from(self, point: int) -> int:
        """Refused: no point has an answer of its own."""
        raise ValueError("a GAN learns from real points beside made ones, not from one point; take a step of D.")

    def traced(self, point: int) -> list[Line]:
        """No line: nothing is asked of a single point."""
        raise TraceError(
            "A GAN has no answer to one point that could be written out: D compares real points with made ones, and G "
            "learns through D. Choose Problem: Classification to read a network's numbers."
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """What the page draws; with the points that are made, where the generator's loss pushes some of them, the
        steps of both, and how far the points are from those held back, and could be."""
        arrays = super().arrays()
        losses = arrays.pop("losses")  # the last one, whose length is not told
        made = self.gan.made()
        steps = [each.step for each in (self.gan.critic_optimizer, self.gan.generator_optimizer)]
        found: dict[str, torch.Tensor] = {
            "made": made,
            "pushes": self.gan.pushes(made[:PUSHED]),
            "steps": torch.tensor(steps),
            "distance": torch.tensor([distance(self.held_back, made), self.reached]),
        }
        return arrays | {name: each.float().numpy() for name, each in found.items()} | {"losses": losses}
