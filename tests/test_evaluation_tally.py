import math
import warnings

import numpy as np
import pytest
import torch
from sklearn import metrics as reference
from torch import Tensor

from etude.evaluation.tally import ClassTally, QuantityTally
from etude.schema import Classes, Quantity


def filled(logits: Tensor, y: Tensor, *, batch: int = 97) -> ClassTally:
    names = tuple(f"class {k}" for k in range(logits.shape[1]))
    tally = ClassTally(Classes("kind", names, tuple(1 for _ in names)), seed=0)
    for some, truths in zip(logits.split(batch), y.split(batch), strict=True):
        tally.update(some, truths)
    return tally


def cases() -> list[tuple[str, Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(1)

    def case(n: int, classes: int, sharpness: float) -> tuple[Tensor, Tensor]:
        y = torch.randint(classes, (n,), generator=generator)
        logits = torch.randn(n, classes, generator=generator, dtype=torch.float64)
        logits[torch.arange(n), y] += 1.0
        return logits * sharpness, y

    absent_logits, absent = case(300, 4, 1.0)
    return [
        ("binary", *case(2000, 2, 1.0)),
        ("five classes", *case(2000, 5, 2.0)),
        ("confident", *case(1000, 3, 6.0)),
        ("a class absent from the truths", absent_logits, absent % 3),
        ("few examples", *case(7, 2, 1.0)),
        ("ties", *[each if each.dtype == torch.int64 else (each * 2).round() for each in case(500, 2, 1.0)]),
    ]


@pytest.mark.parametrize(("logits", "y"), [c[1:] for c in cases()], ids=[c[0] for c in cases()])
def test_class_scores_are_those_of_scikit_learn(logits: Tensor, y: Tensor) -> None:
    found = {name: score.value for name, score in filled(logits, y).metrics().items()}
    p, truth, answer = logits.softmax(1).numpy(), y.numpy(), logits.argmax(1).numpy()
    classes, binary = range(logits.shape[1]), logits.shape[1] == 2
    average = "binary" if binary else "macro"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scikit-learn about absent classes
        expected = {
            "accuracy": reference.accuracy_score(truth, answer),
            "balanced_accuracy": reference.balanced_accuracy_score(truth, answer),
            "log_loss": reference.log_loss(truth, p, labels=list(classes)),
            "brier": ((p - np.eye(len(classes))[truth]) ** 2).sum(1).mean() / (2 if binary else 1),
        }
        for name, function in (
            ("precision", reference.precision_score),
            ("recall", reference.recall_score),
            ("f1", reference.f1_score),
        ):
            expected[name] = function(truth, answer, average=average, zero_division=0)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-9), name
    judged = [1] if binary else [k for k in classes if 0 < (truth == k).sum() < len(truth)]
    for name, function in (("roc_auc", reference.roc_auc_score), ("pr_auc", reference.average_precision_score)):
        value = np.mean([function(truth == k, p[:, k]) for k in judged])
        assert found[name] == pytest.approx(value, abs=1e-4), name


def test_brier_of_two_classes_is_that_of_scikit_learn() -> None:
    _, logits, y = cases()[0]
    found = filled(logits, y).metrics()["brier"].value
    assert found == pytest.approx(reference.brier_score_loss(y.numpy(), logits.softmax(1)[:, 1].numpy()), abs=1e-12)


def test_the_stated_error_bound_of_the_ranking_holds() -> None:
    generator = torch.Generator().manual_seed(3)
    y = torch.randint(2, (20_000,), generator=generator)
    margin = torch.randn(20_000, generator=generator, dtype=torch.float64) * 0.01 + 0.005 * y  # narrower than 30 bins
    logits = torch.stack([torch.zeros_like(margin), margin], 1)
    tally = filled(logits, y, batch=5000)
    exact = reference.roc_auc_score(y.numpy(), margin.numpy())
    bound = tally.ranks.error_bound(1)
    found = tally.metrics()["roc_auc"].value
    assert found is not None and abs(found - exact) <= bound
    assert bound > 1e-3  # so that the line above says something


def test_calibration_error_is_that_of_its_definition() -> None:
    _, logits, y = cases()[1]
    confidence, answer = logits.softmax(1).max(1)
    error = 0.0
    for low in np.arange(15) / 15:
        inside = (confidence > low) & (confidence <= low + 1 / 15)
        if inside.any():
            gap = confidence[inside].mean() - (answer == y)[inside].double().mean()
            error += float(inside.double().mean() * gap.abs())
    found = filled(logits, y).metrics()["calibration_error"].value
    assert found == pytest.approx(error, abs=1e-9)


def test_the_scores_do_not_depend_on_the_size_of_the_batches() -> None:
    _, logits, y = cases()[1]
    small, large = filled(logits, y, batch=10).metrics(), filled(logits, y, batch=2000).metrics()
    for name in small:
        assert small[name].value == pytest.approx(large[name].value, abs=1e-12), name


def test_memory_does_not_grow_with_the_examples() -> None:
    def size(tally: ClassTally) -> int:
        return tally.ranks.counts.nbytes + tally.confusion.nbytes + tally.resampled.replicas.nbytes

    _, logits, y = cases()[0]
    assert size(filled(logits[:10], y[:10])) == size(filled(logits, y))


def test_one_class_only_leaves_the_ranking_undefined() -> None:
    found = filled(torch.randn(20, 2), torch.zeros(20, dtype=torch.int64)).metrics()
    assert found["roc_auc"].value is None and found["pr_auc"].value is None
    assert found["accuracy"].value is not None


def test_no_mistake_at_all_does_not_claim_certainty() -> None:
    y = torch.arange(15) % 3
    found = filled(torch.eye(3, dtype=torch.float64)[y] * 5, y).metrics()["accuracy"]
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 15))  # Clopper and Pearson


