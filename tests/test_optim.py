import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.errors import UsageError
from etude.optim import Optimizer, adagrad, adam, adamw, rmsprop, sgd
from etude.schedules import exponential
from etude.types import Loss


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 8, dtype=torch.float64), nn.Tanh(), nn.Linear(8, 3, dtype=torch.float64))


def examples(number: int) -> tuple[Tensor, Tensor]:
    return torch.randn(number, 6, dtype=torch.float64), torch.randint(3, (number,))


def weights(model: nn.Module) -> Tensor:
    return nn.utils.parameters_to_vector(model.parameters()).detach().clone()


def loss_of(model: nn.Module, x: Tensor, y: Tensor) -> Loss:
    return Loss(F.cross_entropy(model(x), y), len(y))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda p: sgd(p, rate=0.1), lambda p: torch.optim.SGD(p, 0.1)),
        (
            lambda p: sgd(p, rate=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
            lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True, weight_decay=0.01),
        ),
        (lambda p: adagrad(p, rate=0.1), lambda p: torch.optim.Adagrad(p, 0.1)),
        (lambda p: rmsprop(p, rate=0.01, momentum=0.5), lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.5)),
        (lambda p: adam(p, rate=0.01, weight_decay=0.1), lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.1)),
        (lambda p: adamw(p, rate=0.01, weight_decay=0.0), lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.0)),
    ],
)
def test_hundred_steps_equal_those_of_torch(
    ours: Callable[[Iterator[nn.Parameter]], torch.optim.Optimizer],
    theirs: Callable[[Iterator[nn.Parameter]], torch.optim.Optimizer],
) -> None:
    model, reference = network(), network()
    optimizer, plain = Optimizer(ours(model.parameters())), theirs(reference.parameters())
    x, y = examples(16)
    for _ in range(100):
        optimizer.minimize([loss_of(model, x, y)])
        plain.zero_grad()
        loss_of(reference, x, y).value.backward()
        plain.step()
    torch.testing.assert_close(weights(model), weights(reference), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("make", [sgd, adagrad, adam, adamw])
def test_optimizers_are_fused(make: Callable[..., torch.optim.Optimizer]) -> None:
    assert all(group["fused"] for group in make(network().parameters(), rate=0.1).param_groups)


def test_adamw_decays_matrices_and_filters_alone() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 2))
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    optimizer = adamw(model.parameters(), rate=0.1, weight_decay=0.5)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.detach(), before[name] * (0.95 if parameter.ndim >= 2 else 1.0))


@pytest.mark.parametrize("sizes", [[7, 3], [1, 4, 5], [2] * 5, [10]])
def test_accumulated_step_equals_that_of_the_whole_batch(sizes: list[int]) -> None:
    x, y = examples(10)
    pieces, whole = network(), network()
    mean = Optimizer(sgd(pieces.parameters(), rate=1.0)).minimize(
        loss_of(pieces, *piece) for piece in zip(x.split(sizes), y.split(sizes), strict=True)
    )
    expected = Optimizer(sgd(whole.parameters(), rate=1.0)).minimize([loss_of(whole, x, y)])
    torch.testing.assert_close(weights(pieces), weights(whole))
    torch.testing.assert_close(mean, expected)


def test_accumulation_over_ragged_masks_equals_the_whole_batch() -> None:
    """The n of a piece may be a tensor: unmasked tokens."""
    x, y = examples(12)
    kept = torch.rand(12) < 0.6

    def masked(model: nn.Module, rows: slice) -> Loss:
        each = F.cross_entropy(model(x[rows]), y[rows], reduction="none")
        n = kept[rows].sum()
        return Loss((each * kept[rows]).sum() / n, n)

    pieces, whole = network(), network()
    Optimizer(sgd(pieces.parameters(), rate=1.0)).minimize(masked(pieces, slice(k, k + 4)) for k in (0, 4, 8))
    Optimizer(sgd(whole.parameters(), rate=1.0)).minimize([masked(whole, slice(0, 12))])
    torch.testing.assert_close(weights(pieces), weights(whole))


def test_pieces_are_asked_for_one_at_a_time() -> None:
    """So that the memory is that of one piece."""
    model = network()
    x, y = examples(4)
    gradients: list[bool] = []

    def losses() -> Iterator[Loss]:
        for _ in range(3):
            gradients.append(model[0].weight.grad is not None)
            yield loss_of(model, x, y)

    Optimizer(sgd(model.parameters(), rate=0.1)).minimize(losses())
    assert gradients == [False, True, True]


