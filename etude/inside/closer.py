"""What is shown of what one layer does: what leaves it, where its heads look, what it keeps."""

from typing import Any

from jaxtyping import Float
from torch import Tensor

from etude.figures import Figure, Matrix, Text
from etude.inside.attention import Attended, breadth, evenness
from etude.inside.layers import MOST, matrix, numbered, output_figure
from etude.inside.rehearsal import Passage, Rehearsal
from etude.inside.states import Stepped
from etude.inside.tokens import Ids, tokens
from etude.schema import Schema

HEADS = 16
"""that are drawn"""
ONE, ALL = 0.1, 0.9
"""evenness up to which a head is said to look at one place, and from which on at everything"""


def doing_figures(seen: Rehearsal, name: str, *, schema: Schema | None, batch: Any) -> dict[str, Figure]:
    """What left the layer, where its heads look, what it keeps; nothing where nothing has passed."""
    if name not in seen.passages:
        return {}
    passage = seen.passages[name]
    said = attention_figures(name, passage, schema, batch) or {"output": output_figure(seen, name)}
    return said | cell_figures(name, passage)


def attention_figures(name: str, passage: Passage, schema: Schema | None, batch: Any) -> dict[str, Figure]:
    """One table for each head, of the first example; the weights are computed here, for who looks."""
    if not isinstance(passage.closer, Attended):
        return {}
    weights = passage.closer.looks.weights().float().cpu()
    rows, columns = (
        labels(read, length, schema, batch)
        for read, length in zip((passage.closer.asking, passage.closer.asked), weights.shape[1:], strict=True)
    )
    found: dict[str, Figure] = {"heads": heads_figure(name, weights)}
    for number, look in enumerate(weights[:HEADS], start=1):
        found[f"head {number}"] = Matrix(
            f"{name}: where head {number} looks in one example{cut(look)}",
            look[:MOST, :MOST],
            rows[:MOST],
            columns[:MOST],
            row_label="while at",
            column_label="it looks at",
        )
    return found


def labels(read: tuple[Ids, ...], length: int, schema: Schema | None, batch: Any) -> tuple[str, ...]:
    """The tokens at these positions, their numbers where they are not known."""
    known = tokens(read, length, schema, batch) if schema is not None else None
    return known if known is not None else numbered(length)


def heads_figure(name: str, weights: Float[Tensor, "head query key"]) -> Text:
    """How each head divides its look."""
    told = zip(evenness(weights).tolist(), breadth(weights).tolist(), strict=True)
    lines = [f"head {number}: {in_words(share, places)}" for number, (share, places) in enumerate(told, start=1)]
    return Text(f"{name}: how its heads look around in one example", "\n".join(lines))


def in_words(share: float, places: float) -> str:
    """'looks at everything alike; entropy as of 8.2 equal places, evenness 0.97'"""
    where = "at one place" if share <= ONE else "at everything alike" if share >= ALL else "at some places more"
    return f"looks {where}; entropy as of {places:.1f} equal places, evenness {share:.2f}"


def cut(values: Float[Tensor, "row column"]) -> str:
    """' (the first of 128 by 128)', where not all is shown."""
    rows, columns = values.shape
    return "" if max(rows, columns) <= MOST else f" (the first of {rows:,} by {columns:,})"


def cell_figures(name: str, passage: Passage) -> dict[str, Figure]:
    """What an LSTM keeps beside its state."""
    if not isinstance(passage.closer, Stepped):
        return {}
    _, c = passage.closer.states()
    layer, time = passage.closer.layer, passage.output.shape[1]
    first = f" (the first {len(c)} of {time})" if len(c) < time else ""
    dropped = ", without its dropout" if layer.dropout and layer.num_layers > 1 else ""
    title = f"{name}: its cell state c after each position of one example{first}{dropped}"
    return {"cell": matrix(title, c.cpu(), "position")}
