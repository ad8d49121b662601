"""Points of the plane: generated ones lie where their formulas say, and a table of two columns gives them too."""

from pathlib import Path

import numpy as np
import pytest
import torch

from etude.data.clouds import CLOUDS, LATTICE, MIXTURES, RING
from etude.data.load import load
from etude.data.points import load_pictures_or_points, load_points
from etude.errors import DataError
from etude.evaluation.yardstick import in_units
from etude.records import Inputs, Labelled
from etude.schema import Nothing, Table
from etude.source import Source


@pytest.mark.parametrize("name", CLOUDS)
def test_a_cloud_is_the_same_every_time_and_standardised(name: str) -> None:
    splits, again = load_points(Source(name)), load_points(Source(name))
    assert splits.fingerprint == again.fingerprint and torch.equal(splits.train.x, again.train.x)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (7000, 2000, 1000)
    assert isinstance(splits.train, Inputs) and splits.schema.target == Nothing()
    torch.testing.assert_close(splits.train.x.std(dim=0), torch.ones(2), atol=1e-3, rtol=0)
    torch.testing.assert_close(splits.train.x.mean(dim=0), torch.zeros(2), atol=1e-3, rtol=0)


@pytest.mark.parametrize("name", MIXTURES)
def test_a_mixture_has_its_centres_and_its_width(name: str) -> None:
    splits, mixture = load_points(Source(name)), MIXTURES[name]
    points = in_units(splits.train.x, splits.schema.inputs).double()
    distance, centre = torch.cdist(points, torch.tensor(mixture.centres).double()).min(dim=1)
    share = (distance <= 3 * mixture.deviation).double().mean()
    assert abs(float(share) - (1 - np.exp(-4.5))) < 0.005  # a round Gaussian within three deviations
    counts = centre.bincount()
    assert len(counts) == len(mixture.centres) and counts.min() > 0.8 * counts.double().mean()


def test_published_mixtures() -> None:
    assert np.allclose(np.hypot(*np.array(RING.centres).T), 2) and RING.deviation == 0.02
    assert np.array(LATTICE.centres).shape == (25, 2) and LATTICE.deviation == 0.05


def test_a_cloud_teaches_classifiers_too() -> None:
    splits = load(Source("two-spirals"))
    assert isinstance(splits.train, Labelled) and splits.schema.target.name == "arm"


def write(path: Path, header: str, columns: int) -> Path:
    rows = np.random.default_rng(0).normal(size=(50, columns))
    np.savetxt(path, rows, delimiter=",", header=header, comments="")
    return path


def test_a_table_of_two_columns_is_points_and_units_come_back(tmp_path: Path) -> None:
    path = write(tmp_path / "dino.csv", "across,up", 2)
    splits = load_points(Source(str(path)))
    table = splits.schema.inputs
    assert isinstance(table, Table) and [each.name for each in table.columns] == ["across", "up"]
    rows = np.loadtxt(path, delimiter=",", skiprows=1)[splits.rows[0]]
    np.testing.assert_allclose(in_units(splits.train.x, table).numpy(), rows, rtol=1e-4, atol=1e-5)


def test_a_third_column_is_refused_until_it_is_dropped(tmp_path: Path) -> None:
    path = write(tmp_path / "three.csv", "a,b,c", 3)
    with pytest.raises(DataError, match=r"3 columns .a, b, c.* --drop"):
        load_points(Source(str(path)))
    assert load_points(Source(str(path), drop=("c",))).train.x.shape == (35, 2)
    with pytest.raises(DataError, match="'d'"):
        load_points(Source(str(path), drop=("c", "d")))


def test_words_are_no_points(tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("a,b\n" + "x,1\ny,2\n" * 20)
    with pytest.raises(DataError, match="1 of them such"):
        load_points(Source(str(tmp_path / "words.csv")))


def test_signals_are_no_points() -> None:
    with pytest.raises(DataError, match="neither pictures nor a table"):
        load_pictures_or_points(Source("mnist1d"), size=28)


def test_pictures_keep_their_answers_and_overfitting_their_first_examples() -> None:
    splits = load_pictures_or_points(Source("digits", overfit=5), size=8)
    assert isinstance(splits.train, Labelled) and len(splits.train) == len(splits.valid) == 5
    assert len(load_points(Source("swiss-roll", overfit=7)).train) == 7