def test_one_piece_equals_a_bare_loop_bit_for_bit() -> None:
    model, bare = network(), network()
    optimizer, plain = (
        Optimizer(adam(model.parameters(), rate=0.01)),
        torch.optim.Adam(bare.parameters(), 0.01, fused=True),
    )
    x, y = examples(8)
    for _ in range(5):
        mean = optimizer.minimize([loss_of(model, x, y)])
        plain.zero_grad()
        loss = F.cross_entropy(bare(x), y)
        loss.backward()
        plain.step()
        assert torch.equal(mean, loss.detach())
    assert torch.equal(weights(model), weights(bare))


def test_gradients_stay_readable_until_the_next_update_which_starts_afresh() -> None:
    model = network()
    optimizer = Optimizer(sgd(model.parameters(), rate=0.0 + 1e-9))
    x, y = examples(8)
    optimizer.minimize([loss_of(model, x, y)])
    first = model[0].weight.grad.clone()
    assert first.abs().max() > 0
    optimizer.minimize([loss_of(model, x, y)])
    torch.testing.assert_close(model[0].weight.grad, first, rtol=1e-6, atol=1e-8)


def test_long_gradient_is_shortened_and_a_short_one_left() -> None:
    x, y = examples(8)
    for clip, moved in ((1e-3, 1e-3), (1e3, None)):
        model, free = network(), network()
        before = weights(model)
        Optimizer(sgd(model.parameters(), rate=1.0), clip_norm=clip).minimize([loss_of(model, x, y)])
        Optimizer(sgd(free.parameters(), rate=1.0)).minimize([loss_of(free, x, y)])
        step, natural = weights(model) - before, weights(free) - before
        assert step.norm().item() == pytest.approx(moved or natural.norm().item(), rel=1e-2)
        assert F.cosine_similarity(step, natural, dim=0).item() == pytest.approx(1)


def test_schedule_multiplies_the_base_rate_of_every_group() -> None:
    model = network()
    groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[2].parameters(), "lr": 0.4}]
    optimizer = Optimizer(torch.optim.SGD(groups), schedule=exponential(0.5))
    x, y = examples(4)
    for step in range(3):
        optimizer.minimize([loss_of(model, x, y)])
        assert [group["lr"] for group in optimizer.torch.param_groups] == [0.1 * 0.5**step, 0.4 * 0.5**step]
    assert optimizer.step == 3
    assert optimizer.rate == 0.1 * 0.25


def test_caller_may_set_the_rate_to_zero_between_two_updates() -> None:
    model = network()
    optimizer = Optimizer(sgd(model.parameters(), rate=0.1))
    x, y = examples(4)
    optimizer.minimize([loss_of(model, x, y)])
    before = weights(model)
    optimizer.base_rates = [0.0]
    optimizer.minimize([loss_of(model, x, y)])
    assert torch.equal(weights(model), before)


def test_no_loss_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one loss"):
        Optimizer(sgd(network().parameters(), rate=0.1)).minimize([])


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf"), 1e10])
def test_rate_outside_its_range_is_refused(rate: float) -> None:
    with pytest.raises(UsageError, match="learning rate") as caught:
        adam(network().parameters(), rate=rate)
    assert caught.value.code == "E-CFG-RANGE"


@pytest.mark.parametrize(("momentum", "decay"), [(1.0, 0.0), (-0.1, 0.0), (0.9, float("nan")), (0.9, -1.0)])
def test_momentum_and_decay_outside_their_ranges_are_refused(momentum: float, decay: float) -> None:
    with pytest.raises(UsageError, match="at least 0") as caught:
        sgd(network().parameters(), rate=0.1, momentum=momentum, weight_decay=decay)
    assert caught.value.code == "E-CFG-RANGE"


def test_training_imports_no_compiler() -> None:
    program = (
        "import sys, torch; from etude.optim import Optimizer, adamw; from etude.types import Loss\n"
        "w = torch.nn.Parameter(torch.ones(2, 2)); o = Optimizer(adamw([w], rate=0.1)); o.minimize([Loss(w.sum())])\n"
        "o.torch.load_state_dict(o.torch.state_dict())\n"
        "assert not (w == 1).any() and 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
