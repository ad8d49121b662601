"""Texts that are empty, too long, of mixed writing or broken encoding; a word that gives the answer away."""

import re
import unicodedata
from collections.abc import Iterator

import numpy as np

from etude.data.tokenizers import PAD, SPECIAL, UNKNOWN
from etude.inside.check.findings import Finding, few
from etude.inside.check.leaks import FEWEST, NEARLY, ROWS, SURELY, class_told
from etude.inside.check.subject import Subject, dense, some
from etude.schema import Classes, Text

INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""zero-width and direction signs, and halves of a character"""
BROKEN = re.compile("Ã[\u0080-\u00bf]|â€[\u2122\u0153\u009d\u201c]|\ufffd")
"""UTF-8 that was read as Latin-1, or what could not be read"""
WORDS = 300
"""frequent words that are tried as the one that tells the answer"""
OTHER = 0.5
"""share of the letters of a text that are of another script than most texts"""


def texts(subject: Subject) -> list[Finding]:
    """Everything that texts show by themselves."""
    inputs = subject.splits.schema.inputs
    if not isinstance(inputs, Text):
        return []
    return [*empty(subject), *cut(subject, inputs), *signs(subject), *scripts(subject), *telling_word(subject, inputs)]


def empty(subject: Subject) -> Iterator[Finding]:
    """Texts in which nothing is written."""
    rows = [row for row, text in enumerate(subject.texts) if not text.strip()]
    if rows:
        are = "1 text is" if len(rows) == 1 else f"{len(rows):,} texts are"
        shown = few(map(subject.place, rows[:6]), len(rows))
        said = f"{are} empty ({len(rows) / len(subject.texts):.1%})"
        yield Finding(
            "W-TEXT-EMPTY", said, "remove them, or fill them in", 0.2, len(rows) >= 0.01 * len(subject.texts), shown
        )


def cut(subject: Subject, inputs: Text) -> Iterator[Finding]:
    """Texts far longer than what is read of them."""
    lengths = np.array([len(text.split()) for text in subject.texts])
    if not len(lengths):
        return
    rows = np.flatnonzero(lengths > 10 * max(1.0, float(np.quantile(lengths, 0.75))))
    if len(rows):
        rows = rows[np.argsort(-lengths[rows], kind="stable")]
        most, usual = lengths[rows[0]], float(np.median(lengths))
        said = f"{len(rows):,} texts are ten times longer than most ({most:,} words, the median {usual:g})"
        shown = few((f"{subject.place(row)}: {lengths[row]:,} words" for row in rows[:6].tolist()), len(rows))
        yield Finding(
            "W-TEXT-LONG",
            said,
            "are several texts run together, by a quotation mark that is not closed?",
            0.1,
            examples=shown,
        )


def signs(subject: Subject) -> Iterator[Finding]:
    """Signs that nobody sees, mixed forms of the same letter, and traces of a wrong encoding."""
    broken = [row for row, text in enumerate(subject.texts) if BROKEN.search(text)]
    if broken:
        said = f"{len(broken):,} texts look as if read in a wrong encoding (Ã© for é)"
        shown = few((told(subject, row, BROKEN) for row in broken[:6]), len(broken))
        yield Finding("W-TEXT-ENCODING", said, "write them again as UTF-8, or --encoding", 0.15, examples=shown)
    hidden = [row for row, text in enumerate(subject.texts) if INVISIBLE.search(text)]
    if hidden:
        said = f"{len(hidden):,} texts hold signs that nobody sees (zero-width, direction)"
        shown = few(map(subject.place, hidden[:6]), len(hidden))
        yield Finding(
            "W-TEXT-UNICODE", said, "remove them: they make other words of the same ones", 0.1, examples=shown
        )
    apart = [
        row
        for row, text in enumerate(subject.texts)
        if not text.isascii() and unicodedata.normalize("NFC", text) != text
    ]
    if 0 < len(apart) < len(subject.texts):
        said = f"{len(apart):,} texts write accents apart from their letters (NFD), which makes other words of them"
        yield Finding(
            "W-TEXT-UNICODE",
            said,
            "bring all texts to the same form (NFC)",
            0.1,
            examples=few(map(subject.place, apart[:6]), len(apart)),
        )


def told(subject: Subject, row: int, pattern: re.Pattern[str]) -> str:
    """The place with a few letters around what was found."""
    text = subject.texts[row]
    found = pattern.search(text)
    at = found.start() if found else 0
    return f"{subject.place(row)}: …{' '.join(text[max(0, at - 20) : at + 20].split())}…"


def scripts(subject: Subject) -> Iterator[Finding]:
    """Texts in another script than that of most."""
    kinds = [script(text) for text in subject.texts]
    known = [each for each in kinds if each]
    usual = max(set(known), key=known.count, default="")
    rows = [row for row, each in enumerate(kinds) if each and each != usual]
    if rows and known.count(usual) > 0.9 * len(known):
        said = f"{len(rows):,} texts are written in another script than the {usual.lower()} letters of most"
        shown = few((f"{subject.place(row)}: {kinds[row].lower()}" for row in rows[:6]), len(rows))
        yield Finding("W-TEXT-SCRIPT", said, "do they belong here?", 0.1, examples=shown)


def script(text: str) -> str:
    """The script that most of the first letters are of, by the names of the characters: 'LATIN', 'CYRILLIC'."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else ""
    letters = [unicodedata.name(each, "?").split()[0] for each in text[:300] if each.isalpha()]
    return max(set(letters), key=letters.count, default="")


def telling_word(subject: Subject, inputs: Text) -> Iterator[Finding]:
    """A word whose presence alone says the answer."""
    target, x = subject.splits.schema.target, dense(subject.splits.train.x)
    if not isinstance(target, Classes) or x is None or len(x) < FEWEST:
        return
    rows = some(len(x), ROWS)
    ids, y = x[rows].numpy(), subject.splits.train.y[rows].numpy()
    present = np.zeros((len(ids), len(inputs.vocabulary)), dtype=bool)
    np.put_along_axis(present, ids, True, axis=1)
    present[:, [PAD, *range(UNKNOWN + 1, len(SPECIAL))]] = False
    often = present.sum(axis=0)
    for k in np.argsort(-np.minimum(often, len(ids) - often), kind="stable")[:WORDS].tolist():
        told_by = class_told(present[:, k].astype(np.float64), y, coded=True)
        if told_by.share >= NEARLY and told_by.least >= SURELY:
            right = f"{told_by.right:,} of {told_by.rows:,}"
            said = f"the word {inputs.vocabulary[k]!r} alone predicts {target.name} ({right})"
            yield Finding("W-LEAK", said, "is it part of what one would be given? If not, take it out", 1.0, True)
