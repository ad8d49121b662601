import pytest
import torch
from torch.autograd import gradcheck
from torch.nn import functional as F

from etude.errors import UsageError
from etude.layers.dropout import Dropout


def test_same_chance_gives_the_mask_of_torch() -> None:
    x = torch.randn(50, 20)
    torch.manual_seed(3)
    ours = Dropout(0.3)(x)
    torch.manual_seed(3)
    torch.testing.assert_close(ours, F.dropout(x, 0.3))


def test_mean_is_kept_within_four_standard_errors() -> None:
    number, probability = 100_000, 0.3
    kept = Dropout(probability)(torch.ones(number))
    error = (probability / (1 - probability) / number) ** 0.5
    assert abs(kept.mean().item() - 1) < 4 * error
    assert abs((kept == 0).double().mean().item() - probability) < 4 * (probability * (1 - probability) / number) ** 0.5


def test_evaluation_changes_nothing() -> None:
    x = torch.randn(10)
    assert torch.equal(Dropout(0.9).eval()(x), x)


def test_gradient_equals_differences() -> None:
    def forward(x: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(5)
        dropped: torch.Tensor = Dropout(0.5)(x)
        return dropped

    assert gradcheck(forward, torch.randn(4, 5, dtype=torch.float64, requires_grad=True))


@pytest.mark.parametrize("probability", [-0.1, 1.0, float("nan")])
def test_probability_outside_its_range_is_refused(probability: float) -> None:
    with pytest.raises(UsageError, match="dropout is") as caught:
        Dropout(probability)
    assert caught.value.code == "E-CFG-RANGE"
