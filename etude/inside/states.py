"""The cell states of an LSTM, which its kernel keeps to itself: its steps are done again, one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from etude.layers.recurrent import Gates, lstm_step

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
POSITIONS = 64
"""that are read of a text in one direction; in both, the whole of it must be read"""


@dataclass(frozen=True, slots=True)
class Stepped:
    """What an LSTM was given for one example, and its parameters before they were moved."""

    layer: nn.LSTM
    parameters: Mapping[str, Tensor]
    x: Float[Tensor, "time input"]
    start: Float[Tensor, "2 part width"]
    """h and c before the first step, of each layer and direction"""

    @torch.no_grad()
    def states(self) -> tuple[Float[Tensor, "time state"], Float[Tensor, "time state"]]:
        """h and c of the upper layer after each position, both directions side by side; without dropout."""
        ways = ("", "_reverse") if self.layer.bidirectional else ("",)
        x, c = self.x, self.x
        for number in range(self.layer.num_layers):
            found = []
            for way, suffix in enumerate(ways):
                part = number * len(ways) + way
                found.append(steps(x, self.start[:, part], self.gates(f"_l{number}{suffix}"), backwards=bool(suffix)))
            x, c = torch.cat(found, dim=2)
        return x, c

    def gates(self, suffix: str) -> Gates:
        """The parameters of one layer in one direction."""
        none = self.x.new_zeros(4 * self.layer.hidden_size)
        return Gates(*(self.parameters.get(name + suffix, none) for name in NAMES))


def stepped(layer: nn.Module, given: Sequence[object]) -> Stepped | None:
    """What is needed to do an LSTM's steps again; None for any other layer, and one that projects its states."""
    if not isinstance(layer, nn.LSTM) or layer.proj_size:
        return None
    x = batch_first(layer, given[0])
    if x.ndim != 3:
        return None
    parameters = {name: each.detach().clone() for name, each in layer.named_parameters()}
    parts = layer.num_layers * (2 if layer.bidirectional else 1)
    start = given[1] if len(given) > 1 and isinstance(given[1], tuple) else None
    state = torch.zeros(2, parts, layer.hidden_size) if start is None else torch.stack(start)[:, :, 0].detach().clone()
    length = int(pad_packed_sequence(given[0])[1][0]) if isinstance(given[0], PackedSequence) else x.shape[1]
    read = length if layer.bidirectional else min(length, POSITIONS)
    first = x[0, :read].detach().clone()
    return Stepped(layer, parameters, first, state.to(first))


def batch_first(layer: nn.RNNBase, said: object) -> Tensor:
    """What goes into a recurrent layer or comes out, as (batch, time, unit), with padding where texts were packed."""
    if isinstance(said, PackedSequence):
        return pad_packed_sequence(said, batch_first=True)[0]
    assert isinstance(said, Tensor)  # PyTorch takes nothing else
    return said if layer.batch_first or said.ndim < 3 else said.transpose(0, 1)


def steps(
    x: Float[Tensor, "time input"], start: Float[Tensor, "2 width"], gates: Gates, *, backwards: bool
) -> Float[Tensor, "2 time width"]:
    """h and c after each position, in the order of the text whichever way it is read."""
    state, found = start[:, None], []
    for row in (x.flip(0) if backwards else x).split(1):
        state = lstm_step(row, state, gates)
        found.append(state)
    every = torch.cat(found, dim=1)  # (2, time, width)
    return every.flip(1) if backwards else every
