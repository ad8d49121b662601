import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from etude.errors import UsageError
from etude.layers.normalisation import BatchNorm, LayerNorm


@pytest.mark.parametrize(
    ("shape", "reference"), [((8, 5), nn.BatchNorm1d), ((8, 5, 6), nn.BatchNorm1d), ((4, 5, 3, 2), nn.BatchNorm2d)]
)
@pytest.mark.parametrize("momentum", [0.1, 0.4])
def test_batch_norm_equals_that_of_torch(shape: tuple[int, ...], reference: type[nn.Module], momentum: float) -> None:
    ours, theirs = BatchNorm(5, momentum=momentum), reference(5, momentum=momentum)
    with torch.no_grad():
        ours.gamma.uniform_(0.5, 2)
        ours.beta.normal_()
        theirs.weight.copy_(ours.gamma)
        theirs.bias.copy_(ours.beta)
    for _ in range(3):
        x = 3 * torch.randn(shape) + 2
        torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_variance, theirs.running_var)
    ours.eval()
    theirs.eval()
    x = torch.randn(shape)
    torch.testing.assert_close(ours(x), theirs(x))


def test_batch_norm_gives_mean_zero_and_variance_one() -> None:
    normal = BatchNorm(4).double()(7 * torch.randn(200, 4, dtype=torch.float64) - 3)
    torch.testing.assert_close(normal.mean(0), torch.zeros(4, dtype=torch.float64))
    torch.testing.assert_close(normal.var(0, correction=0), torch.ones(4, dtype=torch.float64), rtol=0, atol=1e-5)


def test_batch_norm_in_evaluation_answers_each_example_alone() -> None:
    layer = BatchNorm(4)
    layer(torch.randn(30, 4))
    layer.eval()
    x = torch.randn(6, 4)
    torch.testing.assert_close(layer(x)[2:3], layer(x[2:3]))


def test_batch_norm_refuses_one_example_in_training_alone() -> None:
    layer = BatchNorm(3)
    with pytest.raises(UsageError, match="at least 2") as caught:
        layer(torch.randn(1, 3))
    assert caught.value.code == "E-CFG-BN"
    assert layer(torch.randn(1, 3, 2)).shape == (1, 3, 2)
    assert layer.eval()(torch.randn(1, 3)).shape == (1, 3)


def test_batch_norm_gradient_equals_differences() -> None:
    layer = BatchNorm(3).double()

    def forward(x: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = torch.func.functional_call(layer, {"gamma": gamma, "beta": beta}, (x,))
        return answer

    inputs = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in ((4, 3, 2), (3,), (3,))]
    assert gradcheck(forward, inputs)


@pytest.mark.parametrize("shape", [(4, 6), (2, 3, 6)])
def test_layer_norm_equals_that_of_torch(shape: tuple[int, ...]) -> None:
    ours, theirs = LayerNorm(6), nn.LayerNorm(6)
    with torch.no_grad():
        theirs.weight.uniform_(0.5, 2)
        theirs.bias.normal_()
        ours.gain.copy_(theirs.weight)
        ours.bias.copy_(theirs.bias)
    x = 3 * torch.randn(shape) + 2
    torch.testing.assert_close(ours(x), theirs(x))


def test_layer_norm_gradient_equals_differences() -> None:
    assert gradcheck(LayerNorm(5).double(), torch.randn(3, 5, dtype=torch.float64, requires_grad=True))


def test_layer_norm_of_a_constant_row_is_finite() -> None:
    assert torch.equal(LayerNorm(4)(torch.full((2, 4), 7.0)), torch.zeros(2, 4))
