import pytest
import torch
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import root_mean_squared_error
from sklearn.neighbors import KNeighborsClassifier

from etude.evaluation.baselines import baselines, flat
from etude.evaluation.records import Baseline
from etude.records import Labelled
from etude.schema import Category, Classes, Inputs, Number, Pictures, Quantity, Schema, Table


def numbers(width: int) -> Table:
    return Table(tuple(Number(f"x{k}", 0.0, 0.0, 1.0, False) for k in range(width)))


def two(x: torch.Tensor, y: torch.Tensor, inputs: Inputs, target: Classes | Quantity) -> dict[str, Baseline]:
    cut = len(x) * 7 // 10
    found = baselines(Labelled(x[:cut], y[:cut]), Labelled(x[cut:], y[cut:]), Schema(inputs, target), seed=0)
    return {each.name: each for each in found}


def test_class_baselines_reach_what_scikit_learn_reaches() -> None:
    raw, answers = load_breast_cancer(return_X_y=True)
    x, y = torch.tensor((raw - raw.mean(0)) / raw.std(0)).float(), torch.tensor(answers)
    found = two(x, y, numbers(30), Classes("tumour", ("malignant", "benign"), (212, 357)))
    cut = len(x) * 7 // 10
    for name, model in (
        ("most frequent class", DummyClassifier()),
        ("linear", LogisticRegression(max_iter=300)),
        ("5 nearest neighbours", KNeighborsClassifier()),
    ):
        expected = model.fit(x[:cut].numpy(), answers[:cut]).score(x[cut:].numpy(), answers[cut:])
        assert found[name].metrics["accuracy"].value == pytest.approx(expected, abs=0.006), name  # one example of 171
        assert found[name].note == "on all 398 training rows"
    assert found["most frequent class"].metrics["roc_auc"].value == 0.5


def test_quantity_baselines_reach_what_scikit_learn_reaches() -> None:
    raw, answers = load_diabetes(return_X_y=True)
    x, y = torch.tensor(raw / raw.std(0)).float(), torch.tensor((answers - 152.0) / 77.0).float()
    found = two(x, y, numbers(10), Quantity("progression", 152.0, 77.0))
    cut = len(x) * 7 // 10
    line = LinearRegression().fit(raw[:cut], answers[:cut])
    expected = root_mean_squared_error(answers[cut:], line.predict(raw[cut:]))
    assert found["linear"].metrics["rmse"].value == pytest.approx(expected, rel=1e-4)
    assert found["mean"].metrics["r2"].value == pytest.approx(0.0, abs=0.05)
    assert set(found) == {"mean", "linear", "5 nearest neighbours"}


def test_pictures_are_read_pixel_by_pixel() -> None:
    pictures = load_digits().images
    x = (torch.tensor(pictures)[:, None] * 15).to(torch.uint8)
    target = Classes("digit", tuple("0123456789"), (178,) * 10)
    found = two(x, torch.tensor(load_digits().target), Pictures(8, 8, 1, (0.3,), (0.4,)), target)
    assert (found["5 nearest neighbours"].metrics["accuracy"].value or 0) > 0.9
    assert (found["linear"].metrics["accuracy"].value or 0) > 0.85


def test_categories_become_one_hot_and_unknown_ones_zero() -> None:
    table = Table((Number("n", 0.0, 0.0, 1.0, False), Category("c", ("a", "b"))))
    rows = flat(torch.tensor([[0.5, 1.0], [0.5, 2.0], [0.5, 0.0]]), table)
    assert rows.tolist() == [[0.5, 1, 0], [0.5, 0, 1], [0.5, 0, 0]]


def test_a_class_that_the_sample_never_saw_gets_no_probability() -> None:
    x, y = torch.randn(40, 2), torch.arange(40) % 2
    found = two(x, y, numbers(2), Classes("kind", ("a", "b", "never"), (14, 14, 0)))
    assert all((each.metrics["log_loss"].value or 0) > 0 for each in found.values())
    assert len(found) == 3


def test_baselines_of_many_rows_say_on_how_many_they_were_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etude.evaluation.baselines.ROWS", 50)
    found = two(torch.randn(400, 2), torch.arange(400) % 2, numbers(2), Classes("kind", ("a", "b"), (140, 140)))
    assert found["linear"].note == "on 50 of 280 training rows"
    assert found["most frequent class"].note == "on all 280 training rows"


def test_a_sample_of_one_class_leaves_the_linear_model_out() -> None:
    found = two(
        torch.randn(20, 2), torch.zeros(20, dtype=torch.int64), numbers(2), Classes("kind", ("a", "b"), (14, 0))
    )
    assert set(found) == {"most frequent class", "5 nearest neighbours"}
