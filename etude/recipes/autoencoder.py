"""An autoencoder, dense, convolutional or denoising: pictures through a few numbers and back (Hinton 2006)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.chance import seed_global, stream
from etude.data.batches import shuffled, steps_per_epoch
from etude.data.new import read_new
from etude.data.splits import Splits
from etude.data.splits import part as part_of
from etude.data.squares import load_gallery
from etude.data.unlabelled import unlabelled
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.codes import SHOWN, beside
from etude.evaluation.plane import plane
from etude.evaluation.reconstruction import (
    decoded_plane,
    every_error,
    left_as_it_came,
    linear_codes,
    reconstruction_scores,
    squared_errors,
)
from etude.evaluation.records import Verdict
from etude.figures import Figure, Images, Points
from etude.layers.units import unit_rows
from etude.learners.base import GradientLearner, device_of
from etude.models.autoencoder import Autoencoder, autoencoder
from etude.objectives.precision import Autocast
from etude.objectives.restoration import Restoration, masked
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share
from etude.records import Inputs, Labelled
from etude.schedules import one_cycle
from etude.schema import Classes, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.expect import expect_pictures
from etude.training.experiment import Experiment, Length, Recipe, Watch

MAPPED = 1000
"""pictures whose codes are drawn"""


@dataclass(frozen=True, kw_only=True)
class AutoencoderRecipe(Recipe):
    """An autoencoder, dense, convolutional or denoising: pictures through a few numbers and back (Hinton 2006).

    With --channels the first layers are convolutions; with --corruption it learns to fill in missing pixels.
    """

    source: Source = Source("digits")
    epochs: Count | None = None
    """passes over the training part; default: 20, or more if those are fewer than 4,000 updates"""
    batch: Count = 128
    """pictures in an update"""
    rate: Rate = 3e-3
    """highest learning rate of AdamW, reached in one cycle"""
    latent: Count = 2
    """numbers that a picture is coded as"""
    hidden: tuple[Count, ...] = (256, 128)
    """units of the dense layers of the encoder; the decoder has them in reverse"""
    channels: tuple[Count, ...] = ()
    """of the convolutions before the dense layers, each of which halves the picture; none: all layers are dense"""
    corruption: Share = 0.0
    """share of the pixels that are set to 0 before the network sees them"""
    size: Count | None = None
    """side of the pictures in pixels; default: that of the data"""
    tiny: ClassVar = {"steps": 2, "hidden": (8,), "channels": (2,), "corruption": 0.1}
    length: ClassVar = Length(passes=20, updates=4000)

    def network(self, schema: Schema) -> nn.Module:
        pictures = expect_pictures(schema, "autoencoder")
        return autoencoder(pictures.height, channels=self.channels, hidden=self.hidden, latent=self.latent)

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        return Optimizer(adamw(network.parameters(), rate=self.rate), schedule=one_cycle(steps))

    def experiments(self) -> Iterator[Experiment[Inputs]]:
        gallery = load_gallery(self.source, size=self.size)
        splits = unlabelled(gallery)
        device, epoch = find_device(self.device), steps_per_epoch(len(splits.train), self.batch)
        steps = self.steps or epoch * (self.epochs or self.length.epochs(epoch))
        seed_global(self.seed, "initialisation")
        network = coder(placed(self.network(splits.schema), device))
        goal = Autocast(Restoration(self.corruption), device.type, self.precision)
        seed_global(self.seed, "dropout")

        def evaluate() -> dict[str, float]:
            errors = every_error(network, splits.valid, share=self.corruption)
            return {f"valid_{name}": float(each.mean()) for name, each in errors.items()}

        yield Experiment(
            learner=GradientLearner(network, goal, self.optimizer(network, steps)),
            batches=lambda start: shuffled(splits.train, self.batch, seed=self.seed, start=start),
            steps=steps,
            evaluate=evaluate,
            evaluate_every=min(max(epoch, steps // 20), steps),
            epoch_steps=epoch,
            watch=Watch("valid_denoised_mse" if self.corruption else "valid_mse"),
            splits=splits,
            views=self.views(network, gallery),
        )

    def views(self, network: Autoencoder, splits: Splits[Inputs] | Splits[Labelled]) -> dict[str, Callable[[], Figure]]:
        """What comes back, where the classes lie, and what the plane between them looks like."""
        height = expect_pictures(splits.schema, "autoencoder").height
        found: dict[str, Callable[[], Figure]] = {
            "reconstructions": lambda: self.returned(network, splits.valid.x[:SHOWN], height=height),
            "codes": lambda: mapped(network, splits.valid[:MAPPED], splits.schema),
        }
        if self.latent == 2:
            found["decoded plane"] = lambda: decoded_plane(
                network, codes(network, splits.valid.x[:MAPPED]), height=height
            )
        return found

    def returned(self, network: Autoencoder, pictures: Tensor, *, height: int) -> Images:
        """Pictures as the network sees them, each with what comes back."""
        seen = masked(pictures, self.corruption, stream(0, "corruption"))
        with torch.no_grad():
            back = network(seen.to(device_of(network))).cpu()
        return beside(unit_rows(seen), back, height=height)

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        assert experiment.splits is not None  # `experiments` has them
        examples, _ = part_of(experiment.splits, part)
        height = expect_pictures(experiment.splits.schema, "autoencoder").height
        baselines = [linear_codes(experiment.splits.train, examples, latent=self.latent)]
        if self.corruption:
            baselines.append(left_as_it_came(examples, share=self.corruption))
        return Verdict(
            n=len(examples),
            unit="pictures",
            metrics=reconstruction_scores(coder(network), examples, share=self.corruption),
            protocol=f"Mean squared error of the pixels, from 0 to 1, of all {len(examples):,} pictures of the {part} "
            f"part after a code of {self.latent} numbers. 95 % intervals by the bootstrap over the pictures.",
            baselines=tuple(baselines),
            figures={"reconstructions": self.returned(coder(network), examples.x[:SHOWN], height=height)},
        )

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """How badly each picture comes back: far above the test error, it is of a kind that training never saw."""
        new = read_new(schema, self.source, inputs)
        errors = squared_errors(coder(network), Inputs(new.x)).tolist()
        rows = tuple(Answer(name, error, {}) for name, error in zip(new.names, errors, strict=True))
        return Answers("mean squared error", rows, new.notes)

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """The first pictures as the network sees them, each with what comes back."""
        height, new = expect_pictures(schema, "autoencoder").height, read_new(schema, self.source, inputs)
        return {"reconstructions": self.returned(coder(network), new.x[:SHOWN], height=height)}


def coder(network: nn.Module) -> Autoencoder:
    """The network, which is an autoencoder."""
    assert isinstance(network, Autoencoder)
    return network


def codes(network: Autoencoder, pictures: Tensor) -> Float[Tensor, "picture latent"]:
    """The code of each picture."""
    with torch.no_grad():
        return network.encode(unit_rows(pictures.to(device_of(network))))


def mapped(network: Autoencoder, examples: Inputs | Labelled, schema: Schema) -> Points:
    """Codes in the plane, coloured by a class that the training never saw."""
    z = codes(network, examples.x).cpu()
    labels = ("first number of the code", "second number of the code")
    if z.shape[1] != 2:
        z, labels = plane(z), ("first principal direction", "second principal direction")
    names = schema.target.names if isinstance(schema.target, Classes) else ()
    classes = examples.y if names and isinstance(examples, Labelled) else None
    return Points("Codes of pictures", z[:, 0], z[:, 1], *labels, classes=classes, names=names)
