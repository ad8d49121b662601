"""Byte pairs: the merges are those that counting wants, and the ids those of the libraries that everybody uses."""

import importlib
from collections import Counter

import pytest

from etude.data.byte_pairs import PIECE, byte_names, learn_pairs
from etude.data.corpus_sets import stdlib
from etude.data.tokenizers import SPECIAL, decode, encode, fit_byte_pairs, fit_characters, token_bytes
from etude.schema import Text

STRANGE = "Zürich's  12_000 façades\n\n\t日本 x = y_1;  it's — 🙂 don't\r\n  end  "


@pytest.fixture(scope="module")
def kind() -> Text:
    return fit_byte_pairs(stdlib()[:60_000], length=8, merges=200)


def test_text_comes_back_byte_for_byte(kind: Text) -> None:
    for text in (stdlib()[60_000:70_000], STRANGE, ""):
        assert decode(kind, encode(kind, text)) == text


def test_first_merge_is_the_most_frequent_pair() -> None:
    text = stdlib()[:20_000]
    (first,) = learn_pairs(text, first=0, merges=1)
    counts = Counter(pair for piece in PIECE.findall(text) for pair in zip(piece.encode(), piece.encode()[1:]))  # noqa: B905
    assert counts[first] == max(counts.values())


def test_learning_stops_where_nothing_repeats() -> None:
    assert learn_pairs("ab ab", first=0, merges=50) == ((97, 98),)


def test_each_merge_joins_tokens_that_were_there_before(kind: Text) -> None:
    assert len(kind.merges) == 200
    assert len(kind.vocabulary) == len(SPECIAL) + 256 + 200
    for number, pair in enumerate(kind.merges):
        new = len(SPECIAL) + 256 + number
        assert max(pair) < new
        assert kind.vocabulary[new] == kind.vocabulary[pair[0]] + kind.vocabulary[pair[1]]


def test_more_merges_make_shorter_texts_of_the_same_bytes(kind: Text) -> None:
    text, sizes = stdlib()[60_000:70_000], token_bytes(kind)
    ids = encode(kind, text)
    assert len(ids) < 0.6 * len(text)
    assert sum(sizes[each] for each in ids) == len(text.encode())
    characters = fit_characters([STRANGE], length=8)
    assert sum(token_bytes(characters)[each] for each in encode(characters, STRANGE)) == len(STRANGE.encode())


def test_ids_equal_those_of_the_tokenizers_library(kind: Text) -> None:
    library = importlib.import_module("tokenizers")
    names = kind.vocabulary
    model = library.models.BPE(
        vocab={name: number for number, name in enumerate(names)}, merges=[(names[a], names[b]) for a, b in kind.merges]
    )
    theirs = library.Tokenizer(model)
    theirs.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    for text in (stdlib()[60_000:80_000], STRANGE):
        assert encode(kind, text) == theirs.encode(text).ids


def test_ids_equal_those_of_tiktoken(kind: Text) -> None:
    tiktoken = importlib.import_module("tiktoken")
    byte_of = {name: byte for byte, name in enumerate(byte_names())}
    ranks = {
        bytes(byte_of[each] for each in name): number
        for number, name in enumerate(kind.vocabulary)
        if number >= len(SPECIAL)
    }
    pattern = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
    theirs = tiktoken.Encoding("ours", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    for text in (stdlib()[60_000:80_000], STRANGE):
        assert encode(kind, text) == theirs.encode(text)
