"""Scores that are functions of the confusion matrix: accuracy, precision, recall, F1."""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int

from etude.evaluation.intervals import percentile, proportion, ratio, replicas_at_once, resampled
from etude.evaluation.records import ClassScores, Score

HEADLINES = ("accuracy", "balanced_accuracy", "precision", "recall", "f1")


@dataclass(frozen=True, slots=True)
class ConfusionScores:
    """Scores of one or many confusion matrices."""

    accuracy: Float[np.ndarray, " matrix"]
    balanced_accuracy: Float[np.ndarray, " matrix"]
    """mean recall of the classes that occur"""
    precision: Float[np.ndarray, " matrix"]
    """of the last of two classes, or the mean over the classes that occur or were answered; so are recall and F1"""
    recall: Float[np.ndarray, " matrix"]
    f1: Float[np.ndarray, " matrix"]
    class_precision: Float[np.ndarray, "matrix class"]
    """0 for a class that was never answered, as in scikit-learn with zero_division=0; so are recall and F1"""
    class_recall: Float[np.ndarray, "matrix class"]
    class_f1: Float[np.ndarray, "matrix class"]


def confusion_scores(counts: Int[np.ndarray, "matrix truth answer"]) -> ConfusionScores:
    """All scores of each confusion matrix."""
    right = np.diagonal(counts, axis1=1, axis2=2).astype(np.float64)
    truths, answers = counts.sum(axis=2), counts.sum(axis=1)
    recall, precision = ratio(right, truths, nothing=0.0), ratio(right, answers, nothing=0.0)
    f1 = ratio(2 * right, truths + answers, nothing=0.0)
    occurs, known = truths > 0, truths + answers > 0
    binary = counts.shape[1] == 2
    return ConfusionScores(
        accuracy=right.sum(axis=1) / truths.sum(axis=1),
        balanced_accuracy=mean_where(recall, occurs),
        precision=precision[:, 1] if binary else mean_where(precision, known),
        recall=recall[:, 1] if binary else mean_where(recall, known),
        f1=f1[:, 1] if binary else mean_where(f1, known),
        class_precision=precision,
        class_recall=recall,
        class_f1=f1,
    )


def mean_where(values: Float[np.ndarray, "matrix class"], where: np.ndarray) -> Float[np.ndarray, " matrix"]:
    """Mean over the classes that count."""
    return ratio(np.where(where, values, 0.0).sum(axis=1), where.sum(axis=1), nothing=np.nan)


def replicated(counts: Int[np.ndarray, "truth answer"], generator: np.random.Generator) -> ConfusionScores:
    """The scores of resampled data sets."""
    pieces = [
        confusion_scores(resampled(counts.reshape(-1), generator, replicas=size).reshape(size, *counts.shape))
        for size in replicas_at_once(counts.size)
    ]
    names = [each.name for each in fields(ConfusionScores)]
    return ConfusionScores(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in names))


def headline_scores(counts: Int[np.ndarray, "truth answer"], replicas: ConfusionScores) -> dict[str, Score]:
    """Accuracy, balanced accuracy, precision, recall and F1 with their intervals."""
    values = confusion_scores(counts[None])
    found = {name: percentile(float(getattr(values, name)[0]), getattr(replicas, name)) for name in HEADLINES}
    return found | {"accuracy": proportion(int(np.trace(counts)), int(counts.sum()), replicas.accuracy)}


def class_scores(
    counts: Int[np.ndarray, "truth answer"], replicas: ConfusionScores, *, names: tuple[str, ...]
) -> tuple[ClassScores, ...]:
    """Precision, recall and F1 of each class; the recall of a class that does not occur is not defined."""
    values = confusion_scores(counts[None])
    truths = counts.sum(axis=1)
    scored: list[ClassScores] = []
    for k, name in enumerate(names):
        right, n = int(counts[k, k]), int(truths[k])
        recall = proportion(right, n, replicas.class_recall[:, k]) if n else Score(None)
        answered = int(counts[:, k].sum())
        precision = proportion(right, answered, replicas.class_precision[:, k]) if answered else Score(0.0)
        f1 = percentile(float(values.class_f1[0, k]), replicas.class_f1[:, k])
        scored.append(ClassScores(name, n, precision, recall, f1))
    return tuple(scored)
