"""Data read for a check: with the rows, files and texts that stand behind what a training would get."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from PIL import Image

from etude.data.characters import CHARACTERS, EMBEDDED_CHARACTERS
from etude.data.corpus import TEXTS as CORPUS_FILES
from etude.data.corpus_sets import CORPORA, EMBEDDED_CORPORA, NAME_LISTS
from etude.data.folder import labelled_files
from etude.data.graph_sets import EMBEDDED_GRAPHS, GRAPHS
from etude.data.load import Raw, in_parts, read
from etude.data.names import EMBEDDED_NAMES
from etude.data.pair_sets import GENERATED_PAIRS, PAIR_ENTRIES
from etude.data.raw import RawPictures, RawTable, RawTexts
from etude.data.splits import Splits
from etude.data.tables.values import cleaned
from etude.data.tagging_sets import TAGGED, TAGGED_ENTRIES
from etude.data.text_files import SAMPLE, read_texts
from etude.data.word_corpus import EMBEDDED_WORDS, WORD_CORPORA
from etude.errors import DataError
from etude.inside.check.findings import Finding
from etude.inside.check.subject import Subject
from etude.inside.check.whole import Review, review
from etude.source import Source
from etude.verbs.recipes import checked_recipe, default_recipe

READERS: dict[str, tuple[str, ...]] = {
    "gcn": (*EMBEDDED_GRAPHS, *GRAPHS),
    "gpt": (*EMBEDDED_CORPORA, *CORPORA),
    "names": (*EMBEDDED_NAMES, *NAME_LISTS),
    "transformer": (*GENERATED_PAIRS, *PAIR_ENTRIES),
    "crf": (*TAGGED, *TAGGED_ENTRIES),
    "fewshot": (*EMBEDDED_CHARACTERS, *CHARACTERS),
    "word2vec": (*EMBEDDED_WORDS, *WORD_CORPORA),
}
"""recipes that read what the usual way in does not, and the names of the catalogue that they read"""
SPOKEN = ("textcnn", "sentiment")
"""recipes that read a table as texts with answers"""
NOT_THERE = frozenset({"E-DATA-PATH", "E-DATA-NAME", "E-DATA-ABSENT", "E-DATA-HOME", "E-DATA-KIND"})
"""errors that say nothing of the data, as there are none"""
SENTENCE = 4.0
"""words on average that make a column one of texts"""
FILES = 20_000
"""pictures whose size is asked for"""


def check_data(source: Source, *, size: int, recipe: str | None) -> tuple[Review, Splits[Any] | None]:
    """Read a source as a recipe would, and check it; what cannot be read is the finding then.

    DataError if there is no such source.
    """
    try:
        subject = read_subject(source, size=size, recipe=recipe or reader_of(source))
    except DataError as error:
        if error.code in NOT_THERE:
            raise
        first, *lines = error.message.splitlines()
        advice = "mend this first: what else there is can only be seen then"
        unread = Finding(error.code, first, advice, 1.0, True, tuple(line.strip() for line in lines))
        return Review((unread,), ("whether it can be read",)), None
    if subject is None:
        return Review((), ()), None
    return review(subject), subject.splits


def reader_of(source: Source) -> str | None:
    """The recipe whose way of reading fits a name or a path; None for the usual way in."""
    name, path = source.data, Path(source.data).expanduser()
    if not path.exists() or not name.strip():
        return next((recipe for recipe, names in READERS.items() if name in names), None)
    if path.suffix == ".gml" or (path / "edges.csv").is_file():
        return "gcn"
    if path.suffix in {".conll", ".iob", ".bio"}:
        return "crf"
    if path.is_file():
        return "gpt" if path.name.endswith(CORPUS_FILES) else None
    return "textcnn" if path.is_dir() and next(path.glob("*/**/*.txt"), None) else None


def read_subject(source: Source, *, size: int, recipe: str | None) -> Subject | None:
    """The data with what stands behind them; None where a recipe learns from no examples."""
    if recipe in SPOKEN:
        path = Path(source.data).expanduser()
        raw: Raw = read_texts(path, source) if path.exists() else read(source, size=size)
        return behind(raw, replace(source, target=None) if path.exists() else source, size=size)
    if recipe is not None:
        experiment = next(checked_recipe(replace(default_recipe(recipe), source=source)).experiments())
        return None if experiment.splits is None else Subject(experiment.splits, grouped=True)
    try:
        raw = read(source, size=size)
    except DataError as error:
        if error.code != "E-CSV-QUOTE":
            raise
        return read_spoken(source, size=size)  # lines of texts, in which a quotation mark means nothing
    return behind(raw, source, size=size)


def behind(raw: Raw, source: Source, *, size: int) -> Subject:
    """The parts, with the columns, files or texts that they were made of."""
    grouped = source.group is not None or source.time is not None
    match raw:
        case RawTable() if holds_sentences(raw):
            return read_spoken(source, size=size)
        case RawTable():
            frame = cleaned(raw.frame, source.missing)
            empty = tuple(name for name in frame.columns if frame[name].null_count() == len(frame))
            kept = replace(source, drop=(*source.drop, *(each for each in empty if each not in source.drop)))
            answers = raw.frame[raw.target]
            shown = frame.with_columns(answers) if answers.dtype == pl.String else frame
            return Subject(in_parts(raw, kept), shown.drop(source.drop), raw.lines, grouped=grouped)
        case RawPictures():
            splits = in_parts(raw, source, size=size)
            return Subject(splits, names=tuple(raw.names), sizes=sizes_of(source), grouped=grouped)
        case RawTexts():
            return Subject(in_parts(raw, source), texts=tuple(raw.texts), grouped=grouped)
        case _:
            return Subject(in_parts(raw, source), grouped=grouped)


def holds_sentences(raw: RawTable) -> bool:
    """Whether a table is little but a column of texts and the answers to them."""
    others = [raw.frame[name].head(SAMPLE) for name in raw.frame.columns if name != raw.target]
    words = [
        float(each.fill_null("").str.count_matches(r"\S+").mean() or 0)  # type: ignore[arg-type]
        for each in others
        if each.dtype == pl.String
    ]
    return len(others) <= 2 and max(words, default=0.0) >= SENTENCE


def read_spoken(source: Source, *, size: int) -> Subject:
    """A table of texts, read as such."""
    subject = read_subject(source, size=size, recipe=SPOKEN[0])
    assert subject is not None  # texts are examples
    return subject


def sizes_of(source: Source) -> tuple[tuple[int, int], ...]:
    """Height and width of the files of a folder of pictures, in the order in which they are read."""
    path = Path(source.data).expanduser()
    if not path.is_dir():
        return ()
    files = labelled_files(path)[0]
    if len(files) > FILES:
        return ()
    found = []
    for each in files:
        with Image.open(each.path) as picture:  # reads the head of the file alone
            found.append((picture.height, picture.width))
    return tuple(found)
