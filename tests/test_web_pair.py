"""Two lessons side by side: each learns as if it were alone, bit for bit, and they never part."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from etude.playground.address import read_address
from etude.web.history import state_of
from etude.web.session import Session
from etude.web.stage import LessonStage
from tests.test_web import decoded

pytestmark = pytest.mark.usefixtures("unchecked")
DATA = "dataset=xor&noise=10&seed=0.3&batchSize=7&percTrainData=20"
SIDES: dict[str, tuple[str, str]] = {
    "activations": ("activation=tanh", "activation=relu"),
    "optimizers": ("optimizer=sgd", "optimizer=adam&learningRate=0.01"),
    "penalties": ("regularization=none", "regularization=L1&regularizationRate=0.01"),
    "dropout on both": ("dropout=0.4&networkShape=6,3", "dropout=0.4&networkShape=6,3&optimizer=rmsprop"),
    "networks and losses": ("networkShape=&x=true&xTimesY=true", "networkShape=5&loss=hinge&init=he"),
}


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    session.drive.close()
    session.drive.join()
    yield session


def say(session: Session, kind: str, **said: Any) -> list[Any]:
    """What the session answers, none of it an error."""
    answers: list[Any] = session.obey(json.dumps({"t": kind, **said}))
    assert not any(isinstance(each, dict) and each["t"] == "error" for each in answers), answers
    return answers


def bits(stage: LessonStage) -> bytes:
    """Everything that the next update depends on."""
    state = state_of(stage.rule, stage.lesson, stage.step)
    return b"".join(each.numpy().tobytes() for each in (*state.learner.values(), *state.moments.values()))


def both(session: Session) -> list[bytes]:
    return [bits(side) for side in session.sides]


def address(one: str, other: str) -> str:
    """Of a pair."""
    keys = [each.split("=")[0] for each in one.split("&") if each.split("=")[0] not in other]
    return f"{DATA}&{one}&other={quote('&'.join([other, *(f'{key}=' for key in keys)]))}"


@pytest.mark.parametrize("name", sorted(SIDES))
def test_each_side_learns_as_if_it_were_alone(session: Session, name: str) -> None:
    pair = address(*SIDES[name])
    say(session, "lesson", address=pair)
    alone = [LessonStage(side.lesson) for side in session.sides]
    assert alone[0].lesson == read_address(f"{DATA}&{SIDES[name][0]}", seed="")[0]
    for each in ("epoch", "frame", "batch", "epoch", "point", "frame", "epoch"):
        say(session, each)
    say(session, "play", on=True)
    while session.pair and session.pair.step < 4 * session.stage.epoch_steps + 3:
        session.pair.advance()
    steps = {side.step for side in session.sides}
    assert len(steps) == 1
    for stage in alone:
        while stage.step < min(steps):
            stage.update()
    assert both(session) == [bits(stage) for stage in alone]
    assert both(session)[0] != both(session)[1]


@pytest.mark.parametrize("name", ["optimizers", "dropout on both"])
def test_rewound_and_replayed_both_have_the_same_bits(session: Session, name: str) -> None:
    say(session, "lesson", address=address(*SIDES[name]))
    original = [both(session)]
    for _ in range(5):
        say(session, "epoch")
        original.append(both(session))
    for epoch in (2, 0, 5, 3):
        say(session, "rewind", epoch=epoch)
        assert both(session) == original[epoch] and [side.epoch for side in session.sides] == [epoch, epoch]
    for epoch in (4, 5):
        say(session, "epoch")
        assert both(session) == original[epoch]


def test_a_change_on_one_side_leaves_the_other_untouched(session: Session) -> None:
    told = say(session, "lesson", address=address("activation=tanh", "optimizer=adam"))
    assert told[0]["pair"]["edited"] == 0
    alone = LessonStage(session.sides[0].lesson)
    say(session, "epoch")
    before = both(session)
    (tuned,) = say(session, "side", side=1)
    assert tuned["t"] == "side" and tuned["lesson"]["optimizer"] == "adam" and tuned["address"].endswith("&edit=right")
    say(session, "weight", layer=0, unit=0, source=1, value=2.5)
    say(session, "rate", value=0.123456789012345)
    say(session, "learn", point=3)
    (changed,) = say(session, "change", address=tuned["address"].replace("other=", "other=dropout%3D0.3%26"))
    assert changed["t"] == "tuned" and changed["lesson"]["dropout"] == 0.3
    assert both(session)[0] == before[0] and both(session)[1] != before[1]
    say(session, "epoch")
    alone.one_epoch()
    alone.one_epoch()
    assert both(session)[0] == bits(alone) and session.sides[0].lesson == alone.lesson


def test_an_update_in_the_past_of_one_side_begins_another_future_of_both(session: Session) -> None:
    say(session, "lesson", address=address("activation=tanh", "activation=relu"))
    for _ in range(4):
        say(session, "epoch")
    say(session, "rewind", epoch=1)
    say(session, "weight", layer=0, unit=0, source=0, value=1.0)
    say(session, "rewind", epoch=4)
    assert [side.epoch for side in session.sides] == [1, 1]


def test_comparing_begins_with_equals_and_ends_with_the_one_that_was_changed(session: Session) -> None:
    say(session, "lesson", address=f"{DATA}&networkShape=3&hideText=true&noise_hide=true")
    told = say(session, "compare", on=True)
    assert told[0]["address"].endswith("&other=&edit=right") and "noise_hide=true" in told[0]["address"]
    say(session, "epoch")
    assert both(session)[0] == both(session)[1]
    say(session, "lesson", address=told[0]["address"].replace("other=", "other=activation%3Drelu"))
    told = say(session, "compare", on=False)
    assert told[0]["pair"] is None and told[0]["lesson"]["activation"] == "relu"
    assert "other" not in told[0]["address"] and "edit" not in told[0]["address"]
    (refused,) = session.obey('{"t": "side", "side": 1}')
    assert isinstance(refused, dict) and refused["t"] == "error"


def test_new_points_are_new_for_both_and_what_was_learnt_stays(session: Session) -> None:
    say(session, "lesson", address=address("activation=tanh", "activation=relu"))
    say(session, "epoch")
    before = both(session)
    told = say(session, "points", address=session.about()["address"].replace("seed=0.3", "seed=0.4"))
    assert "seed=0.4" in told[0]["address"] and both(session) == before
    assert session.sides[0].lesson.drawn is session.sides[1].lesson.drawn


def test_each_side_has_frames_of_its_own_and_one_alone_has_none_more(session: Session) -> None:
    *_, schema, _ = alone = say(session, "lesson", address=DATA)
    assert len(alone) == 4 and schema["kind"] == 2 and len(say(session, "frame")) == 1
    told = say(session, "lesson", address=address("networkShape=3", "networkShape=5&activation=relu"))
    schemas = {each["kind"]: each["arrays"] for each in told if isinstance(each, dict) and each["t"] == "schema"}
    say(session, "epoch")
    right, left = say(session, "frame")
    assert (right[4], left[4]) == (3, 1)
    for kind, frame, side in ((1, left, 0), (3, right, 1)):
        alone_now = decoded(frame, schemas[kind])
        for name, array in session.sides[side].arrays().items():
            if name != "losses":
                np.testing.assert_array_equal(alone_now[name], array)
        assert alone_now["losses"][:, 0].tolist() == [0, 1]


def test_where_one_side_breaks_both_stand_and_it_is_named(session: Session) -> None:
    broken = "problem=regression&activation=tanh&learningRate=0.01&other=activation%3Drelu%26learningRate%3D100"
    say(session, "lesson", address=f"seed=0.7&{broken}")
    say(session, "play", on=True)
    while session.moved.playing:
        session.pair.advance()  # type: ignore[union-attr]
    why = session.moved.trouble
    assert why.startswith("Right: ") and "left the finite numbers" in why
    assert say(session, "play", on=True)[0]["playing"] is False
    say(session, "rewind", epoch=0)
    assert [side.step for side in session.sides] == [0, 0]


def test_beside_the_perceptron_points_are_learnt_one_by_one(session: Session) -> None:
    address = "dataset=gauss&seed=0.5&networkShape=&batchSize=10&other=" + quote("optimizer=perceptron&initZero=true")
    say(session, "lesson", address=address)
    left, right = session.sides
    assert (left.lesson.batch, right.lesson.batch, right.lesson.optimizer) == (1, 1, "perceptron")
    for wish in ("mistake", "point", "epoch", "mistake"):
        say(session, wish)
        assert left.step == right.step > 0
    hindered = session.obey(json.dumps({"t": "lesson", "address": address.replace("networkShape=&", "")}))
    assert any(
        "Remove the hidden layers" in each["message"]
        for each in hindered
        if isinstance(each, dict) and each["t"] == "error"
    )
