"""Every bad table is refused with its code and a text that names the place and the remedy; or read with a note."""

import gzip
import io
import json
import os
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.datatypes import DataType as PolarsDataType

from etude.data.raw import RawTable
from etude.data.splits import Splits
from etude.data.tables import read_new_table, read_table, table_splits
from etude.data.tables.parquet import worker_of
from etude.errors import DataError, EtudeError, UsageError
from etude.records import Labelled
from etude.source import Source
from tests.catalogue.tables import GOOD, ints, numbers, with_column

SOURCE = Source(data="")


def load(folder: Path, content: str | bytes, source: Source = SOURCE, *, name: str = "table.csv") -> Splits[Labelled]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return table_splits(read_table(path, source), source)


def test_damaged_parquet_and_nested_columns(tmp_path: Path) -> None:
    whole = io.BytesIO()
    pl.DataFrame({"a": [1, 2], "label": ["x", "y"]}).write_parquet(whole)
    for content in (whole.getvalue()[:-20], b"PAR1" + b"\xff" * 40, whole.getvalue()[:-6] + b"\xff\xff\xff\xffAR"):
        with pytest.raises(DataError, match="damaged Parquet") as caught:
            load(tmp_path, content)
        assert caught.value.code == "E-PARQUET-DAMAGED"
    nested = io.BytesIO()
    pl.DataFrame({"a": [[1], [2, 3]], "label": ["x", "y"]}).write_parquet(nested)
    with pytest.raises(DataError, match=r"table.csv: column a holds List.*--drop a$") as caught:
        load(tmp_path, nested.getvalue())
    assert caught.value.code == "E-PARQUET-NESTED"


@pytest.mark.parametrize(
    ("values", "as_in_csv"),
    [
        (pl.Series(["u", "v", None, "w"] * 10, dtype=pl.Categorical), ["u", "v", "", "w"]),
        (pl.Series(["u", "v", "v", "w"] * 10, dtype=pl.Enum(["w", "v", "u"])), ["u", "v", "v", "w"]),
        (pl.Series([b"u", b"v", None, "\u00fc".encode()] * 10), ["u", "v", "", "\u00fc"]),
        (pl.Series([timedelta(seconds=1.5), timedelta(days=1), timedelta(0), None] * 10), ["1.5", "86400", "0", ""]),
        (pl.Series([Decimal("1.5"), Decimal("2.25"), Decimal(0), None] * 10), ["1.5", "2.25", "0", ""]),
        (pl.Series([1, 2, None, 250] * 10, dtype=pl.UInt8), ["1", "2", "", "250"]),
        (pl.Series([1.5, 2.25, None, 0] * 10, dtype=pl.Float32), ["1.5", "2.25", "", "0"]),
    ],
)
def test_types_of_parquet_columns_are_what_csv_would_say(
    values: pl.Series, as_in_csv: list[str], tmp_path: Path
) -> None:
    """An answer and an input of each type: frames of pandas and polars have categories, older writers bytes."""
    labels, order = ["x", "y", "y", "x"] * 10, list(range(40))
    random.Random(0).shuffle(order)
    packed = io.BytesIO()
    pl.DataFrame({"a": values, "n": order, "label": labels}).write_parquet(packed)
    rows = "".join(f"{as_in_csv[k % 4]},{order[k]},{labels[k]}\n" for k in range(40))
    assert load(tmp_path, packed.getvalue()).fingerprint == load(tmp_path, f"a,n,label\n{rows}").fingerprint
    whole = pl.DataFrame({"n": order, "label": values}).drop_nulls()
    packed = io.BytesIO()
    whole.write_parquet(packed)
    rows = "".join(f"{order[k]},{as_in_csv[k % 4]}\n" for k in range(40) if as_in_csv[k % 4])
    task = Source(data="", task="classify")
    assert load(tmp_path, packed.getvalue(), task).fingerprint == load(tmp_path, f"n,label\n{rows}", task).fingerprint


@pytest.mark.parametrize(
    ("kind", "far"),
    [
        (pl.Date, 3_000_000),
        (pl.Date, -(2**31)),
        (pl.Datetime("ms"), 2**62),
        (pl.Datetime("us", "Asia/Tokyo"), -(2**60)),
    ],
)
def test_a_time_outside_the_calendar_is_named_with_its_row(kind: PolarsDataType, far: int, tmp_path: Path) -> None:
    """Found by fuzzing: polars panics where it writes such a date as a text."""
    times = pl.Series([*range(29), far], dtype=pl.Int32 if kind == pl.Date else pl.Int64).cast(kind)
    packed = io.BytesIO()
    order = random.Random(0).sample(range(30), 30)
    pl.DataFrame({"n": order, "t": times, "label": ["x", "y"] * 15}).write_parquet(packed, statistics=False)
    with pytest.raises(DataError, match=r"row 30: column t holds a time outside the calendar") as caught:
        load(tmp_path, packed.getvalue())
    assert caught.value.code == "E-DATE-RANGE"
    assert len(load(tmp_path, packed.getvalue(), Source(data="", drop=("t",))).train) == 22


