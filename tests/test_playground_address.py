"""Addresses of TensorFlow Playground are read as its own page reads them, and written back."""

import pytest

from etude.playground.address import View, read_address, write_address
from etude.playground.lesson import Lesson
from etude.playground.worlds import Point

SPIRAL = (
    "#activation=relu&batchSize=12&dataset=spiral&regDataset=reg-plane&learningRate=0.1&regularizationRate=0.003"
    "&noise=15&networkShape=8,6,2&seed=0.48191&showTestData=true&discretize=true&percTrainData=70&x=true&y=false"
    "&xTimesY=true&xSquared=false&ySquared=true&cosX=false&sinX=false&cosY=false&sinY=true&collectStats=false"
    "&problem=classification&initZero=false&hideText=true&regularization=L2&learningRate_hide=true&xTimesY_hide=true"
)


def test_t37_a_lesson_of_tensorflow_playground_is_read_verbatim() -> None:
    lesson, view = read_address(SPIRAL, seed="0.00001")
    assert lesson == Lesson(
        dataset="spiral",
        features=("x", "ySquared", "xTimesY", "sinY"),
        shape=(8, 6, 2),
        activation="relu",
        rate=0.1,
        penalty="L2",
        strength=0.003,
        noise=15.0,
        batch=12,
        training=70,
        seed="0.48191",
    )
    assert view == View(show_test_data=True, discretize=True, hide_text=True, hidden=("learningRate", "xTimesY"))


def test_t37_what_is_written_is_read_back() -> None:
    lesson, view = read_address(SPIRAL, seed="0.00001")
    assert read_address(write_address(lesson, view), seed="") == (lesson, view)
    empty = Lesson(shape=(), features=("sinX",), problem="regression", reg_dataset="reg-gauss", zero=True, seed="a b&c")
    assert read_address(write_address(empty, View()), seed="") == (empty, View())


def test_an_empty_address_is_a_fresh_page() -> None:
    assert read_address("", seed="0.25") == (Lesson(seed="0.25"), View())


@pytest.mark.parametrize(
    ("address", "field", "value"),
    [
        ("noise=200", "noise", 50.0),
        ("noise=-3", "noise", 0.0),
        ("noise=65", "noise", 65.0),
        ("batchSize=0", "batch", 1),
        ("percTrainData=nonsense", "training", 50),
        ("learningRate=nan", "rate", 0.03),
        ("dataset=../../etc", "dataset", "circle"),
        ("networkShape=", "shape", ()),
        ("networkShape=3,x,-2,1e9", "shape", (3, 64)),
        ("networkShape=" + "2," * 400, "shape", (2,) * 12),
        ("x=false&y=false", "features", ("x", "y")),
        ("=&&=&%ff", "rate", 0.03),
    ],
)
def test_what_makes_no_sense_is_as_in_a_fresh_page(address: str, field: str, value: object) -> None:
    assert getattr(read_address(address, seed="0")[0], field) == value


def test_t38_controls_and_features_can_be_hidden() -> None:
    _, view = read_address("playButton_hide=true&sinX_hide=true&noise_hide=false&nothing_hide=true", seed="0")
    assert view.hidden == ("playButton", "sinX")


def test_what_is_our_own_is_absent_where_it_says_nothing() -> None:
    plain = write_address(Lesson(), View())
    assert "loss" not in plain and "points" not in plain


def test_points_of_ones_own_are_read_and_written_to_the_last_digit() -> None:
    own = (Point(0.9, -0.2, 0.0), Point(0.75, 0.6, 1.0), Point(1 / 3, -1e-7, 1.0))
    lesson = Lesson(own=own, training=100, loss="binary cross-entropy", seed="1")
    address = write_address(lesson, View())
    assert "loss=bce&points=0.9,-0.2,0;0.75,0.6,1;" in address
    assert read_address(address, seed="") == (lesson, View())


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("points=", 0),
        ("points=1,2", 0),
        ("points=1,2,3,4;5,6,1", 1),
        ("points=a,b,c;;1,2,nan;0,0,1", 1),
        ("points=51,0,1;50,0,1", 1),
        ("points=0.9%2C-0.2%2C0%3B0.75%2C0.6%2C1", 2),
    ],
)
def test_points_that_make_no_sense_are_left_out(address: str, own: int) -> None:
    assert len(read_address(address, seed="0")[0].own) == own


@pytest.mark.parametrize(
    ("share", "learnt"), [("", 4), ("&percTrainData=50", 2), ("&percTrainData=1", 1), ("&percTrainData=500", 4)]
)
def test_all_points_of_ones_own_are_learnt_from_unless_the_address_says_otherwise(share: str, learnt: int) -> None:
    lesson, _ = read_address("points=1,1,1;2,2,-1;3,3,0.5;4,4,0" + share, seed="0")
    train, test = lesson.points
    assert [*train, *test] == [Point(1, 1, 1.0), Point(2, 2, -1.0), Point(3, 3, 1.0), Point(4, 4, -1.0)]
    assert len(train) == learnt


def test_a_quantity_has_no_cross_entropy() -> None:
    assert read_address("problem=regression&loss=bce", seed="0")[0].loss == "half squared error"
    with pytest.raises(ValueError, match="quantity"):
        Lesson(problem="regression", loss="binary cross-entropy")
