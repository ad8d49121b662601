"""Does the training move, in steps of a sensible size, to where the loss is lower?"""

import math
from copy import deepcopy
from statistics import median
from typing import Any

import torch

from etude.inside.doctor.exam import Exam
from etude.inside.doctor.finding import NOT_HERE, Finding, Verdict, listed
from etude.inside.doctor.parameters import followed, has_gradient, weights_of
from etude.inside.doctor.trace import begin_chance, copy_of, factors, peak, set_factor, unnoticed
from etude.inside.layers import moved
from etude.inside.rehearsal import Change
from etude.learners.base import Learner
from etude.optim import Optimizer
from etude.records import Rollout, Transition

UPDATES = 40
"""on one batch, in which its loss must fall"""
LEAST = 0.005
"""share by which it must"""
LARGE, SMALL = 5.0, 1e-7
"""shares of itself by which an update may move a matrix of weights"""
STEEP, LOWEST, HIGHEST = 60, 1e-4, 1e4
"""updates of a sweep over the learning rate, and its ends as shares of the recipe's own"""
TOO_HIGH, TOO_LOW = 0.03, 300.0
"""ends of the range that goes down, as shares of the recipe's rate, beyond which the rate is told"""
WARM = 0.3
"""share of the peak rate that is taken where the schedule warms up, as weights of chance do not bear the peak"""


def something_changes(exam: Exam) -> list[Finding]:
    """An update at the highest rate of the schedule changes something."""
    before, after = exam.experiment.learner.state_dict(), exam.first.learner.state_dict()
    if exam.first.error is not None or any(not torch.equal(before[name], after[name]) for name in before):
        return []
    seen = "An update changes no number of the learner."
    return [Finding("E-NOTHING-CHANGES", seen, "Look at the learning rate, and whether update() calls the optimizer.")]


def schedule_fits(exam: Exam) -> list[Finding] | None:
    """The learning rate is above 0 for most of the training."""
    findings: list[Finding] = []
    steps = exam.experiment.steps
    if not exam.experiment.learner.optimizers():
        return None
    for name, optimizer in exam.experiment.learner.optimizers().items():
        curve = factors(optimizer, steps)
        if max(curve) <= 0 or min(curve) < 0:
            seen = f"The schedule of {name} runs from {min(curve):.3g} to {max(curve):.3g} times the rate."
            findings.append(Finding("E-SCHEDULE", seen, "A factor is 1 for the whole rate and never below 0."))
        elif steps >= 20 and (asleep := sum(each < 1e-4 * max(curve) for each in curve) / len(curve)) > 0.4:
            seen = f"The schedule of {name} leaves the rate at 0 for {asleep:.0%} of the {steps:,} updates."
            findings.append(
                Finding("W-SCHEDULE-ZERO", seen, "Give the schedule the number of updates of this training.")
            )
    return findings


def steps_sensible(exam: Exam) -> list[Finding] | None:
    """An update moves a matrix of weights by a small share of its size."""
    stepped = set(followed(exam))
    shares = {
        name: moved_by(change)
        for name, change in weights_of(exam).items()
        if name in stepped and has_gradient(exam.first, name) and bool((change.before != 0).any())
    }
    if not shares:
        return None
    high = [name for name, share in shares.items() if share > LARGE]
    low = [name for name, share in shares.items() if share < SMALL]
    findings = []
    if high:
        seen = f"One update moves {listed(high)} by {max(shares.values()):.3g} times its own size."
        findings.append(Finding("W-STEP-LARGE", seen, "Lower the learning rate, or clip the gradient."))
    if low and len(low) * 2 > len(shares):
        seen = f"One update moves {listed(low)} by {min(shares[name] for name in low):.1g} of its size."
        findings.append(
            Finding("W-STEP-SMALL", seen, "Raise the learning rate: at this pace nothing is learnt in a lifetime.")
        )
    return findings


def moved_by(change: Change) -> float:
    """As a share of its size, or of the size that weights of chance have, where it starts smaller than they do."""
    usual = 1 / math.sqrt(change.before[0].numel())
    size = float(change.before.double().square().mean().sqrt())
    return moved(change) * min(1.0, size / usual)


