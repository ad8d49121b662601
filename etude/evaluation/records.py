"""What an evaluation found, as plain data that a run keeps in `evaluation-<part>.json`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pydantic import TypeAdapter

from etude.figures import Figure

Number: TypeAlias = float | None
"""None where a score is not defined: the ranking of a class that does not occur, the R² of equal truths"""


def number(value: float) -> Number:
    """A float, or None for NaN and infinity, which JSON does not know."""
    return value if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Score:
    """A number with its 95 % interval."""

    value: Number
    low: Number = None
    high: Number = None
    """None where resampling cannot tell: no example was wrong"""


@dataclass(frozen=True, slots=True)
class ClassScores:
    """How one class fared against all others."""

    name: str
    n: int
    """examples of this class"""
    precision: Score
    recall: Score
    f1: Score


@dataclass(frozen=True, slots=True)
class Trace:
    """A line through points."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Answers of similar confidence."""

    n: int
    confidence: float
    """mean probability of the answers"""
    accuracy: float
    """share of them that were right"""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One of the worst answers."""

    row: int
    """of the source, in reading order from 0"""
    position: int
    """in the part, from 0"""
    truth: str | float
    answer: str | float
    confidence: Number
    """probability that was given to the answer (classes)"""
    fields: dict[str, str]
    """the row that went in, column by column (tables)"""


@dataclass(frozen=True, slots=True)
class ClassDetails:
    """What there is to see beside the scores when the answers are classes."""

    names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    """rows are truths, columns answers"""
    classes: tuple[ClassScores, ...]
    roc: dict[str, Trace]
    """true positive rate over false positive rate: for the last of two classes, for each of up to ten, or their mean"""
    precision_recall: dict[str, Trace]
    """precision over recall, for the same classes"""
    calibration: tuple[CalibrationBin, ...]
    """without the empty ones"""


@dataclass(frozen=True, slots=True)
class QuantityDetails:
    """What there is to see beside the scores when the answer is a quantity."""

    truths: tuple[float, ...]
    """of a random sample of at most 500 examples, in the unit of the target"""
    answers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OtherDetails:
    """What there is to know of scores that do not count right and wrong answers."""

    unit: str
    """of what was scored, in the plural: characters, episodes, samples"""
    main: str
    """the metric at the top of the page"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good a network is on one part of the data."""

    part: str
    n: int
    """examples, or what else `details` says was counted"""
    target: str
    """name of what is predicted"""
    loss: Number
    """as in the rows of the training: cross-entropy in nats, or mean squared error of the standardised quantity"""
    metrics: dict[str, Score]
    details: ClassDetails | QuantityDetails | OtherDetails
    worst: tuple[Mistake, ...]
    """most wrong first"""
    protocol: str
    """how the scores and intervals were obtained, in words"""
    seconds: float

    def as_validation(self) -> dict[str, Number]:
        """Loss and accuracy, or loss and rmse: the very numbers that a training writes for the same weights."""
        name = "accuracy" if isinstance(self.details, ClassDetails) else "rmse"
        return {"loss": self.loss, name: self.metrics[name].value}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a simple method reaches on the same examples."""

    name: str
    """'most frequent class', 'mean', 'linear', '5 nearest neighbours'"""
    note: str
    """what it was trained on, in words"""
    metrics: dict[str, Score]
    seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a recipe that judges by rules of its own says of its network."""

    n: int
    unit: str
    """of what `n` counts, in the plural: characters, episodes, samples"""
    metrics: dict[str, Score]
    """the one that matters most first"""
    protocol: str
    """how the scores were obtained, in words"""
    baselines: tuple[Baseline, ...] = ()
    """with the same metrics, or some of them"""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """name -> what else there is to see"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """An evaluation beside its baselines: what one file of the run folder holds."""

    evaluation: Evaluation
    baselines: tuple[Baseline, ...]
    checkpoint: str
    """which weights, in words: 'last, step 1,200'"""


def to_json(judgement: Judgement) -> str:
    """The text of `evaluation-<part>.json`; undefined numbers are null."""
    return TypeAdapter(Judgement).dump_json(judgement, indent=1).decode() + "\n"


def from_json(text: str) -> Judgement:
    """Read what `to_json` wrote; pydantic's ValidationError if it is something else."""
    return TypeAdapter(Judgement).validate_json(text)
