"""Sentences with a tag for each word as rows of token ids and letters, in three parts."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import torch
from jaxtyping import Int, UInt8
from torch import Tensor

from etude.chance import stream
from etude.data.batches import steps_per_epoch
from etude.data.bucketed import batch_rows
from etude.data.entries import opened
from etude.data.splits import Splits, first_rows
from etude.data.splitting import split_rows
from etude.data.tagging_files import RawTagged, read_tagged
from etude.data.tagging_sets import TAGGED, TAGGED_ENTRIES
from etude.data.texts import padded
from etude.data.tokenizers import PAD, SPECIAL, UNKNOWN
from etude.errors import DataError, nearest
from etude.records import IGNORED, Tagged
from etude.schema import Schema, Tags, Text
from etude.source import Source

AT_LEAST = 2
"""a word that training met once stays unknown: so the vector of the unknown word is learnt too"""
LETTERS = 16
"""bytes of a word; of a longer one the first and the last half of them"""


def load_tagging(source: Source) -> Splits[Tagged]:
    """The tagged sentences of a file, a folder or a name; a path wins."""
    name, path = source.data, Path(source.data).expanduser()
    if name.strip() and path.exists():
        raw = read_tagged(path, source)
    elif name in TAGGED:
        raw = TAGGED[name]()
    elif name in TAGGED_ENTRIES:
        raw = opened(name, TAGGED_ENTRIES[name], source)
    else:
        known = (*TAGGED, *TAGGED_ENTRIES)
        raise DataError(
            "E-DATA-NAME",
            f"no tagged sentences called {name!r}{nearest(name, known)} Names: {', '.join(known)}; or give a"
            " file of columns, a word and its tag on each line and an empty line after each sentence.",
        )
    splits = tagged_splits(raw, source)
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def tagged_splits(raw: RawTagged, source: Source) -> Splits[Tagged]:
    """The sentences encoded by the words of the training part; none is cut."""
    rows, rule = split_rows(len(raw.sentences), source=source, classes=None, part=raw.part)
    inputs = fit_sentences([raw.sentences[row] for row in rows[0]], longest=max(map(len, raw.sentences)))
    found = {tag for tags in raw.tags for tag in tags}
    names = tuple(sorted(found, key=lambda tag: (tag.split("-", 1)[1:], tag)))  # B-x beside I-x
    if len(names) < 2:
        raise DataError("E-TARGET-ONE", f"every word has the tag {', '.join(names)}: there is nothing to learn.")
    counts = Counter(tag for row in rows[0] for tag in raw.tags[row])
    codes = {name: code for code, name in enumerate(names)}
    x, letters = encoded_sentences(inputs, raw.sentences)
    y = torch.full_like(x, IGNORED)
    for row, tags in zip(y, raw.tags, strict=True):
        row[: len(tags)] = torch.tensor([codes[tag] for tag in tags])
    every = Tagged(x, letters, y)
    known = float((x[x != PAD] != UNKNOWN).double().mean())
    notes = (
        *raw.notes,
        f"{len(names)} tags: {', '.join(names)}",
        f"{len(inputs.vocabulary):,} words of the training part are known, {100 * known:.3g} % of all text",
    )
    schema = Schema(inputs, Tags(raw.name, names, tuple(counts[name] for name in names)))
    digest = hashlib.sha256(b"".join(each.numpy().tobytes() for each in every.tensors())).hexdigest()
    train, valid, test = (torch.from_numpy(each) for each in rows)
    parts = (train, valid, test)
    return Splits(every[train], every[valid], every[test], schema, parts, rule, notes, digest)


def fit_sentences(sentences: Sequence[Sequence[str]], *, longest: int) -> Text:
    """The words of the training part in small letters, the most frequent first."""
    counts = Counter(word.lower() for sentence in sentences for word in sentence)
    kept = [word for word, count in counts.most_common() if count >= AT_LEAST]
    return Text((*SPECIAL, *kept), "words", longest, lower=True)


def encoded_sentences(
    inputs: Text, sentences: Sequence[Sequence[str]]
) -> tuple[Int[Tensor, "sentence time"], UInt8[Tensor, "sentence time letter"]]:
    """Ids of the words, and the bytes of each word as it is written; as long as the longest sentence."""
    ids = {token: number for number, token in enumerate(inputs.vocabulary)}
    length = max(map(len, sentences))
    x = padded([[ids.get(word.lower(), UNKNOWN) for word in sentence] for sentence in sentences], length)
    letters = bytearray(len(sentences) * length * LETTERS)
    for row, sentence in enumerate(sentences):
        for place, word in enumerate(sentence):
            spelt = word.encode()
            spelt = spelt if len(spelt) <= LETTERS else spelt[: LETTERS // 2] + spelt[-LETTERS // 2 :]
            first = (row * length + place) * LETTERS
            letters[first : first + len(spelt)] = spelt
    return x, torch.frombuffer(letters, dtype=torch.uint8).view(len(sentences), length, LETTERS)


def alike(examples: Tagged, size: int, *, seed: int, start: int = 0) -> Iterator[Tagged]:
    """Endless batches of sentences of like length, so that little is padding; an epoch shows each sentence once."""
    lengths = (examples.x != PAD).sum(dim=1)
    epoch, first = divmod(start, steps_per_epoch(len(examples), size))
    while True:
        for rows in islice(batch_rows(lengths, size, generator=stream(seed, "order", epoch)), first, None):
            yield trimmed_tags(examples[rows])
        epoch, first = epoch + 1, 0


def trimmed_tags(batch: Tagged) -> Tagged:
    """Without the columns in which every sentence of the batch is over."""
    length = int((batch.x != PAD).sum(dim=1).max())
    return Tagged(batch.x[:, :length], batch.letters[:, :length], batch.y[:, :length])
