import pytest
import torch
from torch import Tensor, nn

from etude.layers.attention import MultiHeadAttention, attend, attention_weights, causal_mask


def pair(width: int, heads: int) -> tuple[MultiHeadAttention, nn.MultiheadAttention]:
    """Our layer and torch's, with the same weights."""
    ours, theirs = MultiHeadAttention(width, heads), nn.MultiheadAttention(width, heads, batch_first=True)
    copy(theirs, ours)
    return ours, theirs


@torch.no_grad()
def copy(theirs: nn.MultiheadAttention, ours: MultiHeadAttention) -> None:
    nn.init.normal_(theirs.in_proj_bias)
    ours.project.weight.copy_(theirs.in_proj_weight)
    ours.project.bias.copy_(theirs.in_proj_bias)
    ours.out.weight.copy_(theirs.out_proj.weight)
    ours.out.bias.copy_(theirs.out_proj.bias)


def padded(*lengths: int) -> Tensor:
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("heads", [1, 4])
def test_self_attention_equals_that_of_torch(causal: bool, heads: int) -> None:
    ours, theirs = pair(8, heads)
    x, visible = torch.randn(3, 5, 8), padded(5, 3, 1)
    hidden = ~causal_mask(5, 5, x.device) if causal else None
    wanted, weights = theirs(x, x, x, key_padding_mask=~visible, attn_mask=hidden, average_attn_weights=False)
    torch.testing.assert_close(ours(x, visible=visible, causal=causal), wanted, atol=1e-5, rtol=0)
    torch.testing.assert_close(ours.weights(x, visible=visible, causal=causal), weights, atol=1e-5, rtol=0)


def test_cross_attention_equals_that_of_torch() -> None:
    ours, theirs = pair(8, 2)
    x, context, visible = torch.randn(3, 4, 8), torch.randn(3, 6, 8), padded(6, 2, 5)
    wanted, weights = theirs(x, context, context, key_padding_mask=~visible, average_attn_weights=False)
    torch.testing.assert_close(ours(x, context, visible=visible), wanted, atol=1e-5, rtol=0)
    torch.testing.assert_close(ours.weights(x, context, visible=visible), weights, atol=1e-5, rtol=0)


def test_gradients_equal_those_of_torch() -> None:
    ours, theirs = pair(8, 2)
    x = torch.randn(2, 5, 8)
    ours(x, causal=True).square().sum().backward()
    hidden = ~causal_mask(5, 5, x.device)
    theirs(x, x, x, attn_mask=hidden, need_weights=False)[0].square().sum().backward()
    torch.testing.assert_close(ours.project.weight.grad, theirs.in_proj_weight.grad, atol=1e-5, rtol=1e-5)


def test_kernel_is_the_weighted_mean_of_the_values() -> None:
    query, key, value = torch.randn(2, 3, 4, 6), torch.randn(2, 3, 5, 6), torch.randn(2, 3, 5, 6)
    mask = torch.rand(2, 1, 4, 5) > 0.3
    torch.testing.assert_close(attend(query, key, value, mask=mask), attention_weights(query, key, mask) @ value)


def test_query_that_may_look_at_nothing_is_no_nan() -> None:
    layer = MultiHeadAttention(8, 2)
    x, visible = torch.randn(2, 3, 8, requires_grad=True), torch.tensor([[True, True, False], [False, False, False]])
    y = layer(x, visible=visible)
    y.sum().backward()
    assert y.isfinite().all()
    assert x.grad is not None
    assert x.grad.isfinite().all()
    assert layer.weights(x, visible=visible)[1].eq(0).all()


def test_causal_mask_leaks_nothing_and_hides_no_past() -> None:
    layer = MultiHeadAttention(8, 2)
    x = torch.randn(1, 6, 8)
    changed = x.clone()
    changed[0, 3] += 1
    same = (layer(x, causal=True) - layer(changed, causal=True)).abs().amax(-1)[0] < 1e-7
    assert same.tolist() == [True, True, True, False, False, False]


def test_padding_changes_nothing() -> None:
    layer = MultiHeadAttention(8, 2)
    x = torch.randn(1, 4, 8)
    longer = torch.cat([x, 100 * torch.randn(1, 3, 8)], dim=1)
    torch.testing.assert_close(layer(longer, visible=padded(4, 7)[:1])[:, :4], layer(x))
    assert not torch.allclose(layer(longer)[:, :4], layer(x))  # what the mask is for


def test_token_by_token_from_a_cache_equals_the_whole_text() -> None:
    layer = MultiHeadAttention(8, 2)
    x = torch.randn(2, 5, 8)
    key, value = layer.keys_values(x)
    steps = [layer.look(x[:, t : t + 1], key[:, :, : t + 1], value[:, :, : t + 1], causal=True) for t in range(5)]
    torch.testing.assert_close(torch.cat(steps, dim=1), layer(x, causal=True))
    torch.testing.assert_close(layer.look(x[:, 3:], key, value, causal=True), layer(x, causal=True)[:, 3:])


def test_dropout_silences_weights_in_training_alone() -> None:
    layer = MultiHeadAttention(8, 2, dropout=0.5)
    x = torch.randn(2, 5, 8)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    assert torch.equal(layer(x), layer(x))


def test_heads_must_share_the_width() -> None:
    with pytest.raises(ValueError, match="multiple"):
        MultiHeadAttention(8, 3)
