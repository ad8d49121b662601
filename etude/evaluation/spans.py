"""Spans of tags such as B-person I-person, found as the CoNLL shared tasks count them."""

from collections.abc import Sequence
from typing import TypeAlias

import torch
from jaxtyping import Bool
from torch import Tensor

Span: TypeAlias = tuple[str, int, int]
"""type, first token, and the token behind the last"""
OUTSIDE = "O"


def has_spans(names: Sequence[str]) -> bool:
    """Whether tags are of the kind B-x, I-x and O."""
    return OUTSIDE in names and all(name == OUTSIDE or name.startswith(("B-", "I-")) for name in names)


def spans(tags: Sequence[str]) -> set[Span]:
    """The spans of one sentence as conlleval finds them: I-x that follows no x begins one as B-x does."""
    found: set[Span] = set()
    kind, first = OUTSIDE, 0
    for place, tag in enumerate([*tags, OUTSIDE]):
        if kind != OUTSIDE and not continues(kind, tag):
            found.add((kind, first, place))
            kind = OUTSIDE
        if kind == OUTSIDE and tag != OUTSIDE:
            kind, first = tag[2:], place
    return found


def continues(kind: str, tag: str) -> bool:
    """Whether a tag belongs to the span of type `kind` that is open before it."""
    return tag == f"I-{kind}"


def forbidden_steps(names: Sequence[str]) -> tuple[Bool[Tensor, "before after"], Bool[Tensor, " first"]]:
    """Which tags cannot follow which, and which cannot begin a sentence: I-x wants B-x or I-x before it."""
    kinds = [name[2:] for name in names]
    inside = torch.tensor([name.startswith("I-") for name in names])
    if not has_spans(names):
        inside = torch.zeros(len(names), dtype=torch.bool)
    same = torch.tensor([[before == after for after in kinds] for before in kinds])
    return inside[None, :] & ~same, inside
