"""One open page: the lesson that it drives, the messages that it sends, what it is told."""

import random
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, TypeAlias

from etude.errors import EtudeError
from etude.playground.address import View, write_address
from etude.playground.beyond import MOST_WRITTEN, kept_points, refusal
from etude.playground.goals import missing
from etude.playground.lesson import Lesson
from etude.playground.own import read_points
from etude.playground.pair import Programme, addresses, drawn_once, read_programme, write_programme
from etude.playground.program import program
from etude.playground.seedrandom import SeedRandom
from etude.playground.tuning import may_become
from etude.playground.worlds import Point, shuffled
from etude.web.drive import Drive
from etude.web.frame import encode, schema
from etude.web.messages import index, number, place, read_message, truth, whole, words
from etude.web.pair import Pair, alike
from etude.web.stage import LessonStage
from etude.web.stages import stage_of
from etude.web.telling import about, drawable, traced

Answer: TypeAlias = bytes | dict[str, Any]
FASTEST, LARGEST = 100.0, 1e6
"""learning rate, and size of a weight, that a message may set"""
LIVE, POINTS, RIGHT = 1, 2, 3
"""kinds of frame"""
KINDS = (LIVE, RIGHT)
"""of what is on stage: one lesson, or the left and the right side of a pair"""
TABLE_TRAINING = 70
"""percent of the points of a table that are learnt from"""
LOST = "The address speaks of {:,} points of a table that it cannot hold. Give the table again."


class Session:
    """A lesson on stage, or a pair of them, and the thread that drives it."""

    def __init__(self) -> None:
        self.view = View()
        self.own: tuple[Point, ...] = ()
        """points of a table"""
        self.stage = stage_of(Lesson(seed=new_seed()))
        """that of the lesson which the controls change"""
        self.pair: Pair | None = None
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
        except EtudeError as error:
            return [{"t": "error", "message": error.message[:1].upper() + error.message[1:]}]
        except (ValueError, ArithmeticError) as error:
            return [{"t": "error", "message": str(error)}]

    @property
    def sides(self) -> tuple[LessonStage, ...]:
        """One, or the left one and the right one."""
        return self.pair.sides if self.pair else (self.stage,)

    @property
    def moved(self) -> LessonStage | Pair:
        """What learns, and is rewound."""
        return self.pair or self.stage

    def start(self, address: str) -> list[Answer]:
        """Put another lesson on stage, or another pair, from their first weights on."""
        programme = self.read(address)
        self.view = programme.view
        sides = [stage_of(lesson) for lesson in drawn_once(*programme.lessons)]
        self.stage, self.pair = sides[programme.edited], Pair(*sides) if len(sides) > 1 else None
        self.drive.stage = self.moved
        lost = kept_points(address) - len(self.stage.lesson.own)
        notes: list[Answer] = [{"t": "table", "said": [LOST.format(lost)], "written": True}] if lost > 0 else []
        refused = map(refusal, addresses(address), programme.lessons)
        notes += [{"t": "error", "message": each} for each in refused if each]
        return [*self.told(), *notes]

    def read(self, address: str) -> Programme:
        """What is to be shown, with the points that were too many for its address."""
        programme = read_programme(address, seed=new_seed())
        return programme.learning(self.own) if self.own and kept_points(address) == len(self.own) else programme

    def new_points(self, address: str) -> list[Answer]:
        """Learn other points; the network keeps what it has learnt, and goes on if it did."""
        if not alike(self.sides, self.read(address).lessons):
            raise ValueError("new points are for the network of now; another network needs a message `lesson`.")
        playing, learnt = self.moved.playing, [side.rule.state_dict() for side in self.sides]
        self.start(address)
        for side, weights in zip(self.sides, learnt, strict=True):
            side.rule.load_state_dict(weights)
            side.judge()
        self.moved.play(playing)
        return self.told()

    def paint(self, address: str) -> list[Answer]:
        """The same for points that were painted; a network that they do not fit begins anew."""
        fits = alike(self.sides, self.read(address).lessons)
        return self.new_points(address) if fits else self.start(address)

    def table(self, text: str, address: str) -> list[Answer]:
        """Learn the points of a table; they are kept, so that Reset begins with them again."""
        programme = self.read(address)
        lesson = programme.lessons[0]
        found = read_points(text, quantity=lesson.problem == "regression")
        self.own = tuple(shuffled(list(found.points), SeedRandom(lesson.seed)))
        told = self.start(write_programme(programme.learning(self.own, training=TABLE_TRAINING)))
        return [*told, {"t": "table", "said": found.said, "written": len(self.own) <= MOST_WRITTEN}]

    def change(self, address: str) -> list[Answer]:
        """Go on as another lesson where that can be, and start it where it cannot."""
        programme = self.read(address)
        lesson = programme.lessons[programme.edited]
        if len(programme.lessons) != len(self.sides) or not may_become(self.stage.lesson, lesson):
            return self.start(address)
        self.view = programme.view
        self.stage.become(lesson)
        return [{**self.about(), "t": "tuned"}]

    def compare(self, *, on: bool) -> list[Answer]:
        """Put the lesson beside itself, or go on with the one that the controls change; from the first weights on."""
        lesson = self.stage.lesson
        both = Programme(lessons=(lesson, lesson), view=self.view, edited=1)
        return self.start(write_programme(both if on else replace(both, lessons=(lesson,))))

    def edit(self, side: int) -> list[Answer]:
        """Have the controls change this side."""
        self.stage = self.sides[side]
        return [{**self.about(), "t": "side"}]

    def rewind(self, said: Mapping[str, Any]) -> list[Answer]:
        """Go to an epoch that was seen; the rate, weight decay and dropout are those of then."""
        done = self.done(said, self.moved.rewind(whole(said, "epoch")))
        return [{**self.about(), "t": "tuned"}, *done]

    def program(self) -> list[Answer]:
        """The lesson as a program of its own."""
        lesson = self.stage.lesson
        return [{"t": "program", "text": program(lesson, write_address(lesson, self.view))}]

    def told(self) -> list[Answer]:
        """Everything that a page must know to draw the lesson."""
        lesson, stage = self.stage.lesson, self.stage
        live = [schema(kind, side.arrays()) for kind, side in zip(KINDS, self.sides, strict=False)]
        train, test = lesson.points
        points = {name: drawable(part, lesson) for name, part in (("train", train), ("test", test))}
        return [
            {**self.about(), "t": "lesson", "playing": self.moved.playing},
            *live,
            schema(POINTS, points),
            encode(POINTS, self.counted(), stage.step, points),
        ]

    def trace(self, said: Mapping[str, Any]) -> list[Answer]:
        """An update on one point, written out: the point nearest to a place, or that of a number, counted round."""
        train, _ = self.stage.lesson.points
        point = self.stage.nearest(*place(said, "at")) if "at" in said else whole(said, "point") % len(train)
        return [traced(self.stage, point)]

    def about(self) -> dict[str, Any]:
        """The lesson in words."""
        lessons = tuple(side.lesson for side in self.sides)
        return about(self.stage, Programme(lessons=lessons, view=self.view, edited=self.sides.index(self.stage)))

    def learn(self, said: Mapping[str, Any]) -> list[Answer]:
        """Make an update on one point."""
        train, _ = self.stage.lesson.points
        point = index(said, "point", count=len(train))
        self.moved.play(False)
        return self.done(said, self.stage.learn_from(point))

    def weight(self, said: Mapping[str, Any]) -> list[Answer]:
        """Set one weight, or, where no source is given, a bias."""
        layers = self.stage.network.linears
        layer = index(said, "layer", count=len(layers))
        unit = index(said, "unit", count=layers[layer].out_features)
        source = None if said.get("source") is None else index(said, "source", count=layers[layer].in_features)
        value = number(said, "value", least=-LARGEST, most=LARGEST)
        return self.done(said, self.stage.set_weight(layer, unit, source, value))

    def frame(self) -> list[Answer]:
        """The state of now."""
        stage, answers = self.stage, list[Answer]()
        for kind, side in reversed(list(zip(KINDS, self.sides, strict=False))):  # LIVE completes what is to be drawn
            answers.append(encode(kind, self.counted(), side.step, side.arrays()))
            side.losses = []
        if self.view.goal:
            lacks = missing(self.view.goal, stage.lesson, stage.scores, stage.epoch)
            answers.append({"t": "goal", "missing": lacks, "epoch": stage.epoch})
        trouble = self.moved.trouble
        return [*answers, {"t": "stopped", "why": trouble}] if trouble else answers

    def counted(self) -> int:
        """The number of the next frame."""
        self.number = (self.number + 1) % 2**32
        return self.number

    def done(self, message: Mapping[str, Any], step: int) -> list[Answer]:
        """Say at which update a wish took effect, and whether the lesson goes on."""
        return [{"t": "done", "id": message.get("id"), "step": step, "playing": self.moved.playing}]