def decay_sensible(exam: Exam) -> list[Finding] | None:
    """Weight decay pulls less than the examples do."""
    if not exam.experiment.learner.optimizers():
        return None
    for name, optimizer in exam.experiment.learner.optimizers().items():
        top = peak(optimizer, exam.experiment.steps)
        for group, rate in zip(optimizer.torch.param_groups, optimizer.base_rates, strict=True):
            decay = float(group.get("weight_decay", 0.0))
            lost = 1 - math.exp(-rate * top * decay * 10) if decay else 0.0
            if lost > 0.3:
                seen = f"The weight decay of {name}, {decay:g} at rate {rate:g}, takes {lost:.0%} in 10 updates."
                return [Finding("W-DECAY", seen, "Usual are 1e-4 to 1e-1; lower --weight-decay.")]
            if decay and not decoupled(optimizer) and (pull := pulled(exam, optimizer, decay)) > 10:
                seen = f"The weight decay of {name}, {decay:g}, pulls {pull:.0f} times as hard as the examples."
                return [Finding("W-DECAY", seen, "As an L2 penalty usual are 1e-5 to 1e-3; lower it, or take adamw.")]
    return []


def decoupled(optimizer: Optimizer) -> bool:
    """Whether the decay is no part of the gradient."""
    return type(optimizer.torch).__name__ in ("AdamW", "Muon")


def pulled(exam: Exam, optimizer: Optimizer, decay: float) -> float:
    """The length of the decay over that of the gradient."""
    held = {id(each) for each in optimizer.parameters}
    names = [name for name, each in exam.experiment.learner.named_parameters() if id(each) in held]
    changes = [exam.first.changes[name] for name in names]
    gradients = [each.gradient.double().square().sum() for each in changes if each.gradient is not None]
    length = math.sqrt(float(sum(gradients))) if gradients else 0.0
    weight = math.sqrt(float(sum(each.before.double().square().sum() for each in changes)))
    return decay * weight / length if length else 0.0


def units_alive(exam: Exam) -> list[Finding] | None:
    """Rectifiers let something through, and bounded units are not all at an end."""
    if not exam.first.calls.rectified and not exam.first.calls.saturated:
        return None
    findings = []
    dead = [(share, units) for share, units in exam.first.calls.rectified if share >= 0.9 and units > 3]
    if dead:
        share, units = max(dead)
        seen = f"{share:.0%} of the {units} units of a ReLU say 0 to every example of the batch."
        advice = "Start with biases of 0 and weights of He's size, standardise the inputs, or use a leaky ReLU."
        findings.append(Finding("W-DEAD", seen, advice))
    stuck = [(share, name) for name, share in exam.first.calls.saturated if share > 0.8]
    if stuck:
        share, name = max(stuck)
        seen = f"{share:.0%} of the numbers that a {name} gives are at an end, where its slope is 0."
        findings.append(Finding("W-SATURATED", seen, "Start with smaller weights, and standardise the inputs."))
    return findings


def one_batch_overfits(exam: Exam) -> list[Finding] | None:
    """A copy that sees one batch again and again must get better on it, chance being the same every time."""
    if not is_descent(exam):
        return None
    losses = descended(exam, gentle=True)
    begin, end = losses[0], min(losses[-5:])
    if all(math.isfinite(each) for each in losses) and end <= begin - LEAST * max(abs(begin), 1e-12):
        return []
    if not math.isfinite(losses[-1]) or losses[-1] > 1.5 * abs(begin):
        seen = f"{len(losses)} updates on one batch raise its loss from {begin:.4g} to {losses[-1]:.4g}."
        return [Finding("W-RATE-HIGH", seen, "Lower the learning rate by 10 (--rate).")]
    if abs(begin) < 1e-6:
        return []
    seen = f"{len(losses)} updates on one batch leave its loss at {losses[-1]:.4g} (it was {begin:.4g})."
    advice = "Who cannot learn one batch by heart learns nothing: look at the rate, the loss, the targets."
    return [Finding("W-NO-OVERFIT", seen, advice)]


