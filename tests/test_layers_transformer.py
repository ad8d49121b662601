import math

import pytest
import torch
from test_layers_attention import copy, padded
from torch import nn

from etude.layers.attention import MultiHeadAttention
from etude.layers.transformer import DecoderBlock, EncoderBlock, FeedForward, sinusoids


@torch.no_grad()
def copy_block(theirs: nn.Module, ours: EncoderBlock | DecoderBlock) -> None:
    """Give our block the weights of torch's, all of them moved away from where they start."""
    for weight in theirs.parameters():
        weight.add_(0.1 * torch.randn_like(weight))
    copy(theirs.self_attn, ours.attention)
    if isinstance(ours, DecoderBlock):
        copy(theirs.multihead_attn, ours.cross)
    ours.feed[0].load_state_dict(theirs.linear1.state_dict())
    ours.feed[2].load_state_dict(theirs.linear2.state_dict())
    for number, norm in enumerate(ours.norms, start=1):
        norm.load_state_dict(getattr(theirs, f"norm{number}").state_dict())


@pytest.mark.parametrize("bend", ["relu", "gelu"])
def test_encoder_block_equals_that_of_torch(bend: str) -> None:
    theirs = nn.TransformerEncoderLayer(8, 2, dim_feedforward=12, dropout=0.0, activation=bend, batch_first=True)
    ours = EncoderBlock(8, 2, hidden=12, bend=bend)
    copy_block(theirs, ours)
    x, visible = torch.randn(3, 5, 8), padded(5, 2, 4)
    wanted = theirs(x, src_key_padding_mask=~visible)
    torch.testing.assert_close(ours(x, visible=visible), wanted, atol=1e-5, rtol=0)


def test_decoder_block_equals_that_of_torch() -> None:
    theirs = nn.TransformerDecoderLayer(8, 2, dim_feedforward=12, dropout=0.0, batch_first=True)
    ours = DecoderBlock(8, 2, hidden=12)
    copy_block(theirs, ours)
    x, source, visible = torch.randn(3, 4, 8), torch.randn(3, 6, 8), padded(6, 2, 5)
    hidden = torch.ones(4, 4, dtype=torch.bool).triu(1)
    wanted = theirs(x, source, tgt_mask=hidden, memory_key_padding_mask=~visible)
    torch.testing.assert_close(ours(x, source, source_visible=visible), wanted, atol=1e-5, rtol=0)


def test_decoder_grows_token_by_token_to_the_same_text() -> None:
    block = DecoderBlock(8, 2, hidden=12)
    x, source = torch.randn(2, 4, 8), torch.randn(2, 3, 8)
    key, value = block.attention.keys_values(x)
    seen = block.cross.keys_values(source)
    steps = [block.grow(x[:, t : t + 1], (key[:, :, : t + 1], value[:, :, : t + 1]), seen) for t in range(4)]
    torch.testing.assert_close(torch.cat(steps, dim=1), block(x, source))


def test_weights_on_the_source_are_a_distribution_over_what_is_no_padding() -> None:
    block = DecoderBlock(8, 2, hidden=12)
    weights = block.source_weights(torch.randn(2, 4, 8), torch.randn(2, 5, 8), source_visible=padded(5, 2))
    assert weights.shape == (2, 2, 4, 5)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 4))
    assert weights[1, :, :, 2:].eq(0).all()


def test_attention_without_positions_sees_a_bag_of_words() -> None:
    layer, order = MultiHeadAttention(8, 2), torch.randperm(6)
    x = torch.randn(1, 6, 8)
    torch.testing.assert_close(layer(x[:, order]), layer(x)[:, order])
    with_positions = sinusoids(6, 8)
    assert not torch.allclose(layer(x[:, order] + with_positions), layer(x + with_positions)[:, order], atol=1e-3)


def test_sinusoids_are_those_of_the_paper() -> None:
    positions = sinusoids(50, 16)
    for position, pair in ((0, 0), (7, 3), (49, 7)):
        angle = position / 10_000 ** (2 * pair / 16)
        torch.testing.assert_close(positions[position, 2 * pair].item(), math.sin(angle), atol=1e-5, rtol=0)
        torch.testing.assert_close(positions[position, 2 * pair + 1].item(), math.cos(angle), atol=1e-5, rtol=0)
    shifted = positions[5:] * positions[:-5]  # a shift is a rotation: cos(a - b) = cos a cos b + sin a sin b
    near = shifted.unflatten(1, (8, 2)).sum(2)
    torch.testing.assert_close(near, near[:1].expand_as(near), atol=1e-5, rtol=0)


def test_feed_forward_is_equation_2() -> None:
    layer = FeedForward(4, 6)
    x = torch.randn(2, 3, 4)
    first, second = layer[0], layer[2]
    torch.testing.assert_close(layer(x), (x @ first.weight.T + first.bias).clamp(min=0) @ second.weight.T + second.bias)
