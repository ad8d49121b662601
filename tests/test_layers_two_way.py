"""The LSTM that reads both ways against PyTorch's own on packed texts."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from etude.layers.two_way import TwoWayLSTM


def test_states_and_gradients_equal_those_of_packed_texts() -> None:
    own, peer = TwoWayLSTM(5, 4), nn.LSTM(5, 4, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for name, weight in own.forth.named_parameters():
            getattr(peer, name).copy_(weight)
        for name, weight in own.back.named_parameters():
            getattr(peer, f"{name}_reverse").copy_(weight)
    lengths = torch.tensor([7, 1, 4])
    visible = (torch.arange(7) < lengths[:, None])[:, :, None]
    x = torch.randn(3, 7, 5)
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    expected, _ = pad_packed_sequence(peer(packed)[0], batch_first=True)
    states = own(x, lengths) * visible
    torch.testing.assert_close(states, expected)
    for found in (states, expected):
        found.square().sum().backward()
    torch.testing.assert_close(own.back.weight_hh_l0.grad, peer.weight_hh_l0_reverse.grad)
    torch.testing.assert_close(own.forth.weight_ih_l0.grad, peer.weight_ih_l0.grad)


def test_what_stands_in_the_padding_reaches_no_word() -> None:
    own, x = TwoWayLSTM(5, 4), torch.randn(1, 6, 5)
    other = torch.cat([x[:, :4], torch.randn(1, 2, 5)], dim=1)
    lengths = torch.tensor([4])
    assert torch.equal(own(x, lengths)[:, :4], own(other, lengths)[:, :4])
