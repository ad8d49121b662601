"""Programs of lessons stand alone, and print what the page shows."""

import ast
import os
import sys
from typing import Any

import pytest

from etude.playground.lesson import Lesson
from etude.playground.program import EPOCHS, program
from etude.playground.worlds import Point
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun

pytestmark = pytest.mark.usefixtures("unchecked")

BROWSERS: list[dict[str, Any]] = [
    {},
    {"penalty": "L1", "strength": 0.01, "batch": 7, "training": 10, "dataset": "xor", "activation": "relu"},
    {"penalty": "L2", "strength": 0.01, "training": 10, "problem": "regression", "features": ("x", "xTimesY", "sinY")},
    {"loss": "bce", "shape": (), "own": (Point(1, 2, 1), Point(-1, 0.5, 0), Point(0.1, 3, 1)), "training": 100},
]
OURS: list[dict[str, Any]] = [
    {"optimizer": "adam", "training": 10, "dropout": 0.3, "activation": "sine", "loss": "bce"},
    {
        "optimizer": "adamw",
        "training": 10,
        "decay": 0.1,
        "schedule": "warm-up",
        "span": 50,
        "dataset": "rings",
        "loss": "ce",
    },
    {"optimizer": "nesterov", "training": 10, "schedule": "step", "span": 80, "dataset": "blobs", "loss": "hinge"},
    {
        "optimizer": "rmsprop",
        "training": 10,
        "schedule": "cosine",
        "loss": "huber",
        "penalty": "L2",
        "strength": 0.01,
        "start": "he",
    },
    {
        "optimizer": "adam",
        "problem": "generate",
        "dataset": "xor",
        "training": 10,
        "batch": 15,
        "features": ("x", "y", "sinX"),
        "loss": "bce",
        "shape": (8, 6),
        "activation": "leaky-relu",
        "start": "he",
        "generator": (7,),
    },
    {
        "optimizer": "adamw",
        "problem": "generate",
        "training": 10,
        "loss": "bce",
        "shape": (),
        "activation": "sine",
        "generator": (),
        "batch": 25,
    },
    {"optimizer": "perceptron", "loss": "perceptron", "shape": (), "batch": 1, "training": 10, "noise": 40.0},
]


def learnt(lesson: Lesson) -> list[list[float]]:
    """Losses of the lesson, epoch by epoch."""
    experiment = lesson.experiment()
    scores = [experiment.evaluate()]
    for event in fit(experiment, UnsavedRun()):
        scores += [event.scores] if event.scores else []
        if len(scores) > EPOCHS:
            names = ("critic_loss", "generator_loss") if lesson.problem == "generate" else ("train_loss", "test_loss")
            return [[each[name] for name in names] for each in scores]
    raise AssertionError("it ended")


def printed(text: str) -> list[list[float]]:
    """Losses that the program prints, run by itself; in a child of this process, which has imported torch."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writer, 1)
        sys.stdout = os.fdopen(1, "w")
        try:
            exec(compile(text, "program", "exec"), {"__name__": "__main__"})
            sys.stdout.flush()
            os._exit(0)
        except BaseException:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as said:
        rows = [line.split() for line in said]
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [int(row[0]) for row in rows] == list(range(EPOCHS + 1))
    return [[float(each) for each in row[1:]] for row in rows]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "fields", OURS, ids=lambda fields: f"{fields['optimizer']} {fields.get('problem', '')}".strip()
)
def test_a_program_of_our_own_parts_prints_the_same_losses_bit_for_bit(fields: dict[str, Any]) -> None:
    lesson = Lesson(seed="0.4", **fields)
    assert not lesson.is_the_browsers
    text = program(lesson, "seed=0.4")
    assert "bit for bit" in text
    assert printed(text) == learnt(lesson)


@pytest.mark.parametrize("fields", BROWSERS, ids=["plain", "L1", "L2", "own points"])
def test_a_program_of_the_browsers_rule_prints_the_same_losses_to_1e_9(fields: dict[str, Any]) -> None:
    lesson = Lesson(seed="0.4", **fields)
    assert lesson.is_the_browsers
    text = program(lesson, "seed=0.4")
    assert "to 1e-9" in text
    for found, wanted in zip(printed(text), learnt(lesson), strict=True):
        assert found == pytest.approx(wanted, rel=0, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("fields", [*BROWSERS, *OURS])
def test_a_program_is_short_and_needs_only_torch(fields: dict[str, Any]) -> None:
    text = program(Lesson(seed="0.4", **fields), "seed=0.4")
    tree = ast.parse(text)
    modules = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert modules <= {"torch", "torch.nn", "math", "hashlib"}
    code = text[: text.index("TRAIN = ")]
    assert code.count("\n") < 125
    assert max(map(len, code.splitlines())) <= 120
