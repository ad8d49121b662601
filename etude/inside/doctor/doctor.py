"""All checks, the cheap ones first, as far as the time goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from etude.inside.doctor.answers import chance_at_evaluation, equal_answers, looks_ahead, mixed_examples
from etude.inside.doctor.descent import (
    STEEP,
    UPDATES,
    decay_sensible,
    one_batch_overfits,
    rate_in_range,
    schedule_fits,
    something_changes,
    steps_sensible,
    units_alive,
)
from etude.inside.doctor.exam import Exam, exam_of
from etude.inside.doctor.finding import NOT_HERE, Diagnosis, Finding, Verdict
from etude.inside.doctor.inputs import (
    batches_by_number,
    different_inputs,
    finite_inputs,
    known_statistics,
    labels_follow_inputs,
    one_in_a_batch,
    order_by_chance,
    scaled_inputs,
)
from etude.inside.doctor.losses import contract, first_loss, targets_vary, update_runs
from etude.inside.doctor.parameters import gradients_alike, gradients_arrive, in_one_optimizer, symmetric_units
from etude.inside.doctor.repeats import evaluation_leaves_no_trace, same_again
from etude.training.experiment import Experiment

Question: TypeAlias = Callable[[Exam], list[Finding] | None]
"""None where it makes no sense"""


@dataclass(frozen=True, slots=True)
class Check:
    """A question to a training."""

    sentence: str
    """what is well if nothing is found"""
    ask: Question
    updates: float = 0.0
    """that it costs, about"""
    whole: bool = False
    """whether it looks at all data, which only who asks for it waits for"""


CHECKS = (
    Check("one update comes to its end, with finite numbers", update_runs),
    Check("answers, targets and loss fit each other", contract),
    Check("targets differ, and are of a usual size", targets_vary),
    Check("the first loss is that of a guess", first_loss),
    Check("an update changes something", something_changes),
    Check("each parameter is in one optimizer", in_one_optimizer),
    Check("the schedule lasts as long as the training", schedule_fits),
    Check("weight decay pulls less than the examples", decay_sensible),
    Check("an update moves weights by a small share", steps_sensible),
    Check("gradients are of one size from end to end", gradients_alike),
    Check("units of a layer differ", symmetric_units),
    Check("units are neither dead nor saturated", units_alive),
    Check("examples differ", different_inputs),
    Check("what the first layer gets is standardised", scaled_inputs),
    Check("inputs are like those of weights from elsewhere", known_statistics),
    Check("batch norm never gets one example", one_in_a_batch),
    Check("examples come in an order by chance", order_by_chance),
    Check("each parameter gets a gradient", gradients_arrive, 0.2),
    Check("batch n is made from the seed and n", batches_by_number, 0.2),
    Check("an example's answer depends on it alone", mixed_examples, 0.7),
    Check("an answer does not know what comes next", looks_ahead, 0.7),
    Check("answers are the same when asked again", chance_at_evaluation, 0.7),
    Check("different examples get different answers", equal_answers, 0.4),
    Check("an update is the same when done again, to the bit", same_again, 1.2),
    Check("all training examples are finite numbers", finite_inputs, 1.0),
    Check(f"{UPDATES} updates learn one batch", one_batch_overfits, float(UPDATES)),
    Check("labels follow inputs", labels_follow_inputs, whole=True),
    Check("evaluation leaves no trace", evaluation_leaves_no_trace, whole=True),
)
UNFIT = "it does not fit this network"
LONGEST, SHARE = 4.0, 0.1
"""seconds, and share of the training, that a check before it may take"""
LATER = {update_runs, steps_sensible, units_alive, gradients_arrive, gradients_alike, equal_answers}
"""questions that a network which has learnt must answer well too"""
FATAL = {update_runs, contract}
"""what must be well before anything else is worth asking"""


def preflight(experiment: Experiment[Any]) -> Diagnosis:
    """Before every training: a tenth of its time at most, and never more than `LONGEST` seconds beside one update."""
    try:
        return examined(experiment, seconds=LONGEST, share=SHARE)
    except Exception as error:  # whatever keeps it from being looked at must not keep it from being trained
        return Diagnosis((Verdict("it can be looked over", skipped=f"{type(error).__name__}: {error}"),), 0.0)


def reexamined(experiment: Experiment[Any]) -> list[Verdict]:
    """What may be asked of a network that has learnt: whether it still can."""
    exam = exam_of(experiment)
    return [judged(check, exam, exam.first.seconds, left=LONGEST, whole=True) for check in CHECKS if check.ask in LATER]


def examined(experiment: Experiment[Any], *, seconds: float, share: float | None = None) -> Diagnosis:
    """Ask what fits into `seconds` and into a `share` of the training; without a share also what looks at all data.

    The learner, its batches and all chance are left as they were.
    """
    begun = time.perf_counter()
    exam = exam_of(experiment)
    update, whole = exam.first.seconds, share is None
    if whole:
        update = min(update, exam.again().seconds)  # the first use of each kernel costs more
    if share is not None:
        seconds = min(seconds, time.perf_counter() - begun + share * experiment.steps * update)
    verdicts: list[Verdict] = []
    for check in CHECKS:
        left = seconds - (time.perf_counter() - begun)
        verdicts.append(judged(check, exam, update, left=left, whole=whole))
        if check.ask in FATAL and verdicts[-1].findings:
            break
    if whole and not any(each.findings for each in verdicts):
        verdicts.append(swept(exam, update, left=seconds - (time.perf_counter() - begun)))
    return Diagnosis(tuple(verdicts), time.perf_counter() - begun)


def judged(check: Check, exam: Exam, update: float, *, left: float, whole: bool) -> Verdict:
    """The verdict of one check, if it is to be asked and there is time."""
    if check.whole and not whole:
        return Verdict(check.sentence, skipped="only `etude doctor` asks it")
    if check.updates * update > left:
        return Verdict(check.sentence, skipped=f"it takes about {check.updates * update:.1f} s")
    try:
        findings = check.ask(exam)
        return Verdict(check.sentence, tuple(findings or ()), skipped=NOT_HERE if findings is None else "")
    except Exception as error:  # a network of a kind that the check does not know must not stop its training
        return Verdict(check.sentence, skipped=f"{UNFIT} ({type(error).__name__}: {error})"[:200])


def swept(exam: Exam, update: float, *, left: float) -> Verdict:
    """The verdict on the learning rate, with the range that was found."""
    sentence = "the learning rate lies where the loss goes down"
    if STEEP * update > left:
        return Verdict(sentence, skipped=f"it takes about {STEEP * update:.1f} s")
    return rate_in_range(exam)