def test_columns_that_hold_no_values_of_a_table_can_be_left_out(tmp_path: Path) -> None:
    packed = io.BytesIO()
    order = random.Random(0).sample(range(40), 40)
    strange = {"raw": [b"\xff\xfe"] * 40, "list": [[1]] * 40, "label": ["x", "y"] * 20}
    pl.DataFrame({"n": order} | strange).write_parquet(packed)
    with pytest.raises(DataError, match=r"column raw holds bytes that are no text.*--drop raw$") as caught:
        load(tmp_path, packed.getvalue(), Source(data="", drop=("list",)))
    assert caught.value.code == "E-PARQUET-BYTES"
    splits = load(tmp_path, packed.getvalue(), Source(data="", drop=("list", "raw")))
    assert [each.name for each in splits.schema.inputs.columns] == ["n"]


def test_a_file_that_ends_the_process_which_reads_it_is_damaged_and_the_next_is_read(tmp_path: Path) -> None:
    """Found by fuzzing: polars asks for 2**61 bytes, and the system ends whoever asks for that."""
    whole = io.BytesIO()
    pl.DataFrame({"a": range(12), "label": ["x", "y"] * 6}).write_parquet(whole)
    with pytest.raises(DataError, match="damaged Parquet") as caught:
        load(tmp_path, Path(__file__).with_name("regressions").joinpath("parquet-1").read_bytes())
    assert caught.value.code == "E-PARQUET-DAMAGED"
    assert len(load(tmp_path, whole.getvalue()).train) == 8
    worker_of(os.getpid()).process.kill()
    assert len(load(tmp_path, whole.getvalue()).train) == 8


USAGE = [
    (
        Source(data="", target="lable"),
        "E-TARGET",
        "no column 'lable'; did you mean 'label'? Columns: height, width, label.",
    ),
    (Source(data="", drop=("heigth",)), "E-COLUMN", "--drop: no column 'heigth'; did you mean 'height'"),
    (Source(data="", group="patient"), "E-COLUMN", "--group: no column 'patient'"),
    (Source(data="", separator=";;"), "E-CSV-SEP", "want one character"),
    (Source(data="", encoding="klingon"), "E-TEXT-ENCODING", "unknown encoding 'klingon'"),
    (Source(data="", split=(0.7, 0.2, 0.2)), "E-SPLIT", "sum to 1"),
]


@pytest.mark.parametrize(("source", "code", "said"), USAGE)
def test_a_wrong_flag_is_refused(tmp_path: Path, source: Source, code: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GOOD, source)
    assert caught.value.code == code
    assert said in caught.value.message


def test_an_absent_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(DataError) as caught:
            read_table(path, SOURCE)
        assert caught.value.code == "E-DATA-NOFILE"


TEXT_TARGET = Source(data="", task="regress")


def test_a_text_is_no_quantity(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="needs numbers in column label, it holds 'a'") as caught:
        load(tmp_path, GOOD, TEXT_TARGET)
    assert caught.value.code == "E-TARGET-TEXT"


READ = [
    ("semicolon", GOOD.replace(",", ";").encode(), "table.csv", "separator ';' detected"),
    (
        "decimal comma",
        GOOD.replace(",", ";").replace(".", ",").encode(),
        "table.csv",
        "decimal comma detected in width",
    ),
    ("tab", GOOD.replace(",", "\t").encode(), "table.txt", "separator 'tab' detected"),
    ("UTF-16", GOOD.encode("utf-16"), "table.csv", "table.csv read as UTF-16-LE"),
    ("UTF-8 with mark", GOOD.encode("utf-8-sig"), "table.csv", None),
    ("CR only", GOOD.replace("\n", "\r").encode(), "table.csv", None),
    ("CR LF and empty lines", GOOD.replace("\n", "\r\n\r\n").encode(), "table.csv", None),
    ("gzip without .gz", gzip.compress(GOOD.encode(), mtime=0), "table.csv", "gzip by its content"),
    ("gzip", gzip.compress(GOOD.encode(), mtime=0), "table.csv.gz", None),
]


