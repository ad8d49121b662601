"""The preview counts what is there."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_diabetes

from etude.data.load import load
from etude.data.preview import BINS, EXAMPLES, preview
from etude.figures import Curve, Histogram, Images
from etude.source import Source


@pytest.mark.parametrize("name", ["digits", "iris"])
def test_class_counts_are_those_of_the_parts(name: str) -> None:
    splits = load(Source(name), size=8)
    answers = preview(splits)["answers"]
    assert isinstance(answers, Histogram)
    for part, counts in zip((splits.train, splits.valid, splits.test), answers.counts.values(), strict=True):
        assert torch.equal(counts, part.y.bincount()) and len(answers.edges) == len(counts) + 1


def test_the_wall_shows_pictures_under_their_class() -> None:
    splits = load(Source("digits"), size=8)
    wall = preview(splits)["pictures"]
    assert isinstance(wall, Images) and len(wall.pixels) == len(wall.captions) == 10 * EXAMPLES
    first_seven = splits.train.x[splits.train.y == 7][0]
    assert torch.equal(wall.pixels[wall.captions.index("7")], first_seven)


def test_histograms_equal_numpys_in_the_units_of_the_table() -> None:
    splits = load(Source("diabetes"))
    figures = preview(splits)
    reference = load_diabetes(scaled=False)
    rows = splits.rows[0].numpy()
    values = {"column bmi": reference.data[rows, 2], "answers": reference.target[rows]}
    for name, expected in values.items():
        histogram = figures[name]
        assert isinstance(histogram, Histogram)
        np.testing.assert_allclose(histogram.edges[[0, -1]], (expected.min(), expected.max()), rtol=1e-5)
        counts = np.histogram(expected, bins=BINS)[0]
        assert int(histogram.counts["training"].sum()) == len(rows)
        assert np.abs(histogram.counts["training"].numpy() - counts).sum() <= 0.02 * len(rows)  # values on an edge


def test_series_show_the_mean_of_each_class() -> None:
    splits = load(Source("mnist1d"))
    series = preview(splits)["series"]
    assert isinstance(series, Curve) and list(series.lines) == [str(digit) for digit in range(10)]
    reference = splits.train.x[splits.train.y == 3].numpy()
    np.testing.assert_allclose(series.lines["3"].y, reference.mean(axis=0), atol=1e-5)
    assert series.lines["3"].high is not None
    np.testing.assert_allclose(series.lines["3"].high - series.lines["3"].y, reference.std(axis=0), atol=1e-5)


def test_a_constant_column_has_a_histogram_too(tmp_path) -> None:
    (tmp_path / "t.csv").write_text("a,b,label\n" + "".join(f"5,{row * 0.37},{row % 2}\n" for row in range(40)))
    histogram = preview(load(Source(str(tmp_path / "t.csv"))))["column a"]
    assert isinstance(histogram, Histogram) and int(histogram.counts["training"].max()) == 28
