"""An address of two configurations: what differs stands in it, the rest is common, and one alone is as ever."""

import random
from dataclasses import replace

import pytest

from etude.playground.address import read_address, write_address
from etude.playground.descent import OPTIMIZERS, STARTS
from etude.playground.network import BENDS, FEATURES
from etude.playground.pair import DATA, SIDED, drawn_once, read_programme, write_programme
from etude.playground.worlds import Point
from tests.test_playground_address import SPIRAL


def test_an_address_of_one_configuration_is_read_and_written_as_ever() -> None:
    programme = read_programme(SPIRAL, seed="0.1")
    assert (programme.lessons[0], programme.view) == read_address(SPIRAL, seed="0.1") and len(programme.lessons) == 1
    assert write_programme(programme) == write_address(*read_address(SPIRAL, seed="0.1"))


def test_only_what_differs_stands_in_other() -> None:
    given = "dataset=xor&seed=0.5&optimizer=adam&other=activation%3Drelu%26optimizer%3D%26networkShape%3D3,2"
    programme = read_programme(given, seed="")
    left, right = programme.lessons
    assert (left.activation, left.optimizer, left.shape) == ("tanh", "adam", (4, 2))
    assert (right.activation, right.optimizer, right.shape) == ("relu", "sgd", (3, 2))
    assert right.dataset == "xor" and right.seed == "0.5" and programme.edited == 0
    end = "&other=activation%3Drelu%26networkShape%3D3,2%26optimizer%3D"
    assert write_programme(programme) == write_address(left, programme.view) + end


def sided(chance: random.Random) -> dict[str, str]:
    """Any settings of one side."""
    choices = {
        "activation": list(BENDS),
        "regularization": ["none", "L1", "L2"],
        "learningRate": ["0.03", "0.1"],
        "regularizationRate": ["0", "0.003"],
        "networkShape": ["", "8", "4,2"],
        "generator": ["0", "16,16", "3"],
        "initZero": ["true", "false"],
        "loss": ["mse", "bce", "hinge", "huber"],
        "optimizer": list(OPTIMIZERS),
        "schedule": ["constant", "cosine", "warm-up"],
        "init": ["uniform", *STARTS],
        "dropout": ["0", "0.25"],
        "weightDecay": ["0", "0.01"],
        "scheduleEpochs": ["300", "50"],
        **{name: ["true", "false"] for name in FEATURES if name != "x"},
    }
    return {"x": "true"} | {key: chance.choice(values) for key, values in choices.items()}


@pytest.mark.parametrize(
    "data", ["dataset=gauss", "problem=regression", "problem=generate", "dataset=blobs&classes=4", "points=1,2,0;3,4,1"]
)
def test_any_two_configurations_come_back_from_their_address(data: str) -> None:
    for number in range(25):
        chance = random.Random(number)
        sides = [sided(chance), sided(chance)]
        assert set(sides[0]) == set(SIDED)
        one, other = ("&".join(f"{key}={value}" for key, value in side.items()) for side in sides)
        alone = [read_address(f"{data}&seed=0.4&{side}", seed="")[0] for side in (one, other)]
        inner = other.replace("=", "%3D").replace("&", "%26")
        programme = read_programme(f"{data}&seed=0.4&{one}&other={inner}&edit=right", seed="")
        assert list(programme.lessons) == alone and programme.edited == 1
        again = read_programme(write_programme(programme), seed="")
        assert again == programme and write_programme(again) == write_programme(programme)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "nonsense",
        "%26%26%3D%3D%ff",
        "activation%3Dcubic",
        "learningRate%3Dnan%26regularization",
        "seed%3D7%26dataset%3Dspiral%26noise%3D50%26percTrainData%3D90%26batchSize%3D1%26problem%3Dregression",
        "other%3Dactivation%253Drelu%26edit%3Dright%26noise_hide%3Dtrue%26points%3D1,2,1",
    ],
)
def test_what_makes_no_sense_on_the_right_is_as_in_a_fresh_page_and_data_stay_common(other: str) -> None:
    left, right = read_programme(f"dataset=xor&seed=0.5&other={other}", seed="").lessons
    assert left == right
    assert read_programme(f"dataset=xor&other={other}", seed="0.5").lessons == (left, right)


def test_both_learn_the_same_points() -> None:
    left, right = read_programme(
        "dataset=spiral&noise=20&seed=0.5&other=loss%3Dbce%26networkShape%3D3", seed=""
    ).lessons
    shared = drawn_once(left, replace(right))[1]
    assert shared.drawn is left.drawn and shared.points == right.points
    for one, other in zip(left.points, right.points, strict=True):
        assert [point[:2] for point in one] == [point[:2] for point in other]
        assert [point.label > 0 for point in one] == [point.label > 0 for point in other]
    assert not DATA & set(SIDED)


def test_points_of_ones_own_are_common() -> None:
    own = (Point(0.5, 1.0, 0.0), Point(-1.0, 2.0, 1.0))
    programme = read_programme("seed=1&other=activation%3Drelu", seed="").learning(own, training=70)
    assert [each.own for each in programme.lessons] == [own, own]
    assert [each.activation for each in programme.lessons] == ["tanh", "relu"]
    assert read_programme(write_programme(programme), seed="") == programme
