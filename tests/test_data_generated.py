"""The generated points lie where their formulas say."""

import numpy as np
import pytest
from sklearn.linear_model import Perceptron

from etude.data.generated import GENERATED, POINTS
from etude.data.raw import RawTable


def points(name: str) -> tuple[np.ndarray, np.ndarray]:
    raw = GENERATED[name]()
    return raw.frame.select("x1", "x2").to_numpy(), raw.frame[raw.target].to_numpy()


@pytest.mark.parametrize("name", GENERATED)
def test_the_points_are_the_same_every_time(name: str) -> None:
    first, second = GENERATED[name](), GENERATED[name]()
    assert isinstance(first, RawTable) and first.frame.equals(second.frame)
    assert first.frame.columns[:2] == ["x1", "x2"] and len(first.frame) == POINTS


def test_circles_are_a_disc_and_a_ring() -> None:
    x, label = points("circles")
    radius = np.hypot(*x.T)
    assert radius[label == "inner"].max() <= 2.5
    assert radius[label == "outer"].min() >= 3.5 and radius.max() <= 5


def test_xor_is_the_sign_of_the_product_with_the_axes_empty() -> None:
    x, label = points("xor")
    assert ((x.prod(axis=1) > 0) == (label == "same")).all()
    assert np.abs(x).min() >= 0.3 and np.abs(x).max() <= 5.3
    assert Perceptron(max_iter=200, random_state=0).fit(x, label).score(x, label) < 0.75


def test_a_line_separates_the_gaussians() -> None:
    x, label = points("gaussians")
    assert Perceptron(max_iter=1000, tol=None, random_state=0).fit(x, label).score(x, label) == 1
    assert np.allclose(x[label == "upper"].mean(axis=0), 2, atol=0.2)


def test_the_arms_of_the_spiral_are_each_others_mirror_image() -> None:
    x, label = points("spiral")
    first, second = x[label == "first"], x[label == "second"]
    assert np.abs(first + second).max() < 0.21  # noise of 0.1 on each
    assert np.hypot(*x.T).max() < 5.2


def test_the_plane_is_a_tenth_of_the_sum() -> None:
    x, height = points("planes")
    np.testing.assert_allclose(height, x.sum(axis=1) / 10)
