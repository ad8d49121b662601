import numpy as np
import pytest
import torch
from scipy.special import huber
from sklearn.metrics import mean_absolute_error as absolute_of_sklearn
from sklearn.metrics import mean_squared_error as squared_of_sklearn
from sklearn.metrics import mean_squared_log_error as log_of_sklearn
from torch import Tensor, nn
from torch.autograd import gradcheck

from etude.objectives.regression import Huber, mean_absolute_error, mean_squared_error, mean_squared_log_error
from etude.records import Labelled
from etude.types import Objective

ALL: list[Objective[Labelled]] = [mean_squared_error, mean_absolute_error, mean_squared_log_error, Huber(0.7)]


def quantities() -> Labelled:
    """The predictions themselves as x, positive as the logarithmic error wants them."""
    return Labelled(3 * torch.rand(30, dtype=torch.float64), 3 * torch.rand(30, dtype=torch.float64))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (mean_squared_error, squared_of_sklearn),
        (mean_absolute_error, absolute_of_sklearn),
        (mean_squared_log_error, log_of_sklearn),
        (Huber(0.7), lambda y, prediction: np.mean(huber(0.7, prediction - y))),
    ],
)
def test_error_is_that_of_the_reference(ours: Objective[Labelled], theirs: object) -> None:
    batch = quantities()
    assert callable(theirs)
    expected = theirs(batch.y.numpy(), batch.x.numpy())
    loss = ours(nn.Identity(), batch)
    assert loss.value.item() == pytest.approx(expected)
    assert loss.n == 30


@pytest.mark.parametrize("objective", ALL)
def test_gradient_equals_differences(objective: Objective[Labelled]) -> None:
    batch = quantities()

    def forward(x: Tensor) -> Tensor:
        return objective(nn.Identity(), Labelled(x, batch.y)).value

    assert gradcheck(forward, batch.x.requires_grad_())


@pytest.mark.parametrize("objective", ALL)
def test_predictions_of_another_shape_are_refused_and_not_broadcast(objective: Objective[Labelled]) -> None:
    with pytest.raises(ValueError, match="one shape"):
        objective(nn.Unflatten(0, (30, 1)), quantities())


def test_huber_is_half_the_square_near_and_a_line_far() -> None:
    near = Labelled(torch.tensor([0.3]), torch.tensor([0.0]))
    far = Labelled(torch.tensor([10.0]), torch.tensor([0.0]))
    assert Huber(1.0)(nn.Identity(), near).value.item() == pytest.approx(0.045)
    assert Huber(1.0)(nn.Identity(), far).value.item() == pytest.approx(9.5)


def test_whole_numbers_as_targets_are_taken() -> None:
    batch = Labelled(torch.tensor([1.5, 2.0]), torch.tensor([1, 4]))
    assert mean_squared_error(nn.Identity(), batch).value.item() == pytest.approx((0.25 + 4) / 2)
