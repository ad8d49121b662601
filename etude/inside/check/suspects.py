"""Answers that are probably wrong: confident learning (Northcutt, Jiang and Chuang 2021, arXiv:1911.00068)."""

import warnings

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from torch import Tensor
from torch.nn import functional as F

from etude.data.tokenizers import PAD
from etude.evaluation.baselines import flat
from etude.figures import Figure, Images
from etude.inside.check.findings import Finding, few
from etude.inside.check.leaks import told_share
from etude.inside.check.subject import Subject, dense, some
from etude.schema import Classes, Pictures, Signals, Table, Text

ROWS = 4_000
"""training examples that are judged"""
FOLDS = 5
FEWEST = 10
"""examples of a class that a fold can learn it from"""
SIDE = 12
"""pixels at which pictures are judged"""
LANDMARKS = 300
"""of the kernel by which the judge bends its borders"""
MARGIN = 0.5
"""how much more probable the other answer must be than the given one"""
GOOD, SURE = 0.9, 0.4
"""of what the most frequent class leaves open, what the judge must get right before it accuses anybody; or else the
share of its disagreements that it must be sure of: where answers are wrong it is, where it is weak it is not"""
SHOWN = 24
"""suspects on the wall"""


def suspects(subject: Subject) -> list[Finding]:
    """Training examples whose answer a quick model, which never saw it, holds for another with confidence."""
    target, train = subject.splits.schema.target, subject.splits.train
    x = dense(getattr(train, "x", None))
    if not isinstance(target, Classes) or x is None:
        return []
    rows = some(len(x), ROWS)
    y = train.y[rows].numpy()
    counts = np.bincount(y, minlength=len(target.names))
    rows = rows[counts[y] >= FEWEST]
    y, kept = train.y[rows].numpy(), np.flatnonzero(counts >= FEWEST)
    if len(kept) < 2:
        return []
    given = np.searchsorted(kept, y)
    inputs = features(subject, x[rows])
    if inputs is None:
        return []
    probabilities = out_of_fold(*inputs, given)
    found = accused(probabilities, given)
    wrong = np.flatnonzero(found)
    if not len(wrong) or not trusted(probabilities, given):
        return []
    accuracy = float((probabilities.argmax(axis=1) == given).mean())
    margins = margin_of(probabilities, given)
    worst = wrong[np.argsort(-margins[wrong], kind="stable")]
    others = [target.names[kept[k]] for k in probabilities[worst].argmax(axis=1)]
    return [accusation(subject, rows[worst], others, of=len(rows), accuracy=accuracy)]


def trusted(probabilities: Float[np.ndarray, "row class"], given: Int[np.ndarray, " row"]) -> bool:
    """Whether the judge knows its trade: it agrees with nearly all answers, or is sure where it does not."""
    right = probabilities.argmax(axis=1) == given
    usual = float(np.bincount(given).max() / len(given))
    sure = margin_of(probabilities, given)[~right] >= MARGIN
    return told_share(float(right.mean()), usual) >= GOOD or (len(sure) > 0 and float(sure.mean()) >= SURE)


def margin_of(probabilities: Float[np.ndarray, "row class"], given: Int[np.ndarray, " row"]) -> np.ndarray:
    """How much more probable the likeliest class is than the given one."""
    margin: np.ndarray = probabilities.max(axis=1) - probabilities[np.arange(len(given)), given]
    return margin


def accusation(
    subject: Subject,
    rows: Int[np.ndarray, " suspect"],
    others: list[str],
    *,
    of: int,
    accuracy: float,
) -> Finding:
    """What is said of the suspects, the surest first."""
    target, train = subject.splits.schema.answer, subject.splits.train
    assert isinstance(target, Classes)
    told = []
    for row, other in list(zip(rows.tolist(), others, strict=True))[:6]:
        words = subject.words("train", row)
        place = f"{subject.spot('train', row)}: {target.names[int(train.y[row])]}, rather {other}?"
        told.append(f"{place} {words}".strip())
    are = "1 answer looks" if len(rows) == 1 else f"{len(rows):,} answers look"
    said = (
        f"{are} wrong among {of:,} of train, to a quick model that was not trained on them"
        f" (it gets {accuracy:.1%} right)"
    )
    advice = "look at them: mend those that are wrong. Some are merely hard"
    return Finding(
        "W-LABEL-SUSPECT",
        said,
        advice,
        min(0.5, 2 * len(rows) / of),
        examples=few(told, len(rows)),
        figure=wall(subject, rows, others),
    )


