"""When a lesson has been passed: what is asked of the network on points that it has not learnt from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from etude.playground.lesson import Lesson


@dataclass(frozen=True, kw_only=True)
class Goal:
    """All of what is given must hold."""

    loss: float | None = None
    """the test loss is below this"""
    accuracy: float | None = None
    """the test accuracy is at least this, in percent"""
    units: int | None = None
    """at most so many hidden units"""
    epochs: int | None = None
    """within so many epochs"""
    features: int | None = None
    """at most so many features"""


def read_goal(text: str) -> Goal | None:
    """From `loss:0.05,units:8`; what makes no sense is left out."""
    found: dict[str, float | int] = {}
    for part in text.split(","):
        name, _, value = part.partition(":")
        try:
            number = float(value)
        except ValueError:
            continue
        if name in Goal.__dataclass_fields__ and math.isfinite(number) and number >= 0:
            found[name] = number if name in ("loss", "accuracy") else int(number)
    return Goal(**found) if found else None  # type: ignore[arg-type]


def write_goal(goal: Goal) -> str:
    """As `read_goal` reads it."""
    given = {name: getattr(goal, name) for name in Goal.__dataclass_fields__}
    return ",".join(f"{name}:{value:g}" for name, value in given.items() if value is not None)


def missing(goal: Goal, lesson: Lesson, scores: Mapping[str, float], epoch: int) -> list[str]:
    """What is not reached yet, each as got and wanted; nothing if the lesson is passed."""
    loss, accuracy, units = scores["test_loss"], 100 * scores["test_accuracy"], sum(lesson.shape)
    features = len(lesson.features)
    said = {
        f"{units} hidden units, wanted at most {goal.units}": goal.units is not None and units > goal.units,
        f"{features} features, wanted at most {goal.features}": goal.features is not None and features > goal.features,
        f"epoch {epoch:,}, wanted within {goal.epochs}": goal.epochs is not None and epoch > goal.epochs,
        f"test loss {loss:.3f}, wanted below {goal.loss or 0:g}": goal.loss is not None and not loss < goal.loss,
        f"test accuracy {accuracy:.1f} %, wanted {goal.accuracy or 0:g} %": goal.accuracy is not None
        and not accuracy >= goal.accuracy,
    }
    return [words for words, lacks in said.items() if lacks]
