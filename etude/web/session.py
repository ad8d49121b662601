"""One open page: the lesson that it drives, the messages that it sends, what it is told."""

import random
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float

from etude.playground.address import View, read_address, write_address
from etude.playground.lesson import Lesson
from etude.playground.worlds import Point
from etude.web.drive import Drive
from etude.web.frame import encode, schema
from etude.web.messages import index, number, place, read_message, truth, whole, words
from etude.web.stage import LessonStage, TraceError

Answer: TypeAlias = bytes | dict[str, Any]
FASTEST, LARGEST = 100.0, 1e6
"""learning rate, and size of a weight, that a message may set"""
LIVE, POINTS = 1, 2
"""kinds of frame"""


class Session:
    """A lesson on stage and the thread that drives it."""

    def __init__(self) -> None:
        self.view = View()
        self.stage = LessonStage(Lesson(seed=new_seed()))
        self.drive = Drive(self.stage)
        self.number = 0
        """of the latest frame"""
        self.drive.start()

    def close(self) -> None:
        """The page is gone."""
        self.drive.close()

    def hear(self, text: str) -> Future[list[Answer]]:
        """Do what a message says, between two updates; a message that makes no sense is answered, never obeyed."""
        return self.drive.ask(lambda: self.obey(text))

    def obey(self, text: str) -> list[Answer]:
        """In the drive's thread."""
        try:
            message = read_message(text, ACTS)
            return ACTS[message["t"]](self, message)
        except (ValueError, ArithmeticError) as error:
            return [{"t": "error", "message": str(error)}]

    def start(self, address: str) -> list[Answer]:
        """Put another lesson on stage, from its first weights on."""
        lesson, self.view = read_address(address, seed=new_seed())
        self.drive.stage = self.stage = LessonStage(lesson)
        return self.told()

    def new_points(self, address: str) -> list[Answer]:
        """Draw other points of the same world; the network keeps what it has learnt."""
        now, (wanted, _) = self.stage.lesson, read_address(address, seed=new_seed())
        if (now.shape, now.features) != (wanted.shape, wanted.features):
            raise ValueError("new points are for the network of now; another network needs a message `lesson`.")
        learnt = self.stage.rule.state_dict()
        self.start(address)
        self.stage.rule.load_state_dict(learnt)
        self.stage.losses = [self.stage.scored()]
        return self.told()

    def told(self) -> list[Answer]:
        """Everything that a page must know to draw the lesson."""
        lesson, stage = self.stage.lesson, self.stage
        live = schema(LIVE, stage.arrays())
        train, test = lesson.points
        points = {name: self.drawable(part) for name, part in (("train", train), ("test", test))}
        return [
            {
                "t": "lesson",
                "address": write_address(lesson, self.view),
                "lesson": asdict(lesson),
                "view": asdict(self.view),
                "epoch_steps": stage.experiment.epoch_steps,
            },
            live,
            schema(POINTS, points),
            encode(POINTS, self.counted(), stage.step, points),
        ]

    def drawable(self, points: list[Point]) -> Float[np.ndarray, "point 3"]:
        """x, y and the label on the scale of the colours."""
        rows = np.array(points, dtype=np.float32).reshape(-1, 3)
        rows[:, 2] = self.stage.coloured(rows[:, 2])
        return rows

    def trace(self, said: Mapping[str, Any]) -> list[Answer]:
        """An update on one point, written out: the point nearest to a place, or that of a number, counted round."""
        train, _ = self.stage.lesson.points
        point = self.stage.nearest(*place(said, "at")) if "at" in said else whole(said, "point") % len(train)
        answer = {"t": "trace", "point": point, "points": len(train), "place": train[point], "step": self.stage.step}
        try:
            return [answer | {"why": "", "lines": [asdict(line) for line in self.stage.traced(point)]}]
        except TraceError as error:
            return [answer | {"why": str(error), "lines": []}]

    def learn(self, said: Mapping[str, Any]) -> list[Answer]:
        """Make an update on one point."""
        train, _ = self.stage.lesson.points
        return self.done(said, self.stage.learn_from(index(said, "point", count=len(train))))

    def frame(self) -> list[Answer]:
        """The state of now."""
        stage = self.stage
        frame = encode(LIVE, self.counted(), stage.step, stage.arrays())
        stage.losses = []
        return [frame, {"t": "stopped", "why": stage.trouble}] if stage.trouble else [frame]

    def change(self, message: Mapping[str, Any]) -> list[Answer]:
        """Set one weight, or, where no source is given, a bias."""
        matrices = self.stage.rule.matrices
        layer = index(message, "layer", count=len(matrices))
        units, columns = matrices[layer].shape
        unit = index(message, "unit", count=units)
        source = None if message.get("source") is None else index(message, "source", count=columns - 1)
        value = number(message, "value", least=-LARGEST, most=LARGEST)
        return self.done(message, self.stage.set_weight(layer, unit, source, value))

    def counted(self) -> int:
        """The number of the next frame."""
        self.number = (self.number + 1) % 2**32
        return self.number

    def done(self, message: Mapping[str, Any], step: int) -> list[Answer]:
        """Say at which update a wish took effect, and whether the lesson goes on."""
        return [{"t": "done", "id": message.get("id"), "step": step, "playing": self.stage.playing}]


def new_seed() -> str:
    """As the browser makes them: five decimals."""
    return f"{random.SystemRandom().random():.5f}"


ACTS: dict[str, Callable[[Session, Mapping[str, Any]], list[Answer]]] = {
    "lesson": lambda session, said: session.start(words(said, "address")),
    "points": lambda session, said: session.new_points(words(said, "address")),
    "frame": lambda session, said: session.frame(),
    "play": lambda session, said: session.done(said, session.stage.play(truth(said, "on"))),
    "trace": lambda session, said: session.trace(said),
    "learn": lambda session, said: session.learn(said),
    "epoch": lambda session, said: session.done(said, session.stage.one_epoch()),
    "rate": lambda session, said: session.done(
        said, session.stage.set_rate(number(said, "value", least=0.0, most=FASTEST))
    ),
    "weight": lambda session, said: session.change(said),
}
"""what a message may ask"""
