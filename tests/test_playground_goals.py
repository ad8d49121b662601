"""Challenges: what is asked is read from the address, and judged on points that were held back."""

import json

import pytest

from etude.playground.address import View, read_address, write_address
from etude.playground.goals import Goal, missing, read_goal, write_goal
from etude.playground.lesson import Lesson
from etude.web.session import Session

SCORES = {"test_loss": 0.04, "test_accuracy": 0.97, "train_loss": 9.0, "train_accuracy": 0.0}


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("loss:0.05,units:8", Goal(loss=0.05, units=8)),
        ("accuracy:95,epochs:300,features:2", Goal(accuracy=95.0, epochs=300, features=2)),
        ("", None),
        ("loss", None),
        ("loss:-1,units:x,loss:nan,evil:3", None),
    ],
)
def test_goals_are_read_and_written(text: str, goal: Goal | None) -> None:
    assert read_goal(text) == goal
    assert goal is None or read_goal(write_goal(goal)) == goal


def test_a_goal_stands_in_the_address_and_only_if_there_is_one() -> None:
    view = View(goal=Goal(loss=0.05, units=8))
    written = write_address(Lesson(seed="1"), view)
    assert written.endswith("&goal=loss:0.05,units:8")
    assert read_address(written, seed="")[1] == view
    assert "goal" not in write_address(Lesson(), View())


@pytest.mark.parametrize(
    ("goal", "lacks"),
    [
        (Goal(loss=0.05, accuracy=95.0, units=6, epochs=10, features=2), []),
        (Goal(loss=0.04), ["test loss 0.040, wanted below 0.04"]),
        (Goal(accuracy=98.0), ["test accuracy 97.0 %, wanted 98 %"]),
        (Goal(units=5), ["6 hidden units, wanted at most 5"]),
        (Goal(epochs=9, features=1), ["2 features, wanted at most 1", "epoch 10, wanted within 9"]),
    ],
)
def test_what_is_missing_is_said_with_what_was_got_and_wanted(goal: Goal, lacks: list[str]) -> None:
    assert missing(goal, Lesson(), SCORES, 10) == lacks


def test_without_points_that_were_held_back_nothing_is_passed() -> None:
    assert missing(Goal(loss=1.0), Lesson(), SCORES | {"test_loss": float("nan")}, 1)


def test_the_page_hears_of_it_with_every_frame() -> None:
    session = Session()
    session.obey(json.dumps({"t": "lesson", "address": "dataset=gauss&seed=0.5&goal=accuracy:99"}))
    assert session.obey('{"t": "frame"}')[1]["missing"]  # type: ignore[index, call-overload]
    for _ in range(10):
        session.obey('{"t": "epoch"}')
    assert session.obey('{"t": "frame"}')[1] == {"t": "goal", "missing": [], "epoch": 10}
    session.close()
