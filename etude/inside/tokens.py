"""Which tokens stand at the positions that a layer deep in a network works on: the ids that were embedded for them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from jaxtyping import Int
from torch import Tensor, nn

from etude.data.tokenizers import SPECIAL
from etude.schema import Schema, Text, Written
from etude.training.language import token_texts

Ids: TypeAlias = tuple[int, ...]
ALIKE = 0.5
"""share of its ids that a row of an embedding has in common with a text of the batch, at least"""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Ids that became vectors."""

    node: object
    """of the graph of gradients, where these vectors were made"""
    ids: Int[Tensor, "one other"]
    """examples by positions, or positions by examples"""


def embedded(layer: nn.Module, given: Sequence[object], said: object) -> list[Embedded]:
    """What an embedding was told, if `layer` is one that reads texts."""
    ids = given[0] if isinstance(layer, nn.Embedding) and given else None
    node = said.grad_fn if isinstance(said, Tensor) else None
    if not isinstance(ids, Tensor) or ids.ndim != 2 or node is None:
        return []
    return [Embedded(node, ids.detach().cpu())]


def behind(vectors: Tensor, known: Sequence[Embedded], *, batch_first: bool) -> tuple[Ids, ...]:
    """The ids of the first example that `vectors` were made of, in the order in which they were embedded.

    They are found in the graph of gradients, before an update lets go of it.
    """
    wanted = {each.node for each in known}
    start: Any = vectors.grad_fn
    found, seen, ahead = set[object](), {start}, [start] if start is not None and wanted else []
    while ahead and len(found) < len(wanted):
        node = ahead.pop()
        if node in wanted:
            found.add(node)
        new = {following for following, _ in node.next_functions if following is not None} - seen
        seen |= new
        ahead += new
    return tuple(first_row(each, batch_first=batch_first) for each in known if each.node in found)


def first_row(each: Embedded, *, batch_first: bool) -> Ids:
    """The ids of the first example."""
    ids = each.ids if batch_first else each.ids.T
    return tuple(ids[0].tolist()) if len(ids) else ()


def tokens(read: Sequence[Ids], length: int, schema: Schema, batch: Any) -> tuple[str, ...] | None:
    """What stands at `length` positions: the latest ids that are as many; None if they are no text that is known.

    An embedding of places has ids too: those of a text have most of their ids in common with a text of the batch.
    """
    for ids in reversed(read):
        text, share = max(
            ((text, likeness(ids, row)) for text, row in texts(schema, batch)), key=second, default=(None, 0.0)
        )
        if len(ids) == length and text is not None and share >= ALIKE:
            return tuple(name(text, each) for each in ids)
    return None


def second(pair: tuple[Text, float]) -> float:
    """How like."""
    return pair[1]


def texts(schema: Schema, batch: Any) -> list[tuple[Text, Ids]]:
    """The first example of a batch, as far as it is text."""
    sides = {"x": schema.inputs, "y": schema.target.text if isinstance(schema.target, Written) else None}
    found = [(side, getattr(batch, field, None)) for field, side in sides.items() if isinstance(side, Text)]
    return [(side, tuple(ids[0].tolist())) for side, ids in found if isinstance(ids, Tensor) and ids.ndim == 2]


def likeness(ids: Ids, row: Ids) -> float:
    """The share of `ids` that stand in `row` too, wherever."""
    return (Counter(ids) & Counter(row)).total() / max(1, len(ids))


def name(text: Text, token: int) -> str:
    """As it can be read beside a figure; ids beyond the vocabulary are those that a recipe adds, as a mask."""
    if token >= len(text.vocabulary):
        return f"<{token}>"
    return text.vocabulary[token] if token < len(SPECIAL) else token_texts(text, [token])[0]
