import numpy as np
import pytest
from scipy.stats import bootstrap

from etude.evaluation.confusion import confusion_scores, replicated
from etude.evaluation.intervals import REPLICAS, PoissonSums, percentile, proportion, recentred, resampled


def test_the_interval_of_an_accuracy_covers_the_truth_in_95_of_100_experiments() -> None:
    generator = np.random.default_rng(0)
    covered, experiments = 0, 400
    for _ in range(experiments):
        right = int(generator.binomial(200, 0.8))
        drawn = resampled(np.array([right, 200 - right]), generator, replicas=REPLICAS)
        score = proportion(right, 200, drawn[:, 0] / 200)
        assert score.low is not None and score.high is not None
        covered += score.low <= 0.8 <= score.high
    # 0.95 +- 3 standard errors of 400 experiments (0.033), and the percentile interval is a little narrow at n=200
    assert 0.91 < covered / experiments < 0.985


def test_poisson_weights_cover_the_mean_of_a_skewed_quantity() -> None:
    generator = np.random.default_rng(1)
    covered, experiments = 0, 100
    for _ in range(experiments):
        values = generator.exponential(2.0, size=150)
        sums = PoissonSums(2, generator)
        sums.update(np.stack([np.ones(150), values]))
        score = percentile(values.mean(), sums.replicas[1] / sums.replicas[0])
        assert score.low is not None and score.high is not None
        covered += score.low <= 2.0 <= score.high
    assert 0.87 < covered / experiments <= 1.0


def test_multinomial_and_poisson_intervals_are_those_of_scipy() -> None:
    generator = np.random.default_rng(2)
    values = generator.normal(3.0, 1.0, size=300)
    sums = PoissonSums(2, generator)
    for some in np.array_split(np.stack([np.ones(300), values]), 7, axis=1):
        sums.update(some)
    ours = percentile(values.mean(), sums.replicas[1] / sums.replicas[0])
    theirs = bootstrap((values,), np.mean, n_resamples=5000, method="percentile", rng=generator).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.1 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.1 * width)

    right = (values > 2.5).astype(float)
    counts = np.array([int(right.sum()), int(300 - right.sum())])
    ours = percentile(right.mean(), resampled(counts, generator, replicas=REPLICAS)[:, 0] / 300)
    theirs = bootstrap((right,), np.mean, n_resamples=5000, method="percentile", rng=generator).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.1 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.1 * width)


def test_the_interval_of_f1_is_that_of_drawing_examples() -> None:
    generator = np.random.default_rng(3)
    truth = generator.integers(2, size=250)
    answer = np.where(generator.random(250) < 0.8, truth, 1 - truth)
    counts = np.zeros((2, 2), dtype=np.int64)
    np.add.at(counts, (truth, answer), 1)
    ours = percentile(0.8, replicated(counts, generator).f1)

    def f1(rows: np.ndarray) -> float:
        some = np.zeros((2, 2), dtype=np.int64)
        np.add.at(some, (truth[rows], answer[rows]), 1)
        return float(confusion_scores(some[None]).f1[0])

    low, high = np.quantile([f1(generator.integers(250, size=250)) for _ in range(1500)], [0.025, 0.975])
    assert ours.low == pytest.approx(low, abs=0.1 * (high - low))
    assert ours.high == pytest.approx(high, abs=0.1 * (high - low))


def test_resampled_sets_have_the_size_of_the_data_and_no_new_cells() -> None:
    drawn = resampled(np.array([5, 0, 95]), np.random.default_rng(0), replicas=50)
    assert (drawn.sum(axis=1) == 100).all() and (drawn[:, 1] == 0).all()


def test_replicas_that_all_agree_give_no_interval() -> None:
    score = percentile(1.0, np.ones(100))
    assert (score.value, score.low, score.high) == (1.0, None, None)


def test_no_success_at_all_has_the_exact_upper_end() -> None:
    assert proportion(0, 10, np.zeros(5)).high == pytest.approx(0.3085, abs=1e-4)  # Clopper-Pearson tables


def test_a_biased_statistic_is_moved_onto_its_value() -> None:
    score = recentred(0.02, 0.05 + 0.01 * np.random.default_rng(0).standard_normal(1000), most=1.0)
    assert score.low == pytest.approx(0.0004, abs=2e-3)
    assert score.high == pytest.approx(0.0396, abs=2e-3)
