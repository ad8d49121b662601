"""The past of a lesson is exact: whatever is gone back to, and learnt again, has the same bits."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from etude.playground.lesson import Lesson
from etude.web import history
from etude.web.history import History, State, state_of
from etude.web.session import Session
from etude.web.stage import LessonStage

pytestmark = pytest.mark.usefixtures("unchecked")

LESSONS: dict[str, dict[str, Any]] = {
    "the browser's": {"dataset": "xor", "penalty": "L1", "strength": 0.01, "batch": 7},
    "dropout": {"dropout": 0.4, "optimizer": "adam", "rate": 0.01, "shape": (6, 3)},
    "a schedule": {"optimizer": "nesterov", "schedule": "warm-up", "span": 9, "decay": 0.001},
    "several classes": {"dataset": "blobs", "classes": 4, "loss": "ce", "optimizer": "adagrad"},
    "AdamW": {"optimizer": "adamw", "decay": 0.1, "loss": "hinge"},
}


def bits(stage: LessonStage) -> list[np.ndarray]:
    """Everything that the next update depends on."""
    state = state_of(stage.rule, stage.lesson, stage.step)
    return [each.numpy() for each in (*state.learner.values(), *state.moments.values())]


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_rewound_and_replayed_equals_the_original_bit_for_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "RECENT", 3)  # so that most epochs are replayed from an older state
    stage = LessonStage(Lesson(seed="0.3", **LESSONS[name]))
    original = [bits(stage)]
    for epoch in range(1, 21):
        stage.one_epoch()
        original.append(bits(stage))
        if epoch == 11:
            stage.set_weight(0, 1, 0, 0.75)
        if epoch == 14:
            stage.become(replace(stage.lesson, rate=0.02))
    assert len(stage.history.states) < 14
    for epoch in (20, 13, 0, 17, 7, 12, 20):
        assert stage.rewind(epoch) == epoch * stage.epoch_steps
        if epoch not in (11, 14):
            assert same(bits(stage), original[epoch]), epoch
    stage.rewind(14)
    assert stage.lesson.rate == 0.02
    for epoch in range(15, 21):
        stage.one_epoch()
        assert same(bits(stage), original[epoch])


def test_an_update_in_the_past_begins_another_future() -> None:
    stage = LessonStage(Lesson(seed="0.3"))
    for _ in range(6):
        stage.one_epoch()
    end = bits(stage)
    stage.rewind(2)
    stage.set_weight(0, 0, 0, 3.0)
    assert stage.history.seen == 2
    assert stage.rewind(6) == 2 * stage.epoch_steps
    for _ in range(4):
        stage.one_epoch()
    assert not same(bits(stage), end)
    assert stage.history.seen == 6


def test_the_step_back_from_the_middle_of_an_epoch_is_to_its_beginning() -> None:
    stage = LessonStage(Lesson(seed="0.3"))
    stage.one_epoch()
    before = bits(stage)
    assert stage.one_update() == 26 and stage.place()[:3] == (1, 1, 1)
    stage.rewind(stage.epoch)
    assert stage.step == 25 and same(bits(stage), before)


def test_points_are_looked_at_before_the_update_that_learns_from_them() -> None:
    stage = LessonStage(Lesson(seed="0.3", batch=4))
    seen = []
    for _ in range(4):
        stage.one_point()
        seen.append(stage.looked)
        assert stage.step == 0
    assert seen == [0, 1, 2, 3]
    assert stage.one_point() == 1 and stage.looked == -1
    stage.one_point()
    assert stage.looked == 4
    while stage.step % stage.epoch_steps or stage.step == 0:
        stage.one_update()
    assert stage.lesson.rows(stage.step) == [248, 249, 0, 1, 2, 3]  # what was left over, then the first of the next


def test_a_lesson_that_broke_goes_on_from_before() -> None:
    stage = LessonStage(Lesson(seed="0.7", activation="relu", problem="regression", rate=100.0))
    stage.play(True)
    for _ in range(200):
        stage.advance()
    assert stage.trouble
    stage.rewind(0)
    stage.set_rate(0.001)
    stage.one_epoch()
    assert not stage.trouble and stage.epoch == 1


def test_a_long_past_is_small_and_thins_out_evenly() -> None:
    empty = State(0, Lesson(), {"w": torch.zeros(40)}, {}, {})
    past = History(empty, epoch_steps=5)
    for epoch in range(1, 20_001):
        past.add(replace(empty, step=5 * epoch))
    epochs = sorted(step // 5 for step in past.states)
    assert epochs[0] == 0 and epochs[-1000:] == list(range(19_001, 20_001))
    gaps = np.diff(epochs)
    ages = 20_000 - np.array(epochs[:-1])
    assert (gaps <= np.maximum(1, 2 * ages / 1000)).all()
    assert sum(state.size for state in past.states.values()) < 30e6 / 3


@pytest.mark.parametrize("shape", [(4, 2), (64,) * 12])
def test_the_past_never_needs_more_than_30_megabytes(shape: tuple[int, ...]) -> None:
    lesson = Lesson(shape=shape, optimizer="adam")
    stage = LessonStage(lesson)
    stage.one_update()
    state = state_of(stage.rule, lesson, 0)
    past = History(state, epoch_steps=1)
    most = 0
    for epoch in range(1, 10_001):
        past.add(replace(state, step=epoch))
        if epoch % 100 == 0:
            most = max(most, sum(each.size for each in past.states.values()))
    assert 1e6 < most < 30e6


def test_rewinding_tells_the_page_the_rate_of_then() -> None:
    session = Session()
    session.obey('{"t": "lesson", "address": "seed=0.5"}')
    session.obey('{"t": "epoch"}')
    session.obey('{"t": "rate", "value": 0.3}')
    session.obey('{"t": "epoch"}')
    tuned, done = session.obey('{"t": "rewind", "epoch": 0, "id": 3}')
    assert isinstance(tuned, dict) and isinstance(done, dict)
    assert tuned["t"] == "tuned" and tuned["lesson"]["rate"] == 0.03 and "learningRate=0.03" in tuned["address"]
    assert done == {"t": "done", "id": 3, "step": 0, "playing": False}
    session.close()
