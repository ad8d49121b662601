"""From texts to token ids and back; everything a tokenizer knows is plain data in the schema."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from etude.data.byte_pairs import encode_pairs, learn_pairs, text_of_tokens, token_names
from etude.schema import Text

PAD, UNKNOWN, START, END = range(4)
SPECIAL = ("<pad>", "<unk>", "<start>", "<end>")
WORD = re.compile(r"\w+(?:'\w+)?|[^\w\s]")
"""a word with its apostrophe, or one sign"""


def fit_characters(texts: Iterable[str], *, length: int, lower: bool = False) -> Text:
    """One token for each character that occurs."""
    found = sorted(set().union(*(set(text.lower() if lower else text) for text in texts)))
    return Text((*SPECIAL, *found), "characters", length, lower)


def fit_words(texts: Iterable[str], *, length: int, most: int, at_least: int = 1, lower: bool = True) -> Text:
    """One token for each of the `most` frequent words that occur `at_least` so often; equals stand in text order."""
    counts = Counter(word for text in texts for word in split_words(text, lower=lower))
    kept = [word for word, count in counts.most_common(most) if count >= at_least]
    return Text((*SPECIAL, *kept), "words", length, lower)


def fit_byte_pairs(text: str, *, length: int, merges: int, lower: bool = False) -> Text:
    """256 bytes, and up to `merges` tokens that join two others; there is no unknown token then."""
    pairs = learn_pairs(text.lower() if lower else text, first=len(SPECIAL), merges=merges)
    return Text(token_names(SPECIAL, pairs), "byte-pairs", length, lower, pairs)


def split_words(text: str, *, lower: bool) -> list[str]:
    """Words and signs in their order; white space only separates."""
    return WORD.findall(text.lower() if lower else text)


def encode(kind: Text, text: str) -> list[int]:
    """The ids of a text, without start and end; what training never met becomes UNKNOWN."""
    return encode_all(kind, [text])[0]


def encode_all(kind: Text, texts: Iterable[str]) -> list[list[int]]:
    """The ids of many texts; the tables are made once."""
    written = map(str.lower, texts) if kind.lower else texts
    if kind.tokenizer == "byte-pairs":
        ranks = {pair: rank for rank, pair in enumerate(kind.merges)}
        return [encode_pairs(text, ranks, first=len(SPECIAL)) for text in written]
    ids = {token: number for number, token in enumerate(kind.vocabulary)}
    units = map(WORD.findall, written) if kind.tokenizer == "words" else written
    return [[ids.get(unit, UNKNOWN) for unit in each] for each in units]


def decode(kind: Text, ids: Sequence[int]) -> str:
    """The text of some ids, up to the first END; padding and START are left out."""
    kept = list(ids[: ids.index(END)]) if END in ids else list(ids)
    tokens = [kind.vocabulary[each] for each in kept if each not in (PAD, START)]
    if kind.tokenizer == "byte-pairs":
        return text_of_tokens(tokens)
    return (" " if kind.tokenizer == "words" else "").join(tokens)


def token_bytes(kind: Text) -> list[int]:
    """Bytes of UTF-8 that each token of characters or byte pairs stands for; 1 for an unknown one, 0 for the others."""
    if kind.tokenizer == "byte-pairs":
        sizes = [len(token) for token in kind.vocabulary]
    else:
        sizes = [len(token.encode()) for token in kind.vocabulary]
    sizes[: len(SPECIAL)] = [0, 1, 0, 0]
    return sizes
