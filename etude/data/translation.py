"""Pairs of texts as token ids: what a network reads, and what it is to write."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from etude.data.entries import opened
from etude.data.pair_files import RawPairs, read_pairs, turned
from etude.data.pair_sets import GENERATED_PAIRS, PAIR_ENTRIES
from etude.data.splits import Splits, first_rows
from etude.data.splitting import PARTS, split_rows
from etude.data.tokenizers import END, START, encode_all, fit_characters, fit_words
from etude.errors import DataError, UsageError, nearest
from etude.records import Pairs
from etude.schema import Schema, Text, Written
from etude.source import Source

MOST_WORDS = 30_000
"""in a vocabulary"""
RARE = 2
"""a word that training met less often is unknown: it could not be learnt, and unknown words occur in the test too"""
LONGEST = 400
"""tokens; longer pairs are left out, since attention costs the square"""


def load_pairs(source: Source) -> Splits[Pairs]:
    """The pairs of a name or of a file in three parts, as ids by vocabularies of the training part.

    They are read as words if most of the texts contain a space, else as characters. DataError E-PAIRS-LONG if every
    pair of a part is too long.
    """
    raw = read(source)
    named = dataclasses.replace(source, group="equal first texts") if raw.groups is not None else source
    parts, rule = split_rows(len(raw.sources), source=named, classes=None, part=raw.part, groups=raw.groups)
    reads, writes = (fitted([side[row] for row in parts[0]]) for side in (raw.sources, raw.targets))
    x, y = encode_all(reads, raw.sources), encode_all(writes, raw.targets)
    fits = np.array([max(len(a), len(b)) <= LONGEST for a, b in zip(x, y, strict=True)])
    kept = tuple(rows[fits[rows]] for rows in parts)
    refuse_empty(parts, kept)
    reads, writes = measured(reads, [x[row] for row in kept[0]]), measured(writes, [y[row] for row in kept[0]])
    every = Pairs(
        padded([ids[: reads.length] if fit else [] for ids, fit in zip(x, fits, strict=True)]),
        padded([[START, *ids, END] if fit else [] for ids, fit in zip(y, fits, strict=True)]),
    )
    rows = tuple(torch.from_numpy(each) for each in kept)
    splits = Splits(
        every[rows[0]],
        every[rows[1]],
        every[rows[2]],
        schema=Schema(reads, Written(raw.names[1], writes)),
        rows=(rows[0], rows[1], rows[2]),
        rule=rule,
        notes=(*raw.notes, *remarks(raw, reads, writes), *left_out(parts, kept)),
        fingerprint=fingerprint(every),
    )
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def read(source: Source) -> RawPairs:
    """The pairs under a name or in a file; a file wins."""
    name, path = source.data, Path(source.data).expanduser()
    if source.group is not None or source.time is not None:
        flag = "group" if source.group is not None else "time"
        raise UsageError("E-COLUMN", f"pairs of texts are grouped by their first text: leave --{flag} away")
    if path.is_file():
        return read_pairs(path, source)
    if name in GENERATED_PAIRS:
        return turned(GENERATED_PAIRS[name](), source)
    if name in PAIR_ENTRIES:
        return opened(name, PAIR_ENTRIES[name], source)
    if name.strip() and path.is_dir():
        raise DataError(
            "E-DATA-PATH",
            f"{path} is a folder: give one file with two texts on each line, a tab between them, or two files of as "
            "many lines (--data FIRST --target SECOND).",
        )
    if path.suffix or "/" in name:
        raise DataError("E-DATA-PATH", f"there is no file {path}.")
    known = (*GENERATED_PAIRS, *PAIR_ENTRIES)
    raise DataError(
        "E-DATA-NAME",
        f"no pairs of texts are called {name!r}{nearest(name, known)} Known: {', '.join(known)}; or give a file "
        "with two texts on each line, a tab between them.",
    )


def fitted(texts: list[str]) -> Text:
    """The tokenizer of one side: lower-cased words if most of the texts contain a space, else characters."""
    if 2 * sum(" " in text for text in texts) > len(texts):
        return fit_words(texts, length=LONGEST, most=MOST_WORDS, at_least=RARE)
    return fit_characters(texts, length=LONGEST)


def measured(side: Text, ids: list[list[int]]) -> Text:
    """The same side, whose length is that of its longest training text."""
    return dataclasses.replace(side, length=max(map(len, ids)))


def padded(ids: list[list[int]]) -> Int[Tensor, "text time"]:
    """Rows of ids, filled up with the padding to the length of the longest."""
    rows = np.zeros((len(ids), max(map(len, ids))), dtype=np.int64)
    for row, each in zip(rows, ids, strict=True):
        row[: len(each)] = each
    return torch.from_numpy(rows)


def remarks(raw: RawPairs, reads: Text, writes: Text) -> tuple[str, ...]:
    """What was inferred, one sentence each."""
    return tuple(
        f"{name}: read as {side.tokenizer}, {len(side.vocabulary):,} in the vocabulary, at most {side.length} in a text"
        for name, side in zip(raw.names, (reads, writes), strict=True)
    )


def refuse_empty(parts: Sequence[np.ndarray], kept: Sequence[np.ndarray]) -> None:
    """DataError E-PAIRS-LONG for a part of which nothing would be left."""
    for name, before, after in zip(PARTS, parts, kept, strict=True):
        if len(before) and not len(after):
            raise DataError(
                "E-PAIRS-LONG",
                f"each of the {len(before):,} pairs for {name} has a text of more than {LONGEST} tokens, more than is "
                "learnt from: give sentences or short paragraphs.",
            )


def left_out(parts: Sequence[np.ndarray], kept: Sequence[np.ndarray]) -> tuple[str, ...]:
    """A sentence on pairs that are too long."""
    gone = [len(before) - len(after) for before, after in zip(parts, kept, strict=True)]
    where = ", ".join(f"{n:,} of {name}" for n, name in zip(gone, PARTS, strict=True) if n)
    many = f"{sum(gone):,} pair{'' if sum(gone) == 1 else 's'}"
    return (f"{many} of more than {LONGEST} tokens left out: {where}",) if where else ()


def fingerprint(pairs: Pairs) -> str:
    """SHA-256 of all ids, in reading order."""
    digest = hashlib.sha256()
    for tensor in pairs.tensors():
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()
