"""A lesson of the playground on stage: learns in slices of time, and shows itself as arrays."""

import math
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from etude.errors import DivergedError
from etude.learners.base import GradientLearner
from etude.playground.gan import PlaneGAN, Player
from etude.playground.learner import PlaygroundRule
from etude.playground.lesson import Lesson
from etude.playground.named import Line
from etude.playground.network import PlaneNetwork, plane, told
from etude.playground.perceptron import PlanePerceptron
from etude.playground.picture import in_a_row, pictured, quantised
from etude.playground.scores import NAMES, Rule
from etude.playground.trace import is_written, trace
from etude.playground.tuning import set_weight, tune
from etude.playground.worlds import SIDE
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun
from etude.web.history import History, restore, state_of
from etude.web.moving import Moving

PLACES = 100
"""of the picture of the answer, in each direction"""
POOLED = 4
"""places that become one in the picture of a hidden unit"""
LONGEST_TRACE = 1000
"""weights and biases of a network whose numbers somebody could still read"""


class TraceError(ValueError):
    """Numbers that cannot be written out."""


class LessonStage(Moving):
    """One lesson from its first weights on."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.experiment = lesson.experiment()
        self.epoch_steps = lesson.epoch
        """updates of an epoch"""
        learner = self.experiment.learner
        assert isinstance(learner, PlaygroundRule | PlanePerceptron | PlaneGAN | GradientLearner)
        drawn = learner.plane if isinstance(learner, PlaneGAN) else learner.network
        assert isinstance(drawn, PlaneNetwork)
        self.rule: Rule = learner
        self.network: PlaneNetwork = drawn
        """the one that is drawn, and changed by hand"""
        self.events = fit(self.experiment, UnsavedRun())
        self.looked = -1
        """the point of the next update that somebody looks at, -1 for none"""
        self.places = told(plane(SIDE, PLACES), lesson.features).float().T.contiguous()
        self.scores = self.experiment.evaluate()
        """of the latest epoch"""
        self.losses = [self.row()]
        """(epoch and both losses) since somebody looked"""
        self.history = History(state_of(self.rule, lesson, 0), epoch_steps=self.epoch_steps)

    @property
    def epoch(self) -> int:
        """Passes over the training points."""
        return self.step // self.epoch_steps

    @property
    def loss(self) -> tuple[float, float]:
        """On training and on test points, of the latest epoch."""
        return self.scores["train_loss"], self.scores["test_loss"]

    def row(self) -> tuple[float, float, float]:
        """The losses of the latest epoch, and which that is."""
        return float(self.epoch), *self.loss

    def judge(self) -> None:
        """Begin the curves here."""
        self.scores = self.experiment.evaluate()
        self.losses = [self.row()]
        self.history = History(state_of(self.rule, self.lesson, 0), epoch_steps=self.epoch_steps)

    @property
    def rate(self) -> float:
        """The learning rate of the next update, or of the latest one where it follows a schedule."""
        if not isinstance(self.rule, GradientLearner):
            return self.lesson.rate
        return self.rule.optimizer.rate if self.step else self.lesson.rate

    def update(self) -> bool:
        """One update; whether an epoch ended with it."""
        self.looked = -1
        self.history.forget(self.step)
        try:
            event = next(self.events, None)
        except DivergedError as error:
            return self.stop(error.message)
        if event is None:
            return self.stop(f"{self.epoch:,} epochs are over; Reset starts again.")
        self.made = event.step
        if not event.scores:
            return False
        self.scores = event.scores
        self.losses.append(self.row())
        self.history.add(state_of(self.rule, self.lesson, self.step))
        return True

    def stop(self, why: str) -> bool:
        """Go no further; the epoch ends here."""
        self.playing, self.why = False, why
        return True

    def one_update(self) -> int:
        """Stand still, one update later."""
        self.playing = False
        if not self.trouble and not self.update():
            self.scores = self.experiment.evaluate()
        return self.step

    def one_point(self) -> int:
        """Look at the next point of the next update; after the last of them, make it."""
        self.playing = False
        rows = self.lesson.rows(self.step)
        seen = rows.index(self.looked) + 1 if self.looked in rows else 0
        if seen == len(rows):
            return self.one_update()
        self.looked = rows[seen]
        return self.step

    def one_mistake(self) -> int:
        """Stand still after the next mistake, where a rule counts them."""
        raise ValueError("only the perceptron rule goes from mistake to mistake; choose a step by epoch.")

    def one_alone(self, player: Player) -> int:
        """A step of one of two networks, where there are two."""
        raise ValueError(f"there is no {player} here: choose Problem: Generate.")

    def rewind(self, epoch: int) -> int:
        """Go to any epoch that was seen, and stand still there, as everything was."""
        self.playing, self.why, self.looked = False, "", -1
        step = min(max(epoch, 0), self.history.seen) * self.epoch_steps
        state = self.history.before(step)
        self.events.close()
        restore(self.rule, state)
        self.lesson, self.made = state.lesson, state.step
        self.events = fit(self.experiment, UnsavedRun(start=self.step))
        while self.step < step:
            self.history.edited(self.step)
            self.made = next(self.events).step
        self.history.edited(step)
        self.losses, self.scores = [], self.experiment.evaluate()
        return self.step

    def become(self, lesson: Lesson) -> int:
        """Go on with another rate, weight decay or dropout, from the next update on."""

        def act() -> None:
            self.lesson = lesson
            tune(self.rule, lesson)

        self.history.edit(self.step, act)
        return self.step

    def set_rate(self, rate: float) -> int:
        """Learn faster or more slowly from the next update on."""
        return self.become(replace(self.lesson, rate=rate))

    def set_weight(self, layer: int, unit: int, source: int | None, value: float) -> int:
        """Change one weight by hand; without a source, the bias."""
        self.history.edit(self.step, lambda: set_weight(self.network, layer, unit, source, value))
        return self.step

    def nearest(self, x: float, y: float) -> int:
        """The number of the point to learn from that lies closest to a place."""
        train, _ = self.lesson.points
        return min(range(len(train)), key=lambda i: math.hypot(train[i].x - x, train[i].y - y))

    def traced(self, point: int) -> list[Line]:
        """An update on one of the points to learn from, with the numbers of now; it is not made."""
        if isinstance(self.rule, PlanePerceptron) or not is_written(self.rule):
            raise TraceError(
                "Only gradient descent on one answer by squared error or cross-entropy is written out, with the "
                "activations of TensorFlow Playground and without dropout; this lesson asks for more."
            )
        numbers = sum(parameter.numel() for parameter in self.network.parameters())
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
        only = self.lesson.labelled([train[point]])

        def act() -> None:
            self.rule.update(only)

        self.history.edit(self.step, act)
        self.scores = self.experiment.evaluate()
        self.losses.append(self.row())
        return self.step

    def place(self) -> tuple[int, int, int, int]:
        """Epoch, the latest one that can be gone to, updates in this epoch, and the point that is looked at."""
        return self.epoch, max(self.history.seen, self.epoch), self.step % self.epoch_steps, self.looked

    def arrays(self) -> dict[str, np.ndarray]:
        """What the page draws: answers over the plane, every unit smaller, weights, biases, how well it goes, losses.

        Of several classes the answer is how sure the network is, `classes` says of which, and there is a unit for each.
        """
        with torch.no_grad():
            *hidden, answers = (each.view(-1, PLACES, PLACES) for each in self.network.over(self.places))
        picture = pictured(answers, self.lesson.loss, self.lesson.answer)
        return {
            "answer": quantised(picture.strength),
            "units": quantised(smaller([*hidden, *([picture.each] if len(answers) > 1 else [])])),
            "weights": in_a_row(layer.weight for layer in self.network.linears),
            "biases": in_a_row(layer.bias for layer in self.network.linears),
            "accuracy": np.array([self.scores.get(f"{part}_accuracy", math.nan) for part in NAMES], dtype=np.float32),
            "loss": np.array(self.loss, dtype=np.float32),
            "place": np.array(self.place(), dtype=np.float32),
            "rate": np.array([self.rate], dtype=np.float32),
            **({"classes": answers.argmax(0).to(torch.uint8).numpy()} if len(answers) > 1 else {}),
            "losses": np.array(self.losses, dtype=np.float32).reshape(-1, 3),
        }


def smaller(layers: list[Float[Tensor, "_ row column"]]) -> Float[Tensor, "unit _ _"]:
    """Pictures of all units, with a quarter of the places in each direction."""
    units = torch.cat([*layers, torch.zeros(0, PLACES, PLACES)])
    return torch.nn.functional.avg_pool2d(units, POOLED) if len(units) else units[:, ::POOLED, ::POOLED]
