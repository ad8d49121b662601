import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.metrics import hinge_loss, log_loss
from torch import Tensor, nn
from torch.autograd import gradcheck

from etude.objectives.classification import (
    Focal,
    Smoothed,
    Weighted,
    binary_cross_entropy,
    binary_hinge,
    cross_entropy,
    hinge,
    negative_log_likelihood,
)
from etude.optim import Optimizer, sgd
from etude.records import Labelled
from etude.types import Loss, Objective

WEIGHTS = torch.tensor([0.2, 3.0, 1.0, 0.5], dtype=torch.float64)
BY_CLASS: list[Objective[Labelled]] = [cross_entropy, hinge, Focal(2.0), Smoothed(0.1), Weighted(WEIGHTS)]


def classes(number: int = 20) -> Labelled:
    """The logits themselves as x, so that the network may be the identity."""
    return Labelled(3 * torch.randn(number, 4, dtype=torch.float64), torch.arange(number) % 4)


def two(number: int = 20) -> Labelled:
    return Labelled(3 * torch.randn(number, dtype=torch.float64), torch.arange(number) % 2)


def value(objective: Objective[Labelled], batch: Labelled) -> float:
    return objective(nn.Identity(), batch).value.item()


def test_cross_entropy_is_the_log_loss_of_scikit_learn() -> None:
    batch = classes()
    assert value(cross_entropy, batch) == pytest.approx(log_loss(batch.y, batch.x.softmax(1)))


def test_likelihood_of_log_probabilities_is_the_cross_entropy_of_logits() -> None:
    batch = classes()
    own = negative_log_likelihood(nn.LogSoftmax(1), batch).value.item()
    assert own == pytest.approx(log_loss(batch.y, batch.x.softmax(1)))


def test_cross_entropy_does_not_notice_a_shift_and_stays_finite() -> None:
    batch = classes()
    assert value(cross_entropy, Labelled(batch.x + 1e4, batch.y)) == pytest.approx(value(cross_entropy, batch))
    assert math.isfinite(value(cross_entropy, Labelled(1e4 * batch.x, batch.y)))


def test_binary_cross_entropy_is_the_log_loss_of_scikit_learn() -> None:
    batch = two()
    assert value(binary_cross_entropy, batch) == pytest.approx(log_loss(batch.y, batch.x.sigmoid()))


def test_binary_cross_entropy_is_that_of_two_logits() -> None:
    batch = two()
    both = Labelled(torch.stack([torch.zeros_like(batch.x), batch.x], 1), batch.y)
    assert value(binary_cross_entropy, batch) == pytest.approx(value(cross_entropy, both))


def test_binary_cross_entropy_refuses_another_shape() -> None:
    with pytest.raises(ValueError, match="size"):
        binary_cross_entropy(nn.Unflatten(0, (20, 1)), two())


def test_hinge_is_that_of_scikit_learn() -> None:
    batch = classes()
    assert value(hinge, batch) == pytest.approx(hinge_loss(batch.y, batch.x, labels=range(4)))


def test_binary_hinge_is_that_of_scikit_learn() -> None:
    batch = two()
    assert value(binary_hinge, batch) == pytest.approx(hinge_loss(2 * batch.y - 1, batch.x))


def test_binary_hinge_refuses_another_shape() -> None:
    with pytest.raises(ValueError, match="one shape"):
        binary_hinge(nn.Unflatten(0, (20, 1)), two())


def test_focal_by_hand() -> None:
    batch = classes()
    p = batch.x.softmax(1).numpy()[np.arange(20), batch.y.numpy()]
    assert value(Focal(2.0), batch) == pytest.approx(-np.mean((1 - p) ** 2 * np.log(p)))
    assert value(Focal(0.0), batch) == pytest.approx(value(cross_entropy, batch))


def test_focal_counts_easy_examples_less() -> None:
    easy, hard = (Labelled(torch.tensor([[z, 0.0]]), torch.tensor([0])) for z in (4.0, -4.0))
    kept = [value(Focal(2.0), batch) / value(cross_entropy, batch) for batch in (easy, hard)]
    assert kept[0] < 1e-3
    assert kept[1] > 0.9


def test_smoothed_is_the_mixture_with_the_mean_over_classes() -> None:
    batch = classes()
    even = -np.log(batch.x.softmax(1).numpy()).mean()
    assert value(Smoothed(0.3), batch) == pytest.approx(0.7 * value(cross_entropy, batch) + 0.3 * even)


def test_weighted_is_the_log_loss_with_the_weights_of_the_examples() -> None:
    batch = classes()
    expected = log_loss(batch.y, batch.x.softmax(1), sample_weight=WEIGHTS[batch.y])
    assert value(Weighted(WEIGHTS), batch) == pytest.approx(expected)
    assert float(Weighted(WEIGHTS)(nn.Identity(), batch).n) == pytest.approx(WEIGHTS[batch.y].sum().item())


@pytest.mark.parametrize("objective", BY_CLASS)
def test_accumulated_step_equals_that_of_the_whole_batch(objective: Objective[Labelled]) -> None:
    """Ragged pieces with ragged weights: the n of the loss is what it is the mean over."""
    batch = classes()
    steps = []
    for cuts in ([slice(0, 20)], [slice(0, 3), slice(3, 4), slice(4, 20)]):
        torch.manual_seed(0)
        model = nn.Linear(4, 4, dtype=torch.float64)
        pieces = (objective(model, batch[rows]) for rows in cuts)
        mean = Optimizer(sgd(model.parameters(), rate=1.0)).minimize(pieces)
        steps.append((model.weight.detach(), mean))
    torch.testing.assert_close(steps[0], steps[1])


@pytest.mark.parametrize("objective", BY_CLASS)
def test_gradient_by_class_equals_differences(objective: Objective[Labelled]) -> None:
    batch = classes(6)
    assert gradcheck(gradient_of(objective, batch), batch.x.requires_grad_())


@pytest.mark.parametrize("objective", [binary_cross_entropy, binary_hinge])
def test_binary_gradient_equals_differences(objective: Objective[Labelled]) -> None:
    batch = two(6)
    assert gradcheck(gradient_of(objective, batch), batch.x.requires_grad_())


def gradient_of(objective: Objective[Labelled], batch: Labelled) -> Callable[[Tensor], Tensor]:
    def forward(x: Tensor) -> Tensor:
        loss: Loss = objective(nn.Identity(), Labelled(x, batch.y))
        return loss.value

    return forward
