import copy

import pytest
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from etude.learners.average import EMA


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))


def drift(model: nn.Module) -> None:
    """Change parameters and buffers as a training would."""
    model(torch.randn(8, 3))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter))


def test_average_equals_that_of_torch() -> None:
    model = network()
    ours = EMA(model, 0.9)
    theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    theirs.update_parameters(model)  # its first call only copies, which ours does when it is made
    for _ in range(5):
        drift(model)
        ours.update(model)
        theirs.update_parameters(model)
    expected = theirs.module.state_dict()
    for name, tensor in ours.model.state_dict().items():
        if tensor.is_floating_point():
            torch.testing.assert_close(tensor, expected[name])


def test_counts_are_taken_over() -> None:
    model = network()
    average = EMA(model, 0.9)
    drift(model)
    average.update(model)
    assert average.model.get_buffer("1.num_batches_tracked") == 1


def test_average_starts_as_the_model_and_does_not_move_with_it() -> None:
    model = network().eval()
    x = torch.randn(5, 3)
    average = EMA(model, 0.99)
    before: Tensor = model(x).detach()
    assert torch.equal(average(x), before)
    with torch.no_grad():
        model[0].weight.add_(1.0)
    assert torch.equal(average(x), before)


def test_average_has_nothing_to_learn_and_leaves_the_model_learnable() -> None:
    model = network()
    average = EMA(model, 0.5)
    assert not any(each.requires_grad for each in average.parameters())
    assert all(each.requires_grad for each in model.parameters())


def test_saved_average_goes_on_as_if_nothing_had_happened() -> None:
    model = network()
    average = EMA(model, 0.8)
    drift(model)
    average.update(model)
    restored = EMA(network(), 0.8)
    restored.load_state_dict(copy.deepcopy(average.state_dict()))
    drift(model)
    average.update(model)
    restored.update(model)
    for own, other in zip(average.state_dict().values(), restored.state_dict().values(), strict=True):
        assert torch.equal(own, other)


@pytest.mark.parametrize("decay", [-0.1, 1.0, float("nan")])
def test_decay_outside_its_range_is_refused(decay: float) -> None:
    with pytest.raises(ValueError, match="decay"):
        EMA(network(), decay)
