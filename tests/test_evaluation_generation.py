"""Distances between samples against formulas and other people's code."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from scipy.stats import energy_distance as scipy_energy
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from etude.data.clouds import RING
from etude.data.points import load_pictures_or_points
from etude.evaluation import features
from etude.evaluation.discrepancy import energy_distance, kernel_distance
from etude.evaluation.features import trained_features
from etude.evaluation.generation import (
    NEIGHBOURS,
    covariance,
    frechet_distance,
    in_blocks,
    inside,
    modes,
    neighbours,
    share,
)
from etude.evaluation.yardstick import Yardstick, gaussian, novelty
from etude.source import Source


def standard(n: int, d: int) -> Tensor:
    """A sample whose mean is exactly 0 and whose covariance is exactly the identity."""
    x = torch.randn(n, d).double()
    x = x - x.mean(0)
    return x @ torch.linalg.inv(torch.linalg.cholesky(covariance(x))).T


def test_frechet_distance_of_a_shift_is_its_square_and_of_a_stretch_that_of_the_deviations() -> None:
    x, shift = standard(500, 4), torch.tensor([1.0, -2.0, 0.5, 0.0]).double()
    assert abs(frechet_distance(x, standard(300, 4))) < 1e-9
    assert abs(frechet_distance(x, x + shift) - float(shift.square().sum())) < 1e-9
    assert abs(frechet_distance(x, 3 * x) - 4 * (3 - 1) ** 2) < 1e-9


def test_frechet_distance_equals_that_of_scipys_root() -> None:
    x, y = torch.randn(200, 5) @ torch.randn(5, 5), torch.randn(300, 5) @ torch.randn(5, 5) + 1
    a, b = np.cov(x.double().numpy().T), np.cov(y.double().numpy().T)
    gap = x.double().mean(0).numpy() - y.double().mean(0).numpy()
    expected = gap @ gap + np.trace(a + b - 2 * np.real(sqrtm(a @ b)))
    assert abs(frechet_distance(x, y) - expected) < 1e-6 * expected


def test_frechet_distance_is_biased_in_small_samples_and_the_kernel_distance_is_not() -> None:
    draws = [(torch.randn(40, 8), torch.randn(40, 8)) for _ in range(60)]
    frechet, kernel = ([each(x, y) for x, y in draws] for each in (frechet_distance, kernel_distance))
    assert min(frechet) > 0.5  # equal distributions, and never near 0
    assert abs(np.mean(kernel)) < 3 * np.std(kernel) / np.sqrt(60)


def test_kernel_distance_equals_scikit_learns_kernels() -> None:
    x, y = torch.randn(30, 6), torch.randn(20, 6) + 0.5
    a, b, c = (polynomial_kernel(p, q, degree=3) for p, q in ((x, x), (y, y), (x, y)))
    off = [(each.sum() - np.trace(each)) / (len(each) * (len(each) - 1)) for each in (a, b)]
    assert abs(kernel_distance(x, y) - (sum(off) - 2 * c.mean())) < 1e-5


def test_energy_distance_equals_scipys_on_a_line() -> None:
    x, y = torch.randn(40, 1), 2 * torch.randn(30, 1) + 1
    # scipy pairs each example with itself too: its means within a sample are (n - 1) / n of ours
    within = [float(torch.cdist(each, each).sum()) / (len(each) - 1) / len(each) for each in (x, y)]
    expected = scipy_energy(x[:, 0].numpy(), y[:, 0].numpy()) ** 2 - within[0] / len(x) - within[1] / len(y)
    assert abs(energy_distance(x, y) - expected) < 1e-5


def test_the_interval_of_blocks_holds_the_truth_as_often_as_it_says() -> None:
    scores = [in_blocks(energy_distance, torch.randn(100, 2), torch.randn(100, 2)) for _ in range(100)]
    assert 88 <= sum(each.low <= 0 <= each.high for each in scores) <= 100
    assert in_blocks(energy_distance, torch.randn(9, 2), torch.randn(100, 2)).low is None


def test_points_are_inside_as_scikit_learns_neighbours_say() -> None:
    sample, points = torch.randn(60, 2), 2 * torch.randn(40, 2)
    radius = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(sample).kneighbors(sample)[0][:, -1]
    expected = [(np.linalg.norm(sample.numpy() - point, axis=1) <= radius + 1e-6).any() for point in points.numpy()]
    assert inside(points, sample).tolist() == expected


def test_forgotten_modes_cost_recall_and_noise_costs_precision() -> None:
    real = torch.cat([torch.randn(300, 2), torch.randn(300, 2) + 20])
    half, blurred = torch.randn(600, 2), real + 6 * torch.randn(600, 2)
    assert inside(half, real).float().mean() > 0.95 and 0.4 < inside(real, half).float().mean() < 0.6
    assert inside(blurred, real).float().mean() < 0.5


def test_modes_are_counted_with_their_share() -> None:
    centres = torch.tensor(RING.centres)
    seven = centres[torch.arange(700) % 7] + 0.02 * torch.randn(700, 2)
    count, good = modes(seven, RING)
    assert count == 7 and abs(float(good.float().mean()) - 0.989) < 0.02
    stray = torch.cat([seven, centres[7:]])
    assert modes(stray, RING)[0] == 7  # a single point is no mode
    assert modes(seven + 0.5, RING)[0] == 0


def test_a_share_knows_how_sure_it_is() -> None:
    score = share(torch.arange(200) < 150)
    assert score.value == 0.75 and 0.67 < (score.low or 0) < 0.71 and 0.79 < (score.high or 0) < 0.83
    assert share(torch.ones(20, dtype=torch.bool)).low is not None


def test_copies_of_the_training_part_have_no_novelty() -> None:
    train, real = torch.randn(200, 3), torch.randn(100, 3)
    assert novelty(train[:50], real, train).value == 0
    assert abs((novelty(torch.randn(100, 3), real, train).value or 0) - 1) < 0.3
    distance, which = neighbours(train[:5] + 1e-3, train)
    assert which.tolist() == [0, 1, 2, 3, 4] and distance.max() < 1e-2


def test_one_gaussian_has_the_moments_of_the_training_part() -> None:
    train = torch.randn(2000, 2) @ torch.tensor([[2.0, 0.5], [0.0, 0.3]]) + 1
    drawn = gaussian(train, 4000)
    torch.testing.assert_close(drawn.mean(0), train.mean(0), atol=0.1, rtol=0)
    torch.testing.assert_close(covariance(drawn), covariance(train), atol=0.25, rtol=0)
    assert gaussian(torch.randint(0, 256, (50, 1, 4, 4), dtype=torch.uint8), 7).dtype == torch.uint8


@pytest.mark.parametrize("mode", [True, False])
def test_the_judge_is_always_the_same_and_touches_nobodys_chance(monkeypatch: pytest.MonkeyPatch, mode: bool) -> None:
    monkeypatch.setattr(features, "UPDATES", 3)
    splits = load_pictures_or_points(Source("digits"), size=16)
    judges = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        with torch.set_grad_enabled(mode):
            judges.append(trained_features(splits.train[:200], splits.schema.inputs, 10))
        assert torch.equal(before, torch.get_rng_state())
    one, other = (each.features(splits.valid.x[:20]) for each in judges)
    assert torch.equal(one, other) and one.shape == (20, 84)
    assert judges[0].names(splits.valid.x[:20]).shape == (20,)


def test_the_judge_knows_digits_from_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "UPDATES", 100)
    splits = load_pictures_or_points(Source("digits"), size=16)
    yardstick = Yardstick(splits, "digits")
    real = yardstick.real("valid")
    right = yardstick.judge.names(splits.valid.x) == splits.valid.y
    assert right.float().mean() > 0.9
    noise = torch.randint(0, 256, real.shape, dtype=torch.uint8)
    scores = {name: yardstick.scores(x, real) for name, x in (("real", splits.train.x[:300]), ("noise", noise))}
    assert (scores["noise"]["KID"].low or 0) > 10 * abs(scores["real"]["KID"].value or 0)
    assert scores["noise"]["precision"].value < 0.2 < 0.8 < scores["real"]["precision"].value