def is_descent(exam: Exam) -> bool:
    """Whether an update goes down one loss that the batch alone decides."""
    acts = isinstance(exam.batch, Rollout | Transition)
    return exam.first.error is None and "loss" in exam.first.logs and not acts and not exam.depends


def descended(exam: Exam, *, gentle: bool) -> list[float]:
    """The losses of some updates on the first batch; at a part of the rate where the schedule warms up."""
    learner = exam.experiment.learner
    with unnoticed(learner), torch.enable_grad():
        copy = copy_of(learner, exam.experiment.steps)
        for name, optimizer in learner.optimizers().items():
            top = peak(optimizer, exam.experiment.steps)
            warms = gentle and optimizer.schedule(0) < 0.5 * top
            set_factor(copy.optimizers()[name], top * (WARM if warms else 1.0))
        losses: list[float] = []
        for _ in range(UPDATES):
            begin_chance(0)
            losses.append(float(copy.update(exam.batch)["loss"]))
            if not math.isfinite(losses[-1]):
                break
    return losses


def rate_in_range(exam: Exam) -> Verdict:
    """Where, from a ten-thousandth to ten thousand times its rate, a training goes down; and whether its rate is there.

    Smith 2017 (arXiv:1506.01186), section 3.3, as the median over windows of five updates. It says nothing where no
    rate helps.
    """
    sentence = "the learning rate lies where the loss goes down"
    if not is_descent(exam):
        return Verdict(sentence, skipped=NOT_HERE)
    ratios, losses = swept(exam, exam.experiment.learner)
    smooth = [median(losses[max(0, k - 2) : k + 3]) for k in range(len(losses))]
    begin, low = smooth[0], min(smooth)
    if len(losses) < 10 or low > begin - 0.05 * abs(begin):
        return Verdict(sentence, skipped=f"flat: no rate brought the loss of {begin:.3g} down in {len(losses)} updates")
    first = next(k for k in range(len(smooth)) if smooth[k] <= begin - 0.1 * (begin - low))
    last = max(k for k in range(len(smooth)) if smooth[k] <= begin - 0.5 * (begin - low))
    optimizer = next(iter(exam.experiment.learner.optimizers().values()))
    rate = optimizer.base_rates[0] * peak(optimizer, exam.experiment.steps)
    told = f"{rate * ratios[first]:.1e} to {rate * ratios[last]:.1e} go down; here it is {rate:.1e}"
    findings: tuple[Finding, ...] = ()
    if ratios[last] < TOO_HIGH:
        findings = (Finding("W-RATE-HIGH", f"Rates of {told}.", f"Try --rate {rate * ratios[last] / 3:.0e}."),)
    elif ratios[first] > TOO_LOW:
        findings = (Finding("W-RATE-LOW", f"Rates of {told}.", f"Try --rate {rate * ratios[first]:.0e}."),)
    return Verdict(sentence, findings, told=told)


def swept(exam: Exam, learner: Learner[Any]) -> tuple[list[float], list[float]]:
    """Shares of the recipe's highest rate, growing, with the loss before each step, until it leaves all bounds."""
    ratios: list[float] = []
    losses: list[float] = []
    with unnoticed(learner), torch.enable_grad():
        copy = deepcopy(learner)
        copy.train()
        tops = {name: peak(each, exam.experiment.steps) for name, each in learner.optimizers().items()}
        for number in range(STEEP):
            ratio = LOWEST * (HIGHEST / LOWEST) ** (number / (STEEP - 1))
            for name, optimizer in copy.optimizers().items():
                set_factor(optimizer, tops[name] * ratio)
            begin_chance(0)
            losses.append(float(copy.update(exam.batches[number % len(exam.batches)])["loss"]))
            ratios.append(ratio)
            if not math.isfinite(losses[-1]) or losses[-1] > 4 * abs(losses[0]) + 1e-6:
                break
    return ratios[: len(losses)], [each if math.isfinite(each) else math.inf for each in losses]
