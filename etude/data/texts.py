"""Texts with answers as rows of token ids, in three parts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Int
from torch import Tensor

from etude.data.assemble import answered_rows, in_parts
from etude.data.entries import opened
from etude.data.packages import TEXTS
from etude.data.raw import RawTexts
from etude.data.splits import Splits, first_rows
from etude.data.text_files import read_texts
from etude.data.text_sets import TEXT_ENTRIES
from etude.data.tokenizers import PAD, UNKNOWN, encode_all, fit_words
from etude.errors import DataError, nearest
from etude.records import Labelled
from etude.schema import Text
from etude.source import Source

LENGTH = 400
"""tokens of a text that are read, if nobody says"""
VOCABULARY = 20_000
"""words at most, the most frequent ones of the training part"""
AT_LEAST = 2
"""a word that training met once stays unknown: so the vector of the unknown word is learnt too"""


def load_texts(source: Source, *, length: int = LENGTH) -> Splits[Labelled]:
    """The texts of a file, a folder or a name; a path wins. Texts are cut after `length` tokens."""
    path = Path(source.data).expanduser()
    if source.data.strip() and path.exists():
        raw, source = read_texts(path, source), replace(source, target=None)
    else:
        raw = named_texts(source)
    splits = text_splits(raw, source, length=length)
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def named_texts(source: Source) -> RawTexts:
    """The texts of a name; DataError E-DATA-NAME if it is none, E-DATA-PATH if it looks like a path."""
    name = source.data
    if name in TEXTS:
        return TEXTS[name]()
    if name in TEXT_ENTRIES:
        return opened(name, TEXT_ENTRIES[name], source)
    if Path(name).suffix or "/" in name:
        raise DataError("E-DATA-PATH", f"there is no file or folder {name}.")
    known = (*TEXTS, *TEXT_ENTRIES)
    raise DataError(
        "E-DATA-NAME",
        f"no texts with answers called {name!r}{nearest(name, known)} Names: {', '.join(known)}; or give a table"
        " with a column of texts, or a folder of .txt files by class.",
    )


def text_splits(raw: RawTexts, source: Source, *, length: int = LENGTH) -> Splits[Labelled]:
    """The texts encoded by the words of the training part."""
    answered = answered_rows(raw, source)
    training = [raw.texts[row] for row in answered.rows[0]]
    inputs = fit_words(training, length=length, most=VOCABULARY, at_least=AT_LEAST)
    ids = encode_all(inputs, raw.texts)
    longest = max(map(len, ids))
    inputs = replace(inputs, length=max(1, min(length, longest)))
    known = sum(each != UNKNOWN for text in ids for each in text) / max(1, sum(map(len, ids)))
    notes = [f"{len(inputs.vocabulary):,} words of the training part are known, {100 * known:.3g} % of all text"]
    long = sum(len(each) > inputs.length for each in ids)
    if long:
        notes.append(f"{long:,} of {len(ids):,} texts are longer than {inputs.length} words and are cut there")
    return in_parts(padded(ids, inputs.length), answered, inputs=inputs, notes=(*raw.notes, *notes))


def padded(ids: Sequence[Sequence[int]], length: int) -> Int[Tensor, "text time"]:
    """One row for each text, cut or padded to `length`; a text without words is one unknown word."""
    rows = torch.full((len(ids), length), PAD, dtype=torch.int64)
    for row, text in zip(rows, ids, strict=True):
        kept = torch.tensor(text[:length] or [UNKNOWN])
        row[: len(kept)] = kept
    return rows


def encoded_texts(inputs: Text, texts: Sequence[str]) -> Int[Tensor, "text time"]:
    """New texts in the encoding of a training."""
    return padded(encode_all(inputs, texts), inputs.length)


def trimmed(batch: Labelled, _: torch.Generator) -> Labelled:
    """Without the columns in which every text of the batch is over."""
    return Labelled(batch.x[:, : int((batch.x != PAD).sum(dim=1).max())], batch.y)
