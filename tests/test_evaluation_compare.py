import pytest
import torch
from scipy.stats import binomtest
from torch import Tensor, nn

from etude.errors import DataError
from etude.evaluation.compare import Comparison, Contestant, PairedClasses, PairedQuantities, compare
from etude.evaluation.predictor import Predictor
from etude.records import Labelled
from etude.schema import Classes, Number, Quantity, Schema, Table

NAMES = ("A", "B")


def classes_of(right: Tensor, y: Tensor) -> Tensor:
    """Logits that are right where `right` says so."""
    return nn.functional.one_hot(torch.where(right, y, 1 - y), 2).double()


def judged(first: Tensor, second: Tensor) -> Comparison:
    y = torch.randint(2, (len(first),))
    paired = PairedClasses(seed=0)
    for some in torch.arange(len(y)).split(100):
        paired.update(classes_of(first[some], y[some]), classes_of(second[some], y[some]), y[some])
    return paired.comparison(NAMES)


def test_identical_networks_are_not_distinguishable() -> None:
    right = torch.rand(1000) < 0.9
    found = judged(right, right)
    assert found.p == 1.0 and found.differences["accuracy"].value == 0
    assert found.verdict == "A and B are not distinguishable (p=1, n=1,000)"


def test_a_known_better_network_is_named_with_its_lead() -> None:
    first = torch.rand(2000) < 0.9
    second = first & (torch.rand(2000) < 0.97)
    found = judged(first, second)
    assert found.verdict.startswith("A is better than B by ") and "points" in found.verdict
    assert judged(second, first).verdict.startswith("A is better than B") is False
    score = found.differences["accuracy"]
    assert score.value == pytest.approx(float(first.float().mean() - second.float().mean()), abs=1e-6)
    assert score.low is not None and score.low > 0


def test_the_test_is_the_exact_one_of_mcnemar() -> None:
    first = torch.tensor([True] * 90 + [False] * 10)
    second = torch.tensor([True] * 81 + [False] * 9 + [True] * 3 + [False] * 7)
    assert judged(first, second).p == pytest.approx(binomtest(9, 12).pvalue)


def test_equal_networks_are_told_apart_in_about_5_of_100_experiments() -> None:
    alarms = sum(judged(torch.rand(400) < 0.8, torch.rand(400) < 0.8).p < 0.05 for _ in range(100))
    assert alarms <= 12  # 5 expected at most: the exact test is conservative


def test_pairing_sees_what_two_separate_intervals_do_not() -> None:
    first = torch.rand(1000) < 0.8
    second = first.clone()
    second[torch.nonzero(first)[:12]] = False  # 1.2 points, far inside the interval of either accuracy alone (2.5)
    found = judged(first, second)
    assert "A is better than B by 1.2 points" in found.verdict


def test_the_smaller_error_is_the_better_one() -> None:
    y = torch.randn(3000).double()
    noise = torch.randn(3000).double()
    for scale, expected in ((1.3, "A is better than B"), (0.7, "B is better than A")):
        paired = PairedQuantities(seed=0)
        paired.update(y + noise, y + scale * noise, y)
        found = paired.comparison(NAMES)
        assert found.verdict.startswith(expected) and "in rmse" in found.verdict
        rmse = float(noise.square().mean().sqrt())
        assert found.differences["rmse"].value == pytest.approx((1 - scale) * rmse)


def test_equal_quantities_are_not_distinguishable() -> None:
    y = torch.randn(500).double()
    paired = PairedQuantities(seed=0)
    paired.update(y + torch.randn(500), y + torch.randn(500), y)
    assert "not distinguishable" in paired.comparison(NAMES).verdict


TABLE = Table(tuple(Number(name, 0.0, 0.0, 1.0, False) for name in "ab"))


def contestant(name: str, target: Classes | Quantity, y: Tensor) -> Contestant:
    network = nn.Linear(2, 2) if isinstance(target, Classes) else nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
    predictor = Predictor(network, Schema(TABLE, target), device=torch.device("cpu"))
    return Contestant(name, predictor, Labelled(torch.randn(len(y), 2), y))


def test_a_network_compared_with_itself_is_not_distinguishable() -> None:
    one = contestant("A", Classes("kind", ("a", "b"), (5, 5)), torch.arange(30) % 2)
    assert "not distinguishable" in compare(one, one, batch=7).verdict


def test_two_ways_to_standardise_the_same_quantity_can_be_compared() -> None:
    price = torch.rand(200) * 1e5 + 1e5
    first = contestant("A", Quantity("price", 1.5e5, 3e4), (price - 1.5e5) / 3e4)
    second = contestant("B", Quantity("price", 1.4e5, 2e4), (price - 1.4e5) / 2e4)
    assert compare(first, second, batch=64).n == 200


def test_other_examples_are_refused() -> None:
    kinds = Classes("kind", ("a", "b"), (5, 5))
    one, other = contestant("A", kinds, torch.arange(30) % 2), contestant("B", kinds, torch.arange(30) % 3 % 2)
    with pytest.raises(DataError, match="differ") as error:
        compare(one, other, batch=8)
    assert error.value.code == "E-COMPARE-DATA"
    with pytest.raises(DataError, match="30 examples, B has 20"):
        compare(one, contestant("B", kinds, torch.arange(20) % 2), batch=8)
    with pytest.raises(DataError, match="'kind' and 'price'"):
        compare(one, contestant("B", Quantity("price", 0.0, 1.0), torch.randn(30)), batch=8)
