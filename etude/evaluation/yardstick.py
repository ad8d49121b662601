"""What new examples are held against: the real ones, seen as points of the plane or through a network of our own."""

import time
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional as F

from etude.chance import stream
from etude.data.clouds import MIXTURES, Mixture
from etude.data.splits import Splits, part
from etude.errors import DataError
from etude.evaluation.discrepancy import energy_distance, kernel_distance
from etude.evaluation.features import FeatureNetwork, trained_features
from etude.evaluation.generation import (
    frechet_distance,
    in_blocks,
    inside,
    modes,
    neighbours,
    share,
)
from etude.evaluation.records import Baseline, Score, Verdict
from etude.figures import Images, Points
from etude.layers.span import as_bytes, spanned
from etude.schema import Classes, Pictures, Table

SAMPLES = 2000
"""new examples, and real ones of the part, at most"""
SHOWN = 1000
"""points of each kind in a figure"""
FEATURES = "the features of a LeNet trained on the training part (FID falls with n: compare it at equal n only)"
COARSE = 16
"""side in pixels of the pictures without classes that are compared: more would only be slower"""
PIXELS = f"their pixels at {COARSE} x {COARSE} or less, as there are no classes to train a judge with"
MEANING = (
    "distance without bias, mean of 10 blocks with Student's interval; precision and recall with 3 neighbours; "
    "novelty: median distance to the nearest training example, over that of the part's own examples"
)


class Yardstick:
    """Judges samples in the encoding of the schema: bytes of pictures, or standardised points."""

    def __init__(self, splits: Splits[Any], name: str) -> None:
        """`name` is that of the data; if it is a known mixture of Gaussians, its modes are counted."""
        self.splits = splits
        self.mixture: Mixture | None = MIXTURES.get(name)

    @cached_property
    def judge(self) -> FeatureNetwork:
        """The network that sees pictures, trained when it is first asked."""
        inputs, target = self.splits.schema.inputs, self.splits.schema.target
        assert isinstance(inputs, Pictures) and isinstance(target, Classes)  # `seen` asks for it only then
        return trained_features(self.splits.train, inputs, len(target.names))

    def seen(self, x: Shaped[Tensor, "example ..."]) -> Float[Tensor, "example feature"]:
        """Points as they are; pictures of classes by features; pictures without classes by pixels."""
        if isinstance(self.splits.schema.target, Classes):
            return self.judge.features(x)
        return coarse(x).flatten(1)

    def scores(self, samples: Shaped[Tensor, "example ..."], real: Shaped[Tensor, "real ..."]) -> dict[str, Score]:
        """How far the samples are from the real examples; the most telling score first."""
        found: dict[str, Score] = {}
        if self.mixture is not None:
            count, good = modes(in_units(samples, self.splits.schema.inputs), self.mixture)
            found |= {"modes": Score(float(count)), "high_quality": share(good)}
        theirs, ours = self.seen(real), self.seen(samples)
        if samples.ndim == 4:
            found |= {"KID": in_blocks(kernel_distance, theirs, ours), "FID": Score(frechet_distance(theirs, ours))}
        else:
            found |= {"energy_distance": in_blocks(energy_distance, theirs, ours)}
        return found | {"precision": share(inside(ours, theirs)), "recall": share(inside(theirs, ours))}

    def real(self, name: str) -> Shaped[Tensor, "real ..."]:
        """At most SAMPLES examples of a part, always the same; DataError if there are fewer than two."""
        examples, _ = part(self.splits, name)
        if len(examples) < 2:
            raise DataError(
                "E-SPLIT-SMALL",
                f"the {name} part has {len(examples)} of the examples, and samples are held against 2 at least: "
                "add examples, or give the part more with --split.",
            )
        order = torch.randperm(len(examples), generator=stream(0, "real examples"))
        chosen: Tensor = examples.x[order[:SAMPLES]]
        return chosen

    def verdict(
        self, samples: Shaped[Tensor, "example ..."], name: str, before: dict[str, Score] | None = None
    ) -> Verdict:
        """All scores beside those of two simple ways to make examples, and the figures; some come `before` them."""
        real, train = self.real(name), self.splits.train.x
        scores = (before or {}) | self.scores(samples, real)
        if name != "train":
            scores["novelty"] = novelty(samples, real, train)
        return Verdict(
            n=len(samples),
            unit="samples",
            metrics=scores,
            protocol=f"{len(samples):,} samples of a fixed seed against {len(real):,} examples of the {name} part in "
            f"{self.space(samples)}; {MEANING}",
            baselines=tuple(self.baselines(len(samples), real)),
            figures={"neighbours": beside_neighbours(samples, train)} if samples.ndim == 4 else {},
        )

    def space(self, samples: Shaped[Tensor, "example ..."]) -> str:
        """Where distances are measured, in words."""
        if samples.ndim == 2:
            return "the plane"
        return FEATURES if isinstance(self.splits.schema.target, Classes) else PIXELS

    def baselines(self, n: int, real: Tensor) -> list[Baseline]:
        """The training examples themselves, which no generator should beat, and one Gaussian."""
        train = self.splits.train.x
        chosen = torch.randperm(len(train), generator=stream(0, "training examples"))[:n]
        ways = {
            "training examples": (
                "real ones: what a perfect generator would reach",
                train[chosen],
            ),
            "one Gaussian": ("mean and covariance of the training part", gaussian(train, n)),
        }
        found = []
        for name, (note, samples) in ways.items():
            started = time.perf_counter()
            found.append(Baseline(name, note, self.scores(samples, real), round(time.perf_counter() - started, 3)))
        return found


