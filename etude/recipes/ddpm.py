"""Diffusion: points or pictures out of noise, of a class if wanted, by a denoiser (Ho, Jain and Abbeel 2020)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le
from torch import nn

from etude.chance import seed_global
from etude.data.batches import shuffled, steps_per_epoch
from etude.data.points import load_pictures_or_points
from etude.data.splits import part
from etude.evaluation.records import Verdict
from etude.evaluation.yardstick import Yardstick
from etude.figures import Figure
from etude.layers.noise import Noise, betas
from etude.learners.average import EMA
from etude.learners.base import GradientLearner
from etude.objectives.diffusion import Denoising
from etude.objectives.precision import Autocast
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate, Seed, Share, Strength
from etude.schedules import one_cycle
from etude.schema import Classes, Pictures, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.diffusion import (
    PICTURES,
    POINTS,
    Wanted,
    captions_of,
    class_wanted,
    denoiser_for,
    denoising_loss,
    film_view,
    in_turn,
    real_ones,
    recognised,
    sampled,
)
from etude.training.experiment import TO_THE_END, Experiment, Recipe
from etude.training.samples import figure_of


@dataclass(frozen=True, slots=True)
class Wish:
    """What to make."""

    n: Count = 64
    """new examples"""
    seed: Seed = 0
    """of the noise that they start from"""
    label: str | None = None
    """name of the class that is wanted; default: all in turn"""
    guidance: Strength = 0.0
    """how much the class is exaggerated: 1 to 3 give clearer examples, but fewer kinds of them"""
    steps: Count | None = 50
    """of the sampler DDIM, at most --timesteps; None: all of them, with fresh noise in each, as DDPM does"""
    eta: Annotated[float, Ge(0), Le(1)] = 0.0
    """share of DDPM's noise in each step of DDIM"""


@dataclass(frozen=True, kw_only=True)
class Diffusion(Recipe):
    """Diffusion: points or pictures out of noise, of a class if wanted, by a denoiser (Ho, Jain and Abbeel 2020)."""

    source: Source = Source("two-spirals")
    steps: Count | None = None
    """updates; default: 8,000 for points, 2,500 for pictures"""
    batch: Count = 128
    """examples in an update"""
    rate: Rate = 2e-3
    """peak learning rate of Adam, which rises and falls once"""
    width: Count = 16
    """filters at full size, a multiple of 8; hidden layers for points have sixteen times as many units"""
    size: Count = 28
    """side of the pictures in pixels, a multiple of 4"""
    timesteps: Count = 1000
    """T: steps from an example to noise"""
    noise: str = "linear"
    """how the noise grows: linear (Ho et al. 2020) or cosine (Nichol and Dhariwal 2021)"""
    class_dropout: Share = 0.1
    """share of the examples whose class is kept from the network, so that guidance is possible"""
    decay: Share = 0.995
    """of the average of the weights, which makes the samples"""
    tiny: ClassVar = {"steps": 2, "batch": 16, "width": 8, "timesteps": 10}
    wishes: ClassVar = Wish

    def network(self, schema: Schema) -> nn.Module:
        return denoiser_for(schema, width=self.width)

    def table(self) -> Noise:
        """The noise of each step."""
        return Noise(betas(self.noise, self.timesteps))

    def experiments(self) -> Iterator[Experiment[Any]]:
        splits = load_pictures_or_points(self.source, size=self.size)
        schema, device, table = splits.schema, find_device(self.device), self.table()
        pictures = isinstance(schema.inputs, Pictures)
        steps = self.steps or (2_500 if pictures else 8_000)
        seed_global(self.seed, "initialisation")
        network = placed(self.network(schema), device)
        average = EMA(network, self.decay)
        objective = Autocast(Denoising(self.table(), self.class_dropout).to(device), device.type, self.precision)
        optimizer = Optimizer(adam(network.parameters(), rate=self.rate), schedule=one_cycle(steps), clip_norm=1.0)
        seed_global(self.seed, "dropout")
        yield Experiment(
            learner=GradientLearner(network, objective, optimizer, average=average),
            batches=lambda start: shuffled(splits.train, self.batch, seed=self.seed, start=start),
            steps=steps,
            evaluate=lambda: {"valid_loss": float(denoising_loss(average.model, table, splits.valid).value or 0)},
            evaluate_every=max(1, steps // 20),
            log_every=max(1, steps // 1000),
            epoch_steps=steps_per_epoch(len(splits.train), self.batch),
            watch=TO_THE_END,  # the loss says little of the samples, which go on getting better
            splits=splits,
            views={
                "samples": lambda: self.generate(average.model, schema, Wish(n=40 if pictures else 1000)),
                "film": lambda: film_view(average.model, table, schema),
            },
        )

    def judge(self, network: nn.Module, experiment: Experiment[Any], part_name: PartName) -> Verdict:
        splits = experiment.splits
        assert splits is not None  # `experiments` has them
        yardstick = Yardstick(splits, self.source.data)
        told = in_turn(splits.schema, PICTURES if isinstance(splits.schema.inputs, Pictures) else POINTS)
        samples = sampled(network, self.table(), splits.schema, Wanted(told))
        examples = part(splits, part_name)[0]
        loss = {"loss": denoising_loss(network, self.table(), examples)}
        verdict = yardstick.verdict(samples, part_name, recognised(yardstick, samples, told) | loss)
        real = (real_ones(yardstick, examples),) if isinstance(splits.schema.target, Classes) else ()
        return replace(verdict, baselines=(*real, *verdict.baselines))

    def generate(self, network: nn.Module, schema: Schema, wish: Wish) -> Figure:
        told = class_wanted(schema, wish.label, wish.n)
        wanted = Wanted(told, wish.steps, wish.eta, wish.guidance, wish.seed)
        return figure_of(sampled(network, self.table(), schema, wanted), schema, captions_of(schema, told))
