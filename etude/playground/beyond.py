"""The part of an address that TensorFlow Playground does not know: keys of ours, absent where all is as usual."""

from dataclasses import fields, replace
from typing import Any

from etude.playground.descent import BINARY, DISTANCES, MANY, OPTIMIZERS, SPANS, STARTS
from etude.playground.lesson import Lesson
from etude.playground.many import MOST_CLASSES

CHOICES = {
    "loss": ("loss", (*DISTANCES, *BINARY, *MANY)),
    "optimizer": ("optimizer", OPTIMIZERS),
    "schedule": ("schedule", tuple(SPANS)),
    "init": ("start", ("uniform", *STARTS)),
}
"""keys that take one of some words, as in etude/playground/address.py"""
NUMBERS = {"dropout": ("dropout", 0.0, 0.9), "weightDecay": ("decay", 0.0, 10.0)}
COUNTS = {"scheduleEpochs": ("span", 1, 100_000), "classes": ("classes", 2, MOST_CLASSES)}
ALSO = {"bce": "ce", "ce": "bce"}
"""the same loss for another number of classes"""


def fitting(lesson: Lesson) -> Lesson:
    """With a loss that its problem can have: what is nearest to the one that was asked for."""
    loss = ALSO.get(lesson.loss, lesson.loss) if lesson.loss not in losses_of(lesson) else lesson.loss
    return replace(lesson, loss=loss if loss in losses_of(lesson) else losses_of(lesson)[0])


def losses_of(lesson: Lesson) -> tuple[str, ...]:
    """The losses that a problem can have, the usual one first."""
    if lesson.outputs > 1:
        return tuple(MANY)
    return tuple(DISTANCES) if lesson.problem == "regression" else (*DISTANCES, *BINARY)


def unusual(lesson: Lesson) -> dict[str, Any]:
    """The values of our keys that are not as usual."""
    usual = {field.name: field.default for field in fields(Lesson)} | {"loss": losses_of(lesson)[0]}
    ours = {key: field for key, (field, *_) in (CHOICES | NUMBERS | COUNTS).items()}
    values = {key: getattr(lesson, field) for key, field in ours.items()}
    return {key: value for key, value in values.items() if value != usual[ours[key]]}
