"""Files come out as they went in: quoting, line ends, types; and as pandas reads them."""

import csv
import io
import os
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etude.data.tables.delimited import fields, separator_of
from etude.data.tables.header import names_columns
from etude.data.tables.read import read_frame
from etude.errors import DataError
from etude.source import Source

SOURCE = Source(data="")
TABLES = Path(os.environ.get("ETUDE_DATA", "/nonexistent")) / "tabular"
needs_tables = pytest.mark.skipif(not TABLES.is_dir(), reason="ETUDE_DATA names no folder with tables")

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=8)


@settings(deadline=None, max_examples=100)
@given(
    st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(texts, min_size=width, max_size=width), min_size=1)),
    st.sampled_from(",;\t|"),
)
def test_quoted_fields_come_out_as_they_went_in(rows: list[list[str]], separator: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    frame, lines = fields(written.getvalue(), separator=separator)
    assert [list(row) for row in frame.rows()] == rows
    assert lines[0] == 1 and (lines[1:] > lines[:-1]).all()


plain = st.text(
    st.characters(codec="ascii", exclude_characters='",;\t|\r\n\x00', exclude_categories=["Cc"]), max_size=6
)


@settings(deadline=None, max_examples=100)
@given(
    st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(plain, min_size=width, max_size=width), min_size=1)),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_the_plain_and_the_quoted_way_agree(rows: list[list[str]], end: str) -> None:
    text = end.join(",".join(row) for row in rows) + end
    frame, lines = fields(text, separator=",")
    quoted, quoted_lines = fields(text + '"' * 2 + "," * (len(rows[0]) - 1) + end, separator=",")
    assert (
        frame.fill_null("").select(pl.all().str.strip_chars()).rows()
        == quoted[:-1].select(pl.all().str.strip_chars()).rows()
    )
    assert (lines == quoted_lines[:-1]).all()


def test_line_numbers_count_empty_lines_and_lines_inside_quotes() -> None:
    _, lines = fields('a,b\n\n"1\n2",3\n4,5\n', separator=",")
    assert lines.tolist() == [1, 3, 5]
    _, lines = fields("a,b\n\n1,3\n\n\n4,5\n", separator=",")
    assert lines.tolist() == [1, 3, 6]


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb c\n1,5\t2,5\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("a,b\n1,x;y\n", ","),
        ('a,b\n1,"x;y"\n2,"z;w"\n', ","),
        ("a\n1\n", ","),
        ("a,b,c\n1,2,3\n1,2,3,4\n", ","),
    ],
)
def test_the_separator_is_the_one_that_cuts_all_lines_alike(text: str, separator: str) -> None:
    assert separator_of(text, wanted="auto", suffix=".csv")[0] == separator


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("a,b\n1,2\n", True),
        ("1,2\n3,4\n", False),
        ("country,1999,2000\nPeru,1,2\nCuba,3,4\n", False),
        ("country,1999,2000,2001\nPeru,1,2,3\nCuba,3,4,5\n", True),
        ("0,1,2,3\n5.1,3.5,1.4,x\n4.9,3.0,1.4,x\n", True),
        ("M,0.45\nF,0.5\nM,0.3\n", False),
        ("sex,label\nM,x\nF,y\nM,x\nF,x\n", True),
        ("5.1,?,x\n4.9,3.0,x\n", False),
        ("name,word\nAnn,tree\nBob,house\n", True),
        ("7,8\n", False),
        ("a,b\n", True),
    ],
)
def test_a_header_is_told_from_a_row(text: str, header: bool) -> None:
    assert names_columns(fields(text, separator=",")[0], SOURCE.missing) is header


@pytest.mark.parametrize("cut", ['a,b\n"1,2\n3,4\n', 'a,b\n"1"x,2\n'])
def test_a_wrong_quote_names_its_line(cut: str) -> None:
    with pytest.raises(DataError, match="quote opened in line 2"):
        fields(cut, separator=",")


FILES = [
    ("titanic.csv", 0),
    ("penguins.csv", 0),
    ("california-housing.csv.gz", 0),
    ("adult-train.csv.gz", None),
    ("adult-test.csv.gz", None),
    ("heart-cleveland.csv", None),
    ("horse-colic.csv", None),
    ("iris.csv", None),
    ("sonar.csv", None),
    ("winequality-red.csv", None),
    ("winequality-white.csv", None),
    ("abalone.csv", None),
    ("mammography.csv", None),
    ("banknote_authentication.csv", None),
    ("breast-cancer-wisconsin.csv", None),
    ("pima-indians-diabetes.csv", None),
]


@needs_tables
@pytest.mark.parametrize(("name", "header"), FILES)
def test_real_tables_are_read_as_pandas_reads_them(name: str, header: int | None) -> None:
    ours = read_frame(TABLES / name, SOURCE)
    theirs = pd.read_csv(TABLES / name, header=header, dtype=str, keep_default_na=False)
    assert ours.frame.fill_null("").rows() == [tuple(row) for row in theirs.itertuples(index=False)]
    if header is None:
        assert ours.frame.columns[0] == "column_1" and any("no header line" in note for note in ours.notes)
    else:
        assert ours.frame.columns == list(theirs.columns)


@pytest.mark.parametrize("name", ["x^2", "x\u069c", "xy"])
def test_a_first_column_whose_name_begins_like_a_packed_file_is_read(name: str) -> None:
    """x^ is 78 5E, as zlib begins."""
    frame, lines = fields(f"{name},b\n1,2\n3,4\n", separator=",")
    assert frame.rows() == [(name, "b"), ("1", "2"), ("3", "4")] and lines.tolist() == [1, 2, 3]
