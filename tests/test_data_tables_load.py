"""Encoded tables hold what scikit-learn and pandas compute from the same rows, fitted on the training part alone."""

import os
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from etude.data.raw import RawTable
from etude.data.tables import (
    described_rows,
    encode_answers,
    encode_rows,
    read_new_table,
    read_table,
    table_splits,
    unknown_values,
)
from etude.errors import DataError
from etude.schema import Classes, Quantity, Table
from etude.source import Source

SOURCE = Source(data="")
TABLES = Path(os.environ.get("ETUDE_DATA", "/nonexistent")) / "tabular"
needs_tables = pytest.mark.skipif(not TABLES.is_dir(), reason="ETUDE_DATA names no folder with tables")


def people(rows: int = 200) -> pl.DataFrame:
    """A typed frame with missing values, two categories, dates and a class."""
    draw = np.random.default_rng(0)
    age = draw.normal(40, 12, rows).round(1).tolist()
    for row in range(0, rows, 9):
        age[row] = None
    return pl.DataFrame(
        {
            "age": age,
            "income": draw.lognormal(10, 1, rows),
            "city": draw.choice(["Bern", "Oslo", "Rome"], rows),
            "born": [date(1980, 1, 1 + int(day)) for day in draw.integers(0, 28, rows)],
            "member": draw.random(rows) < 0.5,
            "label": draw.choice(["no", "yes"], rows),
        }
    )


def test_numbers_equal_scikit_learns_imputer_and_scaler() -> None:
    frame = people()
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    train, test = splits.rows[0].numpy(), splits.rows[2].numpy()
    values = frame.select("age", "income").to_numpy()
    imputer = SimpleImputer(strategy="median", add_indicator=True).fit(values[train])
    filled = imputer.transform(values)
    scaler = StandardScaler().fit(filled[train][:, :2])
    for part, rows in ((splits.train, train), (splits.test, test)):
        expected = scaler.transform(filled[rows][:, :2]).astype(np.float32)
        np.testing.assert_allclose(part.x[:, :2].numpy(), expected, rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(part.x[:, 3].numpy(), filled[rows][:, 2])


def test_categories_are_ordered_by_frequency_in_training() -> None:
    frame = people()
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    train = splits.rows[0].numpy()
    city = splits.schema.inputs.categorical[0]
    assert city.values == tuple(pd.Series(frame["city"].to_list())[train].value_counts().index)
    names = np.array(["", *city.values])
    codes = splits.train.x[:, splits.schema.inputs.width - 2].to(torch.int64).numpy()
    assert names[codes].tolist() == frame["city"].to_numpy()[train].tolist()


def test_the_test_part_changes_nothing_that_is_fitted() -> None:
    frame = people()
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    rows = splits.rows[2].numpy()
    income, city = frame["income"].to_numpy().copy(), frame["city"].to_numpy().copy()
    income[rows], city[rows] = 1e9, "Atlantis"
    changed = frame.with_columns(income=pl.Series(income), city=pl.Series(city.tolist()))
    again = table_splits(RawTable(changed, target="label"), SOURCE)
    assert asdict(again.schema) == asdict(splits.schema)
    assert (again.test.x[:, -2] == 0).all() and again.fingerprint != splits.fingerprint


def test_parts_cover_the_rows_and_carry_their_answers() -> None:
    frame = people()
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    assert sorted(torch.cat(splits.rows).tolist()) == list(range(200))
    assert isinstance(splits.schema.target, Classes)
    assert splits.schema.target.names == ("no", "yes")
    assert splits.schema.target.counts == tuple(torch.bincount(splits.train.y).tolist())
    names = np.array(splits.schema.target.names)
    assert names[splits.test.y.numpy()].tolist() == frame["label"].to_numpy()[splits.rows[2].numpy()].tolist()
    assert splits.train.x.dtype == torch.float32 and splits.train.y.dtype == torch.int64


def test_a_quantity_is_standardised_by_the_training_part() -> None:
    frame = people()
    splits = table_splits(RawTable(frame.drop("label"), target="income"), SOURCE)
    target = splits.schema.target
    assert isinstance(target, Quantity)
    train = splits.rows[0].numpy()
    scaler = StandardScaler().fit(frame["income"].to_numpy()[train, None])
    np.testing.assert_allclose([target.mean, target.deviation], [scaler.mean_[0], scaler.scale_[0]])
    np.testing.assert_allclose(
        splits.test.y.numpy() * target.deviation + target.mean,
        frame["income"].to_numpy()[splits.rows[2].numpy()],
        rtol=1e-5,
    )


def test_rows_are_described_in_the_units_of_the_file() -> None:
    frame = people()
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    described = described_rows(splits.schema.inputs, splits.test.x)
    for words, row in zip(described, frame[splits.rows[2].numpy()].iter_rows(named=True), strict=True):
        assert words["city"] == row["city"] and words["member"] == str(row["member"]).lower()
        assert words["born"] == row["born"].isoformat()
        assert words["age"] == "missing" if row["age"] is None else float(words["age"]) == row["age"]
        assert float(words["income"]) == pytest.approx(row["income"], rel=1e-4)


@pytest.mark.parametrize("write", [pl.DataFrame.write_csv, pl.DataFrame.write_parquet])
def test_a_new_file_is_encoded_as_the_training_was(tmp_path: Path, write: Callable[[pl.DataFrame, Path], None]) -> None:
    frame = people()
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    path = tmp_path / "new.csv"
    write(frame.select(reversed(frame.columns)), path)
    read = read_new_table(path, SOURCE, splits.schema.inputs)
    rows = splits.rows[2].numpy()
    assert torch.equal(encode_rows(splits.schema.inputs, read)[rows], splits.test.x)
    assert torch.equal(encode_answers(splits.schema.target, read["label"])[rows], splits.test.y)


def test_an_unknown_category_is_code_zero_and_counted() -> None:
    frame = people()
    inputs = table_splits(RawTable(frame, target="label"), SOURCE).schema.inputs
    new = frame.head(3).with_columns(city=pl.Series(["Rome", "Ulm", None]))
    codes = encode_rows(inputs, new)[:, -2].tolist()
    assert codes[0] > 0 and codes[1:] == [0, 0]
    assert unknown_values(inputs, new) == (
        "column city: 1 row with values unknown to the training ('Ulm'): taken as unknown",
    )


def test_a_missing_value_that_training_had_not_becomes_the_median() -> None:
    frame = people()
    inputs = table_splits(RawTable(frame, target="label"), SOURCE).schema.inputs
    new = frame.head(2).with_columns(income=pl.Series([None, None], dtype=pl.Float64))
    income = next(each for each in inputs.numeric if each.name == "income")
    expected = (income.median - income.mean) / income.deviation
    assert encode_rows(inputs, new)[:, 1].tolist() == pytest.approx([expected] * 2)


def test_a_label_with_a_final_point_is_the_class_without_it() -> None:
    target = Classes("income", names=("<=50K", ">50K"), counts=(3, 1))
    assert encode_answers(target, pl.Series("income", ["<=50K.", ">50K.", ">50K"])).tolist() == [0, 1, 1]
    with pytest.raises(DataError, match="labels that are no classes of the run: 'rich'"):
        encode_answers(target, pl.Series("income", ["rich"]))


def test_class_names_stand_in_natural_order() -> None:
    frame = pl.DataFrame({"x": np.arange(60) % 7, "label": [str(each) for each in [10, 9, 100] * 20]})
    target = table_splits(RawTable(frame, target="label"), SOURCE).schema.target
    assert isinstance(target, Classes) and target.names == ("9", "10", "100")


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([k % 3 for k in range(90)], "classes"),
        ([k % 3 + 0.5 for k in range(90)], "quantity"),
        ([k % 40 for k in range(400)], "quantity"),
        ([bool(k % 2) for k in range(90)], "classes"),
        ([float(k % 2) for k in range(90)], "classes"),
        (["yes", "no"] * 45, "classes"),
        ([k % 10 for k in range(20)], "quantity"),
    ],
)
def test_the_task_follows_from_the_answers(answers: list[object], kind: str) -> None:
    frame = pl.DataFrame({"x": np.random.default_rng(0).normal(size=len(answers)), "label": answers})
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    assert splits.schema.target.kind == kind
    assert any(note.startswith("target label: ") for note in splits.notes)


