"""MNIST-1D against the published file."""

import numpy as np
from real_data import real
from scipy.ndimage import gaussian_filter1d

from etude.data.mnist1d import CORRELATION, STRETCHED, _blur, mnist1d


def test_the_generated_set_is_the_published_one() -> None:
    published = np.load(real("mnist1d/mnist1d.npz"))
    ours = mnist1d()
    np.testing.assert_array_equal(ours.values, np.concatenate([published["x"], published["x_test"]]))
    np.testing.assert_array_equal(ours.answers, np.concatenate([published["y"], published["y_test"]]))
    assert ours.part is not None
    assert (ours.part == 0).sum() == len(published["x"]) and (ours.part[len(published["x"]) :] == 2).all()


def test_another_seed_gives_other_curves_of_the_same_kind() -> None:
    ours, other = mnist1d(1000), mnist1d(1000, seed=7)
    assert ours.values.shape == other.values.shape == (1000, 40)
    assert not np.array_equal(ours.values, other.values)
    assert (np.bincount(other.answers) == 100).all()
    assert abs(other.values.mean()) < 1e-5 and abs(other.values.std() - 1) < 1e-5


def test_the_blur_is_scipys_gaussian_filter() -> None:
    noise = np.random.default_rng(0).normal(size=STRETCHED)
    np.testing.assert_allclose(_blur() @ noise, gaussian_filter1d(noise, CORRELATION), atol=1e-12)
