from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import gradcheck
from torch.nn import functional as F

from etude.errors import UsageError
from etude.layers.activations import (
    ACTIVATIONS,
    Maxout,
    activation,
    elu,
    leaky_relu,
    maxout,
    relu,
    sigmoid,
    softmax,
    tanh,
)

PAIRS: list[tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = [
    (sigmoid, torch.sigmoid),
    (tanh, torch.tanh),
    (relu, F.relu),
    (leaky_relu, F.leaky_relu),
    (lambda x: leaky_relu(x, 0.1), lambda x: F.leaky_relu(x, 0.1)),
    (elu, F.elu),
    (lambda x: elu(x, 0.5), lambda x: F.elu(x, 0.5)),
    (softmax, lambda x: F.softmax(x, -1)),
]


def away_from_the_kink(*shape: int) -> Tensor:
    x = torch.randn(shape, dtype=torch.float64)
    return (x + 0.01 * x.sign()).requires_grad_()


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_formula_equals_that_of_torch(
    ours: Callable[[Tensor], Tensor], theirs: Callable[[Tensor], Tensor], dtype: torch.dtype
) -> None:
    x = torch.cat([5 * torch.randn(200), torch.tensor([0.0, -0.0, 30.0, -30.0, 1e4, -1e4])]).to(dtype)
    torch.testing.assert_close(ours(x), theirs(x))


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_gradient_equals_that_of_torch_even_at_zero_and_far_out(
    ours: Callable[[Tensor], Tensor], theirs: Callable[[Tensor], Tensor]
) -> None:
    x = torch.tensor([0.0, 1.5, -1.5, 200.0, -200.0, 1e4, -1e4], requires_grad=True)
    weight = torch.randn(7)
    (mine,) = torch.autograd.grad((ours(x) * weight).sum(), x)
    (expected,) = torch.autograd.grad((theirs(x) * weight).sum(), x)
    torch.testing.assert_close(mine, expected)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_gradient_equals_differences(ours: Callable[[Tensor], Tensor], theirs: Callable[[Tensor], Tensor]) -> None:
    assert gradcheck(ours, away_from_the_kink(3, 4))


def test_softmax_does_not_notice_a_shift() -> None:
    x = torch.randn(5, 7, dtype=torch.float64)
    torch.testing.assert_close(softmax(x + 1e4), softmax(x))


def test_maxout_is_the_greatest_of_its_neighbours() -> None:
    x = torch.tensor([[1.0, 5.0, 2.0, -3.0, -2.0, -1.0]])
    assert torch.equal(maxout(x, 3), torch.tensor([[5.0, -1.0]]))
    assert torch.equal(maxout(x, 2), torch.tensor([[5.0, 2.0, -1.0]]))


def test_maxout_equals_max_pooling_over_features() -> None:
    x = torch.randn(4, 12)
    torch.testing.assert_close(maxout(x, 3), F.max_pool1d(x[:, None], 3)[:, 0])


def test_maxout_gradient_equals_differences() -> None:
    layer = Maxout(3, 4, pieces=2).double()
    assert gradcheck(layer, torch.randn(5, 3, dtype=torch.float64, requires_grad=True))


def test_maxout_of_two_pieces_can_be_the_absolute_value() -> None:
    layer = Maxout(1, 1, pieces=2)
    with torch.no_grad():
        layer.sums.weight.copy_(torch.tensor([[1.0], [-1.0]]))
        layer.sums.bias.zero_()
    x = torch.randn(9, 1)
    assert torch.equal(layer(x), x.abs())


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_every_name_bends_elementwise_or_not_at_all(name: str) -> None:
    module = activation(name)
    x = torch.randn(3, 4)
    assert isinstance(module, nn.Module)
    torch.testing.assert_close(module(x)[0, 0], module(x[0, 0]))


@pytest.mark.parametrize(
    ("name", "formula"),
    [("sigmoid", sigmoid), ("tanh", tanh), ("relu", relu), ("leaky-relu", leaky_relu), ("elu", elu)],
)
def test_named_activation_equals_its_formula(name: str, formula: Callable[[Tensor], Tensor]) -> None:
    x = torch.randn(50)
    torch.testing.assert_close(activation(name)(x), formula(x))


def test_unknown_activation_says_the_nearest_names() -> None:
    with pytest.raises(UsageError, match="did you mean 'relu'") as caught:
        activation("rellu")
    assert caught.value.code == "E-CFG-NAME"
