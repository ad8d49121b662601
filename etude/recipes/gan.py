"""A generative adversarial network: a forger against a critic, on points or pictures (Goodfellow et al. 2014)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

from torch import nn

from etude.chance import seed_global
from etude.data.points import load_pictures_or_points
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.learners.adversarial import GAN, adversarial_adam
from etude.ranges import Count, Rate, Share
from etude.records import Inputs
from etude.schema import Pictures, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.adversarial import adversarial, critic_for, drawn, generator_for, latent_of, verdict_of
from etude.training.device import find_device, placed
from etude.training.experiment import Experiment, Recipe
from etude.training.samples import SampleWish, figure_of


@dataclass(frozen=True, kw_only=True)
class GenerativeAdversarial(Recipe):
    """A generative adversarial network: a forger against a critic, on points or pictures (Goodfellow et al. 2014)."""

    source: Source = Source("8-gaussians")
    steps: Count | None = None
    """updates of both networks; default: 4,000 for points, 2,500 for pictures"""
    batch: Count = 128
    """examples in an update, drawn with replacement"""
    rate: Rate = 1e-3
    """learning rate of both Adams"""
    inertia: Share = 0.0
    """Adam's beta 1, how much of the last gradients is kept; with 0.5 most of the eight Gaussians are forgotten"""
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
        adam = partial(adversarial_adam, rate=self.rate, memory=(self.inertia, 0.999))
        learner = GAN(
            generator,
            critic,
            generator_optimizer=adam(generator.parameters()),
            critic_optimizer=adam(critic.parameters()),
            latent=latent_of(splits.schema, self.latent),
            decay=self.decay,
        )
        steps = self.steps or (2_500 if pictures else 4_000)
        yield adversarial(learner, splits, name=self.source.data, steps=steps, size=self.batch, seed=self.seed)

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        assert experiment.splits is not None  # `experiments` has them
        return verdict_of(network, experiment.splits, part, name=self.source.data, latent=self.latent)

    def generate(self, network: nn.Module, schema: Schema, wish: SampleWish) -> Figure:
        samples = drawn(network, n=wish.n, latent=latent_of(schema, self.latent), seed=wish.seed)
        return figure_of(samples, schema, ("",) * wish.n)
