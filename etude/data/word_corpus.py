"""A long text as words, for methods that learn what a word means from those around it."""

import hashlib
import importlib.util
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from etude.chance import stream
from etude.data.corpus import cut, read_corpus
from etude.data.corpus_sets import read_text_file
from etude.data.entries import Entry, Layout, opened
from etude.data.splits import Splits, first_rows
from etude.data.tokenizers import PAD, SPECIAL, split_words
from etude.errors import DataError
from etude.records import Windows, Words
from etude.schema import Nothing, Schema, Text
from etude.source import Source

FREQUENT = 5
"""a word that training met less often is left out, as in word2vec.c: its vector would be chance"""
DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)


def library() -> str:
    """The documentation of scikit-learn: 400,000 words, the docstrings and pages of the version that is installed."""
    spec = importlib.util.find_spec("sklearn")
    assert spec is not None and spec.origin is not None  # it is a dependency of ours
    root = Path(spec.origin).parent
    code = [path for path in sorted(root.rglob("*.py")) if not {"tests", "externals"} & set(path.parts)]
    texts = [text for path in code for text in DOCSTRING.findall(path.read_text(encoding="utf-8"))]
    return "\n".join([*texts, *(path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.rst")))])


def several(paths: tuple[Path, ...], source: Source, size: int) -> str:
    """Some texts one after the other."""
    return "\n".join(read_text_file(path, source) for path in paths)


LIBRARY = "sklearn-docs"
EMBEDDED_WORDS: dict[str, Callable[[], str]] = {LIBRARY: library}
WORD_CORPORA: dict[str, Entry[str]] = {
    "wikipedia-novels": Entry(
        "94 articles of the English Wikipedia and seven novels: two million words",
        "CC BY-SA 3.0 and public domain",
        "https://github.com/piskvorky/gensim",
        (Layout("text-lm", ("wikipedia-excerpt.txt.gz", "gutenberg-7-novels.txt.gz"), several),),
    )
}


def load_words(source: Source) -> Splits[Words]:
    """The words of a name, a file or a folder in three parts, in the order of the text; a path wins over a name.

    Small letters, without signs and numbers; words that are rare in the training part are left out of all parts.
    DataError E-TEXT-SHORT where nothing is left.
    """
    text, notes = read(source)
    pieces = [[word for word in split_words(piece, lower=True) if word[0].isalpha()] for piece in cut(text, source)]
    kind = frequent(pieces[0])
    ids = {word: number for number, word in enumerate(kind.vocabulary)}
    parts = [torch.tensor([ids[word] for word in piece if word in ids], dtype=torch.int64) for piece in pieces]
    if min(map(len, parts)) < 2:
        raise DataError(
            "E-TEXT-SHORT",
            f"{sum(map(len, pieces)):,} words, of which {len(kind.vocabulary) - len(SPECIAL)} occur {FREQUENT} times or"
            " more in the training part: give a longer text, or another --split",
        )
    first, second, third = torch.arange(sum(map(len, parts))).split(list(map(len, parts)))
    left_out = sum(map(len, pieces)) - sum(map(len, parts))
    splits = Splits(
        train=Words(parts[0]),
        valid=Words(parts[1]),
        test=Words(parts[2]),
        schema=Schema(kind, Nothing()),
        rows=(first, second, third),
        rule=f"{'/'.join(f'{100 * each:.4g}' for each in source.split)} of the characters, in the order of the text",
        notes=(
            *notes,
            f"{len(parts[0]):,} words for training, {len(kind.vocabulary) - len(SPECIAL):,} different ones",
            f"{left_out:,} words were left out: those that training met less than {FREQUENT} times",
        ),
        fingerprint=hashlib.sha256(torch.cat(parts).numpy().data).hexdigest(),
    )
    return first_rows(splits, source.overfit) if source.overfit > 0 else splits


def read(source: Source) -> tuple[str, tuple[str, ...]]:
    """The text, and notes on where it is from."""
    if Path(source.data).expanduser().exists():
        return read_corpus(source)
    if source.data in EMBEDDED_WORDS:
        return EMBEDDED_WORDS[source.data](), ()
    if source.data in WORD_CORPORA:
        return opened(source.data, WORD_CORPORA[source.data], source), ()
    return read_corpus(source)


def frequent(words: list[str]) -> Text:
    """The words that occur often enough, the most frequent first."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    kept = sorted((word for word, count in counts.items() if count >= FREQUENT), key=lambda word: -counts[word])
    return Text((*SPECIAL, *kept), "words", length=1, lower=True)


def kept_chances(counts: Int[Tensor, " word"], sample: float) -> Float[Tensor, " word"]:
    """How likely each occurrence of a word is to stay: (sqrt(f/t) + 1) t/f with its share f of the text and t `sample`.

    It is what word2vec.c does; Mikolov et al. 2013 (arXiv:1310.4546), eq. 5, has sqrt(t/f), which keeps fewer.
    """
    ratio = sample * counts.sum() / counts.clamp(min=1)  # t/f
    return (ratio.sqrt() + ratio).clamp(max=1.0)


def windows_per_epoch(counts: Int[Tensor, " word"], sample: float, size: int) -> int:
    """Batches of about `size` words in which each word that stays, as many as are expected to, is a centre once."""
    return max(1, round(float((counts * kept_chances(counts, sample)).sum()) / size))


def windows(
    words: Words, counts: Int[Tensor, " word"], *, size: int, reach: int, sample: float, seed: int, start: int = 0
) -> Iterator[Windows]:
    """Endless batches from batch number `start`; batch n depends on (seed, n) alone.

    In each epoch, frequent words are left out by chance before anything else, so that windows reach further, and the
    words that stay become centres in a fresh order. A window reaches 1 to `reach` words to each side, drawn for each
    centre: near words count more.
    """
    chances, steps = kept_chances(counts, sample), windows_per_epoch(counts, sample, size)
    offsets = torch.cat([torch.arange(-reach, 0), torch.arange(1, reach + 1)])
    number = start
    while True:
        epoch, first = divmod(number, steps)
        generator = stream(seed, "order", epoch)
        stays = torch.rand(len(words), generator=generator) < chances[words.ids]
        text = torch.nn.functional.pad(words.ids[stays], (reach, reach), value=PAD)
        places = reach + torch.randperm(int(stays.sum()), generator=generator)
        for centres in places.tensor_split(steps)[first:]:
            far = torch.randint(1, reach + 1, (len(centres), 1), generator=stream(seed, "window", number))
            context = text[centres[:, None] + offsets].masked_fill(offsets.abs() > far, PAD)
            yield Windows(text[centres], context)
            number += 1