def coarse(x: Shaped[Tensor, "example ..."]) -> Float[Tensor, "example ..."]:
    """Points as they are, pictures in the span of a network, averaged to at most COARSE pixels in height and width."""
    spread = spanned(x)
    if x.ndim == 2 or x.shape[2] <= COARSE:
        return spread
    return F.adaptive_avg_pool2d(spread, COARSE)


def in_units(x: Float[Tensor, "point 2"], table: Any) -> Float[Tensor, "point 2"]:
    """Standardised points in the units of their columns."""
    assert isinstance(table, Table)  # only tables have points
    mean = torch.tensor([each.mean for each in table.numeric])
    return x * torch.tensor([each.deviation for each in table.numeric]) + mean


def gaussian(train: Shaped[Tensor, "example ..."], n: int) -> Shaped[Tensor, "n ..."]:
    """Draws from one Gaussian with the mean and covariance of at most 10,000 training examples."""
    flat = spanned(train[:10_000]).flatten(1).double()
    values, vectors = torch.linalg.eigh(torch.cov(flat.T))
    z = torch.randn(n, len(values), generator=stream(0, "one Gaussian"), dtype=torch.float64)
    drawn = (flat.mean(dim=0) + z * values.clamp(min=0).sqrt() @ vectors.T).float().view(n, *train.shape[1:])
    return as_bytes(drawn) if train.dtype == torch.uint8 else drawn


def novelty(samples: Tensor, real: Tensor, train: Tensor) -> Score:
    """The median distance of samples to their nearest training example, over that of real examples of the part.

    Well below 1: the training examples were learnt by heart.
    """
    known = spanned(train).flatten(1)
    medians = [neighbours(spanned(each).flatten(1), known)[0].median() for each in (samples, real)]
    return Score(float(medians[0] / medians[1].clamp(min=1e-12)))


def beside_neighbours(samples: Tensor, train: Tensor, pairs: int = 16) -> Images:
    """Each sample, and behind it the training picture nearest to it in pixels: are they copies?"""
    few = samples[:pairs]
    _, nearest = neighbours(spanned(few).flatten(1), spanned(train).flatten(1))
    pictures = torch.stack([few, train[nearest]], dim=1).flatten(0, 1)
    return Images("Samples and their nearest training pictures", pictures, ("sample", "nearest") * len(few))


def shown(samples: Shaped[Tensor, "example ..."], real: Shaped[Tensor, "real ..."], table: Any) -> Images | Points:
    """A grid of pictures, or points over real points."""
    if samples.ndim == 4:
        return Images("Samples", samples, ("",) * len(samples))
    assert isinstance(table, Table)
    points = in_units(torch.cat([real[:SHOWN], samples[:SHOWN]]), table)
    kinds = torch.cat([torch.zeros(len(real[:SHOWN])), torch.ones(len(samples[:SHOWN]))]).long()
    first, second = (each.name for each in table.numeric)
    return Points("Samples over real points", points[:, 0], points[:, 1], first, second, kinds, ("real", "sample"))
