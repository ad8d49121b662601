"""TensorFlow Playground's address: a lesson and how it is shown, after the # of a URL (src/state.ts).

Keys of our own, in etude/playground/beyond.py, are absent where they say nothing, so that its addresses stay as they
are.
"""

import math
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote

from etude.playground import beyond
from etude.playground.gan import GENERATE, USUAL
from etude.playground.goals import Goal, read_goal, write_goal
from etude.playground.lesson import Lesson
from etude.playground.many import MANY
from etude.playground.network import BENDS, FEATURES
from etude.playground.worlds import CLASSES, HEIGHTS

CHOICES = {
    "problem": ("problem", ("classification", "regression", GENERATE)),
    "dataset": ("dataset", (*CLASSES, *MANY)),
    "regDataset": ("reg_dataset", tuple(HEIGHTS)),
    "activation": ("activation", tuple(BENDS)),
    "regularization": ("penalty", ("none", "L1", "L2")),
}
"""keys that take one of some words: our field, and the words"""
NUMBERS = {
    "learningRate": ("rate", 1e-6, 100.0),
    "regularizationRate": ("strength", 0.0, 100.0),
    "noise": ("noise", 0.0, 80.0),
}
"""keys that take a number: our field, the least and the greatest"""
TOO_NOISY = 50.0
"""what the browser takes for a noise beyond its greatest"""
COUNTS = {"batchSize": ("batch", 1, 10_000), "percTrainData": ("training", 10, 90)}
MOST_LAYERS, MOST_UNITS = 12, 64
HIDEABLE = (
    *("showTestData", "discretize", "playButton", "stepButton", "resetButton", "learningRate", "activation"),
    *("regularization", "regularizationRate", "problem", "dataset", "percTrainData", "noise", "batchSize"),
    *("numHiddenLayers", "loss"),
)
"""controls that a teacher can take away"""


@dataclass(frozen=True, kw_only=True)
class View:
    """How a lesson is shown."""

    show_test_data: bool = False
    discretize: bool = False
    """two colours instead of shades"""
    hide_text: bool = False
    hidden: tuple[str, ...] = ()
    """controls of HIDEABLE, and features, that the page does not show"""
    goal: Goal | None = None
    """when the lesson has been passed"""


def read_address(text: str, *, seed: str) -> tuple[Lesson, View]:
    """What stands after the #; what is missing or makes no sense is as in a fresh page, as in the browser.

    `seed` is taken if there is none.
    """
    given = {key: value.strip() for key, value in parse_qsl(text.removeprefix("#"), keep_blank_values=True)}
    fresh = Lesson(seed=given.get("seed") or seed, zero=is_on(given, "initZero"))
    usual = USUAL if given.get("problem") == GENERATE else {}
    lesson = beyond.fitting(replace(fresh, **(usual | chosen(given))))
    view = View(
        show_test_data=is_on(given, "showTestData"),
        discretize=is_on(given, "discretize"),
        hide_text=is_on(given, "hideText"),
        goal=read_goal(given.get("goal", "")) if lesson.problem != GENERATE else None,  # it has no answers to judge
        hidden=tuple(name for name in (*HIDEABLE, *FEATURES) if is_on(given, f"{name}_hide")),
    )
    return lesson, view


def chosen(given: dict[str, str]) -> dict[str, Any]:
    """The fields of a lesson that are given and make sense."""
    found: dict[str, Any] = {}
    for key, (field, words) in (CHOICES | beyond.CHOICES).items():
        if given.get(key) in words:
            found[field] = given[key]
    for key, (field, least, most) in (NUMBERS | COUNTS | beyond.NUMBERS | beyond.COUNTS).items():
        number = number_in(given.get(key, ""))
        if number is not None:
            found[field] = type(least)(min(max(number, least), most))
    if number_in(given.get("noise", "")) != found.get("noise") and found.get("noise") == NUMBERS["noise"][2]:
        found["noise"] = TOO_NOISY
    if "networkShape" in given:
        found["shape"] = shape_in(given["networkShape"])
    if given.get("generator"):
        found["generator"] = shape_in(given["generator"])
    if any(given.get(name) for name in FEATURES):
        usual = Lesson().features
        found["features"] = tuple(name for name in FEATURES if is_on(given, name, otherwise=name in usual)) or usual
    return found | beyond.own_points(given)


def is_on(given: dict[str, str], key: str, *, otherwise: bool = False) -> bool:
    """Whatever is not 'false' means yes."""
    return given[key] != "false" if given.get(key) else otherwise


def number_in(text: str) -> float | None:
    """The number that stands there, if one does."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def shape_in(text: str) -> tuple[int, ...]:
    """Units of each layer, at most 12 layers of 64."""
    sizes = [number_in(each) for each in text.split(",")]
    return tuple(min(int(size), MOST_UNITS) for size in sizes if size is not None and size >= 1)[:MOST_LAYERS]


def write_address(lesson: Lesson, view: View) -> str:
    """The address that TensorFlow Playground would show, and behind it what only etude knows."""
    values: dict[str, object] = {key: getattr(lesson, field) for key, (field, _) in CHOICES.items()}
    values |= {key: getattr(lesson, field) for key, (field, *_) in (NUMBERS | COUNTS).items()}
    values |= {"networkShape": ",".join(map(str, lesson.shape)), "seed": lesson.seed, "initZero": lesson.zero}
    values |= {name: name in lesson.features for name in FEATURES}
    values |= {"showTestData": view.show_test_data, "discretize": view.discretize, "hideText": view.hide_text}
    values |= {f"{name}_hide": True for name in view.hidden}
    values |= beyond.unusual(lesson)
    values |= {"goal": write_goal(view.goal)} if view.goal else {}
    return "&".join(f"{key}={quote(written(value), safe=',;:')}" for key, value in values.items())


def written(value: object) -> str:
    """As JavaScript writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
