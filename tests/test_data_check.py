"""What a check of data finds is what was planted, and little else."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from scipy.stats import binomtest, kstest, rankdata
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from etude.data.load import in_parts, load
from etude.data.raw import RawTable
from etude.data.splits import Splits
from etude.inside.check.columns import columns
from etude.inside.check.copies import copies, expected_pairs
from etude.inside.check.findings import Finding, ranked, verdict
from etude.inside.check.labels import labels
from etude.inside.check.leaks import class_told, halves, leaks, middle_ranks, rank_told, wilson_low
from etude.inside.check.near import near_copies
from etude.inside.check.shift import shift, told_apart
from etude.inside.check.subject import Subject
from etude.inside.check.suspects import accused, features, out_of_fold, quick_model, suspects
from etude.inside.check.whole import review
from etude.records import Labelled
from etude.source import Source
from etude.verbs.check import check_data


def people(n: int = 300, **more: object) -> pl.DataFrame:
    """Rows of chance, with columns that are asked for."""
    chance = np.random.default_rng(1)
    frame = pl.DataFrame({"age": chance.integers(20, 80, n), "weight": chance.normal(70, 12, n).round(5)})
    frame = frame.with_columns(pl.Series(name, values) for name, values in more.items())
    return frame.with_columns(pl.Series("ill", chance.choice(["no", "yes"], n)))


def subject(frame: pl.DataFrame, source: Source | None = None, target: str = "ill") -> Subject:
    splits = in_parts(RawTable(frame, target), source or Source("people"))
    return Subject(splits, frame)


def codes(found: list[Finding]) -> list[str]:
    return sorted(each.code for each in found)


def replaced(splits: Splits[Labelled], y: np.ndarray) -> Splits[Labelled]:
    train = Labelled(splits.train.x, torch.from_numpy(y))
    return Splits(train, *(splits.valid, splits.test, splits.schema, splits.rows, splits.rule, (), ""))


@pytest.fixture(scope="module")
def digits() -> Splits[Labelled]:
    return load(Source("digits"))


@pytest.mark.parametrize(("right", "rows"), [(0, 7), (5, 10), (99, 100), (1000, 1000)])
def test_the_interval_is_that_of_wilson(right: int, rows: int) -> None:
    low = binomtest(right, rows).proportion_ci(0.95, method="wilson").low
    assert wilson_low(right, rows) == pytest.approx(low, abs=1e-4)


def test_ranks_are_those_of_scipy() -> None:
    values = np.random.default_rng(0).integers(0, 9, 50).astype(float)
    np.testing.assert_allclose(middle_ranks(values), rankdata(values) - 1)


def test_a_column_tells_as_much_as_a_tree_of_scikit_learn() -> None:
    splits = load(Source("breast-cancer"))
    x, y = splits.train.x.double().numpy(), splits.train.y.numpy()
    one, other = halves(len(y))
    for k in range(x.shape[1]):
        tree = DecisionTreeClassifier(max_leaf_nodes=32, min_samples_leaf=6, random_state=0)
        pairs = [(one, other), (other, one)]
        right = sum((tree.fit(x[a, k : k + 1], y[a]).predict(x[b, k : k + 1]) == y[b]).sum() for a, b in pairs)
        told = class_told(x[:, k], y, coded=False)
        assert max(told.right / len(y), told.usual) == pytest.approx(max(right / len(y), told.usual), abs=0.06)


@pytest.mark.parametrize("kind", ["copy", "name", "numbers", "flipped"])
def test_a_column_that_gives_the_answer_away_is_found(kind: str) -> None:
    frame = people()
    ill = (frame["ill"] == "yes").to_numpy()
    chance = np.random.default_rng(2)
    told = {
        "copy": ill.astype(int),
        "name": np.where(ill, "b", "a"),
        "numbers": ill * 5.0 + chance.normal(0, 0.3, len(ill)),
        "flipped": np.where(np.arange(len(ill)) % 150 == 7, ~ill, ill).astype(int),
    }[kind]
    frame = frame.with_columns(pl.Series("result", told))
    found = leaks(subject(frame))
    assert codes(found) == ["W-LEAK"] and "column result " in found[0].said and found[0].mend
    assert ("nearly" in found[0].said) == (kind == "flipped")


@pytest.mark.parametrize("bent", [np.exp, np.abs])
def test_a_quantity_that_is_another_one_bent_is_found(bent: np.ufunc) -> None:
    chance = np.random.default_rng(3)
    x = chance.normal(size=(500, 2))
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "wanted": bent(x[:, 1])})
    assert [each.said.split(" predicts")[0] for each in leaks(subject(frame, target="wanted"))] == ["column b"]
    assert rank_told(x[:, 0], x[:, 1], coded=False) == 0.0


def test_few_rows_prove_no_leak() -> None:
    frame = people(30)
    frame = frame.with_columns((pl.col("ill") == "yes").alias("result"))
    assert leaks(subject(frame)) == []


def test_where_every_column_tells_the_question_is_easy() -> None:
    assert codes(leaks(Subject(load(Source("gaussians"))))) == ["W-EASY"]


def test_equal_rows_are_counted_as_pandas_does() -> None:
    frame = people(400)
    frame = pl.concat([frame, frame[:100]])
    checked = subject(frame)
    said = [each.said for each in copies(checked) if each.mend or each.code == "W-DUP"]
    parts = [pd.DataFrame(part.x.numpy()) for part in (checked.splits.train, checked.splits.valid, checked.splits.test)]
    twice = [each.merge(parts[0].drop_duplicates()).shape[0] for each in parts[1:]] + [parts[0].duplicated().sum()]
    assert [int(each.split()[0]) for each in sorted(said, key=lambda one: ("training" in one, "test" in one))] == twice


def test_rows_that_recur_by_chance_or_differ_elsewhere_need_no_mending() -> None:
    chance = np.random.default_rng(0)
    small = pl.DataFrame({"a": chance.integers(0, 3, 300), "b": chance.integers(0, 4, 300)})
    small = small.with_columns(pl.Series("ill", chance.choice(["no", "yes"], 300)))
    assert not any(each.mend for each in copies(subject(small)))
    frame = people(200)
    frame = pl.concat([frame, frame[:40]]).with_columns(pl.Series("name", [f"person {k}" for k in range(240)]))
    found = copies(subject(frame))
    assert any("not learnt from" in each.advice for each in found) and not any(each.mend for each in found)


def test_expected_pairs_are_those_of_brute_force() -> None:
    x = np.random.default_rng(0).integers(0, 6, (60, 2)).astype(float)
    apart = np.abs(x[:, None] - x[None]) <= 1
    chance = np.prod([(apart[..., k].sum() - 60) / (60 * 59) for k in range(2)])
    assert expected_pairs(x, apart=1.0) == pytest.approx(60 * 59 / 2 * chance)


def test_equal_pictures_with_other_answers_are_told(digits: Splits[Labelled]) -> None:
    x = digits.train.x.clone()
    x[:20] = x[100:120]
    y = digits.train.y.clone()
    y[:20] = (y[100:120] + 1) % 10
    planted = replaced(digits, y.numpy())
    planted = Splits(Labelled(x, y), *(planted.valid, planted.test, planted.schema, planted.rows, "", (), ""))
    found = {each.code: each for each in copies(Subject(planted))}
    assert found["W-LABEL-CLASH"].said.startswith("40 of 1,797") and found["W-LABEL-CLASH"].figure is not None
    assert found["W-LABEL-CLASH"].mend and "98.9%" in found["W-LABEL-CLASH"].said


def test_near_copies_across_the_parts_must_be_mended(digits: Splits[Labelled]) -> None:
    test = Labelled((0.8 * digits.train.x[:100] + 10).round().byte(), digits.train.y[:100])
    planted = Splits(digits.train, digits.valid, test, digits.schema, digits.rows, "", (), "")
    found = near_copies(Subject(planted))
    assert [each.mend for each in found if each.code == "W-SPLIT-NEAR"] == [True]


def test_odd_columns_are_found_and_plain_ones_left_alone() -> None:
    n = 300
    chance = np.random.default_rng(4)
    far = chance.normal(0, 1, n)
    far[5] = 1e4
    lost = chance.normal(50, 5, n).round(1)
    lost[::60] = -999
    patient = np.repeat(np.arange(100), 3)
    many = {"site": [5] * n, "far": far, "lost": lost, "patient_id": [f"p{each}" for each in patient]}
    odd = people(n, **many, clock=np.cumsum(chance.random(n)))
    found = {each.code: each for each in columns(subject(odd))}
    assert set(found) == {"W-COL-CONST", "W-COL-FAR", "W-COL-STANDIN", "W-SPLIT-GROUP", "W-COL-ORDER"}
    assert "-999 in 5 of 300" in found["W-COL-STANDIN"].said and found["W-COL-FAR"].examples == ("row 6: 10000",)
    assert not found["W-SPLIT-GROUP"].mend
    assert columns(subject(people(n))) == []


def test_a_group_that_shares_its_answer_must_be_kept_together() -> None:
    patient = np.random.default_rng(0).integers(0, 60, 300)
    frame = people(300, patient=[f"p{each}" for each in patient])
    frame = frame.with_columns(pl.Series("ill", np.where(patient % 2, "no", "yes")))
    found = [each for each in columns(subject(frame)) if each.code == "W-SPLIT-GROUP"]
    assert [each.mend for each in found] == [True]
    told = Subject(in_parts(RawTable(frame, "ill"), Source("x", group="patient")), frame, grouped=True)
    assert columns(told) == []


def test_dates_and_answers_that_were_cut_off_are_told() -> None:
    chance = np.random.default_rng(5)
    price = np.minimum(chance.normal(100, 30, 400), 130).round(2)
    day = [f"2024-{1 + k % 12:02d}-{1 + k % 27:02d}" for k in range(400)]
    frame = pl.DataFrame({"day": day, "size": chance.normal(size=400), "price": price})
    assert codes(columns(subject(frame, target="price"))) == ["W-SPLIT-TIME", "W-TARGET-CUT"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["cat", "Cat", "dog"], 1),
        (["no", "no ", "yes"], 1),
        (["virginica", "virginca", "setosa"], 1),
        (["acceptable", "unacceptable"], 0),
        (["hypothyroid", "hyperthyroid"], 0),
        (["type a", "type b"], 0),
        (["room 1", "room 2"], 0),
    ],
)
def test_spellings_that_look_alike(names: list[str], expected: int) -> None:
    counts = [100, 3, 60][: len(names)]
    frame = people(sum(counts)).with_columns(pl.Series("ill", np.repeat(names, counts)))
    assert codes(labels(subject(frame))).count("W-LABEL-NEAR") == expected


def test_lopsided_and_rare_classes() -> None:
    names = np.repeat(["no", "yes", "maybe"], [480, 16, 4])
    found = {each.code: each for each in labels(subject(people(500).with_columns(pl.Series("ill", names))))}
    assert (
        set(found) == {"W-CLASS-BALANCE", "W-CLASS-FEW"}
        and "% of the training examples are no" in found["W-CLASS-BALANCE"].said
    )


def test_parts_from_one_source_cannot_be_told_apart_and_others_can() -> None:
    chance = np.random.default_rng(6)
    laws = [told_apart(chance.normal(size=(150, 4)), chance.normal(size=(60, 4))).chance for _ in range(8)]
    assert kstest(laws, "uniform").pvalue > 0.01
    one, other = chance.normal(size=(300, 4)), chance.normal(size=(200, 4))
    other[:, 2] *= 3  # the mean is the same: no straight line finds it
    apart = told_apart(one, other)
    assert apart.chance < 1e-6 and apart.weights.argmax() == 2
    y, x = np.repeat([0, 1], [300, 200]), np.concatenate([one, other])
    tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=10, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    area = roc_auc_score(y, cross_val_predict(tree, x, y, cv=folds, method="predict_proba")[:, 1])
    assert apart.area == pytest.approx(area, abs=0.08)


def test_a_shift_is_told_with_its_column() -> None:
    frame = people(400)
    part = np.repeat(np.array([0, 1, 2], dtype=np.int8), [250, 75, 75])
    moved = frame.with_columns(pl.Series("weight", frame["weight"].to_numpy() + 15 * (part == 2)))
    splits = in_parts(RawTable(moved, "ill", part=part), Source("people"))
    found = shift(Subject(splits, moved))
    assert len(found) == 1 and "train and test differ" in found[0].said and "by weight" in found[0].said
    assert shift(subject(frame)) == []


def test_probabilities_are_those_of_cross_validation(digits: Splits[Labelled]) -> None:
    found = features(Subject(digits), digits.train.x[:300])
    assert found is not None
    x, bent = found
    y = digits.train.y[:300].numpy()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    reference = cross_val_predict(quick_model(x, bent, 240), x, y, cv=folds, method="predict_proba")
    np.testing.assert_allclose(out_of_fold(x, bent, y), reference, atol=1e-9)


def test_the_confident_joint_is_that_of_the_paper() -> None:
    chance = np.random.default_rng(7)
    probabilities, given = chance.dirichlet([0.3] * 4, 300), chance.integers(0, 4, 300)
    joint = [[[] for _ in range(4)] for _ in range(4)]
    for row, label in enumerate(given):  # eq. 1 and 2, word by word
        reached = [k for k in range(4) if probabilities[row, k] >= probabilities[given == k, k].mean()]
        if reached:
            joint[label][max(reached, key=lambda k, row=row: probabilities[row, k])].append(row)
    off = {row for i in range(4) for j in range(4) if i != j for row in joint[i][j]}
    sure = {row for row in off if probabilities[row].max() - probabilities[row, given[row]] >= 0.5}
    assert set(np.flatnonzero(accused(probabilities, given))) == sure and 20 < len(sure) < len(off)


def test_planted_wrong_answers_are_found_and_right_ones_left(digits: Splits[Labelled]) -> None:
    chance = np.random.default_rng(8)
    y = digits.train.y.numpy().copy()
    wrong = chance.choice(len(y), len(y) // 20, replace=False)
    y[wrong] = (y[wrong] + chance.integers(1, 10, len(wrong))) % 10
    found = features(Subject(digits), digits.train.x)
    assert found is not None
    accusations = accused(out_of_fold(*found, y), y)
    precision, recall = accusations[wrong].sum() / accusations.sum(), accusations[wrong].mean()
    assert precision >= 0.9 and recall >= 0.6
    few = Labelled(digits.train.x[:400], torch.from_numpy(y[:400]))
    told = suspects(Subject(Splits(few, few, few, digits.schema, digits.rows, "", (), "")))
    assert "answers look wrong among 400" in told[0].said and told[0].figure is not None


def test_a_weak_judge_accuses_nobody() -> None:
    chance = np.random.default_rng(9)
    frame = people(300).with_columns(pl.Series("ill", chance.choice(["a", "b", "c"], 300)))
    assert suspects(subject(frame)) == []


def test_findings_are_ranked_and_summed_up() -> None:
    found = [Finding("W-B", "", "", 0.9), Finding("W-A", "", "", 0.1, mend=True), Finding("W-C", "", "", 0.2)]
    assert [each.code for each in ranked(found)] == ["W-A", "W-B", "W-C"]
    assert verdict(found) == "1 thing to mend, 2 to know" and verdict([]) == "nothing stands out"


@pytest.mark.parametrize("name", ["iris", "wine", "diabetes", "circles", "karate", "breast-cancer"])
def test_nothing_must_be_mended_in_the_data_that_come_with_etude(name: str) -> None:
    found, _ = check_data(Source(name), size=28, recipe=None)
    assert found.checked and not found.mend


def test_rows_of_chance_have_nothing_to_be_told() -> None:
    assert review(subject(people())).verdict == "nothing stands out"
