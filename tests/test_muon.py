import copy

import pytest
import torch
from torch import Tensor, nn

from etude.muon import ITERATIONS, QUINTIC, Muon, orthogonalised


def network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.Conv2d(4, 4, 3),
        nn.Flatten(),
        nn.Linear(16, 16),
        nn.Linear(16, 3),
    )


def descend(model: nn.Module, optimizer: torch.optim.Optimizer, seeds: range) -> None:
    for seed in seeds:
        x = torch.randn(8, 1, 4, 4, generator=torch.Generator().manual_seed(seed))
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


def optimizer_of(model: nn.Module) -> Muon:
    return Muon(model.parameters(), by_adam=model[5].parameters(), weight_decay=0.1)


@pytest.mark.parametrize(("rows", "columns"), [(8, 8), (5, 12), (12, 5), (1, 6)])
def test_iteration_keeps_singular_vectors_and_bends_singular_values_by_its_polynomial(rows: int, columns: int) -> None:
    matrices = torch.randn(3, rows, columns, dtype=torch.float64)
    u, s, vh = torch.linalg.svd(matrices, full_matrices=False)
    s = s / s.norm(dim=1, keepdim=True)
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        s = a * s + b * s**3 + c * s**5
    torch.testing.assert_close(orthogonalised(matrices), u * s[:, None, :] @ vh)


def test_update_is_close_to_the_orthogonal_factor() -> None:
    """The band of Jordan's coefficients: singular values 0.01 to 1 of the Frobenius norm land in 0.68 to 1.13."""
    u, _, vh = torch.linalg.svd(torch.randn(1, 16, 16, dtype=torch.float64))
    s = torch.linspace(0.02, 1, 16, dtype=torch.float64)
    landed = torch.linalg.svdvals(orthogonalised(u * s @ vh))
    assert landed.min() > 0.67
    assert landed.max() < 1.21
    cosine = (orthogonalised(u * s @ vh) * (u @ vh)).sum() / 16
    assert 0.8 < cosine < 1.1


def test_matrices_do_not_disturb_each_other() -> None:
    matrices = torch.randn(4, 6, 9)
    together = orthogonalised(matrices)
    alone = torch.cat([orthogonalised(each[None]) for each in matrices])
    torch.testing.assert_close(together, alone)


@pytest.mark.parametrize("shape", [(12, 7), (7, 12), (9, 9)])
def test_steps_equal_those_of_torch(shape: tuple[int, int]) -> None:
    """torch rounds its update to bfloat16, of 8 bits."""
    start = torch.randn(shape)
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    mine = Muon([ours], rate=0.02, momentum=0.9, weight_decay=0.1)
    reference = torch.optim.Muon([theirs], lr=0.02, momentum=0.9, weight_decay=0.1)
    for _ in range(5):
        ours.grad = torch.randn(shape)
        theirs.grad = ours.grad.clone()
        mine.step()
        reference.step()
    torch.testing.assert_close(ours - start, theirs - start, rtol=0.05, atol=2e-3)


def test_filters_go_as_flattened_matrices() -> None:
    start, gradient = torch.randn(6, 3, 2, 2), torch.randn(6, 3, 2, 2)
    filters, matrix = nn.Parameter(start.clone()), nn.Parameter(start.flatten(1))
    filters.grad, matrix.grad = gradient, gradient.flatten(1)
    Muon([filters]).step()
    Muon([matrix]).step()
    torch.testing.assert_close(filters.flatten(1), matrix, rtol=0, atol=0)


def test_filters_in_channels_last_go_the_same_way() -> None:
    start, gradient = torch.randn(6, 3, 2, 2), torch.randn(6, 3, 2, 2)
    plain = nn.Parameter(start.clone())
    last = nn.Parameter(start.to(memory_format=torch.channels_last))
    plain.grad, last.grad = gradient, gradient.to(memory_format=torch.channels_last)
    Muon([plain]).step()
    Muon([last]).step()
    torch.testing.assert_close(plain, last)


def test_biases_gains_and_what_is_named_go_by_adamw() -> None:
    model = network()
    reference = copy.deepcopy(model)
    outer = {0: "5.weight"}
    matrices = ("0.weight", "2.weight", "4.weight")
    decayed = [p for name, p in reference.named_parameters() if name in outer.values()]
    flat = [p for name, p in reference.named_parameters() if p.ndim < 2]
    adamw = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": flat, "weight_decay": 0.0}], lr=3e-4
    )
    descend(model, optimizer_of(model), range(1))
    descend(reference, adamw, range(1))
    moved = dict(model.named_parameters())
    for name, parameter in reference.named_parameters():
        if name in matrices:
            assert not torch.allclose(moved[name], parameter)
        else:
            torch.testing.assert_close(moved[name], parameter)


def test_saved_optimizer_goes_on_as_if_nothing_had_happened() -> None:
    whole = network()
    model = copy.deepcopy(whole)
    optimizer = optimizer_of(whole)
    descend(whole, optimizer, range(5))
    first = optimizer_of(model)
    descend(model, first, range(2))
    second = optimizer_of(model)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    descend(model, second, range(2, 5))
    for own, other in zip(whole.parameters(), model.parameters(), strict=True):
        assert torch.equal(own, other)


def test_parameter_without_gradient_stays() -> None:
    still, moving = nn.Parameter(torch.ones(3, 3)), nn.Parameter(torch.ones(3, 3))
    moving.grad = torch.randn(3, 3)
    Muon([still, moving], weight_decay=0.5).step()
    assert torch.equal(still, torch.ones(3, 3))
    assert not torch.equal(moving, torch.ones(3, 3))


def test_zero_gradient_gives_no_nan() -> None:
    still: Tensor = orthogonalised(torch.zeros(2, 3, 4))
    assert torch.equal(still, torch.zeros(2, 3, 4))


def test_closure_is_refused() -> None:
    with pytest.raises(ValueError, match="closure"):
        Muon([nn.Parameter(torch.ones(2, 2))]).step(lambda: 0.0)
