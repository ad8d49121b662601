"""A lesson of the playground on stage: learns in slices of time, and shows itself as arrays."""

import math
import time
from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from etude.errors import DivergedError
from etude.playground.learner import PlaygroundRule
from etude.playground.lesson import Lesson
from etude.playground.network import plane, told
from etude.playground.trace import Line, trace
from etude.playground.worlds import SIDE
from etude.training.fit import Event, fit
from etude.training.unsaved import UnsavedRun

PLACES = 100
"""of the picture of the answer, in each direction"""
POOLED = 4
"""places that become one in the picture of a hidden unit"""
SLICE = 0.008
"""seconds between two looks at the wishes"""
LONGEST_TRACE = 1000
"""weights and biases of a network whose numbers somebody could still read"""


class TraceError(ValueError):
    """Numbers that cannot be written out."""


class LessonStage:
    """One lesson from its first weights on."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.experiment = lesson.experiment()
        assert isinstance(self.experiment.learner, PlaygroundRule)
        self.rule = self.experiment.learner
        self.events: Iterator[Event] = fit(self.experiment, UnsavedRun())
        self.step = 0
        self.playing = False
        self.trouble = ""
        """why it cannot go on, in words"""
        self.places = told(plane(SIDE, PLACES), lesson.features).float()
        self.losses = [self.scored()]
        """(epoch, training loss, test loss) since somebody looked"""

    @property
    def epoch(self) -> int:
        """Passes over the training points."""
        return self.step // (self.experiment.epoch_steps or 1)

    def scored(self) -> tuple[float, float, float]:
        """The losses of now."""
        scores = self.experiment.evaluate()
        return float(self.epoch), scores["train_loss"], scores["test_loss"]

    def advance(self) -> None:
        """Learn for a slice of time."""
        until = time.perf_counter() + SLICE
        while self.playing and time.perf_counter() < until:
            self.update()

    def update(self) -> bool:
        """One update; whether an epoch ended with it."""
        try:
            event = next(self.events, None)
        except DivergedError as error:
            return self.stop(error.message)
        if event is None:
            return self.stop(f"{self.epoch:,} epochs are over; Reset starts again.")
        self.step = event.step
        if not event.scores:
            return False
        train, test = event.scores["train_loss"], event.scores["test_loss"]
        self.losses.append((float(self.epoch), train, test))
        return True

    def stop(self, why: str) -> bool:
        """Go no further; the epoch ends here."""
        self.playing, self.trouble = False, why
        return True

    def play(self, on: bool) -> int:
        """Go on by itself, or not; the update at which that took effect."""
        self.playing = on and not self.trouble
        return self.step

    def one_epoch(self) -> int:
        """Stand still, one epoch later."""
        self.playing = False
        while not self.trouble and not self.update():
            pass
        return self.step

    def set_rate(self, rate: float) -> int:
        """Learn faster or more slowly from the next update on."""
        self.rule.rate = rate
        return self.step

    def set_weight(self, layer: int, unit: int, source: int | None, value: float) -> int:
        """Change one weight by hand; without a source, the bias."""
        self.rule.matrices[layer][unit, 0 if source is None else source + 1] = value
        return self.step

    def nearest(self, x: float, y: float) -> int:
        """The number of the point to learn from that lies closest to a place."""
        train, _ = self.lesson.points
        return min(range(len(train)), key=lambda i: math.hypot(train[i].x - x, train[i].y - y))

    def traced(self, point: int) -> list[Line]:
        """An update on one of the points to learn from, with the numbers of now; it is not made."""
        numbers = len(self.rule.flat)
        if numbers > LONGEST_TRACE:
            raise TraceError(
                f"This network has {numbers:,} weights and biases; up to {LONGEST_TRACE:,} are written out."
            )
        train, _ = self.lesson.parts
        lines = trace(self.rule, self.lesson.features, train.x[point].tolist(), float(train.y[point]))
        if not all(math.isfinite(line.result.value) for line in lines):
            raise TraceError("The numbers have left the finite ones; Reset starts again.")
        return lines

    def learn_from(self, point: int) -> int:
        """Make an update on one of the points to learn from."""
        train, _ = self.lesson.points
        self.playing = False
        self.rule.update(self.lesson.labelled([train[point]]))
        self.losses.append(self.scored())
        return self.step

    def arrays(self) -> dict[str, np.ndarray]:
        """What the page draws: answers over the plane, every hidden unit smaller, weights, biases, losses."""
        with torch.no_grad():
            units = [each.T.reshape(-1, PLACES, PLACES) for each in self.rule.model.units(self.places)]
        hidden = torch.cat(units[:-1]) if units[:-1] else torch.zeros(0, PLACES, PLACES)
        small = torch.nn.functional.avg_pool2d(hidden, POOLED) if len(hidden) else hidden[:, ::POOLED, ::POOLED]
        return {
            "answer": quantised(torch.from_numpy(self.coloured(units[-1][0].numpy()))),
            "units": quantised(small),
            "weights": self.rule.flat[~self.rule.is_bias].astype(np.float32),
            "biases": self.rule.flat[self.rule.is_bias].astype(np.float32),
            "losses": np.array(self.losses, dtype=np.float32).reshape(-1, 3),
        }

    def coloured(self, answers: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
        """From -1 to 1, as colours go, also where answers and labels go from 0 to 1."""
        return 2 * answers - 1 if self.lesson.loss == "binary cross-entropy" else answers


def quantised(values: Tensor) -> np.ndarray:
    """From -1 to 1 in 255 steps, and beyond it the same as there."""
    return ((values.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()
