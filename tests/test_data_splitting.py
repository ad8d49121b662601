"""Splits are disjoint, cover the rows, keep classes and groups and time as promised, and depend on the seed alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etude.data.splitting import split_rows
from etude.errors import DataError, UsageError
from etude.source import Source

SOURCE = Source(data="table.csv")


def assert_partition(rows: tuple[np.ndarray, np.ndarray, np.ndarray], n: int) -> None:
    assert all(each.dtype == np.int64 and (np.diff(each) > 0).all() for each in rows)
    assert sorted(np.concatenate(rows).tolist()) == list(range(n))


@settings(deadline=None, max_examples=60)
@given(sizes=st.lists(st.integers(3, 60), min_size=2, max_size=6), seed=st.integers(0, 5))
def test_every_class_is_within_one_row_of_its_share(sizes: list[int], seed: int) -> None:
    classes = np.random.default_rng(seed).permutation(np.repeat([f"class {k}" for k in range(len(sizes))], sizes))
    rows, _ = split_rows(len(classes), source=replace(SOURCE, split_seed=seed), classes=classes)
    assert_partition(rows, len(classes))
    for part, share in zip(rows, SOURCE.split, strict=True):
        for name, size in zip(*np.unique(classes, return_counts=True), strict=True):
            count = (classes[part] == name).sum()
            assert count >= 1
            assert size == 3 or abs(count - size * share) < 1  # three rows give one to each part


def test_default_fractions_and_rule() -> None:
    rows, rule = split_rows(1000, source=SOURCE, classes=np.arange(1000) % 10)
    assert [len(each) for each in rows] == [700, 200, 100]
    assert rule == "70/20/10 stratified by class, seed 0"
    rows, rule = split_rows(1000, source=SOURCE, classes=None)
    assert [len(each) for each in rows] == [700, 200, 100]
    assert rule == "70/20/10 at random, seed 0"


def test_the_seed_alone_decides() -> None:
    classes = np.arange(300) % 3
    np.random.seed(1)
    first, _ = split_rows(300, source=SOURCE, classes=classes)
    np.random.seed(2)
    again, _ = split_rows(300, source=SOURCE, classes=classes)
    other, _ = split_rows(300, source=replace(SOURCE, split_seed=1), classes=classes)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not (first[0] == other[0]).all()


def test_a_small_class_is_named() -> None:
    classes = np.array(["cat"] * 20 + ["zebra"])
    with pytest.raises(DataError, match=r"class 'zebra' has 1 row; needs 3 for train/val/test") as caught:
        split_rows(21, source=SOURCE, classes=classes)
    assert caught.value.code == "E-SPLIT-SMALL"


@pytest.mark.parametrize("split", [(0.7, 0.2, 0.2), (1.2, -0.1, -0.1), (70.0, 20.0, 10.0), (0.0, 0.5, 0.5)])
def test_fractions_that_are_none_are_refused(split: tuple[float, float, float]) -> None:
    with pytest.raises(UsageError, match="sum to 1"):
        split_rows(100, source=replace(SOURCE, split=split), classes=None)


def test_two_rows_cannot_be_split() -> None:
    with pytest.raises(DataError, match="2 rows; needs 3"):
        split_rows(2, source=SOURCE, classes=None)


def test_given_parts_are_kept_and_validation_is_carved_out_of_training() -> None:
    part = np.repeat(np.array([0, 2], dtype=np.int8), [900, 100])
    rows, rule = split_rows(1000, source=SOURCE, classes=np.arange(1000) % 2, part=part)
    assert_partition(rows, 1000)
    assert rows[2].tolist() == list(range(900, 1000))
    assert [len(rows[0]), len(rows[1])] == [700, 200]
    assert rule == (
        "training and test as the data bring them; of the remaining rows 22.2 % validation stratified by class, seed 0"
    )


def test_given_validation_without_test_carves_the_test() -> None:
    part = np.repeat(np.array([0, 1], dtype=np.int8), [800, 200])
    rows, _ = split_rows(1000, source=SOURCE, classes=None, part=part)
    assert_partition(rows, 1000)
    assert rows[1].tolist() == list(range(800, 1000))
    assert [len(rows[0]), len(rows[2])] == [700, 100]


def test_all_parts_given() -> None:
    part = np.arange(90, dtype=np.int8) % 3
    rows, rule = split_rows(90, source=SOURCE, classes=None, part=part.astype(np.int8))
    assert all((part[each] == k).all() for k, each in enumerate(rows))
    assert rule == "training and validation and test as the data bring them"


def test_undecided_rows_go_where_parts_are_missing() -> None:
    part = np.repeat(np.array([-1, 2], dtype=np.int8), [90, 10])
    rows, _ = split_rows(100, source=SOURCE, classes=None, part=part)
    assert [len(each) for each in rows] == [70, 20, 10]


@settings(deadline=None, max_examples=60)
@given(sizes=st.lists(st.integers(1, 20), min_size=3, max_size=40), seed=st.integers(0, 3))
def test_groups_never_cross_parts(sizes: list[int], seed: int) -> None:
    groups = np.random.default_rng(seed).permutation(np.repeat([f"g{k}" for k in range(len(sizes))], sizes))
    n = len(groups)
    rows, rule = split_rows(n, source=replace(SOURCE, split_seed=seed, group="patient"), classes=None, groups=groups)
    assert_partition(rows, n)
    seen = [set(groups[each]) for each in rows]
    assert all(seen) and not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]
    if len(sizes) >= 10:
        assert all(abs(len(each) - n * share) <= max(sizes) for each, share in zip(rows, SOURCE.split, strict=True))
    assert rule == f"70/20/10 by group (patient), seed {seed}"


def test_too_few_groups_are_refused() -> None:
    with pytest.raises(DataError, match="2 different values; needs 3"):
        split_rows(10, source=SOURCE, classes=None, groups=np.arange(10) % 2)


@settings(deadline=None, max_examples=60)
@given(times=st.lists(st.integers(0, 30), min_size=20, max_size=80).filter(lambda each: len(set(each)) >= 3))
def test_time_runs_from_training_to_test_and_ties_stay_together(times: list[int]) -> None:
    moments = np.array(times)
    rows, _ = split_rows(len(times), source=replace(SOURCE, time="when"), classes=None, times=moments)
    assert_partition(rows, len(times))
    assert moments[rows[0]].max() < moments[rows[1]].min() and moments[rows[1]].max() < moments[rows[2]].min()


def test_time_without_ties_keeps_the_fractions() -> None:
    moments = np.datetime64("2020-01-01") + np.random.default_rng(0).permutation(100)
    rows, _ = split_rows(100, source=SOURCE, classes=None, times=moments)
    assert [len(each) for each in rows] == [70, 20, 10]


def test_group_and_time_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="exclude"):
        split_rows(10, source=SOURCE, classes=None, groups=np.arange(10), times=np.arange(10))
