"""Is an update the same every time, and does looking at the network leave it as it is?"""

import torch
from torch import Tensor

from etude.inside.doctor.exam import Exam
from etude.inside.doctor.finding import Finding, listed
from etude.inside.doctor.parameters import followed
from etude.inside.doctor.trace import unnoticed


def same_again(exam: Exam) -> list[Finding]:
    """The same update from the same state and chance gives equal bits, though the old gradients are still there."""
    if exam.first.error is not None:
        return []
    stepped = set(followed(exam)) or set(exam.first.changes)  # nobody clears what no optimizer has
    gradients = {name: exam.first.changes[name].gradient for name in stepped}
    before = {name: each for name, each in gradients.items() if each is not None}
    again = exam.again(gradients=before)
    if again.error is not None:
        return []
    after = {name: each.gradient for name, each in again.changes.items() if each.gradient is not None}
    different = [name for name in before if name in after and not same_bits(before[name], after[name])]
    if not different:
        return []
    if all(doubled(before[name], after[name]) for name in different):
        return [
            Finding(
                "E-ACCUMULATES",
                f"A second update adds its gradient to that of the first: {listed(different)}.",
                "Clear the gradients before each backward(): optimizer.zero_grad(), or etude's Optimizer.minimize.",
            )
        ]
    seen = f"The same update, done twice from the same state and seed, differs in {listed(different)}."
    advice = (
        "Something draws chance from elsewhere (numpy, the clock, a generator of its own): take torch's, by the seed."
    )
    return [Finding("W-CHANCE", seen, advice)]


def same_bits(one: Tensor, other: Tensor) -> bool:
    """Also where both are NaN."""
    return torch.equal(one.nan_to_num(), other.nan_to_num())


def doubled(one: Tensor, other: Tensor) -> bool:
    """Whether the second is twice the first."""
    return bool(torch.allclose(other, 2 * one, rtol=1e-3, atol=1e-6 * float(one.abs().max())))


def evaluation_leaves_no_trace(exam: Exam) -> list[Finding]:
    """After an evaluation every number of the learner is as before, and every layer in its mode."""
    experiment = exam.experiment
    learner = experiment.learner
    with unnoticed(learner):
        learner.train()
        state = {name: each.clone() for name, each in learner.state_dict().items() if isinstance(each, Tensor)}
        modes = {name: each.training for name, each in learner.named_modules()}
        experiment.evaluate()
        changed = [name for name, each in state.items() if not same_bits(each, learner.state_dict()[name])]
        left = [name for name, each in learner.named_modules() if modes[name] and not each.training]
    if changed:
        learner.load_state_dict(learner.state_dict() | state)
        seen = f"Evaluating changes {listed(changed)}."
        advice = "Evaluate within `with evaluating(network)`: in train mode batch norm learns from the validation part."
        return [Finding("W-EVAL-CHANGES", seen, advice)]
    if left:
        learner.train()
        seen = f"After an evaluation {len(left)} layers stay in evaluation mode, without dropout."
        return [Finding("W-EVAL-MODE", seen, "Evaluate within `with evaluating(network)`, or call train() after it.")]
    return []
