"""Scores against numbers that others make, where no other test does it."""

import itertools
import math

import numpy as np
import scipy.stats
import torch
from seqeval.metrics.sequence_labeling import get_entities
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from torch.nn import functional as F

from etude.evaluation import (
    confusion,
    decoding,
    energies,
    episodes,
    intervals,
    language,
    ranking,
    spans,
    tagging,
    writing,
)
from etude.records import IGNORED, Pairs, Tagged
from etude.schema import Tags
from tests.numeric.rows import Says, close, d


def areas() -> None:
    """Those of scikit-learn on the examples behind the counts; one class alone has none."""
    counts = np.array([[0, 2, 1, 4], [3, 1, 2, 0]])
    y = np.repeat([1, 0], counts.sum(1))
    place = np.concatenate([np.repeat(np.arange(4), row) for row in counts])
    assert ranking.roc_auc(counts[None])[0] == np.float64(roc_auc_score(y, place))
    close(ranking.pr_auc(counts[None])[0], average_precision_score(y, place))
    assert math.isnan(ranking.roc_auc(counts[None] * [[1], [0]])[0])
    pairs = list(itertools.product(place[y == 1], place[y == 0]))
    by_counting = np.mean([(a > b) + (a == b) / 2 for a, b in pairs])
    close(ranking.roc_auc(counts[None])[0], by_counting)
    few = ranking.merged(counts, 2)
    assert few.sum(1).tolist() == counts.sum(1).tolist()


def exact_share() -> None:
    """All or none: the interval of Clopper and Pearson, from scipy's beta quantiles."""
    for right, n in ((0, 7), (7, 7)):
        theirs = scipy.stats.binomtest(right, n).proportion_ci(0.95, "exact")
        ours = intervals.share(right, n)
        close([ours.low, ours.high], [theirs.low, theirs.high])


def confusion_as_sklearn() -> None:
    """F1 of each class and their mean; a class that neither occurs nor is answered counts for nothing."""
    y, guess = np.array([0, 0, 2, 2, 2, 1]), np.array([0, 2, 2, 2, 1, 1])
    counts = np.zeros((1, 4, 4), dtype=np.int64)
    np.add.at(counts[0], (y, guess), 1)
    ours = confusion.confusion_scores(counts)
    close(ours.class_f1[0, :3], f1_score(y, guess, average=None))
    close(ours.f1[0], f1_score(y, guess, average="macro"))


def spans_of_tags() -> None:
    """Two of three spans found, and one that is none: by hand from the definition."""
    target = Tags("tag", ("O", "B-x", "I-x"), (1, 1, 1))
    y = torch.tensor([[1, 2, 0, 1], [1, 0, IGNORED, IGNORED]])
    examples = Tagged(torch.ones(2, 4).long(), torch.zeros(2, 4, 1, dtype=torch.uint8), y)
    sums = tagging.tally([[1, 2, 0, 0], [1, 1]], examples, target).sum(1)
    ours = tagging.values(sums[:, None], target)
    close(np.stack([ours[name][0] for name in ("precision", "recall", "f1", "accuracy")]), [2 / 3, 2 / 3, 2 / 3, 4 / 6])
    assert tagging.right_tags(examples) == [[1, 2, 0, 1], [1, 0]]


def spans_in_their_places() -> None:
    """Type, first and last token as seqeval finds them, where an I- that follows nothing begins a span."""
    tags = ["B-x", "I-x", "O", "I-y", "B-y", "B-y", "I-x"]
    assert {(kind, first, end - 1) for kind, first, end in spans.spans(tags)} == set(get_entities(tags))


def nats_and_surprise() -> None:
    """torch's cross-entropy, position by position, with 0 where nothing is wanted."""
    logits, y = torch.randn(2, 3, 5), torch.tensor([[1, 4, IGNORED], [0, 2, 2]])
    theirs = [F.cross_entropy(logits[i, t], y[i, t]) for i, t in ((0, 0), (0, 1), (1, 0))]
    ours = language.nats(logits, y)
    close(torch.stack([ours[0, 0], ours[0, 1], ours[1, 0]]), torch.stack(theirs))
    pairs = Pairs(torch.ones(2, 2).long(), torch.tensor([[2, 4, 3, 0], [2, 3, 0, 0]]))
    surprise = writing.surprise(Says(logits), pairs)
    close(surprise[1], F.cross_entropy(logits[1, 0], torch.tensor(3)))
    close(surprise[0], F.cross_entropy(logits[0, :2], torch.tensor([4, 3]), reduction="sum"))


def beams() -> None:
    """Wu et al. 2016, eq. 14, in NumPy; what cannot be said is never the likeliest; after the end comes padding."""
    log_p, lengths = d(1, 2, 3), torch.tensor([[[1, 2, 3], [4, 5, 6]]])
    close(decoding.normalised(log_p, lengths, 0.6), log_p.numpy() / ((5 + lengths.numpy()) / 6) ** 0.6)
    assert decoding.sayable(torch.zeros(1, 6)).isinf().tolist() == [[True, True, True, False, False, False]]
    after = decoding.continued(torch.zeros(2, 5), torch.tensor([3, 4]))
    assert after[0].tolist() == [0] + [-math.inf] * 4 and after[1].tolist() == [0] * 5


def mean_of_episodes() -> None:
    """The mean lies in its interval, whose width is that of the normal one."""
    values = torch.from_numpy(np.random.default_rng(1).normal(size=400))
    ours = episodes.mean_score(values)
    reach = 1.96 * float(values.std()) / 20
    assert ours.value is not None and ours.low is not None and ours.high is not None
    assert abs((ours.high - ours.low) / (2 * reach) - 1) < 0.15
    close(ours.value, values.mean())


def share_of_rows() -> None:
    """A logistic regression reads what a line can tell apart."""
    represented = energies.Represented(np.array([[0.0], [0.1], [0.9], [1.0]]), np.array([0, 0, 1, 1]))
    assert energies.rightly_read(represented, represented).tolist() == [1, 1, 1, 1]
