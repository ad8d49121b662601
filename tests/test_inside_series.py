"""Why a network answers as it does of a series, against terms that are known and slopes taken by hand."""

import pytest
import torch
from torch import Tensor, nn

from etude.inside.integrated import added, rise
from etude.inside.series import WIDEST, series_figures
from etude.layers.inputs import SignalInput
from etude.layers.outputs import Scalar
from etude.schema import Classes, Quantity, Signals

SIGNALS = Signals(length=12, mean=0.5, deviation=2.0)
DIGITS = Classes("digit", ("one", "two", "three"), (5, 5, 5))


@pytest.fixture
def x() -> Tensor:
    return torch.randn(1, 12, generator=torch.Generator().manual_seed(0))


def test_the_parts_of_a_linear_network_are_its_terms(x: Tensor) -> None:
    network = nn.Sequential(SignalInput(SIGNALS), nn.Linear(12, 3)).eval()
    start = torch.full_like(x, SIGNALS.mean)
    wanted = network[1].weight[2].detach() * (x[0] - 0.5) / 2.0
    torch.testing.assert_close(added(network, x, 2, start=start), wanted, rtol=1e-4, atol=1e-6)
    assert rise(network, x, 2, start=start) == pytest.approx(float(wanted.sum()), rel=1e-4)


def test_the_parts_of_a_bent_network_are_slopes_on_the_way(x: Tensor) -> None:
    network = nn.Sequential(SignalInput(SIGNALS), nn.Linear(12, 9), nn.Tanh(), nn.Linear(9, 3)).double().eval()
    x, h = x.double(), 1e-5
    start = torch.full_like(x, SIGNALS.mean)
    found = added(network, x, 1, start=start, steps=40)
    way = start + (torch.arange(40).double() + 0.5)[:, None] / 40 * (x - start)
    for place in (0, 5, 11):
        step = torch.zeros_like(way)
        step[:, place] = h
        slopes = (network(way + step) - network(way - step))[:, 1].detach() / (2 * h)
        assert float(found[place]) == pytest.approx(float((x - start)[0, place] * slopes.mean()), rel=1e-5)
    assert float(found.sum()) == pytest.approx(rise(network, x, 1, start=start), rel=1e-3)


def test_a_series_is_broadest_where_most_is_added(x: Tensor) -> None:
    network = nn.Sequential(SignalInput(SIGNALS), nn.Linear(12, 3)).eval()
    with torch.no_grad():  # as a network is asked that only answers
        figures = series_figures(network, x, SIGNALS, DIGITS)
    answer = int(network(x)[0].argmax())
    drawn = figures["why"].lines["as read"]
    assert torch.equal(drawn.y, x[0]) and DIGITS.names[answer] in figures["why"].title
    assert drawn.low is not None and drawn.high is not None
    parts = network[1].weight[answer].detach() * (x[0] - 0.5) / 2.0
    most = int(parts.abs().argmax())
    broad = (drawn.high - drawn.low) / 2
    assert int(broad.argmax()) == most
    torch.testing.assert_close(broad[most], WIDEST * (x.max() - x.min()))
    curves = figures["integrated gradients"]
    torch.testing.assert_close(curves.lines["learnt"].y, parts, rtol=1e-4, atol=1e-6)
    assert list(curves.lines) == ["learnt", "random weights"] and "With random weights" in curves.title


def test_a_quantity_is_told_in_its_own_unit(x: Tensor) -> None:
    network = nn.Sequential(SignalInput(SIGNALS), nn.Linear(12, 1), Scalar()).eval()
    figures = series_figures(network, x, SIGNALS, Quantity("hours", 20.0, 4.0))
    wanted = 4.0 * network[1].weight[0].detach() * (x[0] - 0.5) / 2.0
    torch.testing.assert_close(figures["integrated gradients"].lines["learnt"].y, wanted, rtol=1e-4, atol=1e-6)
    assert "adds to hours" in figures["integrated gradients"].title