def new_seed() -> str:
    """As the browser makes them: five decimals."""
    return f"{random.SystemRandom().random():.5f}"


ACTS: dict[str, Callable[[Session, Mapping[str, Any]], list[Answer]]] = {
    "lesson": lambda session, said: session.start(words(said, "address")),
    "change": lambda session, said: session.change(words(said, "address")),
    "paint": lambda session, said: session.paint(words(said, "address")),
    "table": lambda session, said: session.table(words(said, "text"), words(said, "address")),
    "points": lambda session, said: session.new_points(words(said, "address")),
    "frame": lambda session, said: session.frame(),
    "play": lambda session, said: session.done(said, session.moved.play(truth(said, "on"))),
    "trace": lambda session, said: session.trace(said),
    "learn": lambda session, said: session.learn(said),
    "epoch": lambda session, said: session.done(said, session.moved.one_epoch()),
    "batch": lambda session, said: session.done(said, session.moved.one_update()),
    "point": lambda session, said: session.done(said, session.moved.one_point()),
    "mistake": lambda session, said: session.done(said, session.moved.one_mistake()),
    "critic": lambda session, said: session.done(said, session.moved.one_alone("critic")),
    "generator": lambda session, said: session.done(said, session.moved.one_alone("generator")),
    "rewind": lambda session, said: session.rewind(said),
    "compare": lambda session, said: session.compare(on=truth(said, "on")),
    "side": lambda session, said: session.edit(index(said, "side", count=len(session.sides))),
    "program": lambda session, said: session.program(),
    "rate": lambda session, said: session.done(
        said, session.stage.set_rate(number(said, "value", least=0.0, most=FASTEST))
    ),
    "weight": lambda session, said: session.weight(said),
}
"""what a message may ask"""
