"""Byte pairs: the two tokens that stand side by side most often become one, again and again.

Gage 1994, for words Sennrich, Haddow and Birch 2016 (arXiv:1508.07909), on bytes Radford et al. 2019 (GPT-2).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]

PIECE = re.compile(r"'(?:[sdmt]|ll|ve|re)| ?[^\W\d_]+| ?\d+| ?(?:_|[^\s\w])+|\s+(?!\S)|\s+")
"""GPT-2's pieces, over whose edges no pair goes: a word or number with the space before it, signs, white space"""


def byte_names() -> tuple[str, ...]:
    """A visible character for each byte, as GPT-2 has it: printable ones stand for themselves, a space is 'Ġ'."""
    printable = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = iter(range(256, 512))
    return tuple(chr(byte) if byte in printable else chr(next(others)) for byte in range(256))


def learn_pairs(text: str, *, first: int, merges: int) -> tuple[Pair, ...]:
    """Up to `merges` pairs, most frequent first; of equals, the pair of the smaller ids.

    Byte b has the id `first` + b, merge k gets `first` + 256 + k. It ends early where no pair occurs twice.
    """
    pieces = Counter(PIECE.findall(text))
    words = [tuple(first + byte for byte in piece.encode()) for piece in pieces]
    counts = list(pieces.values())
    pairs: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    for number, word in enumerate(words):
        count_word(word, number, counts[number], pairs=pairs, places=places)
    learnt: list[Pair] = []
    while len(learnt) < merges and pairs:
        most = max(pairs.values())
        if most < 2:
            break
        best = min(pair for pair, count in pairs.items() if count == most)
        for number in sorted(places[best]):
            count_word(words[number], number, -counts[number], pairs=pairs, places=places)
            words[number] = merged(words[number], best, first + 256 + len(learnt))
            count_word(words[number], number, counts[number], pairs=pairs, places=places)
        learnt.append(best)
    return tuple(learnt)


def count_word(
    word: Sequence[int], number: int, count: int, *, pairs: Counter[Pair], places: defaultdict[Pair, set[int]]
) -> None:
    """Count the pairs of a word that occurs `count` times, or forget them if that is negative."""
    for pair in pairwise(word):
        pairs[pair] += count
        if count > 0:
            places[pair].add(number)
        else:
            places[pair].discard(number)
        if not pairs[pair]:
            del pairs[pair]


def merged(word: Sequence[int], pair: Pair, new: int) -> tuple[int, ...]:
    """The word with `new` for each occurrence of `pair`, from the left."""
    out: list[int] = []
    for token in word:
        if out and (out[-1], token) == pair:
            out[-1] = new
        else:
            out.append(token)
    return tuple(out)


def encode_pairs(text: str, ranks: dict[Pair, int], *, first: int) -> list[int]:
    """The ids of a text: in each piece, the pair that was learnt earliest is merged first."""
    known: dict[str, tuple[int, ...]] = {}
    ids: list[int] = []
    for piece in PIECE.findall(text):
        if piece not in known:
            known[piece] = encode_piece(piece, ranks, first=first)
        ids.extend(known[piece])
    return ids


def encode_piece(piece: str, ranks: dict[Pair, int], *, first: int) -> tuple[int, ...]:
    """The ids of one piece."""
    word = tuple(first + byte for byte in piece.encode())
    while len(word) > 1:
        best = min(pairwise(word), key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            break
        word = merged(word, best, first + 256 + ranks[best])
    return word


def token_names(special: Iterable[str], pairs: Sequence[Pair]) -> tuple[str, ...]:
    """The vocabulary: special tokens, the bytes, then each merge as the two names that it joins."""
    names = [*special, *byte_names()]
    for left, right in pairs:
        names.append(names[left] + names[right])
    return tuple(names)


def text_of_tokens(names: Iterable[str]) -> str:
    """The text of some tokens; bytes that are no UTF-8 become the replacement character."""
    byte_of = {name: byte for byte, name in enumerate(byte_names())}
    content = bytes(byte_of[character] for name in names for character in name)
    return content.decode(errors="replace")
