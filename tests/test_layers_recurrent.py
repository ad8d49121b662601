"""Recurrent layers: the equations against PyTorch's layers with the same weights."""

import pytest
import torch
from torch import nn

from etude.layers.recurrent import CELLS, Recurrent, open_forget_gates

TORCH = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


@pytest.mark.parametrize("cell", list(CELLS))
@pytest.mark.parametrize("layers", [1, 3])
def test_equations_equal_torch_on_copied_weights(cell: str, layers: int) -> None:
    ours = Recurrent(cell, 5, width=7, layers=layers).double()
    theirs = TORCH[cell](5, 7, layers, batch_first=True).double()
    theirs.load_state_dict(ours.kernel.state_dict())
    x = torch.randn(4, 6, 5, dtype=torch.float64)
    state = torch.randn(CELLS[cell].parts, layers, 4, 7, dtype=torch.float64)
    start = state[0] if cell != "lstm" else (state[0], state[1])
    wanted, _ = theirs(x, start)
    steps, written = [], state
    for t in range(6):
        h, written = ours.step(x[:, t], written)
        steps.append(h)
    fused, last = ours(x, state)
    torch.testing.assert_close(torch.stack(steps, dim=1), wanted, atol=1e-6, rtol=0)
    torch.testing.assert_close(fused, wanted, atol=1e-12, rtol=0)
    torch.testing.assert_close(written, last, atol=1e-6, rtol=0)


@pytest.mark.parametrize("cell", list(CELLS))
def test_gradients_of_the_equations_equal_those_of_the_kernel(cell: str) -> None:
    layer = Recurrent(cell, 3, width=4, layers=2).double()
    x, state = torch.randn(2, 5, 3, dtype=torch.float64), layer.zero_state(2)
    layer(x, state)[0].square().sum().backward()
    fused = [each.grad for each in layer.parameters()]
    layer.zero_grad(set_to_none=True)
    total = torch.zeros((), dtype=torch.float64)
    for t in range(5):
        h, state = layer.step(x[:, t], state)
        total = total + h.square().sum()
    total.backward()
    for mine, kernel in zip(layer.parameters(), fused, strict=True):
        torch.testing.assert_close(mine.grad, kernel, atol=1e-9, rtol=0)


def test_forget_bias_is_one_in_sum_in_every_layer_and_direction() -> None:
    kernel = nn.LSTM(3, 4, 3, bidirectional=True)
    open_forget_gates(kernel)
    for layer in range(3):
        for direction in ("", "_reverse"):
            both = kernel.get_parameter(f"bias_ih_l{layer}{direction}") + kernel.get_parameter(
                f"bias_hh_l{layer}{direction}"
            )
            assert both[4:8].tolist() == [1.0] * 4
            assert not (both[:4] == 1).any()
    ours = Recurrent("lstm", 3, width=4, layers=2)
    assert all((ours.gates(layer).bias_ih + ours.gates(layer).bias_hh)[4:8].tolist() == [1.0] * 4 for layer in range(2))


def test_open_forget_gates_remember_what_closed_ones_lose() -> None:
    """How much of the first cell state is left after 30 steps: 1/(1 + 1/e) against 1/2 in each of them."""

    def left(bias: float) -> float:
        layer = Recurrent("lstm", 1, width=8, layers=1)
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.mul_(0)
            layer.gates(0).bias_ih[8:16] = bias
        state = layer.zero_state(1)
        state[1] = 1.0
        return float(layer(torch.zeros(1, 30, 1), state)[1][1].mean().detach())

    assert left(1.0) > 1e4 * left(0.0)


def test_carried_state_equals_one_long_pass() -> None:
    layer = Recurrent("lstm", 3, width=4, layers=2)
    x = torch.randn(2, 9, 3)
    whole, _ = layer(x, layer.zero_state(2))
    first, state = layer(x[:, :5], layer.zero_state(2))
    second, _ = layer(x[:, 5:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
