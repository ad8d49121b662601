"""What the loop costs, what the whole path gains, and how soon anything happens."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.pairs import Pair, Row, interleaved
from etude.data.load import load
from etude.data.splits import Splits
from etude.learners.base import GradientLearner
from etude.optim import Optimizer, adamw, sgd
from etude.recipes.lenet import LeNetRecipe
from etude.records import Labelled
from etude.source import Source
from etude.training.experiment import Experiment
from etude.training.fit import fit
from etude.training.supervised import supervised
from etude.training.unsaved import UnsavedRun
from etude.types import Loss

PAIRS = 7


class PlainLeNet(nn.Module):
    """LeNet-5 as a tutorial writes it: ReLU before pooling, channels first."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def run_of(experiment: Experiment[Labelled]) -> None:
    """Train through the one loop; the other side writes no checkpoints either."""
    for _ in fit(experiment, UnsavedRun()):
        pass


def squared(model: nn.Module, batch: Labelled) -> Loss:
    return Loss(F.mse_loss(model(batch.x), batch.y[:, None]), len(batch))


def loop_on_one_layer(updates: int = 3000) -> Pair:
    """`updates` of a linear layer: all that is measured is the loop."""
    batch, layer = Labelled(torch.randn(8, 4), torch.randn(8)), nn.Linear(4, 1)

    def ours() -> None:
        learner = GradientLearner(layer, squared, Optimizer(sgd(layer.parameters(), rate=1e-9)))
        run_of(Experiment(learner, lambda start: repeat(batch), updates, evaluate_every=updates, log_every=updates))

    def theirs() -> None:
        optimizer = torch.optim.SGD(layer.parameters(), lr=1e-9, fused=True)
        for _ in range(updates):
            optimizer.zero_grad()
            F.mse_loss(layer(batch.x), batch.y[:, None]).backward()
            optimizer.step()

    return interleaved(ours, theirs, pairs=PAIRS)


def lenet_experiment(splits: Splits[Labelled], steps: int) -> Experiment[Labelled]:
    """The recipe's own experiment on data that are read already, without evaluations in between."""
    recipe = LeNetRecipe(steps=steps, device="cpu")
    built = supervised(recipe, splits, optimizer=recipe.optimizer)
    return replace(built, evaluate=dict, evaluate_every=steps, log_every=max(1, steps // 20))


def loop_on_lenet(steps: int = 300) -> Pair:
    """The recipe's network, optimizer and batches, with our loop and with one written by hand."""
    digits = load(Source("digits"))

    def ours() -> None:
        run_of(lenet_experiment(digits, steps))

    def theirs() -> None:
        experiment = lenet_experiment(digits, steps)
        network = experiment.learner.network.train()
        optimizer = adamw(network.parameters(), rate=4e-3)
        batches = experiment.batches(0)
        for _ in range(steps):
            batch = next(batches)
            optimizer.zero_grad()
            F.cross_entropy(network(batch.x), batch.y).backward()
            optimizer.step()

    return interleaved(ours, theirs, pairs=PAIRS)


def epoch_of_lenet(source: Source) -> Pair:
    """One epoch: the recipe against the loop of a tutorial, with DataLoader and default Adam, fp32, the same cores."""
    splits = load(source, size=28)
    steps = -(-len(splits.train) // 128)
    data = TensorDataset(splits.train.x.float() / 255, splits.train.y)

    def ours() -> None:
        run_of(lenet_experiment(splits, steps))

    def theirs() -> None:
        network = PlainLeNet()
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
        for x, y in DataLoader(data, batch_size=128, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(network(x), y).backward()
            optimizer.step()

    return interleaved(ours, theirs, pairs=5)


def process(*arguments: str) -> None:
    """A fresh Python, as from the shell."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=folder)


def start_up() -> Iterator[tuple[str, Pair]]:
    """How long until something happens."""
    etude = str(Path(sys.executable).parent / "etude")
    yield (
        "`etude --help` against an empty Python",
        interleaved(lambda: process(etude, "--help"), lambda: process("-c", "pass"), pairs=PAIRS),
    )
    yield (
        "`import etude, torch` against `import torch`",
        interleaved(lambda: process("-c", "import etude, torch"), lambda: process("-c", "import torch"), pairs=PAIRS),
    )
    yield (
        "`etude train lenet --steps 1` against `import torch`",
        interleaved(
            lambda: process(etude, "train", "lenet", "--steps", "1"), lambda: process("-c", "import torch"), pairs=PAIRS
        ),
    )


def rows() -> Iterator[Row]:
    """The loop, an epoch where the data are there, and the start of a process."""
    one_layer, updates = loop_on_one_layer(), 3000
    yield Row(
        "loop on a one-layer net, added to an update",
        "at most 60 µs",
        f"{1e6 * one_layer.difference / updates:.0f} µs",
    )
    yield Row("loop on LeNet, batch 128, against a hand-written one", "at least 0.97", loop_on_lenet().spread())
    if "ETUDE_DATA" in os.environ:
        yield Row(
            "an epoch of LeNet on MNIST against DataLoader and default Adam",
            "at least 2",
            epoch_of_lenet(Source("mnist")).spread(),
        )
    wanted = ["0.15 s in all", "no more", "at most 1 s more"]
    for (what, pair), goal in zip(start_up(), wanted, strict=True):
        yield Row(what, goal, f"{statistics.median(pair.ours):.2f} s, {pair.difference:+.2f} s")
