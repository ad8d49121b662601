"""Are the examples numbers that a network can learn from, in an order by chance?"""

from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from etude.inside.doctor.exam import Exam
from etude.inside.doctor.finding import Finding, listed
from etude.inside.doctor.trace import unnoticed
from etude.learners.base import device_of
from etude.records import Labelled

LARGEST, SMALLEST = 20.0, 1e-3
"""root mean square of inputs, between which steps of a usual learning rate fit"""
MOST = 50_000_000
"""numbers that are looked at"""
SHIFTED = 3.0
"""standard deviations between what a batch norm has learnt and what it gets"""
IN_A_ROW = 16
"""labels of a batch of which something is said"""
PROBED, NEIGHBOURS = 600, 5
"""examples that a plain method is tried on, and how many neighbours it asks"""


def finite_inputs(exam: Exam) -> list[Finding] | None:
    """No NaN and no infinity among the training examples."""
    x = inputs_of(exam)
    if x is None or not x.is_floating_point():
        return None
    values = x.values() if x.layout != torch.strided else x
    values = values if values.numel() <= MOST else values[: max(1, MOST // max(1, values[0].numel()))]
    lost = int((~values.isfinite()).sum())
    if not lost:
        return []
    seen = f"{lost:,} of {values.numel():,} numbers of the training examples are NaN or infinite."
    return [Finding("E-NUM-NONFINITE", seen, "Fill or drop them before training: one NaN makes every weight NaN.")]


def inputs_of(exam: Exam) -> Tensor | None:
    """The training examples, or those of the batches where there is no more."""
    part: Any = exam.batch if exam.experiment.splits is None else exam.experiment.splits.train
    x = getattr(part, "x", None)
    return x if isinstance(x, Tensor) else None


def scaled_inputs(exam: Exam) -> list[Finding] | None:
    """What the first layer gets is of the size of 1."""
    x = exam.first.calls.entering
    if x is None or x.layout != torch.strided or not x.is_floating_point() or not bool(x.isfinite().all()):
        return None
    size, greatest = float(x.double().square().mean().sqrt()), float(x.abs().max())
    if size <= LARGEST and (greatest >= SMALLEST or greatest == 0):
        return []
    return [
        Finding(
            "W-INPUT-SCALE",
            f"The first layer gets numbers up to {greatest:.3g} (root mean square {size:.3g}): no usual rate fits.",
            "Standardise them: (x - mean) / deviation of the training part; bytes of pictures also by 255.",
        )
    ]


def different_inputs(exam: Exam) -> list[Finding] | None:
    """Two examples differ."""
    x = getattr(exam.batch, "x", None)
    if not isinstance(x, Tensor) or x.layout != torch.strided or len(x) < 4 or len(x) != len(exam.batch):
        return None
    if bool((x != x[:1]).any()):
        return []
    seen = f"All {len(x)} examples of the first batch are the same."
    return [Finding("E-INPUT-ONE", seen, "Look at how the data are read: `etude data preview SOURCE` draws them.")]


def known_statistics(exam: Exam) -> list[Finding] | None:
    """Where a batch norm comes with statistics of its own, as weights from elsewhere do, the batch is like them."""
    if not exam.first.calls.normed:
        return None
    far = [name for name, x in exam.first.calls.normed.items() if shift(exam.experiment.learner, name, x) > SHIFTED]
    if not far:
        return []
    return [
        Finding(
            "W-PRETRAINED-INPUT",
            f"{listed(far)}: what arrives lies more than {SHIFTED:g} standard deviations from what it was trained on.",
            "Scale the inputs as in the weights' first training: its mean and deviation, its order of colours.",
        )
    ]


def shift(learner: nn.Module, name: str, x: Tensor) -> float:
    """How far the median channel's mean lies from the learnt one, in learnt deviations; 0 where nothing was learnt."""
    norm = learner.get_submodule(name)
    mean, variance = norm.running_mean, norm.running_var
    if not isinstance(mean, Tensor) or not isinstance(variance, Tensor) or bool((mean == 0).all()):
        return 0.0
    here = x.movedim(1, 0).flatten(1).double().mean(1)
    return float(((here - mean).abs() / variance.double().sqrt().clamp(min=1e-6)).median())


def one_in_a_batch(exam: Exam) -> list[Finding] | None:
    """Batch norm needs several examples, in the last batch of an epoch too."""
    if not exam.first.calls.normed:
        return None
    size, splits = len(exam.batch), exam.experiment.splits
    n = len(splits.train) if splits is not None else 0
    flat = any(x.ndim == 2 for x in exam.first.calls.normed.values())
    if size < 2 or (flat and n and exam.experiment.epoch_steps == -(-n // size) and n % size == 1):
        which = f"the last of {exam.experiment.epoch_steps} batches" if size > 1 else "each batch"
        seen = f"There is batch norm, and {which} holds one example."
        return [
            Finding("W-BATCHNORM-ONE", seen, f"Take another --batch than {size}, or a norm over the layer or group.")
        ]
    return []


def order_by_chance(exam: Exam) -> list[Finding] | None:
    """Examples of one class do not come one after the other."""
    labels = [each.y for each in exam.batches if isinstance(each, Labelled) and not each.y.is_floating_point()]
    y = torch.cat(labels) if labels else torch.empty(0)
    known = counted(exam)
    if len(y) < IN_A_ROW or known is None or len(labels) < 2:
        return None
    shares = known.double() / known.sum()
    by_chance = float(shares.square().sum())
    alike = float((y[1:] == y[:-1]).double().mean())
    if alike < (1 + by_chance) / 2 or by_chance > 0.9:
        return []
    seen = f"{alike:.0%} of the examples have the class of the one before (by chance {by_chance:.0%}): they are sorted."
    return [Finding("W-ORDER", seen, "Shuffle the training examples: etude.data.batches.shuffled does.")]


def counted(exam: Exam) -> Tensor | None:
    """How often each class occurs in the training part."""
    splits = exam.experiment.splits
    y = getattr(splits.train, "y", None) if splits is not None else None
    return y.unique(return_counts=True)[1] if isinstance(y, Tensor) and y.ndim == 1 else None


def batches_by_number(exam: Exam) -> list[Finding] | None:
    """Batches differ from each other, and asked from number 1 on they begin with the second: so a training resumes."""
    if exam.depends or len(exam.batches) < 2:
        return None
    first, second = exam.batches[:2]
    device = device_of(exam.experiment.learner)
    with unnoticed(exam.experiment.learner):
        later = [each.to(device) for each in islice(exam.experiment.batches(1), 1)]
    part = exam.experiment.splits.train if exam.experiment.splits is not None else first
    if same(first, second) and len(part) > len(first):
        seen = "The first two batches are the same, although there are more examples."
        return [
            Finding("W-BATCHES-SAME", seen, "Draw a fresh order in every epoch, and go on where the last batch ended.")
        ]
    if later and not same(later[0], second):
        seen = "batches(1) does not begin with the second batch of batches(0)."
        advice = (
            "Make batch n from (seed, n) alone, or an interrupted training cannot go on: use shuffled(start=start)."
        )
        return [Finding("W-BATCHES-NUMBER", seen, advice)]
    return []


def same(one: Any, other: Any) -> bool:
    """Number for number."""
    pairs = list(zip(one.tensors(), other.tensors(), strict=True))
    return all(a.shape == b.shape and (a.layout != torch.strided or torch.equal(a, b)) for a, b in pairs)


def labels_follow_inputs(exam: Exam) -> list[Finding] | None:
    """A plain method does better than chance, or labels and inputs are not in one order."""
    part = exam.experiment.splits.train if exam.experiment.splits is not None else None
    if not isinstance(part, Labelled) or part.y.is_floating_point() or part.x.layout != torch.strided:
        return None
    if part.x.ndim < 2 or len(part) < PROBED // 2:
        return None
    rows = torch.randperm(len(part), generator=torch.Generator().manual_seed(0))[:PROBED]
    x, y = as_rows(part.x[rows]), part.y[rows]
    if not x.shape[1]:
        return None  # one example again and again, which another check tells
    right, chance, n = neighbourly(x, y), float((y.bincount().double() / len(y)).square().sum()), len(y)
    linear, majority = by_line(x, y), float(y.bincount().max()) / n
    doubt = 2 * (chance * (1 - chance) / n) ** 0.5
    if right > chance + doubt or linear > majority + 2 * (majority * (1 - majority) / (n / 2)) ** 0.5:
        return []
    return [
        Finding(
            "W-LABELS-UNRELATED",
            f"Of {n} examples {right:.0%} have the class of their nearest neighbour, by chance {chance:.0%} would, "
            f"and a line tells {linear:.0%} of classes of which the commonest has {majority:.0%}.",
            "Labels and inputs may be in different orders: look at `etude data preview`.",
        )
    ]


def as_rows(x: Tensor) -> Tensor:
    """One row of standardised numbers for each example; ids of words as the bag of them."""
    if not x.is_floating_point() and x.ndim == 2:
        bag = torch.zeros(len(x), min(5000, int(x.max()) + 1))
        rows = bag.scatter_(1, x.clamp(max=bag.shape[1] - 1).long(), 1.0)
    else:
        rows = x.flatten(1).float()
    deviation = rows.std(dim=0)
    return (rows - rows.mean(dim=0))[:, deviation > 0] / deviation[deviation > 0]


def neighbourly(x: Tensor, y: Tensor) -> float:
    """The share of nearest neighbours of the same class."""
    nearest = torch.cdist(x, x).fill_diagonal_(torch.inf).topk(NEIGHBOURS, largest=False).indices
    return float((y[nearest] == y[:, None]).double().mean())


def by_line(x: Tensor, y: Tensor) -> float:
    """Accuracy, on the second half, of the ridge regression that the first half teaches."""
    half, hot = len(x) // 2, torch.nn.functional.one_hot(y.long()).float()
    kernel = x[:half] @ x[:half].T
    weights = torch.linalg.solve(kernel + 0.1 * kernel.diagonal().mean() * torch.eye(half), hot[:half] - hot.mean(0))
    told = x[half:] @ x[:half].T @ weights + hot.mean(0)
    return float((told.argmax(1) == y[half:]).double().mean())
