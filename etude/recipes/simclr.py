"""SimCLR: a representation of series learnt without answers, by telling views apart (Chen et al. 2020)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn

from etude.chance import seed_global
from etude.data.batches import steps_per_epoch
from etude.data.load import load
from etude.data.new import read_new
from etude.data.splits import Splits
from etude.data.splits import part as part_of
from etude.data.views import Changes, two_views
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.baselines import baselines
from etude.evaluation.intervals import share
from etude.evaluation.plane import embedding
from etude.evaluation.probe import Represented, fitted, plain, probe, probe_curve, represented
from etude.evaluation.records import Baseline, Score, Verdict
from etude.figures import Curve, Figure, Line, Points
from etude.layers.inputs import SignalInput
from etude.learners.base import GradientLearner
from etude.models.simclr import SignalEncoder, SimCLR
from etude.objectives.contrastive import Contrastive
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate
from etude.records import Inputs, Labelled, Views
from etude.schedules import one_cycle
from etude.schema import Schema, Signals
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.expect import expect_classes, other_kind
from etude.training.experiment import Experiment, Length, Recipe, Watch

CHANGES = Changes(shift=20, scale=0.5, shear=1.0, noise=0.1)
"""what a curve may suffer without becoming another digit: nearly what MNIST-1D itself was made with"""
NEIGHBOURS = 3


@dataclass(frozen=True, kw_only=True)
class SimCLRRecipe(Recipe):
    """SimCLR: a representation of series learnt without answers, by telling views apart (Chen et al. 2020)."""

    source: Source = Source("mnist1d")
    epochs: Count | None = None
    """passes over the training part; default: 50, or more if those are fewer than 600 updates"""
    batch: Count = 128
    """examples in an update, of two views each: every other view of the batch is one to be told apart from"""
    rate: Rate = 3e-3
    """peak learning rate of AdamW"""
    temperature: Rate = 0.2
    """of the similarities: the smaller, the more the most similar wrong views count"""
    width: Count = 96
    """filters of each convolution, and numbers of the representation"""
    projection: Count = 32
    """numbers that the projector makes of them for the loss"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "width": 4, "projection": 2, "batch": 16}
    length: ClassVar = Length(passes=50, updates=600)

    def network(self, schema: Schema) -> SimCLR:
        if not isinstance(schema.inputs, Signals):
            remedy = "Give an .npz with x (series, time) and y (a label for each), or take mnist1d."
            raise other_kind(schema, "simclr", wanted="series", remedy=remedy)
        expect_classes(schema, "simclr")
        encoder = nn.Sequential(SignalInput(schema.inputs), SignalEncoder(self.width))
        return SimCLR(encoder, self.width, projection=self.projection)

    def experiments(self) -> Iterator[Experiment[Views]]:
        splits, device = load(self.source), find_device(self.device)
        epoch = steps_per_epoch(len(splits.train), self.batch)
        steps = self.steps or epoch * (self.epochs or self.length.epochs(epoch))
        seed_global(self.seed, "initialisation")
        network = self.network(splits.schema)
        placed(network, device)
        optimizer = Optimizer(adamw(network.parameters(), rate=self.rate), schedule=one_cycle(steps))
        yield Experiment(
            learner=GradientLearner(network, Contrastive(self.temperature), optimizer),
            batches=lambda start: self.batches(splits, start),
            steps=steps,
            evaluate=lambda: {"valid_accuracy": float(probed(network.encoder, splits, splits.valid).mean())},
            evaluate_every=min(steps, max(epoch, steps // 8)),
            log_every=max(1, steps // 1000),
            epoch_steps=epoch,
            watch=Watch("valid_accuracy", higher_is_better=True),
            splits=splits,
            views={
                "views": lambda: shown_views(next(self.batches(splits, 0))),
                "embedding": lambda: embedded(network.encoder, splits.valid, splits.schema),
            },
        )

    def batches(self, splits: Splits[Labelled], start: int) -> Iterator[Views]:
        """Pairs of views of the training series, without their answers."""
        inputs = splits.schema.inputs
        assert isinstance(inputs, Signals)
        examples = Inputs(splits.train.x)
        return two_views(examples, self.batch, CHANGES, deviation=inputs.deviation, seed=self.seed, start=start)

    def judge(self, network: nn.Module, experiment: Experiment[Views], part: PartName) -> Verdict:
        """What a linear probe reads from the representation, and from what the projector leaves of it."""
        assert experiment.splits is not None and isinstance(network, SimCLR)
        splits: Splits[Labelled] = experiment.splits
        examples, _ = part_of(splits, part)
        kept, thrown = (probed(each, splits, examples) for each in (network.encoder, network))
        seed_global(self.seed, "initialisation")
        random = probed(self.network(splits.schema).encoder, splits, examples)
        untrained = Baseline("untrained encoder", "probe of the same network before training", accuracy(random), 0.0)
        return Verdict(
            n=len(examples),
            unit="series",
            metrics=accuracy(kept) | {"after projector": accuracy(thrown)["accuracy"]},
            protocol="logistic regression on the standardised representation of the unchanged training series, "
            "penalty as in scikit-learn; the network never saw an answer",
            baselines=(*baselines(splits.train, examples, splits.schema, seed=0), untrained),
            figures={
                "labels": label_curves(network, splits, examples),
                "embedding": embedded(network.encoder, examples, splits.schema),
            },
        )

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """What a linear probe of the representation, fitted on the training part, says of each series."""
        assert isinstance(network, SimCLR)
        new, classes = read_new(schema, self.source, inputs), expect_classes(schema, "simclr")
        examples = Labelled(new.x, torch.zeros(len(new.x), dtype=torch.int64))
        probabilities = fitted(
            represented(network.encoder, load(self.source).train), represented(network.encoder, examples)
        )
        rows = []
        for name, row in zip(new.names, probabilities, strict=True):
            order = np.argsort(-row).tolist()
            rows.append(
                Answer(name, classes.names[order[0]], {classes.names[each]: float(row[each]) for each in order})
            )
        return Answers(classes.name, tuple(rows), new.notes)

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """For the first series of the inputs: the training series that are most similar to it."""
        assert isinstance(network, SimCLR)
        new, train = read_new(schema, self.source, inputs), load(self.source).train
        query = represented(network.encoder, Labelled(new.x[:1], torch.zeros(1, dtype=torch.int64)))
        near = nearest(query, represented(network.encoder, train))
        names = expect_classes(schema, "simclr").names
        lines = {new.names[0]: new.x[0]} | {f"row {row}: {names[train.y[row]]}": train.x[row] for row in near}
        return {"neighbours": series("Series that are represented alike", lines)}


def probed(network: nn.Module, splits: Splits[Labelled], examples: Labelled) -> np.ndarray:
    """1 for each of `examples` that a probe on the training part answers rightly."""
    return probe(represented(network, splits.train), represented(network, examples))


def accuracy(right: np.ndarray) -> dict[str, Score]:
    """The share of ones, with its interval."""
    return {"accuracy": share(int(right.sum()), len(right))}


def nearest(query: Represented, train: Represented) -> list[int]:
    """Rows of the training part with the greatest cosine similarity."""
    x = train.x / np.linalg.norm(train.x, axis=1, keepdims=True)
    order: list[int] = np.argsort(-(x @ query.x[0]))[:NEIGHBOURS].tolist()
    return order


def label_curves(network: SimCLR, splits: Splits[Labelled], examples: Labelled) -> Curve:
    """The probe over the labels that it is given."""
    lines = {
        name: probe_curve(represented(each, splits.train), represented(each, examples))
        for name, each in {"representation": network.encoder, "after projector": network}.items()
    }
    lines["raw series"] = probe_curve(plain(splits.train), plain(examples))
    return Curve("What a few labels are worth", lines, "labels of each class", "accuracy", log_x=True)


def embedded(encoder: nn.Module, examples: Labelled, schema: Schema) -> Points:
    """The representation in the plane."""
    vectors = torch.from_numpy(represented(encoder, examples).x)
    return embedding("Representation of each series", vectors, examples.y, expect_classes(schema, "simclr").names)


def shown_views(batch: Views) -> Curve:
    """Two views of one series."""
    return series("Two views of one series", {"first view": batch.first[0], "second view": batch.second[0]})


def series(title: str, lines: dict[str, Tensor]) -> Curve:
    """Series over their samples."""
    x = torch.arange(len(next(iter(lines.values())))).float()
    return Curve(title, {name: Line(x, y) for name, y in lines.items()}, "sample", "value")
