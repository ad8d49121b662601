"""Two lessons on stage, moved together."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from etude.playground.gan import GENERATE, Player
from etude.playground.lesson import Lesson
from etude.playground.pair import SIDED, Programme
from etude.playground.perceptron import PERCEPTRON
from etude.web.moving import Moving
from etude.web.stage import LessonStage

NAMES = ("Left", "Right")


class Pair(Moving):
    """A left and a right lesson on the same points: after each wish both have made the same updates.

    What changes one of them, such as its rate or a weight, goes to that side itself; the other does not notice.
    """

    def __init__(self, left: LessonStage, right: LessonStage) -> None:
        self.sides = (left, right)

    @property
    def trouble(self) -> str:
        """Why they cannot go on, and which of them it is, in words."""
        return next(
            (f"{name}: {side.trouble}" for name, side in zip(NAMES, self.sides, strict=True) if side.trouble), ""
        )

    @property
    def step(self) -> int:
        """Updates that both have made."""
        return min(side.step for side in self.sides)

    def update(self) -> bool:
        """One update of each, as long as neither has trouble; whether an epoch ended with it."""
        ended = False
        for side in self.sides:
            if not self.trouble:
                ended = side.update()
        self.playing = self.playing and not self.trouble
        return ended

    def one_update(self) -> int:
        """Stand still, one update later."""
        self.playing = False
        for side in self.sides:
            if not self.trouble:
                side.one_update()
        return self.step

    def one_point(self) -> int:
        """Look at the next point of the next update, which is the same for both; after the last of them, make it."""
        if any(side.lesson.optimizer == PERCEPTRON for side in self.sides):  # its updates are points, and wait for none
            return self.one_update()
        self.playing = False
        for side in self.sides:
            if not self.trouble:
                side.one_point()
        return self.step

    def one_mistake(self) -> int:
        """Stand still after the next mistake of the first side that counts them; the other makes as many updates."""
        self.playing, before = False, self.step
        leader, other = sorted(self.sides, key=lambda side: side.lesson.optimizer != PERCEPTRON)
        if not self.trouble:
            leader.one_mistake()
        for _ in range(leader.step - before):
            other.one_update()
        return self.step

    def one_alone(self, player: Player) -> int:
        """Stand still after a step of this network on both sides."""
        self.playing = False
        for side in self.sides:
            if not self.trouble:
                side.one_alone(player)
        return self.step

    def rewind(self, epoch: int) -> int:
        """Go to any epoch that both have seen, and stand still there, as everything was."""
        self.playing = False
        seen = min(side.history.seen for side in self.sides)
        for side in self.sides:
            side.rewind(min(epoch, seen))
        return self.step


def in_words(programme: Programme) -> dict[str, Any]:
    """Both sides, which of them the controls change, and the keys of the address that only that one has."""
    lessons = [asdict(replace(each, own=())) for each in programme.lessons]
    return {"edited": programme.edited, "lessons": lessons, "sided": SIDED}


def alike(sides: Sequence[LessonStage], lessons: Sequence[Lesson]) -> bool:
    """Whether what the networks on stage have learnt fits into those of other lessons, one by one."""
    return len(sides) == len(lessons) and all(map(is_alike, [side.lesson for side in sides], lessons))


def is_alike(old: Lesson, new: Lesson) -> bool:
    """Whether what one network has learnt fits into the other."""
    same = (old.outputs, old.shape, old.features) == (new.outputs, new.shape, new.features)
    same = same and (old.problem == GENERATE, old.generator) == (new.problem == GENERATE, new.generator)
    return same and old.is_the_browsers == new.is_the_browsers and (old.loss == PERCEPTRON) == (new.loss == PERCEPTRON)
