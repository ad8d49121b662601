"""A deep belief network: Boltzmann machines stacked one by one, then taught to tell classes apart (Hinton 2006)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Literal

from torch import nn

from etude.chance import seed_global
from etude.data.batches import shuffled, steps_per_epoch
from etude.data.splits import Splits, labelled_rows
from etude.data.squares import load_squares
from etude.data.unlabelled import unlabelled
from etude.errors import UsageError
from etude.evaluation.energies import filters
from etude.layers.units import unit_rows
from etude.learners.energy import ContrastiveDivergence, mean_of
from etude.models.dbn import DeepBelief
from etude.models.rbm import start_biases
from etude.optim import Optimizer, adamw, sgd
from etude.ranges import Count, Rate
from etude.records import Inputs, Labelled
from etude.schedules import one_cycle
from etude.schema import Schema
from etude.source import Source
from etude.training.device import find_device, placed
from etude.training.expect import expect_classes, expect_pictures
from etude.training.experiment import TO_THE_END, Experiment, Length, Recipe
from etude.training.supervised import supervised

MACHINE_RATE, MOMENTUM, DECAY = 0.01, 0.9, 2e-4
"""of each Boltzmann machine, as in the recipe rbm"""


@dataclass(frozen=True, kw_only=True)
class DeepBeliefNetwork(Recipe):
    """A deep belief network: Boltzmann machines stacked one by one, then taught to tell classes apart (Hinton 2006).

    The machines learn from all training pictures, without their classes; --labels says how many classes are then told.
    With --pretraining 0 all layers start from chance, for comparison.
    """

    source: Source = Source("digits")
    pretraining: int = 10
    """passes over the training part for each machine alone; 0: none of them learns alone"""
    epochs: Count | None = None
    """passes over the labelled pictures afterwards; default: 15, or more if those are fewer than 2,000 updates"""
    labels: Count | None = None
    """training pictures whose class is told, drawn by the seed; default: all"""
    batch: Count = 100
    """pictures in an update"""
    rate: Rate = 1e-3
    """highest learning rate of AdamW once all layers learn together"""
    hidden: tuple[Count, ...] = (500, 500, 2000)
    """units of each machine, the lowest first"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "hidden": (8, 4)}
    length: ClassVar = Length(passes=15, updates=2000)

    def network(self, schema: Schema) -> nn.Module:
        pictures, classes = expect_pictures(schema, "dbn"), expect_classes(schema, "dbn")
        return DeepBelief(pictures.height * pictures.width, hidden=self.hidden, classes=len(classes.names))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        return Optimizer(adamw(network.parameters(), rate=self.rate), schedule=one_cycle(steps))

    def experiments(self) -> Iterator[Experiment[Any]]:
        if self.pretraining < 0:
            raise UsageError("E-CFG-RANGE", f"--pretraining is {self.pretraining}; it must be 0 or more.")
        splits = load_squares(self.source, size=None)
        known = labelled_rows(splits, self.labels, seed=self.seed)  # simple baselines see no more than these
        seed_global(self.seed, "initialisation")
        stack = placed(self.network(splits.schema), find_device(self.device))
        assert isinstance(stack, DeepBelief)
        start_biases(stack.machine(0), mean_of(unlabelled(splits).train, unit_rows))
        for depth in range(len(self.hidden) if self.pretraining else 0):
            seed_global(self.seed, f"layer {depth}")
            yield replace(self.machine(stack, depth, splits), splits=known)
        told = supervised(self, known, optimizer=self.optimizer)
        told.learner.network.load_state_dict(stack.state_dict())
        yield told

    def machine(self, stack: DeepBelief, depth: int, splits: Splits[Labelled]) -> Experiment[Inputs]:
        """The training of one machine on what those below it say."""
        rbm, train = stack.machine(depth), unlabelled(splits).train
        learner = ContrastiveDivergence(
            rbm,
            Optimizer(sgd(rbm.parameters(), rate=MACHINE_RATE, momentum=MOMENTUM)),
            features=partial(stack.code, depth=depth),
            steps=1,
            decay=DECAY,
            whole=stack,
        )
        epoch = steps_per_epoch(len(train), self.batch)
        height = expect_pictures(splits.schema, "dbn").height
        return Experiment(
            learner=learner,
            batches=lambda start: shuffled(train, self.batch, seed=self.seed, start=start),
            steps=self.steps or epoch * self.pretraining,
            evaluate_every=epoch,
            epoch_steps=epoch,
            watch=TO_THE_END,
            views={"filters": lambda: filters(rbm, height=height)} if depth == 0 else {},
        )
