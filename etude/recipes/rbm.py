"""A restricted Boltzmann machine: hidden units that learn what pixels are on together (Hinton 2002)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from torch import nn

from etude.chance import seed_global
from etude.data.batches import shuffled, steps_per_epoch
from etude.data.splits import part as part_of
from etude.data.squares import load_gallery
from etude.data.unlabelled import unlabelled
from etude.evaluation.codes import SHOWN, beside
from etude.evaluation.energies import dreams, filters, likelihood, noise, probes, pseudo_likelihood
from etude.evaluation.intervals import mean_score
from etude.evaluation.records import Baseline, Verdict
from etude.figures import Figure
from etude.layers.units import unit_rows
from etude.learners.base import device_of
from etude.learners.energy import Contrastive, ContrastiveDivergence, Persistent, mean_of
from etude.models.rbm import RBM, start_biases
from etude.optim import Optimizer, sgd
from etude.ranges import Count, Rate, Seed, Strength
from etude.records import Inputs
from etude.schema import Classes, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.expect import expect_pictures
from etude.training.experiment import TO_THE_END, Experiment, Length, Recipe

MOMENTUM = 0.9
CHAINS = 100
"""dreams that a persistent machine goes on with"""


ACCURACY = "Accuracy: a logistic regression on p(h = 1 | v), trained on training rows alone. "
PROTOCOL = (
    "Nats and pseudo-likelihood: -log p(v) and -sum_i log p(v_i | rest) of each picture, its pixels drawn to on or off "
    "once. 95 % intervals by the bootstrap over the pictures."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What to dream."""

    n: Count = 64
    """pictures"""
    rounds: Count = 1000
    """of Gibbs sampling, from noise"""
    seed: Seed = 0
    """of all draws"""


@dataclass(frozen=True, kw_only=True)
class RestrictedBoltzmann(Recipe):
    """A restricted Boltzmann machine: hidden units that learn what pixels are on together (Hinton 2002)."""

    source: Source = Source("digits")
    epochs: Count | None = None
    """passes over the training part; default: 15, or more if those are fewer than 3,000 updates"""
    batch: Count = 100
    """pictures in an update"""
    rate: Rate = 0.01
    """learning rate of SGD with momentum 0.9"""
    weight_decay: Strength = 2e-4
    """of the weights, not of the biases"""
    hidden: Count = 256
    """hidden units"""
    rounds: Count = 1
    """of Gibbs sampling in an update: the k of CD-k"""
    persistent: bool = False
    """dreams go on from update to update (PCD) instead of beginning at the data (CD)"""
    size: Count | None = None
    """side of the pictures in pixels; default: that of the data"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "hidden": 8}
    length: ClassVar = Length(passes=15, updates=3000)
    wishes: ClassVar = Wish

    def network(self, schema: Schema) -> nn.Module:
        pictures = expect_pictures(schema, "rbm")
        return RBM(pictures.height * pictures.width, self.hidden)

    def learner(self, rbm: RBM) -> Contrastive:
        """The rule, with the optimizer that turns its gradients into steps."""
        optimizer = Optimizer(sgd(rbm.parameters(), rate=self.rate, momentum=MOMENTUM))
        decay, steps = self.weight_decay, self.rounds
        if self.persistent:
            return Persistent(rbm, optimizer, features=unit_rows, steps=steps, decay=decay, chains=CHAINS)
        return ContrastiveDivergence(rbm, optimizer, features=unit_rows, steps=steps, decay=decay)

    def experiments(self) -> Iterator[Experiment[Inputs]]:
        gallery = load_gallery(self.source, size=self.size)
        splits = unlabelled(gallery)
        device, epoch = find_device(self.device), steps_per_epoch(len(splits.train), self.batch)
        seed_global(self.seed, "initialisation")
        rbm = machine(self.network(splits.schema))
        start_biases(rbm, mean_of(splits.train, unit_rows))
        learner = self.learner(machine(placed(rbm, device)))
        seed_global(self.seed, "sampling")
        height = expect_pictures(splits.schema, "rbm").height
        yield Experiment(
            learner=learner,
            batches=lambda start: shuffled(splits.train, self.batch, seed=self.seed, start=start),
            steps=self.steps or epoch * (self.epochs or self.length.epochs(epoch)),
            evaluate=lambda: {"valid_pseudo_likelihood": float(pseudo_likelihood(rbm, splits.valid).mean())},
            evaluate_every=max(epoch, 100),
            epoch_steps=epoch,
            watch=TO_THE_END,
            splits=gallery,
            views={
                "filters": lambda: filters(rbm, height=height),
                "dreams": lambda: dreams(
                    rbm, unit_rows(splits.valid.x[:64].to(device)).round(), steps=100, height=height, seed=0
                ),
            },
        )

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        assert experiment.splits is not None  # `experiments` has them
        splits = experiment.splits
        examples, _ = part_of(splits, part)
        rbm, height = machine(network), expect_pictures(splits.schema, "rbm").height
        nats, how = likelihood(rbm, splits.train, examples)
        metrics = {"nats": nats, "pseudo_likelihood": mean_score(pseudo_likelihood(rbm, examples).numpy())}
        baselines: tuple[Baseline, ...] = ()
        protocol = PROTOCOL
        if isinstance(splits.schema.target, Classes):
            protocol = ACCURACY + PROTOCOL
            accuracy, pixels = probes(rbm, splits.train, examples)
            metrics, baselines = {"accuracy": accuracy} | metrics, (pixels,)
        x = unit_rows(examples.x[:SHOWN].to(device_of(rbm)))
        return Verdict(
            n=len(examples),
            unit="pictures",
            metrics=metrics,
            protocol=f"All {len(examples):,} pictures of the {part} part. {protocol} {how}.",
            baselines=baselines,
            figures={"reconstructions": beside(x, rbm.visible_given(rbm.hidden_given(x)), height=height)},
        )

    def generate(self, network: nn.Module, schema: Schema, wish: Wish) -> Figure:
        rbm, pictures = machine(network), expect_pictures(schema, "rbm")
        start = noise(wish.n, pictures.height * pictures.width, seed=wish.seed).to(device_of(rbm))
        return dreams(rbm, start, steps=wish.rounds, height=pictures.height, seed=wish.seed)


def machine(network: nn.Module) -> RBM:
    """The network, which is a Boltzmann machine."""
    assert isinstance(network, RBM)
    return network
