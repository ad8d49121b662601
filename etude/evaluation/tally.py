"""All scores of an evaluation, counted batch after batch in a memory that does not grow with the examples."""

from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from etude.evaluation.confusion import ConfusionScores, class_scores, headline_scores, replicated
from etude.evaluation.intervals import PoissonSums, percentile, ratio, recentred
from etude.evaluation.ranking import ScoreBins, mean_trace, precision_recall_curve, ranking_scores, roc_curve
from etude.evaluation.records import CalibrationBin, ClassDetails, QuantityDetails, Score, Trace
from etude.evaluation.scores import ClassSums, QuantitySums
from etude.schema import Classes, Quantity, Target

CALIBRATION_BINS = 15
"""equal steps of confidence, as in Guo et al. 2017 (arXiv:1706.04599)"""

SAMPLE = 500
"""examples of a scatter plot"""

DRAWN_CLASSES = 10
"""with more classes only the mean of their curves is kept"""


class ClassTally:
    """Everything about answers that are classes."""

    def __init__(self, target: Classes, *, seed: int) -> None:
        self.names = target.names
        self.seed = seed
        self.sums = ClassSums()
        self.confusion = np.zeros((len(self.names), len(self.names)), dtype=np.int64)
        self.ranks = ScoreBins(len(self.names))
        self.calibration = np.zeros((3, CALIBRATION_BINS))
        self.resampled = PoissonSums(3 + CALIBRATION_BINS, np.random.default_rng([seed, 0]))

    def update(self, logits: Float[Tensor, "batch class"], y: Int[Tensor, " batch"]) -> None:
        """Add a batch; log-probabilities are logits too."""
        self.sums.update(logits, y)
        log_probabilities = logits.double().log_softmax(dim=1)
        probabilities = log_probabilities.exp()
        answer = logits.argmax(dim=1)
        confidence = probabilities.gather(1, answer[:, None])[:, 0]
        np.add.at(self.confusion, (y.numpy(), answer.numpy()), 1)
        hot = torch.nn.functional.one_hot(y, len(self.names))
        odds = log_probabilities - torch.log(-torch.expm1(log_probabilities))
        self.ranks.update(odds.numpy(), hot.bool().numpy())
        loss = -log_probabilities.gather(1, y[:, None])[:, 0]
        brier = (probabilities - hot).square().sum(dim=1)
        gap, places = self._calibrate(confidence.numpy(), (answer == y).numpy())
        binned = np.zeros((CALIBRATION_BINS, len(y)))
        binned[places, np.arange(len(y))] = gap
        self.resampled.update(np.concatenate([[np.ones(len(y)), loss.numpy(), brier.numpy()], binned]))

    def _calibrate(self, confidence: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Count by confidence; give each example's confidence minus its rightness, and its bin."""
        places = np.clip(np.ceil(np.nan_to_num(confidence) * CALIBRATION_BINS).astype(np.int64) - 1, 0, None)
        for row, values in enumerate((np.ones_like(confidence), confidence, right)):
            self.calibration[row] += np.bincount(places, weights=values, minlength=CALIBRATION_BINS)
        return confidence - right, places

    def metrics(self) -> dict[str, Score]:
        """Each score with its interval."""
        found = headline_scores(self.confusion, self._replicated())
        found |= ranking_scores(self.ranks, self._ranked(), np.random.default_rng([self.seed, 2]))
        totals, replicas = self.resampled.totals, self.resampled.replicas
        n = totals[0]
        found["log_loss"] = percentile(self.sums.loss / n, ratio(replicas[1], replicas[0], nothing=np.nan))
        # two classes: the squared error of the one probability, half the sum over both (Brier 1950)
        halves = 2 if len(self.names) == 2 else 1
        found["brier"] = percentile(totals[2] / n / halves, ratio(replicas[2], replicas[0], nothing=np.nan) / halves)
        errors = ratio(np.abs(replicas[3:]).sum(axis=0), replicas[0], nothing=np.nan)
        found["calibration_error"] = recentred(float(np.abs(totals[3:]).sum() / n), errors, most=1.0)
        return found

    def details(self) -> ClassDetails:
        """What there is to see."""
        ranked = self._ranked()
        roc = {self.names[k]: roc_curve(self.ranks.counts[k]) for k in ranked}
        recalled = {self.names[k]: precision_recall_curve(self.ranks.counts[k]) for k in ranked}
        n, confidence, right = self.calibration
        return ClassDetails(
            names=self.names,
            confusion=tuple(tuple(row) for row in self.confusion.tolist()),
            classes=class_scores(self.confusion, self._replicated(), names=self.names),
            roc=few(roc),
            precision_recall=few(recalled),
            calibration=tuple(
                CalibrationBin(int(n[k]), confidence[k] / n[k], right[k] / n[k]) for k in np.flatnonzero(n)
            ),
        )

    def _replicated(self) -> ConfusionScores:
        return replicated(self.confusion, np.random.default_rng([self.seed, 1]))

    def _ranked(self) -> list[int]:
        """The classes whose ranking is judged: the last of two, else all that can be."""
        ranked = self.ranks.ranked()
        return [k for k in ranked if k == 1] if len(self.names) == 2 else ranked


def few(traces: dict[str, Trace]) -> dict[str, Trace]:
    """The curves as they are, or the mean of many."""
    return traces if len(traces) <= DRAWN_CLASSES else {"mean of the classes": mean_trace(list(traces.values()))}


class QuantityTally:
    """Everything about answers that are quantities."""

    def __init__(self, target: Quantity, *, seed: int) -> None:
        self.target = target
        self.sums = QuantitySums(target)
        self.resampled = PoissonSums(6, np.random.default_rng([seed, 0]))
        self.chance = np.random.default_rng([seed, 1])
        self.sample = np.zeros((3, 0))

    def update(self, answers: Float[Tensor, " batch"], y: Float[Tensor, " batch"]) -> None:
        """Add a batch, both standardised."""
        self.sums.update(answers, y)
        truth = y.double().numpy()
        error = answers.double().numpy() - truth
        self.resampled.update(np.stack([np.ones_like(error), error, np.abs(error), error**2, truth, truth**2]))
        # the SAMPLE lowest of random ranks are a random sample of whatever has passed by
        drawn = np.concatenate([self.sample, [self.chance.random(len(y)), truth, answers.double().numpy()]], axis=1)
        self.sample = drawn[:, np.argsort(drawn[0])[:SAMPLE]]

    def metrics(self) -> dict[str, Score]:
        """Each score with its interval, in the unit of the target; R² is not defined if all truths are equal."""
        values, replicas = quantity_scores(self.resampled.totals[:, None]), quantity_scores(self.resampled.replicas)
        found: dict[str, Score] = {}
        for name, value in values.items():
            unit = 1.0 if name == "r2" else self.target.deviation
            found[name] = percentile(float(value[0]) * unit, replicas[name] * unit)
        exact = self.sums.scores()["rmse"]  # the same sum as in training, to the last bit
        return found | {"rmse": Score(exact, found["rmse"].low, found["rmse"].high)}

    def details(self) -> QuantityDetails:
        """What there is to see."""
        _, truths, answers = self.sample * self.target.deviation + self.target.mean
        return QuantityDetails(tuple(truths.tolist()), tuple(answers.tolist()))


def quantity_scores(sums: Float[np.ndarray, "6 replica"]) -> dict[str, Float[np.ndarray, " replica"]]:
    """Scores from the sums of 1, error, |error|, error², truth and truth²."""
    n = sums[0]
    error, absolute, square, truth, truth_square = (ratio(each, n, nothing=np.nan) for each in sums[1:])
    variance = truth_square - truth**2
    varies = variance > 1e-12 * truth_square  # else it is the rounding of equal truths
    return {
        "rmse": np.sqrt(square),
        "mae": absolute,
        "r2": 1 - ratio(square, np.where(varies, variance, 0.0), nothing=np.nan),
        "mean_error": error,
    }


Tally: TypeAlias = ClassTally | QuantityTally


def tally_for(target: Target, *, seed: int) -> Tally:
    """What is counted for this kind of answer."""
    return ClassTally(target, seed=seed) if isinstance(target, Classes) else QuantityTally(target, seed=seed)
