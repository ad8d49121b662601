from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from etude.layers.initialise import he, orthogonal, uniform, xavier, zero

SHAPES = [nn.Linear(30, 20), nn.Linear(20, 30), nn.Conv2d(3, 8, 5), nn.Conv1d(4, 60, 3)]
Rule = Callable[[nn.Module, torch.Generator], None]
Reference = Callable[[Tensor, torch.Generator], Tensor]


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("layer", SHAPES)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda m, g: uniform(m, g, bound=0.2), lambda w, g: nn.init.uniform_(w, -0.2, 0.2, generator=g)),
        (xavier, lambda w, g: nn.init.xavier_uniform_(w, generator=g)),
        (he, lambda w, g: nn.init.kaiming_normal_(w, nonlinearity="relu", generator=g)),
        (orthogonal, lambda w, g: nn.init.orthogonal_(w, generator=g)),
    ],
)
def test_same_chance_gives_the_weights_of_torch(layer: nn.Module, ours: Rule, theirs: Reference) -> None:
    expected = torch.empty_like(layer.weight)
    theirs(expected, chance())
    ours(layer, chance())
    torch.testing.assert_close(layer.weight, expected)
    assert not layer.bias.any()


@pytest.mark.parametrize("layer", SHAPES)
def test_orthogonal_rows_or_columns_are_orthonormal(layer: nn.Module) -> None:
    orthogonal(layer, chance())
    matrix = layer.weight.flatten(1)
    matrix = matrix.T if len(matrix) > matrix.shape[1] else matrix
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(len(matrix)), rtol=0, atol=1e-5)


def test_orthogonal_matrices_have_no_preferred_sign() -> None:
    """Without the correction of signs the diagonal of Q would lean to one side."""
    generator, layer = chance(), nn.Linear(2, 2)
    traces = []
    for _ in range(400):
        orthogonal(layer, generator)
        traces.append(layer.weight.diagonal().sum().item())
    assert abs(sum(traces) / 400) < 4 * (1 / 400) ** 0.5


@pytest.mark.parametrize(("rule", "variance"), [(xavier, 2 / (200 + 300)), (he, 2 / 200)])
def test_variance_is_that_of_the_paper(rule: Rule, variance: float) -> None:
    layer = nn.Linear(200, 300)
    rule(layer, chance())
    assert layer.weight.var().item() == pytest.approx(variance, rel=0.03)


def test_he_keeps_the_signal_through_fifty_layers_of_relu_and_a_small_uniform_loses_it() -> None:
    x = torch.randn(64, 128)
    sizes = {}
    for name, rule in {"he": he, "small": lambda m, g: uniform(m, g, bound=0.05)}.items():
        model = nn.Sequential(*[layer for _ in range(50) for layer in (nn.Linear(128, 128), nn.ReLU())])
        rule(model, chance())
        sizes[name] = model(x).std().item()
    assert 0.1 < sizes["he"] < 10
    assert sizes["small"] < 1e-10


def test_zero_makes_all_units_of_a_layer_learn_the_same() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2))
    zero(model)
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    x, y = torch.randn(8, 3), torch.randint(2, (8,))
    for _ in range(5):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    assert model[0].weight.abs().max() > 0
    torch.testing.assert_close(model[0].weight, model[0].weight[:1].expand(4, 3))


def test_gains_of_normalisation_are_left_alone() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    he(model, chance())
    assert torch.equal(model[1].weight, torch.ones(4))
