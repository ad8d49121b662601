"""Attention: every position asks all others, and takes a weighted mean of what they hold."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F


def attention_weights(
    query: Float[Tensor, "... query part"],
    key: Float[Tensor, "... key part"],
    mask: Bool[Tensor, "... #query key"] | None = None,
) -> Float[Tensor, "... query key"]:
    """softmax(Q K^T / sqrt(d_k)), Vaswani et al. 2017 (arXiv:1706.03762), the weights of eq. 1.

    The softmax is over the keys that `mask` lets through; a query that may look at none has weights of 0, not NaN.
    """
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])  # (..., query, key)
    if mask is None:
        return scores.softmax(-1)
    return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) * mask


def attend(
    query: Float[Tensor, "batch head query part"],
    key: Float[Tensor, "batch head key part"],
    value: Float[Tensor, "batch head key part"],
    *,
    mask: Bool[Tensor, "... #query key"] | None = None,
    dropout: float = 0.0,
) -> Float[Tensor, "batch head query part"]:
    """softmax(Q K^T / sqrt(d_k)) V, eq. 1, with a share `dropout` of the weights silenced.

    PyTorch's kernel, which never writes the weights into memory; `attention_weights(query, key, mask) @ value` is the
    same, and twice as slow.
    """
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)


def causal_mask(queries: int, keys: int, device: torch.device) -> Bool[Tensor, "query key"]:
    """What each position may look at: itself and what stands before it; the last query is the last key."""
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)


def looking(
    queries: int, keys: int, *, visible: Bool[Tensor, "batch key"] | None, causal: bool, device: torch.device
) -> Bool[Tensor, "... query key"] | None:
    """The mask of a batch, (batch, 1, 1 or query, key): what is no padding and, if `causal`, not in the future."""
    mask = None if visible is None else visible[:, None, None, :]
    if not causal or queries == 1:  # the latest position may look at all there is
        return mask
    past = causal_mask(queries, keys, device)
    return past if mask is None else mask & past


class Attention(nn.Module):
    """`attend` as a layer, which whoever looks inside a network finds by its name."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout

    def forward(
        self,
        query: Float[Tensor, "batch head query part"],
        key: Float[Tensor, "batch head key part"],
        value: Float[Tensor, "batch head key part"],
        mask: Bool[Tensor, "... #query key"] | None,
    ) -> Float[Tensor, "batch head query part"]:
        return attend(query, key, value, mask=mask, dropout=self.dropout if self.training else 0.0)


class MultiHeadAttention(nn.Module):
    """Attention in several learnt subspaces at once, Vaswani et al. 2017, section 3.2.2.

    Queries, keys and values are three pieces of one merged projection: one product where all come from the same text.
    `causal` hides the future: the last query is then the last key, so that it also holds when earlier keys come from a
    cache. `visible` says which keys are no padding.
    """

    def __init__(self, width: int, heads: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"{heads} heads cannot share a width of {width}; it must be a multiple of {heads}")
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)  # W^Q, W^K, W^V, one above the other
        self.attend = Attention(dropout)
        self.out = nn.Linear(width, width)  # W^O
        nn.init.xavier_uniform_(self.project.weight)
        nn.init.zeros_(self.project.bias)
        nn.init.zeros_(self.out.bias)

    def forward(
        self,
        x: Float[Tensor, "batch query width"],
        context: Float[Tensor, "batch key width"] | None = None,
        *,
        visible: Bool[Tensor, "batch key"] | None = None,
        causal: bool = False,
    ) -> Float[Tensor, "batch query width"]:
        """Let `x` look at `context`, or at itself."""
        if context is None:
            query, key, value = self.split(self.project(x))
            return self.mixed(query, key, value, visible=visible, causal=causal)
        return self.look(x, *self.keys_values(context), visible=visible)

    def keys_values(
        self, context: Float[Tensor, "batch key width"]
    ) -> tuple[Float[Tensor, "batch head key part"], Float[Tensor, "batch head key part"]]:
        """What is looked at, ready to be kept while a text grows token by token."""
        width = context.shape[-1]
        key, value = self.split(F.linear(context, self.project.weight[width:], self.project.bias[width:]))
        return key, value

    def look(
        self,
        x: Float[Tensor, "batch query width"],
        key: Float[Tensor, "batch head key part"],
        value: Float[Tensor, "batch head key part"],
        *,
        visible: Bool[Tensor, "batch key"] | None = None,
        causal: bool = False,
    ) -> Float[Tensor, "batch query width"]:
        """Let `x` look at keys and values that are there already."""
        return self.mixed(self.queries(x), key, value, visible=visible, causal=causal)

    def weights(
        self,
        x: Float[Tensor, "batch query width"],
        context: Float[Tensor, "batch key width"] | None = None,
        *,
        visible: Bool[Tensor, "batch key"] | None = None,
        causal: bool = False,
    ) -> Float[Tensor, "batch head query key"]:
        """Where each head looks: positive, and 1 in sum over the keys."""
        query, (key, _) = self.queries(x), self.keys_values(x if context is None else context)
        mask = looking(query.shape[2], key.shape[2], visible=visible, causal=causal, device=x.device)
        return attention_weights(query, key, mask)

    def queries(self, x: Float[Tensor, "batch query width"]) -> Float[Tensor, "batch head query part"]:
        """What each position asks."""
        width = x.shape[-1]
        (query,) = self.split(F.linear(x, self.project.weight[:width], self.project.bias[:width]))
        return query

    def mixed(
        self, query: Tensor, key: Tensor, value: Tensor, *, visible: Tensor | None, causal: bool
    ) -> Float[Tensor, "batch query width"]:
        """The means of all heads side by side, projected: MultiHead(Q, K, V) of section 3.2.2."""
        mask = looking(query.shape[2], key.shape[2], visible=visible, causal=causal, device=query.device)
        heads: Tensor = self.attend(query, key, value, mask)
        mean: Tensor = self.out(heads.transpose(1, 2).flatten(2))
        return mean

    def split(self, projected: Float[Tensor, "batch time piece"]) -> tuple[Tensor, ...]:
        """Pieces as wide as the layer, each cut into heads: (batch, head, time, part)."""
        pieces = projected.unflatten(-1, (-1, self.heads, self.out.in_features // self.heads))
        apart: tuple[Tensor, ...] = pieces.permute(2, 0, 3, 1, 4).unbind(0)
        return apart


class Alignment(nn.Module):
    """e_ij = v^T tanh(W s_(i-1) + U h_j), its softmax over the source, and the mean of h by it.

    Bahdanau, Cho and Bengio 2015 (arXiv:1409.0473), eq. 5 and 6 and appendix A.1.2.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.query = nn.Linear(hidden, hidden, bias=False)  # W
        self.key = nn.Linear(2 * hidden, hidden)  # U
        self.score = nn.Linear(hidden, 1, bias=False)  # v

    def forward(
        self,
        s: Float[Tensor, "batch hidden"],
        keys: Float[Tensor, "batch source hidden"],
        visible: Bool[Tensor, "batch source"],
    ) -> Float[Tensor, "batch source"]:
        """The weights alpha_i of eq. 6, 0 where there is padding; `keys` are U h."""
        e = self.score(torch.tanh(self.query(s)[:, None] + keys)).squeeze(2)  # (batch, source)
        weights: Tensor = e.masked_fill(~visible, torch.finfo(e.dtype).min).softmax(1)
        return weights
