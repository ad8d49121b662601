"""The part of an address that TensorFlow Playground does not know: keys of ours, absent where all is as usual.

`points=0.9,-0.2,0;0.75,0.6,1` gives x, y and label of points of one's own, which are learnt in this order; labels above
1 make several classes. All of them are learnt from unless percTrainData says otherwise. Where there are too many,
`ownPoints` says how many, and only the page that they were given to has them.
"""

import math
from dataclasses import fields, replace
from typing import Any
from urllib.parse import parse_qsl

from etude.playground.descent import BINARY, DISTANCES, MANY, OPTIMIZERS, SPANS, STARTS
from etude.playground.gan import GENERATE, USUAL
from etude.playground.lesson import Lesson
from etude.playground.many import MOST_CLASSES
from etude.playground.perceptron import PERCEPTRON, hindrance
from etude.playground.worlds import Point

CHOICES = {
    "loss": ("loss", (*DISTANCES, *BINARY, *MANY)),
    "optimizer": ("optimizer", (*OPTIMIZERS, PERCEPTRON)),
    "schedule": ("schedule", tuple(SPANS)),
    "init": ("start", ("uniform", *STARTS)),
}
"""keys that take one of some words, as in etude/playground/address.py"""
NUMBERS = {"dropout": ("dropout", 0.0, 0.9), "weightDecay": ("decay", 0.0, 10.0)}
COUNTS = {"scheduleEpochs": ("span", 1, 100_000), "classes": ("classes", 2, MOST_CLASSES)}
MOST_WRITTEN = 600
"""points of one's own that an address holds"""
FARTHEST = 50.0
"""coordinate of a point of one's own; beyond it our sine is none"""
ALSO = {"bce": "ce", "ce": "bce"}
"""the same loss for another number of classes"""


def fitting(lesson: Lesson) -> Lesson:
    """With a loss that its problem can have: what is nearest to the one that was asked for.

    The perceptron rule learns one point at a time, and knows nothing of penalties, schedules, decay and dropout; where
    it cannot learn, gradient descent does. A GAN knows nothing of them either.
    """
    generates = lesson.problem == GENERATE
    if lesson.optimizer == PERCEPTRON and hindered(lesson):
        lesson = replace(lesson, optimizer=USUAL["optimizer"] if generates else "sgd")
    if lesson.optimizer == PERCEPTRON or generates:
        lesson = replace(lesson, penalty="none", strength=0.0, schedule="constant", decay=0.0, dropout=0.0)
    if lesson.optimizer == PERCEPTRON:
        lesson = replace(lesson, batch=1)
    if not generates:
        lesson = replace(lesson, generator=Lesson().generator)
    loss = ALSO.get(lesson.loss, lesson.loss) if lesson.loss not in losses_of(lesson) else lesson.loss
    return replace(lesson, loss=loss if loss in losses_of(lesson) else losses_of(lesson)[0])


def hindered(lesson: Lesson) -> str:
    """Why the perceptron rule cannot learn a lesson; empty if it can."""
    return hindrance(lesson.problem, outputs=lesson.outputs, hidden=len(lesson.shape))


def refusal(address: str, lesson: Lesson) -> str:
    """What an address asks for, and its lesson cannot have, in words."""
    given = dict(parse_qsl(address.removeprefix("#")))
    if lesson.problem == GENERATE and "goal" in given:
        return "A goal asks for the loss or the accuracy of answers; a GAN gives none, so this goal is left out."
    return hindered(lesson) if given.get("optimizer") == PERCEPTRON != lesson.optimizer else ""


def losses_of(lesson: Lesson) -> tuple[str, ...]:
    """The losses that a problem can have, the usual one first."""
    if lesson.outputs > 1:
        return tuple(MANY)
    if lesson.problem == GENERATE:
        return ("bce",)
    if lesson.optimizer == PERCEPTRON:
        return (PERCEPTRON,)
    return tuple(DISTANCES) if lesson.problem == "regression" else (*DISTANCES, "bce", "hinge")


def unusual(lesson: Lesson) -> dict[str, Any]:
    """The values of our keys that are not as usual."""
    usual = {field.name: field.default for field in fields(Lesson)} | {"loss": losses_of(lesson)[0]}
    usual |= USUAL if lesson.problem == GENERATE else {}
    ours = {key: field for key, (field, *_) in (CHOICES | NUMBERS | COUNTS).items()}
    values = {key: getattr(lesson, field) for key, field in ours.items()}
    own: dict[str, Any] = {}
    if lesson.generator != usual["generator"]:
        own["generator"] = ",".join(map(str, lesson.generator)) or "0"
    if len(lesson.own) > MOST_WRITTEN:
        own["ownPoints"] = len(lesson.own)
    elif lesson.own:
        own["points"] = ";".join(map(spelt, lesson.own))
    return {key: value for key, value in values.items() if value != usual[ours[key]]} | own


def own_points(given: dict[str, str]) -> dict[str, Any]:
    """The fields of points of one's own, if any make sense."""
    rows = [numbers(row) for row in given.get("points", "").split(";")]
    own = tuple(Point(*row) for row in rows if len(row) == 3 and all(abs(each) <= FARTHEST for each in row))
    share = numbers(given.get("percTrainData", ""))
    return {"own": own, "training": int(min(max(share[0], 10), 100)) if share else 100} if own else {}


def kept_points(text: str) -> int:
    """How many points an address speaks of that are too many to stand there."""
    count = numbers(dict(parse_qsl(text.removeprefix("#"))).get("ownPoints", ""))
    return int(count[0]) if count else 0


def numbers(text: str) -> list[float]:
    """The numbers between the commas; none if one of them is none."""
    try:
        found = [float(each) for each in text.split(",")]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []


def spelt(point: Point) -> str:
    """To the last digit."""
    return ",".join(repr(float(number)).removesuffix(".0") for number in point)
