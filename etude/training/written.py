"""What a network writes for new texts, and where it looks while it writes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from etude.data.pair_files import lines_of
from etude.data.pair_tables import is_table, new_texts
from etude.data.tokenizers import END, PAD, SPECIAL, START, UNKNOWN, decode, encode
from etude.data.translation import padded
from etude.errors import DataError
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.decoding import Looking
from etude.evaluation.writing import BEAMS, TEXTS_AT_ONCE, values, written
from etude.figures import Curve, Figure, Line, Matrix
from etude.figures import Text as Words
from etude.records import Pairs
from etude.schema import Schema, Text
from etude.source import Source
from etude.training.expect import expect_text, expect_written

SHOWN = 8
"""texts in a sample"""
BINS = 5
"""groups of texts of like length"""


def answer_texts(network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
    """Write a text for each line of the files among `inputs`, and for each input that is no file."""
    reads, writes = expect_text(schema, "a writer"), expect_written(schema, "a writer")
    named = [each for given in inputs for each in texts_of(given, writes.name)]
    unknown = 0
    rows = []
    for first in range(0, len(named), TEXTS_AT_ONCE):
        some = named[first : first + TEXTS_AT_ONCE]
        x = encoded(reads, [text for _, text in some], network)
        unknown += int((x == UNKNOWN).sum())
        texts = written(network, x, writes.text, beams=BEAMS).tolist()
        rows += [Answer(name, decode(writes.text, ids), {}) for (name, _), ids in zip(some, texts, strict=True)]
    notes = (f"{unknown} tokens of the inputs were never met in training",) if unknown else ()
    return Answers(writes.name, tuple(rows), notes)


def texts_of(given: str, written: str) -> list[tuple[str, str]]:
    """Name and text: the input itself, or each line of the file that it names, or each row of a table.

    The column called `written` of a table is what the network is to write.
    """
    path = Path(given)
    if len(given) > 4096 or not path.is_file():
        return [(given, given)]
    lines = new_texts(path, Source(given), written=written) if is_table(path) else lines_of(path, Source(given))[0]
    return [(f"{path.name}:{number}", line) for number, line in enumerate(lines, start=1)]


def encoded(reads: Text, texts: Sequence[str], network: nn.Module) -> Int[Tensor, "batch source"]:
    """Texts as the training's were, on the device of the network; DataError E-TEXT-EMPTY for one that holds nothing."""
    ids = [encode(reads, text)[: reads.length] for text in texts]
    empty = [number for number, each in enumerate(ids, start=1) if not each]
    if empty:
        raise DataError("E-TEXT-EMPTY", f"text {empty[0]} is empty: there is nothing to read. Leave it out.")
    return padded(ids).to(next(network.parameters()).device)


def explain_texts(network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
    """For each text, where the network looks while it writes its answer."""
    reads, wanted = expect_text(schema, "a writer"), expect_written(schema, "a writer")
    side = wanted.text
    figures: dict[str, Figure] = {}
    for number, (_, text) in enumerate((each for given in inputs for each in texts_of(given, wanted.name)), start=1):
        x = encoded(reads, [text], network)
        y = written(network, x, side, beams=BEAMS)
        told = torch.cat([y.new_full((1, 1), START), y[:, : int((y != PAD).sum()) - int((y == END).any())]], dim=1)
        figures[f"attention {number}"] = attention(network, schema, x, told)
    return figures


def attention(network: nn.Module, schema: Schema, x: Int[Tensor, "1 source"], y: Int[Tensor, "1 target"]) -> Matrix:
    """Where the network looks in `x` before it writes what follows each token of `y`, as rows that sum to 1."""
    assert isinstance(network, Looking)
    reads, side = expect_text(schema, "a writer"), expect_written(schema, "a writer").text
    device = next(network.parameters()).device
    source, told = x[:, : int((x != PAD).sum())], y[:, : int(((y != PAD) & (y != END)).sum())]
    weights = network.looks(source.to(device), told.to(device))[0].cpu()
    said = [side.vocabulary[each] for each in told[0, 1:].tolist()]
    return Matrix(
        title=f"Attention while “{decode(side, told[0].tolist())}” is written",
        values=weights,
        rows=(*said, SPECIAL[END]),
        columns=tuple(reads.vocabulary[each] for each in source[0].tolist()),
        row_label="written",
        column_label="read",
    )


def samples(network: nn.Module, schema: Schema, pairs: Pairs) -> Words:
    """The first texts of a part with what the network writes and what was wanted."""
    reads, side = expect_text(schema, "a writer"), expect_written(schema, "a writer").text
    few = pairs[:SHOWN]
    texts = written(network, few.x.to(next(network.parameters()).device), side, beams=1).tolist()
    blocks = [
        f"read:    {decode(reads, x)}\nwritten: {decode(side, text)}\nwanted:  {decode(side, y)}"
        for x, text, y in zip(few.x.tolist(), texts, few.y.tolist(), strict=True)
    ]
    return Words("What is written for the first texts", "\n\n".join(blocks))


def by_length(columns: Float[np.ndarray, "number pair"], pairs: Pairs, side: Text) -> Curve:
    """The main score over the length of the source, in groups of as many texts (Bahdanau et al. 2015, figure 2)."""
    lengths = (pairs.x != PAD).sum(1)
    groups = [rows for rows in lengths.argsort(stable=True).tensor_split(BINS) if len(rows)]
    name = next(iter(values(columns.sum(axis=1), side)))
    scores = [float(values(columns[:, rows.numpy()].sum(axis=1), side)[name]) for rows in groups]
    middle = torch.stack([lengths[rows].float().mean() for rows in groups])
    line = Line(middle, torch.tensor(scores))
    shown = {"bleu": "BLEU (0 to 100)", "exact_match": "share exactly right"}[name]
    return Curve("Score by length", {"greedy": line}, "tokens of what is read", shown)
