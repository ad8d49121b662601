"""What an LSTM keeps: steps done again give what its kernel gives, and what its cell gives."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from etude.figures import Matrix
from etude.inside.closer import doing_figures
from etude.inside.rehearsal import Rehearsal, noted
from etude.inside.states import Stepped


def seen_in(layer: nn.Module, *given: Any) -> tuple[Any, Rehearsal]:
    """What the layer says, and what is noted of it."""
    with noted(nn.ModuleDict({"read": layer})) as passages:
        said = layer(*given)
    return said, Rehearsal(passages, {})


@pytest.mark.parametrize(
    "kind",
    [
        {"batch_first": True},
        {"batch_first": False},
        {"batch_first": True, "num_layers": 2, "bias": False},
        {"batch_first": True, "num_layers": 2, "bidirectional": True},
    ],
)
@pytest.mark.parametrize("started", [True, False])
def test_states_and_last_cells_are_those_of_the_kernel(kind: dict[str, Any], started: bool) -> None:
    layer, x = nn.LSTM(3, 4, **kind), torch.randn(2, 5, 3)
    parts = layer.num_layers * (2 if layer.bidirectional else 1)
    start = ((torch.randn(parts, 2, 4), torch.randn(parts, 2, 4)),) if started else ()
    (output, (_, last)), seen = seen_in(layer, x if layer.batch_first else x.transpose(0, 1), *start)
    closer = seen.passages["read"].closer
    assert isinstance(closer, Stepped)
    h, c = closer.states()
    torch.testing.assert_close(h, (output[0] if layer.batch_first else output[:, 0]).detach())
    torch.testing.assert_close(seen.passages["read"].output[0], h)
    upper = last[-2:, 0] if layer.bidirectional else last[-1:, 0]
    torch.testing.assert_close(c[-1, :4], upper[0].detach())
    if layer.bidirectional:
        torch.testing.assert_close(c[0, 4:], upper[1].detach())  # that way ends at the first position


def test_every_cell_state_is_that_of_the_cell() -> None:
    layer, x = nn.LSTM(3, 4, batch_first=True), torch.randn(2, 5, 3)
    _, seen = seen_in(layer, x)
    figure = doing_figures(seen, "read", schema=None, batch=None)["cell"]
    assert isinstance(figure, Matrix)
    cell = nn.LSTMCell(3, 4)
    cell.load_state_dict({name.removesuffix("_l0"): each for name, each in layer.state_dict().items()})
    state: tuple[Tensor, Tensor] | None = None
    for position in range(5):
        state = cell(x[:1, position], state)
        assert state is not None
        torch.testing.assert_close(figure.values[position], state[1][0].detach())


def test_packed_texts_end_where_they_end() -> None:
    layer, x = nn.LSTM(3, 4, batch_first=True, bidirectional=True), torch.randn(3, 6, 3)
    packed = pack_padded_sequence(x, torch.tensor([4, 6, 2]), batch_first=True, enforce_sorted=False)
    (output, (_, last)), seen = seen_in(layer, packed)
    closer = seen.passages["read"].closer
    assert isinstance(closer, Stepped)
    h, c = closer.states()
    unpacked, _ = pad_packed_sequence(output, batch_first=True)
    torch.testing.assert_close(h, unpacked[0, :4].detach())
    torch.testing.assert_close(torch.stack([c[-1, :4], c[0, 4:]]), last[:, 0].detach())
    torch.testing.assert_close(seen.passages["read"].output, unpacked.detach())


@pytest.mark.parametrize("layer", [nn.GRU(3, 4, batch_first=True), nn.RNN(3, 4, batch_first=True)])
def test_other_recurrent_layers_have_no_cell_state(layer: nn.RNNBase) -> None:
    _, seen = seen_in(layer, torch.randn(2, 5, 3))
    assert list(doing_figures(seen, "read", schema=None, batch=None)) == ["output"]


def test_dropout_between_the_layers_is_left_out_and_told() -> None:
    layer = nn.LSTM(3, 4, num_layers=2, dropout=0.5, batch_first=True)
    x = torch.randn(2, 5, 3)
    _, seen = seen_in(layer, x)
    figure = doing_figures(seen, "read", schema=None, batch=None)["cell"]
    assert isinstance(figure, Matrix) and figure.title.endswith("of one example, without its dropout")
    _, (_, c) = layer.eval()(x)
    torch.testing.assert_close(figure.values[-1], c[-1, 0].detach())
