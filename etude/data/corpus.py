"""One long text in three parts, as windows of tokens in which each answer is the token that follows."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

import torch
from jaxtyping import Int
from torch import Tensor

from etude.chance import stream
from etude.data.corpus_sets import CORPORA, EMBEDDED_CORPORA, read_text_file
from etude.data.entries import Entry, opened
from etude.data.splits import Splits, first_rows
from etude.data.tokenizers import PAD, UNKNOWN, encode, fit_byte_pairs, fit_characters
from etude.errors import DataError, UsageError, nearest
from etude.records import IGNORED, Stream, Tokens
from etude.schema import NextToken, Schema, Text
from etude.source import Source

TEXTS = (".txt", ".md", ".rst", ".py", ".txt.gz")
"""endings of the files that are read in a folder"""
PARTS = ("training", "validation", "test")
Tokenizer: TypeAlias = Literal["characters", "byte-pairs"]


def load_corpus(
    source: Source, *, length: int, tokenizer: Tokenizer = "characters", merges: int = 1000
) -> Splits[Tokens]:
    """The text of a name, a file or a folder as windows of `length` tokens; a path wins over a name.

    The text is cut where the shares of `source.split` say, so that no window of one part has text of another; the
    tokens are those of the training part. Windows do not overlap; the last one of a part is padded.
    """
    text, notes = read_corpus(source)
    pieces = cut(text, source)
    if tokenizer == "characters":
        kind = fit_characters([pieces[0]], length=length)
    else:
        kind = fit_byte_pairs(pieces[0], length=length, merges=merges)
    streams = [torch.tensor(encode(kind, piece), dtype=torch.int64) for piece in pieces]
    for tokens, name in zip(streams, PARTS, strict=True):
        if len(tokens) < length + 1:
            raise DataError(
                "E-TEXT-SHORT",
                f"the {name} part has {len(tokens)} tokens, and one window needs {length + 1}: give a longer text, a"
                " smaller --context, or another --split",
            )
    train, valid, test = (windows(tokens, length) for tokens in streams)
    splits = Splits(
        *(train, valid, test),
        schema=Schema(kind, NextToken()),
        rows=numbered(len(train), len(valid), len(test)),
        rule=f"{'/'.join(f'{100 * each:.4g}' for each in source.split)} of the characters, in the order of the text",
        notes=(*notes, *described(kind, streams)),
        fingerprint=fingerprint(streams),
    )
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def read_corpus(source: Source) -> tuple[str, tuple[str, ...]]:
    """The text, and notes on where it is from."""
    path = Path(source.data).expanduser()
    if source.data.strip() and path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.name.endswith(TEXTS) and each.is_file())
        if not found:
            raise DataError("E-TEXT-NONE", f"{path} has no text files in it ({', '.join(TEXTS)})")
        return "\n".join(read_text_file(each, source) for each in found), (f"{len(found)} files, one after the other",)
    if source.data.strip() and path.exists():
        return read_text_file(path, source), ()
    return named_text(source, CORPORA), ()


def named_text(source: Source, entries: dict[str, Entry[str]]) -> str:
    """The text of a name in `entries` or among the corpora that come with etude."""
    name = source.data
    if name in EMBEDDED_CORPORA:
        return EMBEDDED_CORPORA[name]()
    if name in entries:
        return opened(name, entries[name], source)
    known = (*EMBEDDED_CORPORA, *entries)
    raise DataError(
        "E-DATA-NAME",
        f"there is no text file, folder or corpus {name!r}{nearest(name, known)} Corpora: {', '.join(known)}.",
    )


def cut(text: str, source: Source) -> tuple[str, str, str]:
    """Training, validation and test part, in the order of the text."""
    split = source.split
    if abs(sum(split) - 1) > 1e-6 or min(split) <= 0:
        shown = " ".join(f"{each:g}" for each in split)
        raise UsageError("E-SPLIT", f"--split {shown}: three parts above 0 that sum to 1, for instance 0.9 0.05 0.05")
    first, second = round(len(text) * split[0]), round(len(text) * (split[0] + split[1]))
    return text[:first], text[first:second], text[second:]


def windows(tokens: Int[Tensor, " token"], length: int) -> Tokens:
    """All of a text: x and, one token later, y, in rows of `length`; each token but the first is an answer once."""
    rows = -(-(len(tokens) - 1) // length)
    x = tokens.new_full((rows * length,), PAD)
    y = tokens.new_full((rows * length,), IGNORED)
    x[: len(tokens) - 1], y[: len(tokens) - 1] = tokens[:-1], tokens[1:]
    return Tokens(x.view(rows, length), y.view(rows, length))


def joined(examples: Tokens) -> Int[Tensor, " token"]:
    """The text that `windows` cut."""
    y = examples.y.flatten()
    return torch.cat([examples.x.flatten()[:1], y[y != IGNORED]])


def random_windows(examples: Tokens, size: int, *, seed: int, start: int = 0) -> Iterator[Tokens]:
    """Endless batches of `size` windows that begin anywhere in the text; batch n depends on (seed, n) alone."""
    length = examples.x.shape[1]
    every = joined(examples).unfold(0, length + 1, 1)  # (place, length + 1), a view
    number = start
    while True:
        places = torch.randint(len(every), (size,), generator=stream(seed, "order", number))
        rows = every[places]
        yield Tokens(rows[:, :-1], rows[:, 1:])
        number += 1


def chunks_of(examples: Tokens, size: int) -> int:
    """Updates that see a text once, when `size` places of it are read side by side; DataError if it is too short."""
    length, tokens = examples.x.shape[1], int((examples.y != IGNORED).sum())
    chunks = (tokens - length) // (size * length)
    if chunks < 1:
        raise DataError(
            "E-TEXT-SHORT",
            f"{tokens:,} tokens are too few to read {size} places of the text in pieces of {length}: give a longer"
            " text, or a smaller --batch or --context",
        )
    return chunks


def running_windows(examples: Tokens, size: int, *, seed: int, start: int = 0) -> Iterator[Stream]:
    """Endless batches that read a text from `size` places on, piece by piece; batch n depends on (seed, n) alone.

    The places are spread evenly; each pass over the text moves them by less than a piece, so that pieces are cut
    elsewhere.
    """
    length, tokens, chunks = examples.x.shape[1], joined(examples), chunks_of(examples, size)
    number = start
    while True:
        epoch, chunk = divmod(number, chunks)
        offset = int(torch.randint(length, (), generator=stream(seed, "order", epoch)))
        places = offset + torch.arange(size) * chunks * length + chunk * length
        rows = tokens[places[:, None] + torch.arange(length + 1)]
        yield Stream(rows[:, :-1], rows[:, 1:], torch.full((size,), chunk > 0))
        number += 1


def numbered(*sizes: int) -> tuple[Tensor, Tensor, Tensor]:
    """Numbers of the windows in the order of the text."""
    train, valid, test = torch.arange(sum(sizes)).split(list(sizes))
    return train, valid, test


def described(kind: Text, streams: list[Tensor]) -> tuple[str, ...]:
    """What there is, and what training never met."""
    sizes = ", ".join(f"{len(tokens):,}" for tokens in streams)
    tokens = "characters" if kind.tokenizer == "characters" else "byte pairs"
    notes = [f"{sizes} {tokens} for training, validation and test; {len(kind.vocabulary)} different tokens"]
    unknown = sum(int((tokens == UNKNOWN).sum()) for tokens in streams)
    if unknown:
        notes.append(f"{unknown:,} characters of validation and test do not occur in training: unknown tokens")
    return tuple(notes)


def fingerprint(streams: list[Tensor]) -> str:
    """SHA-256 of all token ids."""
    digest = hashlib.sha256()
    for tokens in streams:
        digest.update(tokens.numpy().data)
    return digest.hexdigest()
