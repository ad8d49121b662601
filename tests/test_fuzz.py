"""Spoilt files for every reader: an answer or an error in words, whatever the bytes. The long form: benchmarks.fuzz."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.__main__ import NAMES
from benchmarks.fuzz.child import READERS
from benchmarks.fuzz.mutate import KINDS, Edit, edited
from etude.errors import EtudeError
from etude.explanations import pages

SLOW = {
    *(
        "graph-npz",
        "graph-npy",
        "gml",
        "nodes",
        "edges",
        "csv",
        "tsv",
        "jsonl",
        "texts",
        "pictures",
        "png",
        "zip-names",
    ),
    *("messages", "addresses", *(name for name in READERS if "." in name)),
}
"""readers of which fewer inputs are tried here"""
CODES = pages()
edits = st.lists(
    st.builds(
        Edit,
        st.sampled_from(KINDS),
        st.integers(0, 9999).map(lambda part: part / 10_000),
        st.sampled_from((1, 2, 3, 7, 8, 20, 100, 1000)),
        st.integers(0, 999),
    ),
    min_size=1,
    max_size=4,
)


def said(name: str, content: bytes, folder: Path) -> str:
    """The code of what is wrong with a file, or nothing; any other exception is a find."""
    try:
        READERS[name].read(READERS[name].pack(content), folder)
    except EtudeError as error:
        assert error.code in CODES and error.message.count("\n") < 8
        return error.code
    return ""


def test_every_reader_is_in_the_long_form() -> None:
    assert set(NAMES) == set(READERS)


@pytest.mark.parametrize("name", NAMES)
def test_a_spoilt_file_is_answered_in_words(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, seeds = tmp_path_factory.mktemp("spoilt"), READERS[name].seeds()
    assert "" in {said(name, seed, folder) for seed in seeds}, "a valid file is read"

    @settings(
        max_examples=8 if name in SLOW else 30,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(seeds), edits)
    def try_out(seed: bytes, changes: list[Edit]) -> None:
        said(name, edited(seed, changes), folder)

    try_out()


FOUND = sorted((Path(__file__).parent / "regressions").iterdir())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_once_found_is_answered_in_words(path: Path, tmp_path: Path) -> None:
    reader = re.sub(r"-\d+$", "", path.name)
    assert said(reader, path.read_bytes(), tmp_path).startswith("E-")
