"""Texts with answers by name that do not come with etude."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from etude.data.archives import tar_members
from etude.data.entries import Entry, Layout
from etude.data.raw import RawTexts
from etude.source import Source

QUESTIONS = ("description", "entity", "abbreviation", "human", "location", "number")
"""what the questions of TREC ask for, in the order of the numbers in Kim's files"""
OPINIONS = ("negative", "positive")
PARTS = {1: (-1,), 2: (0, 2), 3: (0, 1, 2)}
"""what some files are: all rows; training and test; training, validation and test"""


def lines_of(path: Path, encoding: str = "utf-8") -> list[str]:
    """The lines of a text file that may be gzip; nothing but a line feed ends a line."""
    content = path.read_bytes()
    content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    return [line.removesuffix("\r") for line in content.decode(encoding).split("\n") if line.strip()]


def sentiment_treebank(paths: tuple[Path, ...], source: Source, size: int) -> RawTexts:
    """A sentence, a tab and 0 or 1; quotation marks mean nothing."""
    return in_files(paths, "utf-8", cut=lambda line: line.rsplit("\t", 1)[::-1], classes=OPINIONS)


def movie_reviews(paths: tuple[Path, ...], source: Source, size: int) -> RawTexts:
    """0 or 1, a space and a sentence, in Latin-1."""
    return in_files(paths, "latin-1", cut=lambda line: line.split(" ", 1), classes=OPINIONS)


def questions(paths: tuple[Path, ...], source: Source, size: int) -> RawTexts:
    """A number from 0 to 5, a space and a question, in Latin-1."""
    return in_files(paths, "latin-1", cut=lambda line: line.split(" ", 1), classes=QUESTIONS)


def messages(paths: tuple[Path, ...], source: Source, size: int) -> RawTexts:
    """ham or spam, a tab and a message; quotation marks mean nothing."""
    return in_files(paths, "utf-8", cut=lambda line: line.split("\t", 1), classes=())


def in_files(
    paths: tuple[Path, ...], encoding: str, *, cut: Callable[[str], Sequence[str]], classes: tuple[str, ...]
) -> RawTexts:
    """Files whose lines `cut` takes into answer and text; numbers stand for `classes`."""
    rows = [cut(line) for path in paths for line in lines_of(path, encoding)]
    sizes = [len(lines_of(path, encoding)) for path in paths]
    part = np.repeat(np.array(PARTS[len(paths)], dtype=np.int8), sizes)
    given = np.array([row[0] for row in rows])
    answers = given.astype(np.int64) if classes else given
    return RawTexts([row[1] for row in rows], answers, part=None if len(paths) == 1 else part, classes=classes)


def long_reviews(paths: tuple[Path, ...], source: Source, size: int) -> RawTexts:
    """An archive of 2,000 reviews, one in a file, in the folders txt_sentoken/pos and txt_sentoken/neg."""
    with tar_members(paths[0]) as found:
        names = sorted(each for each in found if each.endswith(".txt"))
        texts = [found[each]() for each in names]
    answers = [OPINIONS[int("/pos/" in each)] for each in names]
    return RawTexts([text.decode("latin-1") for text in texts], np.array(answers))


FOLDER = "text-classification"
TEXT_ENTRIES: dict[str, Entry[RawTexts]] = {
    "sst2": Entry(
        "9,613 sentences of film reviews: for or against? Without neutral ones and phrases; its three parts are kept"
        " (Socher et al. 2013)",
        "free for research",
        "https://nlp.stanford.edu/sentiment",
        (Layout(FOLDER, ("sst2-train.tsv.gz", "sst2-dev.tsv", "sst2-test.tsv"), sentiment_treebank),),
    ),
    "mr": Entry(
        "10,662 sentences of film reviews: for or against? (Pang and Lee 2005)",
        "free for research",
        "https://www.cs.cornell.edu/people/pabo/movie-review-data",
        (Layout(FOLDER, ("rt-polarity.all.gz",), movie_reviews),),
    ),
    "review-polarity": Entry(
        "2,000 long film reviews: for or against? (Pang and Lee 2004)",
        "free for research",
        "https://www.cs.cornell.edu/people/pabo/movie-review-data",
        (Layout(FOLDER, ("review_polarity.tar.gz",), long_reviews),),
    ),
    "trec": Entry(
        "5,952 questions: what do they ask for, of six kinds? Its test part is kept (Li and Roth 2002)",
        "free for research",
        "https://cogcomp.seas.upenn.edu/Data/QA/QC",
        (Layout(FOLDER, ("trec-train.all", "trec-test.all"), questions),),
    ),
    "sms-spam": Entry(
        "5,574 text messages: wanted or not? 13 % are spam (Almeida et al. 2011)",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/dataset/228/sms+spam+collection",
        (Layout(FOLDER, ("sms-spam.tsv.gz",), messages),),
    ),
}