@pytest.mark.parametrize(("content", "name", "note"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_an_unusual_file_is_read_like_the_usual_one(
    tmp_path: Path, content: bytes, name: str, note: str | None
) -> None:
    splits = load(tmp_path, content, name=name)
    usual = load(tmp_path, GOOD, name="good.csv")
    assert splits.fingerprint == usual.fingerprint
    assert [each.name for each in splits.schema.inputs.columns] == ["height", "width"]
    assert (note in "\n".join(splits.notes)) if note else len(splits.notes) == len(usual.notes)


def test_json_and_parquet_equal_csv(tmp_path: Path) -> None:
    frame = pl.read_csv(GOOD.encode())
    lines = "".join(json.dumps(row) + "\n" for row in frame.to_dicts())
    packed = io.BytesIO()
    frame.write_parquet(packed)
    usual = load(tmp_path, GOOD)
    assert load(tmp_path, lines, name="table.jsonl").fingerprint == usual.fingerprint
    for indent in (None, 2):
        array = json.dumps(frame.to_dicts(), indent=indent)
        assert load(tmp_path, array, name="table.json").fingerprint == usual.fingerprint
        assert load(tmp_path, array, name="table.txt").fingerprint == usual.fingerprint
    assert load(tmp_path, packed.getvalue(), name="table.parquet").fingerprint == usual.fingerprint


NOTED = [
    ("constant", with_column("h", ["7"] * 40), "W-COL-CONST: column h has one value only"),
    (
        "leading zero",
        with_column("code", ["007", "123"] * 20),
        "column code is read as a category: leading zeros such as",
    ),
    (
        "near labels",
        GOOD.replace(",b\n", ",b \n", 4).replace(",a\n", ",A\n", 5),
        "W-LABEL-NEAR: 2 spellings look alike",
    ),
    ("leak", with_column("copy", ["x", "y"] * 20), "W-LEAK: column copy predicts the target perfectly"),
    (
        "twice",
        with_column("h", ["1"] * 40).split("\n")[0] + "\n" + "1,1,1,a\n2,2,2,b\n" * 20,
        "W-SPLIT-DUP: 4 identical",
    ),
    ("id", with_column("h", [str(k) for k in range(40)]), "1 left out (h: it numbers the rows; --numbers h keeps it)"),
    (
        "names",
        with_column("h", [f"n{k}" for k in range(40)]),
        "(h: almost every value differs; --categories h keeps it)",
    ),
    ("month first", with_column("day", ["01/02/2023", "02/13/2023"] * 20), "month before day, as in 01/02/2023"),
    ("missing", with_column("h", numbers("", "?")), "(h 2 missing, height, width)"),
]


@pytest.mark.parametrize(("content", "note"), [row[1:] for row in NOTED], ids=[row[0] for row in NOTED])
def test_what_is_odd_is_noted(tmp_path: Path, content: str, note: str) -> None:
    assert note in "\n".join(load(tmp_path, content).notes)


def test_three_spellings_of_a_label_are_noted(tmp_path: Path) -> None:
    names = ("cat", "Cat", "cat ", "dog")
    content = "height,label\n" + "".join(f"{k * k % 13},{names[k % 4]}\n" for k in range(40))
    notes = "\n".join(load(tmp_path, content).notes)
    assert "W-LABEL-NEAR: 3 spellings look alike: 'Cat', 'cat', 'cat '" in notes


@pytest.mark.parametrize(
    ("task", "answers", "note"),
    [
        ("regress", [str(k % 2) for k in range(40)], "W-TASK: 2 values looks like classification"),
        ("auto", [f"name {k % 30}" for k in range(90)], "W-TASK: 30 classes of 90 rows looks like an id"),
    ],
)
def test_a_doubtful_task_is_noted(tmp_path: Path, task: str, answers: list[str], note: str) -> None:
    content = "height,label\n" + "".join(f"{k * k % 13},{answer}\n" for k, answer in enumerate(answers))
    source = replace(SOURCE, task=task)
    notes = "\n".join(load(tmp_path, content, source).notes)
    assert note in notes


def test_flags_override_what_was_inferred(tmp_path: Path) -> None:
    days = with_column("day", ["01/02/2023", "13/02/2023"] * 20)
    assert load(tmp_path, days, replace(SOURCE, dayfirst=True)).schema.inputs.columns[0].kind == "date"
    assert load(tmp_path, days, replace(SOURCE, categories=("day",))).schema.inputs.columns[0].kind == "category"
    assert len(load(tmp_path, days, replace(SOURCE, drop=("day",))).schema.inputs.columns) == 2
    mixed = with_column("age", ints("3", "x"))
    missing = (*SOURCE.missing, "x")
    assert load(tmp_path, mixed, replace(SOURCE, missing=missing)).schema.inputs.columns[0].kind == "number"
    accents = GOOD.replace("height", "höhe").encode("latin-1")
    assert load(tmp_path, accents, replace(SOURCE, encoding="latin-1")).schema.inputs.columns[0].name == "höhe"
    assert load(tmp_path, GOOD, replace(SOURCE, target="1")).schema.target.name == "height"


def test_a_new_file_must_have_the_columns_of_the_training(tmp_path: Path) -> None:
    splits = load(tmp_path, GOOD)
    path = tmp_path / "new.csv"
    path.write_text("width,depth\n1.5,2\n")
    with pytest.raises(DataError) as caught:
        read_new_table(path, SOURCE, splits.schema.inputs)
    assert caught.value.code == "E-SCHEMA"
    assert "lacks 1 of the 2 columns that the run was trained on: height; it has depth beside" in caught.value.message


def test_nothing_but_etude_errors_whatever_the_bytes(tmp_path: Path) -> None:
    good = GOOD.encode()
    for k in range(0, len(good), 7):
        for content in (good[:k], good[:k] + b'"' + good[k:], good[:k] + b"\xff" + good[k + 1 :], good[k:] + good[:k]):
            try:
                load(tmp_path, content)
            except EtudeError as error:
                assert error.code.startswith("E-") and len(error.message) > 20


def test_a_frame_is_accepted_as_well(tmp_path: Path) -> None:
    frame = pl.read_csv(GOOD.encode())
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    assert splits.fingerprint == load(tmp_path, GOOD).fingerprint
