"""Numbers that the courses print, or that follow from them with pencil and paper."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.activations import activation
from etude.objectives.classification import binary_cross_entropy, cross_entropy
from etude.optim import Optimizer, adam, sgd
from etude.records import Labelled
from etude.types import Loss


def test_weighted_sum_of_the_quiz() -> None:
    neuron = nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        neuron.weight.copy_(torch.tensor([[-4.0, -1.0, 2.0]]))
    assert neuron(torch.tensor([8.0, 3.0, 6.0])).item() == 8 * -4 + 3 * -1 + 6 * 2 == -23


def test_kernel_on_a_patch_of_the_quiz() -> None:
    kernel, patch = torch.tensor([[1.0, -5.0], [-3.0, 7.0]]), torch.tensor([[4.0, 5.0], [9.0, 2.0]])
    assert F.conv2d(patch[None, None], kernel[None, None]).item() == -34


class OneUnit(nn.Module):
    """A weighted sum of two inputs, starting at zero: the unit of the worked example."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(2, dtype=torch.float64))
        self.b = nn.Parameter(torch.zeros((), dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.w + self.b


EXAMPLES = [
    Labelled(torch.tensor([[0.9, -0.2]], dtype=torch.float64), torch.tensor([0])),
    Labelled(torch.tensor([[0.75, 0.6]], dtype=torch.float64), torch.tensor([1])),
]


def test_worked_example_of_stochastic_gradient_descent() -> None:
    """Sigmoid unit, w = b = 0, rate 0.01, binary cross-entropy, the examples in order; two epochs."""
    unit = OneUnit()
    optimizer = Optimizer(sgd(unit.parameters(), rate=0.01))
    first = optimizer.minimize([binary_cross_entropy(unit, EXAMPLES[0])])
    assert first.item() == pytest.approx(math.log(2), abs=1e-12)
    assert unit.w.tolist() == pytest.approx([-0.0045, 0.001], abs=1e-12)
    assert unit.b.item() == pytest.approx(-0.005, abs=1e-12)

    z = unit(EXAMPLES[1].x)
    assert z.item() == pytest.approx(-0.007775, abs=1e-12)
    assert z.sigmoid().item() == pytest.approx(0.498056260, abs=5e-10)
    second = optimizer.minimize([binary_cross_entropy(unit, EXAMPLES[1])])
    assert second.item() == pytest.approx(0.697042237, abs=5e-10)
    assert unit.w.tolist() == pytest.approx([-0.0007354219, 0.0040116624], abs=5e-11)
    assert unit.b.item() == pytest.approx(0.0000194374, abs=5e-11)

    for example in EXAMPLES:
        optimizer.minimize([binary_cross_entropy(unit, example)])
    assert unit.w.tolist() == pytest.approx([-0.0014711190, 0.0080197818], abs=5e-11)
    assert unit.b.item() == pytest.approx(0.0000377856, abs=5e-11)


def test_short_loss_of_the_slide_teaches_nothing_about_class_0() -> None:
    """-y log p, without -(1 - y) log(1 - p)."""

    def short(model: nn.Module, batch: Labelled) -> Loss:
        return Loss(-(batch.y * F.logsigmoid(model(batch.x))).mean())

    unit = OneUnit()
    loss = Optimizer(sgd(unit.parameters(), rate=0.01)).minimize([short(unit, EXAMPLES[0])])
    assert loss.item() == 0
    assert unit.w.grad is not None
    assert not unit.w.grad.any()
    assert not unit.w.any()


def test_short_loss_is_right_for_two_outputs_and_one_hot_targets() -> None:
    logits = torch.randn(6, 2, dtype=torch.float64)
    y = torch.arange(6) % 2
    short = -(F.one_hot(y, 2) * logits.softmax(1).log()).sum(1).mean()
    assert short.item() == pytest.approx(cross_entropy(nn.Identity(), Labelled(logits, y)).value.item())
    binary = binary_cross_entropy(nn.Identity(), Labelled(logits[:, 1] - logits[:, 0], y))
    assert short.item() == pytest.approx(binary.value.item())


def test_expression_of_the_micrograd_readme() -> None:
    a, b = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (-4.0, 2.0))
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c - a
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g = g + 10.0 / f
    g.backward()
    assert a.grad is not None
    assert b.grad is not None
    assert [round(value.item(), 4) for value in (g.detach(), a.grad, b.grad)] == [24.7041, 138.8338, 645.5773]


@pytest.mark.parametrize(("classes", "expected"), [(10, 2.3026), (65, 4.1744), (27, 3.2958), (2, 0.6931)])
def test_loss_of_an_answer_without_knowledge(classes: int, expected: float) -> None:
    batch = Labelled(torch.zeros(classes, classes), torch.arange(classes))
    assert cross_entropy(nn.Identity(), batch).value.item() == pytest.approx(expected, abs=5e-5)


def test_loss_at_initialisation_is_within_five_percent_of_no_knowledge() -> None:
    model = nn.Sequential(nn.Linear(64, 128), activation("relu"), nn.Linear(128, 10))
    batch = Labelled(torch.randn(500, 64), torch.arange(500) % 10)
    assert cross_entropy(model, batch).value.item() == pytest.approx(math.log(10), rel=0.05)


XOR = Labelled(torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]), torch.tensor([0, 1, 1, 0]))


def descend(model: nn.Module, steps: int) -> list[float]:
    optimizer = Optimizer(adam(model.parameters(), rate=0.05))
    return [optimizer.minimize([cross_entropy(model, XOR)]).item() for _ in range(steps)]


def test_logistic_regression_stays_at_ln_2_on_xor() -> None:
    losses = descend(nn.Linear(2, 2), 300)
    assert min(losses) >= math.log(2) - 1e-6
    assert losses[-1] == pytest.approx(math.log(2), abs=1e-4)


def test_one_hidden_layer_solves_xor() -> None:
    model = nn.Sequential(nn.Linear(2, 8), activation("tanh"), nn.Linear(8, 2))
    assert descend(model, 300)[-1] < 0.01
    assert torch.equal(model(XOR.x).argmax(1), XOR.y)


def test_identity_activation_collapses_the_network_to_one_matrix() -> None:
    first, second, third = nn.Linear(6, 9), nn.Linear(9, 7), nn.Linear(7, 3)
    model = nn.Sequential(first, activation("identity"), second, activation("identity"), third)
    x = torch.randn(20, 6)
    matrix = third.weight @ second.weight @ first.weight
    shift = third(second(first.bias))
    torch.testing.assert_close(model(x), x @ matrix.T + shift, rtol=0, atol=1e-5)
