"""What all makers of points and pictures share: which sizes they can make, and how their examples are shown."""

from dataclasses import dataclass

from jaxtyping import Shaped
from torch import Tensor

from etude.errors import UsageError
from etude.evaluation.yardstick import in_units
from etude.figures import Images, Points
from etude.ranges import Count, Seed
from etude.schema import Pictures, Schema, Table


@dataclass(frozen=True, slots=True)
class SampleWish:
    """What to make."""

    n: Count = 64
    """new examples"""
    seed: Seed = 0
    """of the random numbers that they are made from"""


def side_of(pictures: Pictures) -> int:
    """The side of the pictures, which the networks halve or double twice."""
    if pictures.height % 4:
        raise UsageError("E-CFG-RANGE", f"--size is {pictures.height}; it must be a multiple of 4, such as 16 or 28.")
    return pictures.height


def figure_of(samples: Shaped[Tensor, "n ..."], schema: Schema, captions: tuple[str, ...]) -> Images | Points:
    """Pictures with their captions, or points in the units of their columns."""
    if isinstance(schema.inputs, Pictures):
        return Images("Samples", samples, captions)
    assert isinstance(schema.inputs, Table)  # nothing else is made
    points = in_units(samples, schema.inputs)
    first, second = (each.name for each in schema.inputs.numeric)
    return Points("Samples", points[:, 0], points[:, 1], first, second)