def wall(subject: Subject, rows: Int[np.ndarray, " suspect"], others: list[str]) -> Figure | None:
    """The suspects as pictures."""
    target, train = subject.splits.schema.answer, subject.splits.train
    if not isinstance(subject.splits.schema.inputs, Pictures) or not isinstance(target, Classes):
        return None
    shown = rows[:SHOWN]
    names = [target.names[int(train.y[row])] for row in shown]
    captions = tuple(f"{name}, not {other}?" for name, other in zip(names, others, strict=False))
    return Images("Given answer, and what it looks like", train.x[shown], captions)


def features(subject: Subject, x: Tensor) -> tuple[np.ndarray | csr_array, bool] | None:
    """Rows of numbers for a quick model, and whether its borders should be bent; None for other kinds."""
    inputs = subject.splits.schema.inputs
    match inputs:
        case Pictures():
            few_pixels = F.adaptive_avg_pool2d(x.float() / 255, min(SIDE, *x.shape[2:])).flatten(1).numpy()
            return (few_pixels - few_pixels.mean(axis=0)) / (few_pixels.std() + 1e-9), True
        case Table() | Signals():
            rows = flat(x, inputs).clip(-5, 5)
            return rows, rows.shape[1] <= LANDMARKS
        case Text():
            return words(x.numpy(), len(inputs.vocabulary)), False
        case _:
            return None


def words(ids: Int[np.ndarray, "text time"], vocabulary: int) -> csr_array:
    """How often each token stands in each text, the rarer ones counting more."""
    rows, places = np.nonzero(ids != PAD)
    counts = csr_array((np.ones(len(rows)), (rows, ids[rows, places])), shape=(len(ids), vocabulary))
    return csr_array(TfidfTransformer(sublinear_tf=True).fit_transform(counts))


def out_of_fold(x: np.ndarray | csr_array, bent: bool, y: Int[np.ndarray, " row"]) -> Float[np.ndarray, "row class"]:
    """Probabilities of each class for each row, by a logistic regression that was fitted on the other folds."""
    probabilities = np.zeros((len(y), int(y.max()) + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is a quick look
        for fitted, asked in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(np.zeros(len(y)), y):
            model = quick_model(x, bent, len(fitted)).fit(x[fitted], y[fitted])
            probabilities[asked] = model.predict_proba(x[asked])
    return probabilities


def quick_model(x: np.ndarray | csr_array, bent: bool, rows: int) -> LogisticRegression | Pipeline:
    """Logistic regression, on the likeness to some landmarks where borders should be bent."""
    line = LogisticRegression(C=10.0, max_iter=100)
    if not bent:
        return line
    width = float(np.median(((x[:200, None] - x[None, :200]) ** 2).sum(axis=2)))
    kernel = Nystroem(gamma=2 / max(width, 1e-9), n_components=min(LANDMARKS, rows), random_state=0)
    return make_pipeline(kernel, line)


def accused(probabilities: Float[np.ndarray, "row class"], given: Int[np.ndarray, " row"]) -> Bool[np.ndarray, " row"]:
    """The off-diagonal of the confident joint, where the other answer is also more probable by MARGIN.

    The threshold of a class is the mean confidence in it where it was given (eq. 2). An example is counted for the
    class of greatest probability among those whose threshold it reaches (eq. 1); it is a suspect if that is another
    one than was given (section 3.2, the method 'confident joint').
    """
    thresholds = np.array([probabilities[given == k, k].mean() for k in range(probabilities.shape[1])])
    reached = probabilities >= thresholds
    counted = np.where(reached, probabilities, -1.0).argmax(axis=1)
    sure = margin_of(probabilities, given) >= MARGIN
    found: Bool[np.ndarray, " row"] = reached.any(axis=1) & (counted != given) & sure
    return found
