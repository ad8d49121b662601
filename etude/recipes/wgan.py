"""A Wasserstein GAN: a critic of bounded slope measures how far the samples are (Arjovsky 2017, Gulrajani 2017)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

from torch import nn

from etude.chance import seed_global
from etude.data.points import load_pictures_or_points
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.learners.adversarial import WassersteinGAN, adversarial_adam
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Inputs
from etude.schedules import cosine
from etude.schema import Pictures, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.adversarial import adversarial, critic_for, drawn, generator_for, latent_of, verdict_of
from etude.training.device import find_device, placed
from etude.training.experiment import Experiment, Recipe
from etude.training.samples import SampleWish, figure_of

MEMORY = (0.0, 0.9)
"""decays of Adam, Gulrajani et al. 2017, algorithm 1"""


@dataclass(frozen=True, kw_only=True)
class Wasserstein(Recipe):
    """A Wasserstein GAN: a critic of bounded slope measures how far the samples are (Arjovsky 2017, Gulrajani 2017)."""

    source: Source = Source("8-gaussians")
    steps: Count | None = None
    """updates of the generator; default: 3,000 for points, 1,000 for pictures"""
    batch: Count = 128
    """examples in a step of either network, drawn with replacement"""
    rate: Rate = 1e-3
    """first learning rate of both Adams, which falls to 0"""
    critic_steps: Count = 5
    """steps of the critic for each one of the generator"""
    penalty: Strength | None = None
    """lambda, of slopes that are not 1; default: 0.1 for points, 10 for pictures"""
    latent: Count | None = None
    """random numbers that an example is made from; default: 2 for points, 64 for pictures"""
    width: Count = 32
    """filters of the convolutions next to the picture; hidden layers for points have four times as many units"""
    size: Count = 28
    """side of the pictures in pixels, a multiple of 4"""
    decay: Share = 0.995
    """of the generator's average, which makes the samples"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "batch": 16, "width": 4}
    wishes: ClassVar = SampleWish

    def network(self, schema: Schema) -> nn.Module:
        return generator_for(schema, latent=self.latent, width=self.width)

    def experiments(self) -> Iterator[Experiment[Inputs]]:
        splits = load_pictures_or_points(self.source, size=self.size)
        pictures, device = isinstance(splits.schema.inputs, Pictures), find_device(self.device)
        seed_global(self.seed, "initialisation")
        generator = placed(self.network(splits.schema), device)
        critic = placed(critic_for(splits.schema, width=self.width), device)
        penalty = self.penalty if self.penalty is not None else (10.0 if pictures else 0.1)
        steps = self.steps or (1_000 if pictures else 3_000)
        adam = partial(adversarial_adam, rate=self.rate, memory=MEMORY)
        learner = WassersteinGAN(
            generator,
            critic,
            generator_optimizer=adam(generator.parameters(), schedule=cosine(steps)),
            critic_optimizer=adam(critic.parameters(), schedule=cosine(steps * self.critic_steps)),
            latent=latent_of(splits.schema, self.latent),
            decay=self.decay,
            piece=self.batch,
            penalty=penalty,
        )
        size = self.batch * self.critic_steps
        yield adversarial(learner, splits, name=self.source.data, steps=steps, size=size, seed=self.seed)

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        assert experiment.splits is not None  # `experiments` has them
        return verdict_of(network, experiment.splits, part, name=self.source.data, latent=self.latent)

    def generate(self, network: nn.Module, schema: Schema, wish: SampleWish) -> Figure:
        samples = drawn(network, n=wish.n, latent=latent_of(schema, self.latent), seed=wish.seed)
        return figure_of(samples, schema, ("",) * wish.n)
