"""Where the heads of a layer of attention look, found again from what the layer was given for one example."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.func import functional_call

from etude.inside.tokens import Embedded, Ids, behind, first_row
from etude.layers.attention import Alignment, Attention, attention_weights

ATTENTION = (Attention, Alignment, nn.MultiheadAttention)
"""layers of attention"""


@dataclass(frozen=True, slots=True)
class Compared:
    """Queries and keys of our own layer."""

    query: Float[Tensor, "1 head query part"]
    key: Float[Tensor, "1 head key part"]
    mask: Bool[Tensor, "... key"] | None

    def weights(self) -> Float[Tensor, "head query key"]:
        """Those that the layer never wrote into memory."""
        return attention_weights(self.query.float(), self.key.float(), self.mask)[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """What PyTorch's layer was given, and its parameters before they were moved."""

    layer: nn.MultiheadAttention
    parameters: Mapping[str, Tensor]
    arguments: Mapping[str, Any]

    @torch.no_grad()
    def weights(self) -> Float[Tensor, "head query key"]:
        """As the layer itself tells them, without dropout; 0 for a query that may look at no key."""
        self.layer.eval()  # it is that of the copy that has rehearsed, which nobody needs any more
        told = dict(self.arguments) | {"need_weights": True, "average_attn_weights": False}
        _, weights = functional_call(self.layer, dict(self.parameters), (), told)
        flat: Tensor = weights.flatten(0, -3).nan_to_num(0.0)  # (head, query, key), also of a batch of one
        return flat


@dataclass(frozen=True, slots=True)
class Aligned:
    """What a layer has said step by step that gives weights itself."""

    rows: tuple[Float[Tensor, " key"], ...]

    def weights(self) -> Float[Tensor, "1 query key"]:
        """One head."""
        return torch.stack(self.rows)[None]


Looks: TypeAlias = Compared | Asked | Aligned


@dataclass(frozen=True, slots=True)
class Attended:
    """What a layer of attention did for the first example of a batch."""

    looks: Looks
    """tells its weights, which are as many as queries times keys, once they are asked for"""
    asking: tuple[Ids, ...]
    """what the queries were made of"""
    asked: tuple[Ids, ...]
    """what the keys were made of"""


def attended(
    layer: nn.Module, given: Sequence[Any], named: Mapping[str, Any], known: Sequence[Embedded]
) -> Attended | None:
    """What is needed to find its weights again; None for any other layer."""
    if isinstance(layer, Attention):
        query, key, _, mask = given
        few = mask if mask is None or mask.ndim == 2 else mask[:1]
        looks: Looks = Compared(query[:1].detach().clone(), key[:1].detach().clone(), few)
        return Attended(looks, *(behind(each, known, batch_first=True) for each in (query, key)))
    if isinstance(layer, nn.MultiheadAttention) and type(layer).forward is nn.MultiheadAttention.forward:
        told = inspect.signature(layer.forward).bind(*given, **named).arguments
        parameters = {name: each.detach().clone() for name, each in layer.named_parameters()}
        looks = Asked(layer, parameters, first_example(layer, told))
        both = (behind(told[name], known, batch_first=layer.batch_first) for name in ("query", "key"))
        return Attended(looks, *both)
    return None


def first_example(layer: nn.MultiheadAttention, told: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of PyTorch's layer for one example alone."""
    batched = told["query"].ndim == 3
    axis = 0 if layer.batch_first else 1
    found: dict[str, Any] = {}
    for name in ("query", "key", "value"):
        each = told[name].detach().to(layer.out_proj.weight.dtype)
        found[name] = (each.narrow(axis, 0, 1) if batched else each).clone()
    padding, mask = told.get("key_padding_mask"), told.get("attn_mask")
    found["key_padding_mask"] = padding[:1] if padding is not None and batched else padding
    found["attn_mask"] = mask[: layer.num_heads] if mask is not None and mask.ndim == 3 else mask
    return found


def aligned(before: Attended | None, given: Sequence[Tensor], said: Tensor, known: Sequence[Embedded]) -> Attended:
    """What it has said so far, and one row more."""
    row = said[0].detach().clone()
    asking = tuple(first_row(each, batch_first=True) for each in known)  # a writer's state hangs on all of them
    if before is None or not isinstance(before.looks, Aligned):
        return Attended(Aligned((row,)), asking, behind(given[1], known, batch_first=True))
    return replace(before, looks=Aligned((*before.looks.rows, row)), asking=asking)


def evenness(weights: Float[Tensor, "head query key"]) -> Float[Tensor, " head"]:
    """Entropy of each head in shares of the greatest that is possible, the mean over the queries.

    0: every query looks at one place; 1: at all that it may look at alike. Queries that have no choice do not count; a
    head without any other is 0.
    """
    choices = (weights > 0).sum(dim=2)  # (head, query)
    entropy = torch.special.entr(weights.double()).sum(dim=2)
    shares = entropy / choices.clamp(min=2).double().log()
    mean: Tensor = (shares * (choices > 1)).sum(dim=1) / (choices > 1).sum(dim=1).clamp(min=1)
    return mean


def breadth(weights: Float[Tensor, "head query key"]) -> Float[Tensor, " head"]:
    """At how many places a head might look alike with the same entropy, exp(entropy), the mean over the queries."""
    mean: Tensor = torch.special.entr(weights.double()).sum(dim=2).exp().mean(dim=1)
    return mean
