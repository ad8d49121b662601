"""A variational autoencoder: pictures as regions of a small space, from which new ones are drawn (Kingma 2013)."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import nn

from etude.chance import seed_global, stream
from etude.data.batches import shuffled, steps_per_epoch
from etude.data.splits import Splits
from etude.data.splits import part as part_of
from etude.data.squares import load_gallery
from etude.data.unlabelled import unlabelled
from etude.evaluation.codes import SHOWN, STEPS, beside, between, bound_parts, bounds, independent_pixels, used
from etude.evaluation.intervals import mean_score
from etude.evaluation.plane import embedding
from etude.evaluation.records import Verdict
from etude.figures import Figure, Images
from etude.layers.units import as_pictures, unit_rows
from etude.learners.base import GradientLearner, device_of
from etude.models.vae import VAE
from etude.objectives.reconstruction import elbo
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate
from etude.records import Inputs, Labelled
from etude.schema import Classes, Pictures, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.expect import expect_pictures
from etude.training.experiment import Experiment, Length, Recipe, Watch
from etude.training.samples import SampleWish

MAPPED = 1000
"""pictures whose codes are drawn"""


@dataclass(frozen=True, kw_only=True)
class VariationalAutoencoder(Recipe):
    """A variational autoencoder: pictures as regions of a small space, from which new ones are drawn (Kingma 2013)."""

    source: Source = Source("digits")
    epochs: Count | None = None
    """passes over the training part; default: 15, or more if those are fewer than 4,000 updates"""
    batch: Count = 128
    """pictures in an update"""
    rate: Rate = 1e-3
    """learning rate of Adam"""
    latent: Count = 20
    """numbers that a picture is coded as"""
    hidden: Count = 400
    """units of the hidden layer, on the way in and on the way out"""
    size: Count | None = None
    """side of the pictures in pixels; default: that of the data"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "latent": 2, "hidden": 8}
    length: ClassVar = Length(passes=15, updates=4000)
    wishes: ClassVar = SampleWish

    def network(self, schema: Schema) -> nn.Module:
        pictures = expect_pictures(schema, "vae")
        return VAE(pictures.height * pictures.width, hidden=self.hidden, latent=self.latent)

    def experiments(self) -> Iterator[Experiment[Inputs]]:
        gallery = load_gallery(self.source, size=self.size)
        splits = unlabelled(gallery)
        device, epoch = find_device(self.device), steps_per_epoch(len(splits.train), self.batch)
        seed_global(self.seed, "initialisation")
        network = coder(placed(self.network(splits.schema), device))
        seed_global(self.seed, "dropout")

        def evaluate() -> dict[str, float]:
            return {f"valid_{name}": float(each.mean()) for name, each in bound_parts(network, splits.valid).items()}

        yield Experiment(
            learner=GradientLearner(network, elbo, Optimizer(adam(network.parameters(), rate=self.rate))),
            batches=lambda start: shuffled(splits.train, self.batch, seed=self.seed, start=start),
            steps=self.steps or epoch * (self.epochs or self.length.epochs(epoch)),
            evaluate=evaluate,
            evaluate_every=max(epoch, 100),
            epoch_steps=epoch,
            watch=Watch("valid_nats"),
            splits=splits,
            views=views(network, gallery),
        )

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        assert experiment.splits is not None  # `experiments` has them
        examples, _ = part_of(experiment.splits, part)
        vae, height = coder(network), expect_pictures(experiment.splits.schema, "vae").height
        x = unit_rows(examples.x[:SHOWN].to(device_of(vae)))
        return Verdict(
            n=len(examples),
            unit="pictures",
            metrics={name: mean_score(each.numpy()) for name, each in bound_parts(vae, examples).items()},
            protocol=f"Negative evidence lower bound of all {len(examples):,} pictures of the {part} part, in nats for "
            "each picture, with one code drawn for each from q(z | x); grey levels count as the probability that a "
            "pixel is on. It bounds -log p(x) from above. 95 % intervals by the bootstrap over the pictures.",
            baselines=(independent_pixels(experiment.splits.train, examples),),
            figures={
                "reconstructions": beside(x, vae.decode(vae.encode(x)[0]).sigmoid(), height=height),
                "latent variables": used(bounds(vae, examples)[1]),
            },
        )

    def generate(self, network: nn.Module, schema: Schema, wish: SampleWish) -> Figure:
        return drawn(coder(network), expect_pictures(schema, "vae"), n=wish.n, seed=wish.seed)


def coder(network: nn.Module) -> VAE:
    """The network, which is a VAE."""
    assert isinstance(network, VAE)
    return network


def drawn(vae: VAE, pictures: Pictures, *, n: int, seed: int) -> Images:
    """New pictures from codes drawn from N(0, 1): how probable it is that each pixel is on."""
    z = torch.randn(n, vae.latent, generator=stream(seed, "sampling")).to(device_of(vae))
    with torch.no_grad():
        x = vae.decode(z).sigmoid()
    return Images("New pictures", as_pictures(x, height=pictures.height), ("",) * n)


def views(vae: VAE, splits: Splits[Inputs] | Splits[Labelled]) -> dict[str, Any]:
    """What to look at: new pictures, a walk from one picture to the next, where the classes lie."""
    pictures, target, valid = expect_pictures(splits.schema, "vae"), splits.schema.target, splits.valid

    def codes(n: int) -> torch.Tensor:
        with torch.no_grad():
            return vae.encode(unit_rows(valid.x[:n].to(device_of(vae))))[0]

    def walk() -> Images:
        stops = codes(5)
        path = torch.cat([between(*ends) for ends in itertools.pairwise(stops)])
        return Images(
            "Walks from one picture to the next",
            as_pictures(vae.decode(path).sigmoid().detach(), height=pictures.height),
            ("",) * (STEPS * (len(stops) - 1)),
        )

    found: dict[str, Any] = {"samples": lambda: drawn(vae, pictures, n=64, seed=0)}
    if len(valid) > 1:
        found["latent walk"] = walk
    if isinstance(target, Classes) and isinstance(valid, Labelled):
        found["latent space"] = lambda: embedding("Codes of pictures", codes(MAPPED), valid.y[:MAPPED], target.names)
    return found
