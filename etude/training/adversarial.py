"""What the two adversarial recipes share: their data, batches, curves, figures and judgement."""

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.chance import seed_global, stream
from etude.data.splits import Splits
from etude.errors import DataError
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Verdict
from etude.evaluation.yardstick import SAMPLES, Yardstick, in_units, shown
from etude.figures import Grid, Images, Points
from etude.layers.span import as_bytes
from etude.learners.adversarial import Adversarial
from etude.learners.base import device_of
from etude.models.gan import PictureCritic, PictureGenerator, point_critic, point_generator
from etude.records import Inputs
from etude.schema import Nothing, Pictures, Schema, Table
from etude.training.abilities import PartName
from etude.training.experiment import TO_THE_END, Experiment
from etude.training.samples import side_of

EVALUATIONS = 10
"""in a training"""
PICTURES_SHOWN = 64
FINENESS = 60
"""places across the plane where the critic is asked"""


def latent_of(schema: Schema, latent: int | None) -> int:
    """The length of z if nobody says: 2 for points, 64 for pictures."""
    return latent or (64 if isinstance(schema.inputs, Pictures) else 2)


def generator_for(schema: Schema, *, latent: int | None, width: int) -> nn.Module:
    """The untrained generator for points, or for pictures whose side is a multiple of 4."""
    length = latent_of(schema, latent)
    match schema.inputs:
        case Pictures():
            return PictureGenerator(length, width, channels=schema.inputs.channels, size=side_of(schema.inputs))
        case Table() if isinstance(schema.target, Nothing):
            return point_generator(length, 4 * width)
        case _:
            raise DataError("E-DATA-KIND", "generators here make pictures or points: give either.")


def critic_for(schema: Schema, *, width: int) -> nn.Module:
    """The untrained opponent of `generator_for`."""
    match schema.inputs:
        case Pictures():
            return PictureCritic(width, channels=schema.inputs.channels, size=side_of(schema.inputs))
        case _:
            return point_critic(4 * width)


def adversarial(
    learner: Adversarial, splits: Splits[Any], *, name: str, steps: int, size: int, seed: int
) -> Experiment[Inputs]:
    """An experiment in which `learner` sees `size` training examples in each update, scored by its samples."""
    yardstick = Yardstick(splits, name)
    train = Inputs(splits.train.x)
    real = yardstick.real("valid")

    def evaluate() -> dict[str, float]:
        samples = drawn(learner.network, n=SAMPLES, latent=learner.latent)
        return {f"valid_{key}": float(score.value or 0) for key, score in yardstick.scores(samples, real).items()}

    seed_global(seed, "dropout")
    return Experiment(
        learner=learner,
        batches=lambda start: with_replacement(train, size, seed=seed, start=start),
        steps=steps,
        evaluate=evaluate,
        evaluate_every=max(1, steps // EVALUATIONS),
        log_every=max(1, steps // 1000),
        watch=TO_THE_END,
        splits=splits,
        views={"samples": lambda: samples_view(learner, splits)},
    )


def with_replacement(examples: Inputs, size: int, *, seed: int, start: int) -> Iterator[Inputs]:
    """Endless batches of independent draws, all of one size, which batch normalisation wants; no epochs."""
    number = start
    while True:
        yield examples[torch.randint(len(examples), (size,), generator=stream(seed, "order", number))]
        number += 1


def drawn(generator: nn.Module, *, n: int, latent: int, seed: int = 0) -> Shaped[Tensor, "n ..."]:
    """New examples in the encoding of the schema, on the CPU; the same seed gives the same z."""
    z = torch.randn(n, latent, generator=stream(seed, "sampling")).to(next(generator.parameters()).device)
    with evaluating(generator):
        x = torch.cat([generator(some).cpu() for some in z.split(500)])
    return as_bytes(x) if x.ndim == 4 else x


def verdict_of(generator: nn.Module, splits: Splits[Any], part: PartName, *, name: str, latent: int | None) -> Verdict:
    """The judgement of SAMPLES new examples."""
    samples = drawn(generator, n=SAMPLES, latent=latent_of(splits.schema, latent))
    return Yardstick(splits, name).verdict(samples, part)


def samples_view(learner: Adversarial, splits: Splits[Any]) -> Images | Points:
    """Pictures of the fixed z, or points over the critic's landscape."""
    pictures = isinstance(splits.schema.inputs, Pictures)
    samples = drawn(learner.network, n=PICTURES_SHOWN if pictures else SAMPLES, latent=learner.latent)
    figure = shown(samples, splits.valid.x, splits.schema.inputs)
    if isinstance(figure, Images):
        return figure
    landscape = heights(learner, torch.cat([samples, splits.valid.x]), splits.schema.inputs)
    return Points(
        "Samples, real points, and where the critic believes",
        figure.x,
        figure.y,
        figure.x_label,
        figure.y_label,
        figure.classes,
        figure.names,
        landscape,
    )


def heights(learner: Adversarial, points: Float[Tensor, "point 2"], table: Any) -> Grid:
    """What the critic says over the rectangle of the points."""
    margin = 0.1 * (points.amax(dim=0) - points.amin(dim=0))
    low, high = points.amin(dim=0) - margin, points.amax(dim=0) + margin
    ways = [torch.linspace(float(low[axis]), float(high[axis]), FINENESS) for axis in (0, 1)]
    y, x = torch.meshgrid(ways[1], ways[0], indexing="ij")
    places = torch.stack([x, y], dim=2).flatten(0, 1)  # (row and column, 2)
    with evaluating(learner.critic):
        values = learner.height(places.to(device_of(learner))).cpu().view(FINENESS, FINENESS)
    corners = in_units(torch.stack([low, high]), table)
    (left, lower), (right, upper) = corners.tolist()
    return Grid(values, (left, right), (lower, upper))
