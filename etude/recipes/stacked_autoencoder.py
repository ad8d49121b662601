"""Layers taught one by one to restore what they are given, then together to tell classes apart (Vincent 2008)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import torch
from torch import nn

from etude.chance import seed_global, stream
from etude.data.batches import in_order, shuffled, steps_per_epoch
from etude.data.splits import Splits, labelled_rows
from etude.data.squares import load_squares
from etude.errors import UsageError
from etude.evaluation.codes import BATCH
from etude.evaluation.predictor import evaluating
from etude.figures import Images
from etude.layers.units import as_pictures
from etude.learners.base import device_of
from etude.learners.layerwise import LayerRestoration
from etude.models.stacked import SigmoidStack
from etude.objectives.reconstruction import pixel_nats
from etude.objectives.restoration import masked
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share
from etude.records import Labelled
from etude.schedules import one_cycle
from etude.schema import Schema
from etude.source import Source
from etude.training.device import find_device, placed
from etude.training.expect import expect_classes, expect_pictures
from etude.training.experiment import Experiment, Length, Recipe, Watch
from etude.training.supervised import supervised

FILTERS = 64
"""units of the first layer whose weights are drawn"""


@dataclass(frozen=True, kw_only=True)
class StackedAutoencoder(Recipe):
    """Layers taught one by one to restore what they are given, then together to tell classes apart (Vincent 2008).

    The layers learn from all training pictures, without their classes; --labels says how many classes are then told.
    With --pretraining 0 all layers start from chance, for comparison.
    """

    source: Source = Source("digits")
    pretraining: int | None = None
    """passes over the pictures for each layer alone, 0 for none; default: 15, or more if fewer than 1,000 updates"""
    epochs: Count | None = None
    """passes over the labelled pictures afterwards; default: 15, or more if those are fewer than 2,000 updates"""
    labels: Count | None = None
    """training pictures whose class is told, drawn by the seed; default: all"""
    batch: Count = 128
    """pictures in an update"""
    rate: Rate = 1e-3
    """highest learning rate of AdamW once all layers learn together; each alone learns with Adam at 0.001"""
    hidden: tuple[Count, ...] = (500, 500, 500)
    """units of each layer"""
    corruption: Share = 0.2
    """share of its inputs that a layer loses while it learns alone"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "hidden": (8, 4)}
    length: ClassVar = Length(passes=15, updates=2000)
    alone: ClassVar = Length(passes=15, updates=1000)

    def network(self, schema: Schema) -> nn.Module:
        pictures = expect_pictures(schema, "stacked-autoencoder")
        classes = expect_classes(schema, "stacked-autoencoder")
        return SigmoidStack(pictures.height * pictures.width, hidden=self.hidden, classes=len(classes.names))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        return Optimizer(adamw(network.parameters(), rate=self.rate), schedule=one_cycle(steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        if self.pretraining is not None and self.pretraining < 0:
            raise UsageError("E-CFG-RANGE", f"--pretraining is {self.pretraining}; it must be 0 or more.")
        splits = load_squares(self.source, size=None)
        known = labelled_rows(splits, self.labels, seed=self.seed)  # simple baselines see no more than these
        seed_global(self.seed, "initialisation")
        stack = placed(self.network(splits.schema), find_device(self.device))
        assert isinstance(stack, SigmoidStack)
        for depth in range(0 if self.pretraining == 0 else len(self.hidden)):
            seed_global(self.seed, f"layer {depth}")
            yield replace(self.layer(stack, depth, splits), splits=known)
        told = supervised(self, known, optimizer=self.optimizer)
        told.learner.network.load_state_dict(stack.state_dict())
        yield told

    def layer(self, stack: SigmoidStack, depth: int, splits: Splits[Labelled]) -> Experiment[Labelled]:
        """The training of one layer alone."""
        learner = LayerRestoration(stack, depth, share=self.corruption, rate=1e-3)
        epoch = steps_per_epoch(len(splits.train), self.batch)
        return Experiment(
            learner=learner,
            batches=lambda start: shuffled(splits.train, self.batch, seed=self.seed, start=start),
            steps=self.steps or epoch * (self.pretraining or self.alone.epochs(epoch)),
            evaluate=lambda: {"valid_nats": nats(learner, splits.valid)},
            evaluate_every=max(epoch, 100),
            epoch_steps=epoch,
            watch=Watch("valid_nats"),
            views={"filters": lambda: filters(stack, expect_pictures(splits.schema, "stacked-autoencoder").height)}
            if depth == 0
            else {},
        )


def nats(learner: LayerRestoration, examples: Labelled) -> float:
    """What a layer loses of what it is given, with the same units missing every time, in nats for each picture."""
    found, device, generator = [], device_of(learner), stream(0, "corruption")
    with evaluating(learner):
        for piece in in_order(examples, BATCH):
            x = learner.stack.code(piece.x.to(device), learner.depth)
            seen = masked(x.cpu(), learner.share, generator).to(device)
            found.append(pixel_nats(learner.restored(seen), x).cpu())
    return float(torch.cat(found).double().mean())


def filters(stack: SigmoidStack, height: int) -> Images:
    """The weights of units of the first layer, each on its own scale: grey is 0."""
    layer = stack.layers[0]
    assert isinstance(layer, nn.Linear)
    weights = layer.weight.detach()[:FILTERS]
    scaled = 0.5 + 0.5 * weights / weights.abs().amax(dim=1, keepdim=True).clamp(min=1e-12)
    return Images("What each unit looks for", as_pictures(scaled, height=height), ("",) * len(weights))
