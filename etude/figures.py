"""What can be looked at: seven kinds of figure as plain numbers, drawn elsewhere (report, page, notebook)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from jaxtyping import Float, Int, UInt8
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a curve."""

    x: Float[Tensor, " point"]
    y: Float[Tensor, " point"]
    """NaN breaks the line"""
    low: Float[Tensor, " point"] | None = None
    """lower edge of a band around the line, drawn only if `high` is there too"""
    high: Float[Tensor, " point"] | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """Named lines over one x axis: losses over updates, ROC, calibration."""

    title: str
    lines: Mapping[str, Line]
    x_label: str
    """with its unit, as every label of an axis"""
    y_label: str
    diagonal: bool = False
    """draw y = x from 0 to 1 for comparison: chance in a ROC curve, the ideal in a calibration curve"""
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True, slots=True)
class Images:
    """Pictures in a grid, each with a caption."""

    title: str
    pixels: UInt8[Tensor, "picture channel height width"]
    """1 channel grey, 3 channels red, green, blue; 0 to 255"""
    captions: tuple[str, ...]
    """one for each picture"""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A table of numbers as colours: a confusion matrix, attention, weights."""

    title: str
    values: Float[Tensor, "row column"] | Int[Tensor, "row column"]
    """non-negative numbers run from pale to dark; signed ones from orange over grey to blue"""
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_label: str
    column_label: str
    share_of_row: bool = False
    """colour a cell by its share of the row's sum, and print the value itself"""


@dataclass(frozen=True, slots=True)
class Grid:
    """What a network answers on a regular grid, as a background behind points."""

    values: Float[Tensor, "row column"]
    """-1 to 1 from one class to the other, or the class index for more than two classes; the first row is the lowest"""
    x: tuple[float, float]
    """left and right edge"""
    y: tuple[float, float]
    """lower and upper edge"""


@dataclass(frozen=True, slots=True)
class Points:
    """Points of the plane, coloured and shaped by class: data, an embedding, a boundary, truth against answer."""

    title: str
    x: Float[Tensor, " point"]
    y: Float[Tensor, " point"]
    x_label: str
    y_label: str
    classes: Int[Tensor, " point"] | None = None
    """index into `names`; None: all points alike"""
    names: tuple[str, ...] = ()
    background: Grid | None = None
    diagonal: bool = False
    """draw y = x for comparison"""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Named series of counts over the same bins."""

    title: str
    edges: Float[Tensor, " edge"]
    """ascending; one more than there are bins"""
    counts: Mapping[str, Int[Tensor, " bin"]]
    x_label: str
    y_label: str = "count"


@dataclass(frozen=True, slots=True)
class LayerBox:
    """One layer as it is drawn."""

    name: str
    shape: tuple[int, ...]
    """of what leaves it, without the batch"""
    parameters: int
    """numbers that are learnt"""


@dataclass(frozen=True, slots=True)
class Network:
    """The layers of a network in the order of the forward pass."""

    title: str
    layers: tuple[LayerBox, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Words: a sample, a rule, a summary."""

    title: str
    body: str


Figure: TypeAlias = Curve | Images | Matrix | Points | Histogram | Network | Text
"""Anything that a recipe shows, the report prints and the page draws."""
