"""The training examples that a network finds most like a new one."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image
from sklearn.neighbors import NearestNeighbors
from torch import nn

from etude.data.load import load
from etude.data.splits import Splits
from etude.errors import DataError
from etude.figures import Images, Text
from etude.inside import neighbours
from etude.inside.examples import example_in_words
from etude.inside.neighbours import NEAREST, PIECE, nearest, neighbours_figure, represented, space_of
from etude.records import Labelled
from etude.source import Source
from etude.training.phases import train
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start
from etude.web.nearby import Nearby, unknown
from etude.web.opened import OpenedRuns
from etude.web.trying import Trial


@pytest.fixture(scope="module")
def digits() -> Splits[Labelled]:
    found = load(Source("digits"))
    return replace(found, train=found.train[:300])


@pytest.mark.parametrize("recipe", ["lenet", "cnn", "mlp"])
def test_the_nearest_are_those_of_scikit_learn(recipe: str, digits: Splits[Labelled]) -> None:
    torch.manual_seed(0)
    network = default_recipe(recipe).network(digits.schema).eval()
    space, points = space_of(network, digits, seconds=60.0), represented(network, digits.valid.x[:20])
    assert space is not None and len(space.values) == 300 and points is not None
    last = [each for each in network.modules() if isinstance(each, nn.Linear)][-1]
    with torch.no_grad():  # what is given to the last layer makes the answer
        torch.testing.assert_close(last(points), network(digits.valid.x[:20]), rtol=1e-5, atol=1e-5)
    judge = NearestNeighbors(n_neighbors=NEAREST, algorithm="brute").fit(space.values.double().numpy())
    for point, wanted, where in zip(points, *judge.kneighbors(points.double().numpy()), strict=True):
        distances, places = nearest(space, point)
        np.testing.assert_allclose(distances.numpy(), wanted, rtol=1e-6)
        assert places.tolist() == where.tolist()


def test_a_training_picture_is_nearest_to_itself(digits: Splits[Labelled], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "SEARCHED", 100)
    network = default_recipe("lenet").network(digits.schema)
    space = space_of(network, digits, seconds=60.0)
    assert space is not None
    figure = neighbours_figure(network, space, space.examples.x[7:8])
    assert isinstance(figure, Images) and torch.equal(figure.pixels[0], space.examples.x[7])
    assert figure.captions[0] == f"{int(space.examples.y[7])}  0" and len(figure.captions) == 8
    assert figure.title == "Nearest 8 of 100 of 300 training examples, by distance before the last layer"
    assert all(each.training for each in network.modules())  # left as it was


def test_who_is_in_a_hurry_searches_fewer(digits: Splits[Labelled]) -> None:
    network = default_recipe("lenet").network(digits.schema)
    every, some = (space_of(network, digits, seconds=seconds) for seconds in (60.0, 0.0))
    assert every is not None and some is not None and len(some.values) == len(some.examples) == PIECE
    torch.testing.assert_close(some.values, every.values[:PIECE])
    assert "Nearest 8 of 200 of 300" in neighbours_figure(network, some, digits.valid.x[:1]).title


def test_networks_without_such_a_space_are_told_from_those_with_one(digits: Splits[Labelled]) -> None:
    convolution = nn.Sequential(nn.Conv2d(1, 10, 28), nn.Flatten())
    at_each_place = nn.Sequential(nn.Flatten(2), nn.Linear(784, 10))  # (batch, channel, class)
    for network in (convolution, at_each_place):
        floats = replace(digits, train=Labelled(digits.train.x.float(), digits.train.y))
        assert space_of(network, floats, seconds=60.0) is None


def test_a_row_is_told_in_its_own_units(tmp_path: Path) -> None:
    frame = pl.DataFrame({"age": [31.0, 45.5, 62.0] * 10, "job": ["clerk", "nurse", "baker"] * 10, "y": [0, 1, 1] * 10})
    frame.write_csv(tmp_path / "people.csv")
    splits = load(Source(str(tmp_path / "people.csv")))
    told = {example_in_words(splits.schema.inputs, x) for x in splits.train.x}
    assert told == {"age 31, job clerk", "age 45.5, job nurse", "age 62, job baker"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A short training on a folder of pictures."""
    for k in range(60):
        folder = tmp_path / "squares" / f"{'dark' if k % 2 else 'pale'}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("L", (28, 28), 2 * k + (0 if k % 2 else 130)).save(folder / f"{k}.png")
    recipe = fill_recipe(default_recipe("lenet"), {"steps": 5, "data": str(tmp_path / "squares")})
    experiments, run = start("lenet", recipe, run_name="squares", out=tmp_path / "runs")
    for _ in train(experiments, run):
        pass
    return run.folder


def test_a_finished_run_reads_its_data_once_more_or_says_why_not(folder: Path, tmp_path: Path) -> None:
    trial = Trial((tmp_path / "squares" / "dark" / "1.png").read_bytes(), ".png")
    nearby, opened = Nearby(), OpenedRuns()
    first = nearby.figures(opened.open(folder), trial)["near"]
    assert isinstance(first, Images) and "of 42 training examples" in first.title
    assert nearby.latest is not None
    space = nearby.latest[1]
    shutil.rmtree(tmp_path / "squares")
    again = nearby.figures(opened.open(folder), trial)["near"]
    assert isinstance(again, Images) and torch.equal(again.pixels, first.pixels) and nearby.latest[1] is space
    with pytest.raises(DataError) as gone:
        OpenedRuns().open(folder)
    told = unknown(gone.value)["near"]
    assert isinstance(told, Text) and "cannot be looked up" in told.body and "squares" in told.body
