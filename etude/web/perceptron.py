"""Rosenblatt's rule on stage: one point after the other, with what each mistake does to the line."""

import math

import numpy as np
from jaxtyping import Float

from etude.playground.lesson import Lesson
from etude.playground.named import Line
from etude.playground.perceptron import PlanePerceptron
from etude.web.stage import LessonStage, TraceError


class PerceptronStage(LessonStage):
    """Every update is one point; `looked` is the point of the latest one, if somebody asked for it alone."""

    def __init__(self, lesson: Lesson) -> None:
        super().__init__(lesson)
        assert isinstance(self.rule, PlanePerceptron)
        self.perceptron: PlanePerceptron = self.rule
        self.before = self.perceptron.weights
        """weights before the latest update"""

    def judge(self) -> None:
        """Begin the curves, and the mistakes, here."""
        self.perceptron.count_anew()
        super().judge()

    def update(self) -> bool:
        """One point; whether an epoch ended with it."""
        self.before = self.perceptron.weights
        return super().update()

    def one_update(self) -> int:
        """Stand still, one point later."""
        row = self.step % self.epoch_steps
        super().one_update()
        self.looked = -1 if self.trouble else row
        return self.step

    def one_point(self) -> int:
        """The same: points come alone."""
        return self.one_update()

    def one_mistake(self) -> int:
        """Stand still after the next mistake, or after an epoch without any."""
        self.playing, made = False, int(self.perceptron.mistakes)
        for _ in range(self.epoch_steps):
            self.update()
            if self.trouble or int(self.perceptron.mistakes) > made:
                break
        self.looked = -1 if self.trouble else (self.step - 1) % self.epoch_steps
        self.scores = self.experiment.evaluate()
        return self.step

    def become(self, lesson: Lesson) -> int:
        """Go on at another rate; mistakes are counted from here."""
        super().become(lesson)
        self.looked = -1
        self.history.edit(self.step, self.perceptron.count_anew)
        return self.step

    def set_weight(self, layer: int, unit: int, source: int | None, value: float) -> int:
        """Change one weight by hand; mistakes are counted from here."""
        super().set_weight(layer, unit, source, value)
        self.looked = -1
        self.history.edit(self.step, self.perceptron.count_anew)
        return self.step

    def traced(self, point: int) -> list[Line]:
        """No line: the rule goes no way back."""
        raise TraceError("The perceptron rule goes no way back: what a mistake changes is said below the output.")

    def counted(self) -> Float[np.ndarray, " number"]:
        """Mistakes, their bound (infinite where no line parts the points), R, gamma, 1 if counted from weights of 0."""
        found, origin = self.lesson.separation, self.perceptron.origin.numpy()
        limits = (math.inf, math.nan, math.nan)
        if found is not None:
            limits = (found.most_mistakes(origin, self.rate), found.radius, found.margin)
        return np.array([int(self.perceptron.mistakes), *limits, not origin.any()], dtype=np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        """What the page draws, with the mistakes, and the weights before the latest update, the bias last."""
        arrays = super().arrays()
        losses = arrays.pop("losses")  # the last one, whose length is not told
        return arrays | {"mistakes": self.counted(), "before": self.before.float().numpy(), "losses": losses}