def test_the_task_can_be_chosen() -> None:
    frame = pl.DataFrame({"x": np.random.default_rng(0).normal(size=90), "label": np.arange(90) % 3})
    raw = RawTable(frame, target="label")
    assert table_splits(raw, replace(SOURCE, task="regress")).schema.target.kind == "quantity"
    assert table_splits(raw, replace(SOURCE, task="classify")).schema.target.kind == "classes"


def test_group_and_time_columns_split_and_are_no_inputs() -> None:
    draw = np.random.default_rng(0)
    frame = people().with_columns(patient=pl.Series(draw.integers(0, 30, 200)))
    splits = table_splits(RawTable(frame, target="label"), replace(SOURCE, group="patient"))
    patients = frame["patient"].to_numpy()
    seen = [set(patients[rows.numpy()].tolist()) for rows in splits.rows]
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]
    assert "patient" not in {each.name for each in splits.schema.inputs.columns}
    texts = frame.with_columns(pl.col("born").dt.strftime("%d.%m.%Y"))
    splits = table_splits(RawTable(texts, target="label"), replace(SOURCE, time="born"))
    days = frame["born"].to_list()
    parts = [[days[row] for row in rows.tolist()] for rows in splits.rows]
    assert max(parts[0]) < min(parts[1]) and max(parts[1]) < min(parts[2])
    assert "born" not in {each.name for each in splits.schema.inputs.columns}


