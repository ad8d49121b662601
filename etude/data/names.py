"""Lists of names, one in a line: each is a text of its own with a beginning and an end."""

import hashlib
import unicodedata
from pathlib import Path

import torch
from jaxtyping import Int
from torch import Tensor

from etude.data.corpus_sets import NAME_LISTS, read_text_file
from etude.data.entries import opened
from etude.data.splits import Splits, first_rows
from etude.data.splitting import split_rows
from etude.data.tokenizers import END, PAD, START, encode_all, fit_characters
from etude.errors import DataError, nearest
from etude.records import IGNORED, Tokens
from etude.schema import NextToken, Schema
from etude.source import Source

LONGEST = 64
"""characters; a longer line is a text and no name"""


def unicode_words() -> str:
    """3,882 words of the names of Unicode 3.2's characters: letters, runes, syllables, signs of music."""
    known = unicodedata.ucd_3_2_0  # frozen in 2002, the same in every Python
    names = (known.name(chr(code), "") for code in range(0x2FFFF))
    words = {
        word.lower()
        for name in names
        if not name.startswith(("CJK UNIFIED", "CJK COMPAT", "HANGUL SYLLABLE"))
        for word in name.replace("-", " ").split()
        if word.isalpha() and 3 <= len(word) <= 14
    }
    return "\n".join(sorted(words))


EMBEDDED_NAMES = {"unicode-words": unicode_words}


def load_names(source: Source) -> Splits[Tokens]:
    """The lines of a text file or of a name, each with START before and END behind it; a path wins over a name.

    Names, not characters, go into the three parts, at random; the characters are those of the training part.
    """
    names = [line.strip() for line in read_names(source).splitlines() if line.strip()]
    long = [name for name in names if len(name) > LONGEST]
    if long:
        raise DataError(
            "E-TEXT-LONG",
            f"{len(long)} of {len(names)} lines have more than {LONGEST} characters ({long[0][:30]}...): give one name"
            " in a line, or take gpt or char-rnn for running text",
        )
    rows, rule = split_rows(len(names), source=source, classes=None)
    length = max(map(len, names)) + 1
    kind = fit_characters([names[row] for row in rows[0]], length=length)
    every = framed(encode_all(kind, names), length)
    train, valid, test = (torch.from_numpy(each) for each in rows)
    twice = len(names) - len(set(names))
    splits = Splits(
        *(every[train], every[valid], every[test]),
        schema=Schema(kind, NextToken("next character")),
        rows=(train, valid, test),
        rule=rule,
        notes=(
            f"{len(names):,} names of up to {length - 1} characters, {len(kind.vocabulary) - 4} different ones",
            *([f"{twice:,} names repeat an earlier one; they are split like all others"] if twice else []),
        ),
        fingerprint=hashlib.sha256("\n".join(names).encode()).hexdigest(),
    )
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def read_names(source: Source) -> str:
    """The text whose lines are the names."""
    path = Path(source.data).expanduser()
    if source.data.strip() and path.is_file():
        return read_text_file(path, source)
    if source.data in EMBEDDED_NAMES:
        return EMBEDDED_NAMES[source.data]()
    if source.data in NAME_LISTS:
        return opened(source.data, NAME_LISTS[source.data], source)
    known = (*EMBEDDED_NAMES, *NAME_LISTS)
    raise DataError(
        "E-DATA-NAME",
        f"there is no text file or list of names {source.data!r}{nearest(source.data, known)} Lists:"
        f" {', '.join(known)}.",
    )


def framed(names: list[list[int]], length: int) -> Tokens:
    """x is START and the name, y the name and END; both are padded to `length`."""
    x = torch.full((len(names), length), PAD, dtype=torch.int64)
    y = torch.full((len(names), length), IGNORED, dtype=torch.int64)
    for row, name in enumerate(names):
        x[row, : len(name) + 1] = torch.tensor([START, *name])
        y[row, : len(name) + 1] = torch.tensor([*name, END])
    return Tokens(x, y)


def trimmed(batch: Tokens, _: torch.Generator) -> Tokens:
    """Without the columns in which every name of the batch is over."""
    longest = int((batch.x != PAD).sum(dim=1).max())
    return Tokens(batch.x[:, :longest], batch.y[:, :longest])


def bigram_counts(examples: Tokens, vocabulary: int) -> Int[Tensor, "token following"]:
    """How often each token was followed by each other."""
    answered = examples.y != IGNORED
    pairs = examples.x[answered] * vocabulary + examples.y[answered]
    return pairs.bincount(minlength=vocabulary**2).view(vocabulary, vocabulary)
