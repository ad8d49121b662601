"""What a page is told of a lesson on stage: its settings, its points, an update written out."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from etude.playground.beyond import MOST_WRITTEN, losses_of
from etude.playground.descent import BINARY
from etude.playground.lesson import Lesson
from etude.playground.pair import Programme, write_programme
from etude.playground.worlds import Point
from etude.web.pair import in_words
from etude.web.stage import LessonStage, TraceError


def about(stage: LessonStage, programme: Programme) -> dict[str, Any]:
    """The lesson that the controls change, and the pair that it belongs to, in words."""
    lesson = stage.lesson
    return {
        "address": write_programme(programme),
        "lesson": asdict(replace(lesson, own=lesson.own[:MOST_WRITTEN])),
        "view": asdict(programme.view),
        "epoch_steps": stage.experiment.epoch_steps,
        "outputs": lesson.outputs,
        "losses": losses_of(lesson),
        "by_autograd": not lesson.is_the_browsers,
        "pair": in_words(programme) if len(programme.lessons) > 1 else None,
    }


def traced(stage: LessonStage, point: int) -> dict[str, Any]:
    """An update on one point with every number, or why there is none."""
    train, _ = stage.lesson.points
    told = {"t": "trace", "point": point, "points": len(train), "place": train[point], "step": stage.step}
    try:
        return told | {"why": "", "lines": [asdict(line) for line in stage.traced(point)]}
    except TraceError as error:
        return told | {"why": str(error), "lines": []}


def drawable(points: list[Point], lesson: Lesson) -> Float[np.ndarray, "point 3"]:
    """x, y and the number of the class; where there are two, or a quantity, the label on the scale of the colours."""
    rows = np.array(points, dtype=np.float32).reshape(-1, 3)
    if lesson.loss in BINARY and lesson.outputs == 1:
        rows[:, 2] = 2 * rows[:, 2] - 1
    return rows