DATES = [
    ("%Y-%m-%d", "%Y-%m-%d"),
    ("%d.%m.%Y", "%d.%m.%Y"),
    ("%Y/%m/%d", "%Y/%m/%d"),
    ("%m/%d/%Y", "%m/%d/%Y"),
    ("%d %b %Y", "%d %b %Y"),
    ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%.f"),
    ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.f"),
    ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M"),
]


@pytest.mark.parametrize(("written", "format"), DATES)
def test_dates_are_days_since_1970(written: str, format: str) -> None:
    moments = pd.date_range("1969-12-20 06:30", periods=60, freq="31h")
    frame = pl.DataFrame({"when": [each.strftime(written) for each in moments], "label": ["a", "b"] * 30})
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    column = splits.schema.inputs.numeric[0]
    assert column.kind == "date" and column.format == format
    read = [datetime.strptime(text, written) for text in frame["when"]]
    days = np.array([(each - datetime(1970, 1, 1)).total_seconds() / 86_400 for each in read])
    np.testing.assert_allclose(
        splits.train.x[:, 0].numpy(), (days[splits.rows[0].numpy()] - column.mean) / column.deviation, atol=1e-6
    )
    assert described_rows(splits.schema.inputs, splits.test.x)[0]["when"] == frame["when"][int(splits.rows[2][0])]


def test_given_parts_are_kept() -> None:
    part = np.where(np.arange(200) < 150, 0, 2).astype(np.int8)
    splits = table_splits(RawTable(people(), target="label", part=part), SOURCE)
    assert splits.rows[2].tolist() == list(range(150, 200))
    assert len(splits.valid) == round(150 * 2 / 9) and "as the data bring them" in splits.rule


def test_rare_values_beyond_the_hundredth_are_unknown() -> None:
    draw = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"x": draw.normal(size=900), "word": [f"w{k % 150}" for k in range(900)], "label": draw.choice(["a", "b"], 900)}
    )
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    assert len(splits.schema.inputs.categorical[0].values) == 100
    assert any("column word has 150 values: the 100 most frequent are kept" in note for note in splits.notes)


def test_a_constant_column_is_zero() -> None:
    frame = people().with_columns(same=pl.lit(0.1))
    splits = table_splits(RawTable(frame, target="label"), SOURCE)
    position = [each.name for each in splits.schema.inputs.numeric].index("same")
    assert (splits.train.x[:, position] == 0).all()


def width_of(inputs: Table) -> dict[str, int]:
    kinds = [each.kind for each in inputs.columns]
    return {kind: kinds.count(kind) for kind in ("number", "category", "date")}


@needs_tables
@pytest.mark.parametrize(
    ("name", "target", "kinds", "answer"),
    [
        ("titanic.csv", "Survived", (5, 2), ("0", "1")),
        ("penguins.csv", "species", (4, 2), ("Adelie", "Chinstrap", "Gentoo")),
        ("adult-train.csv.gz", None, (6, 8), ("<=50K", ">50K")),
        ("adult-test.csv.gz", "15", (6, 8), ("<=50K.", ">50K.")),
        ("california-housing.csv.gz", "median_house_value", (8, 1), None),
        ("heart-cleveland.csv", None, (13, 0), ("0", "1", "2", "3", "4")),
        ("horse-colic.csv", "24", (24, 3), ("1", "2")),
        ("iris.csv", None, (4, 0), ("Iris-setosa", "Iris-versicolor", "Iris-virginica")),
        ("sonar.csv", None, (60, 0), ("M", "R")),
        ("winequality-red.csv", None, (11, 0), ("3", "4", "5", "6", "7", "8")),
        ("winequality-white.csv", "column_12", (11, 0), ("3", "4", "5", "6", "7", "8", "9")),
        ("abalone.csv", None, (7, 1), None),
    ],
)
def test_real_tables_need_no_flag_but_the_target(
    name: str, target: str | None, kinds: tuple[int, int], answer: tuple[str, ...] | None
) -> None:
    source = replace(SOURCE, target=target)
    splits = table_splits(read_table(TABLES / name, source), source)
    assert width_of(splits.schema.inputs) == {"number": kinds[0], "category": kinds[1], "date": 0}
    assert bool(torch.isfinite(splits.train.x).all())
    if answer is None:
        assert isinstance(splits.schema.target, Quantity)
    else:
        assert isinstance(splits.schema.target, Classes) and splits.schema.target.names == answer


@needs_tables
def test_the_adult_test_file_is_read_by_a_run_on_the_training_file() -> None:
    source = replace(SOURCE, data="adult-train.csv.gz")
    schema = table_splits(read_table(TABLES / "adult-train.csv.gz", source), source).schema
    frame = read_new_table(TABLES / "adult-test.csv.gz", source, schema.inputs)
    answers = encode_answers(schema.target, frame["column_15"])
    assert encode_rows(schema.inputs, frame).shape == (16_281, schema.inputs.width)
    assert answers.to(torch.float64).mean().item() == pytest.approx(3846 / 16_281)  # adult.names: 23.62 %
