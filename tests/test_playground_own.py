"""Points of one's own: a table laid on the plane, and what is said of one that cannot be."""

import json
from typing import Any

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from etude.errors import DataError
from etude.playground.address import read_address, write_address
from etude.playground.lesson import Lesson
from etude.playground.own import read_points
from etude.web.session import Session

IRIS = "length,width,kind\n" + "\n".join(f"{1 + k % 7},{10 - k % 5},{'abc'[k % 3]}" for k in range(60))


def test_a_table_is_standardised_and_its_classes_are_numbered() -> None:
    found = read_points(IRIS, quantity=False)
    rows = np.array([[1 + k % 7, 10 - k % 5] for k in range(60)], dtype=np.float64)
    wanted = 2 * StandardScaler().fit_transform(rows)
    np.testing.assert_allclose([point[:2] for point in found.points], wanted, atol=5e-4)
    assert [point.label for point in found.points] == [k % 3 for k in range(60)]
    assert found.said[0] == "60 points" and found.said[3] == "class 1: a, class 2: b, class 3: c"
    assert found.said[1] == f"length: 0 is {rows[:, 0].mean():.4g}, 1 is {rows[:, 0].mean() + rows[:, 0].std() / 2:.4g}"


def test_the_label_is_the_column_of_words_and_else_the_last() -> None:
    first = read_points("red;1,5;2\nblue;2,5;3\n".replace(",", "."), quantity=False)
    last = read_points("1.5\t2\t7\n2.5\t3\t9\n", quantity=False)
    assert [point.label for point in first.points] == [1, 0]  # blue, red
    assert [point.label for point in last.points] == [0, 1]
    assert [point[:2] for point in first.points] == [point[:2] for point in last.points] == [(-2, -2), (2, 2)]


def test_a_quantity_runs_from_minus_one_to_one() -> None:
    found = read_points("1,5,100\n2,6,300\n4,5,250\n", quantity=True)
    assert [point.label for point in found.points] == [-1, 1, 0.5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing to read"),
        ("a,b\n1,2\n3,4", "2 fields"),
        ("a,b,c\n1,2,x\n3,4", "line 3: 2 fields"),
        ("a,b,c\n1,2,x\n\n3,four,y", "line 4: 'four' in column b; wanted a number"),
        ("a,b,c\n1,2,x\n3,1e200,y", "line 3: '1e200' in column b; wanted a number up to 1e+100"),
        ("a,b,c\n1,2,x\n3,4,y\n4,1e400,y", "line 4: '1e400' in column b; wanted a number"),
        ("a,b,c\n1,2,x\n3,,y", "line 3: '' in column b"),
        ("a,b,c\n1,2,x\n3,inf,y", "line 3: 'inf' in column b"),
        ("a,b,c\n1,2,x\n3,5,", "line 3: no label"),
        ("a,b,c\n1,2,x\n1,5,y", "Column a is 1 in every row"),
        ("a,b,c\n1,2,x\n2,5,x", "1 classes; wanted 2 to 10"),
        ("\n".join(f"{k},{k % 7},k{k}" for k in range(20)), "20 classes"),
        ("\n".join(f"{k},{k % 7},{k % 2}" for k in range(10_001)), "10,001 rows; wanted 2 to 10,000"),
        ("\n".join(f"{k // 1999 * 1e6 + k % 3},{k % 7},{k % 2}" for k in range(2000)), "line 2000: 1e+06 in column"),
        ('"a,b,c\n1,2,x', "quote opened in line 1 is never closed"),
    ],
)
def test_what_is_no_table_of_points_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read_points(text, quantity=False)
    assert said in caught.value.message


def told(session: Session, **message: Any) -> dict[str, Any]:
    """The first answer to a message."""
    first = session.obey(json.dumps(message))[0]
    assert isinstance(first, dict)
    return first


def test_a_small_table_stands_in_the_address_and_a_large_one_in_the_session() -> None:
    session = Session()
    small = told(session, t="table", text=IRIS, address="seed=0.5&optimizer=adam")
    assert small["outputs"] == 3 and small["lesson"]["training"] == 70 and small["lesson"]["loss"] == "ce"
    again, _ = read_address(small["address"], seed="")
    assert again.points == session.stage.lesson.points
    large = told(
        session, t="table", text="\n".join(f"{k % 83},{k % 7},{k % 2}" for k in range(5000)), address="seed=0.5"
    )
    assert "ownPoints=5000" in large["address"] and "points=" not in large["address"]
    assert len(large["address"]) < 1000
    before = session.stage.lesson.points
    told(session, t="lesson", address=large["address"] + "&activation=relu")
    assert session.stage.lesson.points == before and session.stage.lesson.activation == "relu"
    fresh = Session()
    assert told(fresh, t="lesson", address=large["address"])["lesson"]["own"] == ()
    (_, *_, last) = fresh.obey(json.dumps({"t": "lesson", "address": large["address"]}))
    assert isinstance(last, dict) and "5,000 points of a table" in last["said"][0]
    session.close()
    fresh.close()


def test_painting_keeps_what_was_learnt_and_goes_on() -> None:
    session = Session()
    told(session, t="lesson", address="points=1,1,1;-1,-1,0;2,2,1&seed=0.5")
    session.stage.one_epoch()
    session.drive.close()  # nothing moves in between
    session.drive.join()
    session.stage.play(True)
    learnt = [each.clone() for each in session.stage.rule.parameters()]
    answer = told(session, t="paint", address="points=1,1,1;-1,-1,0;2,2,1;-2,1,0&seed=0.5")
    assert answer["playing"] and len(answer["lesson"]["own"]) == 4
    assert all((a == b).all() for a, b in zip(learnt, session.stage.rule.parameters(), strict=True))
    third = told(session, t="paint", address="points=1,1,1;-1,-1,0;2,2,2&seed=0.5")
    assert third["outputs"] == 3 and not third["playing"]


def test_bad_tables_are_answered_with_words() -> None:
    session = Session()
    (answer,) = session.obey(json.dumps({"t": "table", "text": "a,b\n1,2", "address": ""}))
    assert answer == {"t": "error", "message": "Each row has 2 fields (a, b); wanted 3: two numbers and a label."}
    session.close()


def test_own_points_of_a_quantity_are_written_to_the_last_digit() -> None:
    lesson, view = read_address("problem=regression&points=1,2,0.1;3,4,-0.25&percTrainData=50&seed=1", seed="")
    assert lesson.points[0][0].label == 0.1 and lesson.training == 50
    assert read_address(write_address(lesson, view), seed="")[0] == lesson
    assert Lesson().own == ()
