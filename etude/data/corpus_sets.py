"""Corpora: long texts by name, one that comes with every Python and others that do not come with etude."""

import sysconfig
from collections.abc import Callable
from pathlib import Path

from etude.data.download import RemoteFile
from etude.data.entries import Entry, Layout
from etude.data.tables.sniff import table_bytes, text_of
from etude.errors import DataError
from etude.source import Source

MODULES = (
    *("argparse", "ast", "calendar", "configparser", "contextlib", "dataclasses", "difflib", "doctest", "enum"),
    *("fractions", "functools", "heapq", "ipaddress", "optparse", "random", "shutil", "statistics", "tempfile"),
    *("textwrap", "threading", "tokenize"),
)
"""of the standard library, a megabyte of Python that no year changes much"""


def stdlib() -> str:
    """A megabyte of Python: 21 modules of the standard library of the Python that runs, one after the other."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    paths = [folder / f"{name}.py" for name in MODULES]
    absent = [path.name for path in paths if not path.is_file()]
    if absent:
        raise DataError(
            "E-DATA-ABSENT",
            f"this Python has no source text of {absent[0]} in {folder}: give a text file of your own with --data",
        )
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def read_text_file(path: Path, source: Source) -> str:
    """The text of a file that may be gzip, in the encoding of `source` or by its byte-order mark."""
    if path.stat().st_size == 0:
        raise DataError("E-DATA-EMPTY", f"{path.name} is empty (0 bytes): give a file with text in it")
    content, _ = table_bytes(path)
    text, _ = text_of(content, path.name, encoding=source.encoding)
    return text


def text(paths: tuple[Path, ...], source: Source, size: int) -> str:
    """The text of the one file of an entry."""
    return read_text_file(paths[0], source)


def entry(about: str, *, licence: str, home: str, file: str, remote: tuple[RemoteFile, ...] = ()) -> Entry[str]:
    """A corpus that is one file of the folder text-lm."""
    return Entry(about, licence, home, (Layout("text-lm", (file,), text),), remote)


RAW = "https://raw.githubusercontent.com/karpathy"
EMBEDDED_CORPORA: dict[str, Callable[[], str]] = {"stdlib": stdlib}
CORPORA: dict[str, Entry[str]] = {
    "tinyshakespeare": entry(
        "1,115,394 characters of Shakespeare's plays (Karpathy 2015)",
        licence="public domain",
        home="https://github.com/karpathy/char-rnn",
        file="tinyshakespeare.txt",
        remote=(
            RemoteFile(
                "tinyshakespeare.txt",
                (f"{RAW}/char-rnn/master/data/tinyshakespeare/input.txt",),
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                1115394,
            ),
        ),
    ),
    "gutenberg-novels": entry(
        "seven novels, 1.6 million words: War and Peace, Moby Dick, Middlemarch, Dracula and others",
        licence="public domain",
        home="https://www.gutenberg.org",
        file="gutenberg-7-novels.txt.gz",
    ),
    "wikipedia-excerpt": entry(
        "94 articles of the English Wikipedia, 400,000 words, without markup",
        licence="CC BY-SA 3.0",
        home="https://github.com/piskvorky/gensim",
        file="wikipedia-excerpt.txt.gz",
    ),
}
NAME_LISTS: dict[str, Entry[str]] = {
    "names": entry(
        "32,033 first names, one in a line (Karpathy 2022)",
        licence="MIT",
        home="https://github.com/karpathy/makemore",
        file="names.txt",
        remote=(
            RemoteFile(
                "names.txt",
                (f"{RAW}/makemore/master/names.txt",),
                "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
                228145,
            ),
        ),
    ),
}
