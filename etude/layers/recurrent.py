"""Recurrent layers: one step at a time, the state of the last step goes into the next.

Written out here as the equations of one step; trained with PyTorch's kernels, which do all steps in one call. Both
have the same parameters in the same order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

State: TypeAlias = Float[Tensor, "part layer batch width"]
"""what goes from step to step: h alone (part 1), or h and c of an LSTM (part 2)"""


@dataclass(frozen=True, slots=True)
class Gates:
    """The parameters of one layer; the gates stand one above the other."""

    weight_ih: Float[Tensor, "gates input"]
    weight_hh: Float[Tensor, "gates width"]
    bias_ih: Float[Tensor, " gates"]
    bias_hh: Float[Tensor, " gates"]

    def of_input(self, x: Float[Tensor, "batch input"]) -> Float[Tensor, "batch gates"]:
        """W_i x + b_i"""
        return F.linear(x, self.weight_ih, self.bias_ih)

    def of_state(self, h: Float[Tensor, "batch width"]) -> Float[Tensor, "batch gates"]:
        """W_h h + b_h"""
        return F.linear(h, self.weight_hh, self.bias_hh)


def rnn_step(
    x: Float[Tensor, "batch input"], state: Float[Tensor, "1 batch width"], gates: Gates
) -> Float[Tensor, "1 batch width"]:
    """h_t = tanh(W_i x_t + b_i + W_h h_(t-1) + b_h), Elman 1990 (doi:10.1207/s15516709cog1402_1)."""
    return torch.tanh(gates.of_input(x) + gates.of_state(state[0]))[None]


def lstm_step(
    x: Float[Tensor, "batch input"], state: Float[Tensor, "2 batch width"], gates: Gates
) -> Float[Tensor, "2 batch width"]:
    """Hochreiter and Schmidhuber 1997 with the forget gate of Gers, Schmidhuber and Cummins 2000, section 3.

    i, f, o = sigmoid(...) and g = tanh(...) of W_i x_t + b_i + W_h h_(t-1) + b_h; then c_t = f c_(t-1) + i g, a sum,
    through which gradients flow unhindered where f is near 1, and h_t = o tanh(c_t).
    """
    h, c = state
    i, f, g, o = (gates.of_input(x) + gates.of_state(h)).chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return torch.stack([o.sigmoid() * c.tanh(), c])


def gru_step(
    x: Float[Tensor, "batch input"], state: Float[Tensor, "1 batch width"], gates: Gates
) -> Float[Tensor, "1 batch width"]:
    """Cho et al. 2014 (arXiv:1406.1078), eq. 5 to 8, with the reset gate behind the product, as cuDNN has it.

    r, z = sigmoid(...), n = tanh(W_in x_t + b_in + r (W_hn h_(t-1) + b_hn)), h_t = (1 - z) n + z h_(t-1).
    """
    h = state[0]
    input_r, input_z, input_n = gates.of_input(x).chunk(3, dim=1)
    state_r, state_z, state_n = gates.of_state(h).chunk(3, dim=1)
    r, z = (input_r + state_r).sigmoid(), (input_z + state_z).sigmoid()
    n = (input_n + r * state_n).tanh()
    return ((1 - z) * n + z * h)[None]


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of recurrent layer."""

    kernel: Callable[..., nn.RNNBase]
    """PyTorch's layer, all steps in one call"""
    step: Callable[[Tensor, Tensor, Gates], Tensor]
    """the equations of one step"""
    parts: int
    """tensors of the state"""


CELLS = {"rnn": Cell(nn.RNN, rnn_step, 1), "gru": Cell(nn.GRU, gru_step, 1), "lstm": Cell(nn.LSTM, lstm_step, 2)}


class Recurrent(nn.Module):
    """A stack of recurrent layers, each reading the states of the one below.

    The forget gates of an LSTM start open: their bias is 1 (Jozefowicz, Zaremba and Sutskever 2015, section 2.1).
    PyTorch has two biases that are added, so one of them is 1 and the other 0, in every layer.
    """

    def __init__(self, cell: str, width_in: int, *, width: int, layers: int, dropout: float = 0.0) -> None:
        """`cell` is a name in CELLS; `dropout` silences a share of what goes from layer to layer."""
        super().__init__()
        self.cell, self.width, self.layers = CELLS[cell], width, layers
        between = dropout if layers > 1 else 0.0  # PyTorch warns of a dropout that has no place
        self.kernel = self.cell.kernel(width_in, width, layers, batch_first=True, dropout=between)
        if cell == "lstm":
            open_forget_gates(self.kernel)

    def zero_state(self, batch: int) -> State:
        """The state before the first step."""
        weight = next(self.kernel.parameters())
        return weight.new_zeros(self.cell.parts, self.layers, batch, self.width)

    def forward(
        self, x: Float[Tensor, "batch time input"], state: State
    ) -> tuple[Float[Tensor, "batch time width"], State]:
        """The states of the upper layer at all steps, and the states of all layers at the last one."""
        if self.cell.parts == 1:
            y, h = self.kernel(x, state[0].contiguous())
            return y, h[None]
        y, (h, c) = self.kernel(x, (state[0].contiguous(), state[1].contiguous()))
        return y, torch.stack([h, c])

    def step(self, x: Float[Tensor, "batch input"], state: State) -> tuple[Float[Tensor, "batch width"], State]:
        """One step of all layers by the equations, without dropout; the same as `forward` with a time of 1."""
        new = []
        for layer in range(self.layers):
            new.append(self.cell.step(x, state[:, layer], self.gates(layer)))
            x = new[-1][0]
        return x, torch.stack(new, dim=1)

    def gates(self, layer: int) -> Gates:
        """The parameters of one layer under the names of the equations."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return Gates(*(self.kernel.get_parameter(f"{name}_l{layer}") for name in names))


@torch.no_grad()
def open_forget_gates(kernel: nn.RNNBase) -> None:
    """Bias 1 for the forget gates of an LSTM of PyTorch, in every layer and direction."""
    for name, parameter in kernel.named_parameters():
        if name.startswith("bias"):
            forget = parameter[kernel.hidden_size : 2 * kernel.hidden_size]  # the gates stand in the order i, f, g, o
            forget.fill_(1.0 if name.startswith("bias_ih") else 0.0)
