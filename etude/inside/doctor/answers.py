"""Is the network a function of each example alone, and the same one whenever it is asked?"""

from typing import Any

import torch
from torch import Tensor, nn

from etude.inside.doctor.exam import Exam, asked
from etude.inside.doctor.finding import Finding
from etude.inside.doctor.trace import unnoticed
from etude.records import Labelled, Tokens

APART = 1e-3
"""relative difference of two answers beyond what the order of sums does"""


def mixed_examples(exam: Exam) -> list[Finding] | None:
    """Another first example must change no other answer; batch norm is asked as it answers after the training."""
    call = first_call(exam)
    n = rows_of(call)
    if call is None or n < 3:
        return None
    module, args, kwargs = call
    changed = [swapped(each, n) for each in args]
    with unnoticed(exam.experiment.learner):
        before, after = asked(module, args, kwargs), asked(module, tuple(changed), kwargs)
    if before is None or after is None or before.shape != after.shape or before.ndim == 0 or len(before) != n:
        return None
    touched = differing(before[1:], after[1:])
    if not touched:
        return []
    return [
        Finding(
            "W-BATCH-MIXED",
            f"With another first example {touched} of the {n - 1} other answers of the batch change: examples mix.",
            "Look for a mean, a norm, a softmax or a reshape over axis 0; the batch is the first axis.",
        )
    ]


def looks_ahead(exam: Exam) -> list[Finding] | None:
    """Where the next token is wanted, another last token must change no answer before it."""
    call = first_call(exam)
    batch = exam.batch
    if call is None or not isinstance(batch, Tokens) or not next_wanted(batch) or batch.x.shape[1] < 2:
        return None
    module, args, kwargs = call
    if not args or not isinstance(args[0], Tensor) or args[0].shape != batch.x.shape:
        return None
    other = args[0].clone()
    other[:, -1] = args[0][:, 0]
    rows = (other != args[0]).any(1)
    with unnoticed(exam.experiment.learner):
        before, after = asked(module, args, kwargs), asked(module, (other, *args[1:]), kwargs)
    if before is None or after is None or before.ndim != 3 or before.shape[1] != batch.x.shape[1] or not rows.any():
        return None
    seen = differing(before[rows, :-1].flatten(0, 1), after[rows, :-1].flatten(0, 1))
    if not seen:
        return []
    return [
        Finding(
            "W-FUTURE",
            f"Another last token changes {seen} answers at places before it: the network sees what it is to predict.",
            "Mask the attention (causal), or pad convolutions on the left only.",
        )
    ]


def next_wanted(batch: Tokens) -> bool:
    """Whether the answer at each place is the token that stands at the next one."""
    shifted = (batch.y[:, :-1] == batch.x[:, 1:]) | (batch.y[:, :-1] < 0)
    return batch.x.shape == batch.y.shape and bool(shifted.all())


def chance_at_evaluation(exam: Exam) -> list[Finding] | None:
    """Networks that answer questions answer the same twice once training is over."""
    call = first_call(exam)
    if call is None or not isinstance(exam.batch, Labelled):
        return None
    module, args, kwargs = call
    with unnoticed(exam.experiment.learner):
        once, twice = (asked(module, args, kwargs, chance=chance) for chance in (0, 1))
    if once is None or twice is None or once.shape != twice.shape or not differing(once, twice):
        return []
    return [
        Finding(
            "W-EVAL-CHANCE",
            "In evaluation mode the network answers the same batch differently twice.",
            "Dropout or noise stays on: use nn.Dropout, or F.dropout(x, training=self.training).",
        )
    ]


def equal_answers(exam: Exam) -> list[Finding] | None:
    """After an update, different examples must get different answers."""
    call = first_call(exam)
    n = rows_of(call)
    if call is None or n < 3 or not isinstance(exam.batch, Labelled) or not has_gradients(exam):
        return None
    module, args, kwargs = call
    varied = any(isinstance(each, Tensor) and bool((each[:1] != each[1:]).any()) for each in args)
    with unnoticed(exam.experiment.learner):
        answers = asked(module, args, kwargs)
    if answers is None or not varied or len(answers) != n or not answers.is_floating_point():
        return None
    spread = float((answers - answers[:1]).abs().max())
    if spread > 1e-6 * float(answers.abs().max().clamp(min=1e-3)):
        return []
    return [
        Finding(
            "W-EQUAL-ANSWERS",
            f"After an update all {n} different examples still get the same answer (to {spread:.0e}).",
            "Something is 0 throughout on the way: weights that all start at 0, units that are dead, inputs that are "
            "multiplied away.",
        )
    ]


def has_gradients(exam: Exam) -> bool:
    """Whether the learner descends: rules of other kinds may well start from 0."""
    return bool(exam.experiment.learner.optimizers())


def first_call(exam: Exam) -> tuple[nn.Module, tuple[Any, ...], dict[str, Any]] | None:
    """The module that the update asked first, after that update, and what it was asked."""
    if exam.first.calls.first is None or exam.first.error is not None:
        return None
    name, args, kwargs = exam.first.calls.first
    return exam.first.learner.get_submodule(name), args, kwargs


def rows_of(call: tuple[nn.Module, tuple[Any, ...], dict[str, Any]] | None) -> int:
    """How many examples the call is about; 0 where its first argument is none of examples."""
    if call is None or not call[1] or not isinstance(call[1][0], Tensor):
        return 0
    first = call[1][0]
    return len(first) if first.ndim and first.layout == torch.strided else 0


def swapped(each: Any, n: int) -> Any:
    """The same with another first example, taken from the others; what is no list of n examples stays."""
    if not isinstance(each, Tensor) or each.layout != torch.strided or each.ndim == 0 or len(each) != n:
        return each
    others = (each != each[:1]).flatten(1).any(1) if each.ndim > 1 else each != each[:1]
    changed = each.detach().clone()
    if bool(others.any()):
        changed[0] = each[int(others.nonzero()[0])]
    return changed


def differing(before: Tensor, after: Tensor) -> int:
    """How many rows differ by more than sums in another order do."""
    if not len(before):
        return 0
    one, other = before.double().reshape(len(before), -1), after.double().reshape(len(after), -1)
    size = torch.maximum(one.abs(), other.abs()).nan_to_num(posinf=0).amax().clamp(min=1e-6)
    return int(((one - other).abs().nan_to_num() > APART * size).any(1).sum())