def test_the_loss_of_a_network_that_has_diverged_is_undefined() -> None:
    found = filled(torch.full((6, 3), math.nan), torch.arange(6) % 3).metrics()
    assert found["log_loss"].value is None


def test_every_interval_holds_its_value() -> None:
    for _, logits, y in cases():
        for name, score in filled(logits, y).metrics().items():
            if score.low is not None and score.high is not None and score.value is not None and len(y) > 100:
                assert score.low <= score.value <= score.high, name


def test_quantity_scores_are_those_of_scikit_learn() -> None:
    target = Quantity("price", 1_000_000.0, 3.0)
    y = torch.randn(1000, dtype=torch.float64)
    answers = y + 0.3 * torch.randn(1000) + 0.1
    tally = QuantityTally(target, seed=0)
    for some, truths in zip(answers.split(64), y.split(64), strict=True):
        tally.update(some, truths)
    truth, answer = (y * 3 + 1e6).numpy(), (answers * 3 + 1e6).numpy()
    expected = {
        "rmse": reference.root_mean_squared_error(truth, answer),
        "mae": reference.mean_absolute_error(truth, answer),
        "r2": reference.r2_score(truth, answer),
        "mean_error": (answer - truth).mean(),
    }
    for name, score in tally.metrics().items():
        assert score.value == pytest.approx(expected[name], abs=1e-8), name
        assert score.low is not None and score.high is not None and score.low < expected[name] < score.high, name
    assert len(tally.details().truths) == 500
    assert set(np.round(tally.details().truths, 6)) <= set(np.round(truth, 6))


def test_r2_of_equal_truths_is_undefined() -> None:
    tally = QuantityTally(Quantity("price", 0.0, 1.0), seed=0)
    tally.update(torch.randn(10).double(), torch.full((10,), 0.7).double())
    assert tally.metrics()["r2"].value is None


def test_roc_and_precision_recall_curves_run_through_those_of_scikit_learn() -> None:
    _, logits, y = cases()[0]
    details, p = filled(logits, y).details(), logits.softmax(1)[:, 1].numpy()
    trace = details.roc["class 1"]
    x, height, _ = reference.roc_curve(y.numpy(), p, drop_intermediate=False)
    points = set(zip(np.round(x, 6), np.round(height, 6), strict=True))
    on_it = [point in points for point in zip(trace.x, trace.y, strict=True)]
    assert np.mean(on_it) > 0.95 and len(trace.x) <= 200  # two scores may share a bin
    assert (trace.x[0], trace.y[0], trace.x[-1], trace.y[-1]) == (0, 0, 1, 1)
    precision, recall, _ = reference.precision_recall_curve(y.numpy(), p)
    points = set(zip(np.round(recall, 6), np.round(precision, 6), strict=True))
    trace = details.precision_recall["class 1"]
    assert np.mean([point in points for point in zip(trace.x, trace.y, strict=True)]) > 0.95
