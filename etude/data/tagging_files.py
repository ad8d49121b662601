"""Sentences with a tag for each word, from files of columns: CoNLL-U, CoNLL-2003 and its kin, or word and tag."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etude.data.raw import Part
from etude.data.tables.sniff import table_bytes, text_of
from etude.data.text_files import file_text, is_path
from etude.errors import DataError, together
from etude.source import Source

UNIVERSAL_COLUMNS = 10
WORD, UPOS = 1, 3
"""columns of CoNLL-U, from 0"""
NAMES = (("train",), ("dev", "valid", "testa"), ("test",))
"""words in the names of files that are the parts; the first that fits says which"""
FEW_TAGS = 50
"""tags that a scheme may have, however few the words are"""
ALONE = 200
"""words of the only sentence of a file, from which on the empty lines between sentences seem to be missing"""
MARKS = {"S": "B", "U": "B", "E": "I", "L": "I"}
"""the marks of one word and of a last word in the schemes BIOES and BILOU, and what they are in IOB2"""
SCHEME = re.compile("O|[BIESLU]-.+")


@dataclass(frozen=True, slots=True)
class RawTagged:
    """Sentences as they were read."""

    sentences: list[list[str]]
    tags: list[list[str]]
    name: str = "tag"
    part: Part | None = None
    notes: tuple[str, ...] = ()


def read_tagged(path: Path, source: Source) -> RawTagged:
    """The sentences of a file, or of a folder with files for train, dev (or valid) and test.

    DataError E-TAGS with the line for a word without a tag.
    """
    if not path.is_dir():
        return in_files([path], source)
    files = [each for each in sorted(path.iterdir()) if each.is_file()]
    found: list[list[Path]] = [[], [], []]
    for file in files:
        fitting = [number for number, words in enumerate(NAMES) if any(word in file.name.lower() for word in words)]
        if fitting:
            found[fitting[0]].append(file)
    if not found[0] or any(len(each) > 1 for each in found):
        raise DataError(
            "E-TAGS", f"{path} wants one file with 'train' in its name, and at most one each with 'dev' and 'test'."
        )
    parts = [number for number, each in enumerate(found) if each]
    return in_files([each[0] for each in found if each], source, parts=parts)


def in_files(paths: Sequence[Path], source: Source, *, parts: Sequence[int] = (-1,)) -> RawTagged:
    """The sentences of some files, each of which is a part."""
    sentences: list[list[tuple[str, str]]] = []
    part: list[int] = []
    for path, number in zip(paths, parts, strict=True):
        content, _ = table_bytes(path)
        read = list(sentences_of(text_of(content, path.name, encoding=source.encoding)[0], path.name))
        if len(read) == 1 and len(read[0]) > ALONE:
            raise DataError(
                "E-TAGS",
                f"{path.name} is one sentence of {len(read[0]):,} words: put an empty line after each sentence.",
            )
        sentences.extend(read)
        part.extend([number] * len(read))
    if not sentences:
        raise DataError("E-TAGS", f"{paths[0].name} has no sentences: want a word and its tag on each line.")
    words = [[word for word, _ in each] for each in sentences]
    given, marked = begun_and_inside([[tag for _, tag in each] for each in sentences])
    tags, mended = repaired(given)
    check_order(words, tags, paths[0].name)
    notes = [f"{marked:,} tags of ends and single words (BIOES, BILOU) are I- and B- here"] if marked else []
    notes += [f"{mended:,} spans begin with I- in the files, and with B- here"] if mended else []
    return RawTagged(words, tags, part=None if -1 in part else np.array(part, dtype=np.int8), notes=tuple(notes))


def sentences_of(text: str, name: str) -> Iterator[list[tuple[str, str]]]:
    """Words with their tags; an empty line ends a sentence, and lines of a document's beginning are passed over."""
    sentence: list[tuple[str, str]] = []
    errors: list[DataError] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        fields = line.rstrip("\r").split("\t") if "\t" in line else line.split()
        if not any(field.strip() for field in fields):
            if sentence:
                yield sentence
            sentence = []
        elif (line.startswith("#") and "\t" not in line) or fields[0] == "-DOCSTART-":
            continue
        elif len(fields) < 2:
            said = f"line {number} of {name} has no tag: want a word and its tag ('{line[:40]}')."
            errors.append(DataError("E-TAGS", said))
        elif len(fields) != UNIVERSAL_COLUMNS:
            sentence.append((fields[0], fields[-1].strip()))
        elif fields[0].isdecimal():  # 3-4 are two words written as one, 3.1 is a word that is not there
            sentence.append((fields[WORD], fields[UPOS]))
    if errors:
        raise together(errors, f"{len(errors)} lines have no tag:")


def begun_and_inside(sentences: list[list[str]]) -> tuple[list[list[str]], int]:
    """The tags of BIOES and BILOU as B- and I-, which say the same, and how many there were; others as they are."""
    found = {tag for tags in sentences for tag in tags}
    if "O" not in found or not all(SCHEME.fullmatch(tag) for tag in found):
        return sentences, 0
    marked = sum(tag[0] in MARKS for tags in sentences for tag in tags)
    return [[MARKS.get(tag[0], tag[0]) + tag[1:] for tag in tags] for tags in sentences], marked


def check_order(words: list[list[str]], tags: list[list[str]], name: str) -> None:
    """DataError E-TAGS where the tags are more varied than the words: the columns have changed places."""
    different, tagged = ({each for row in rows for each in row} for rows in (words, tags))
    if len(tagged) > max(len(different), FEW_TAGS):
        raise DataError(
            "E-TAGS",
            f"{name} has {len(tagged):,} different tags and {len(different):,} different words: the word is the first"
            " column and the tag the last one; exchange them.",
        )


def repaired(sentences: list[list[str]]) -> tuple[list[list[str]], int]:
    """Every span begins with B- (IOB2), and how many did not (IOB1)."""
    mended = 0
    fixed: list[list[str]] = []
    for tags in sentences:
        row: list[str] = []
        for before, tag in zip(["O", *tags], tags, strict=False):
            alone = tag.startswith("I-") and before[2:] != tag[2:]
            mended += alone
            row.append(f"B-{tag[2:]}" if alone else tag)
        fixed.append(row)
    return fixed, mended


def read_sentences(inputs: Sequence[str], source: Source) -> list[str]:
    """New sentences: each of `inputs` is one, or a file with one on each line."""
    found: list[str] = []
    for given in inputs:
        if is_path(given):
            found.extend(line.strip() for line in file_text(Path(given), source).splitlines() if line.strip())
        else:
            found.append(given)
    return found
