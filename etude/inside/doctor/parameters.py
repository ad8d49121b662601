"""Does every parameter learn: has it a gradient, an optimizer, and one only?"""

from collections import Counter

import torch
from torch import Tensor, nn

from etude.inside.doctor.exam import Exam
from etude.inside.doctor.finding import Finding, listed
from etude.inside.doctor.trace import Trace, trace, unnoticed
from etude.inside.layers import weights
from etude.inside.rehearsal import Change, Rehearsal
from etude.learners.base import GradientLearner

RATIO = 1e6
"""between the gradients of two matrices of weights, from which on it is told"""


def in_one_optimizer(exam: Exam) -> list[Finding] | None:
    """Each parameter that gets a gradient belongs to one optimizer; each optimizer has parameters of this learner."""
    learner = exam.experiment.learner
    held = Counter(id(each) for one in learner.optimizers().values() for each in one.parameters)
    if not held:
        return None
    unknown = strangers(exam)
    names = {id(each): name for name, each in learner.named_parameters()}
    return [*unknown, *missing(exam, held), *twice(held, names), *foreign(held, names)]


def strangers(exam: Exam) -> list[Finding]:
    """Parameters that the update uses and that no module of the learner owns."""
    n = len(exam.first.calls.strangers)
    if not n:
        return []
    seen = f"{n} parameters take part in the update and belong to no module of the learner: no run keeps them."
    advice = "Keep layers in nn.ModuleList or ModuleDict; let the objective use the model that it is given."
    return [Finding("W-NOT-REGISTERED", seen, advice)]


def missing(exam: Exam, held: Counter[int]) -> list[Finding]:
    """Parameters with a gradient that nobody follows."""
    learner = exam.experiment.learner
    whole = isinstance(learner, GradientLearner)
    lost = [
        name
        for name, each in learner.named_parameters()
        if id(each) not in held and each.requires_grad and (whole or has_gradient(exam.first, name))
    ]
    if not lost:
        return []
    return [
        Finding(
            "W-PARAM-MISSING",
            f"{len(lost)} parameters are in no optimizer and stay as they are: {listed(lost)}.",
            "Give the optimizer all of network.parameters(); what is to rest says so by requires_grad_(False).",
        )
    ]


def has_gradient(seen: Trace, name: str) -> bool:
    """Whether something came back to it."""
    gradient = seen.changes[name].gradient
    return gradient is not None and bool((gradient != 0).any())


def twice(held: Counter[int], names: dict[int, str]) -> list[Finding]:
    """Parameters that take two steps in one update."""
    double = [names.get(key, "a parameter") for key, count in held.items() if count > 1]
    if not double:
        return []
    seen = f"{len(double)} parameters are in an optimizer twice, or in two: {listed(double)}."
    return [Finding("W-PARAM-TWICE", seen, "Each parameter belongs to one group of one optimizer.")]


def foreign(held: Counter[int], names: dict[int, str]) -> list[Finding]:
    """Parameters that belong to another network."""
    strange = sum(key not in names for key in held)
    if not strange:
        return []
    return [
        Finding(
            "E-PARAM-FOREIGN",
            f"{strange} of the {len(held)} parameters that the optimizer steps are not those of this learner.",
            "Make the optimizer after the network is copied, replaced or given new layers; keep layers in an "
            "nn.ModuleList, not in a list.",
        )
    ]


def gradients_arrive(exam: Exam) -> list[Finding] | None:
    """Each parameter of an optimizer gets a finite gradient that is not 0 in every update."""
    if not exam.experiment.learner.optimizers() or exam.first.error is not None:
        return None
    stepped = followed(exam)
    gradients = {name: exam.first.changes[name].gradient for name in stepped}
    lost = [name for name, each in gradients.items() if each is not None and not bool(each.isfinite().all())]
    if lost:
        seen = f"The first gradient of {listed(lost)} is NaN or infinite."
        return [
            Finding("E-NUM-NONFINITE", seen, "Look for sqrt(0), log(0), 0/0; a where() does not hide them from it.")
        ]
    return [*absent(exam, [name for name, each in gradients.items() if each is None]), *resting(exam, stepped)]


def followed(exam: Exam) -> list[str]:
    """The parameters that an optimizer steps, by name."""
    learner = exam.experiment.learner
    held = {id(each) for one in learner.optimizers().values() for each in one.parameters}
    return [name for name, each in learner.named_parameters() if id(each) in held and each.requires_grad]


def absent(exam: Exam, names: list[str]) -> list[Finding]:
    """Parameters that the loss does not know of; those of another way through the network are left out."""
    called = exam.first.calls.first
    whole = called is not None and called[0] == answering(exam)
    if not names or not whole:
        return []
    return [
        Finding(
            "W-GRAD-NONE",
            f"{len(names)} parameters get no gradient: {listed(names)}.",
            "forward() does not use them, or the way to them is cut by .detach() or torch.no_grad(); what is to rest "
            "says so by requires_grad_(False).",
        )
    ]


def answering(exam: Exam) -> str:
    """The name of the module that is trained."""
    learner = exam.experiment.learner
    return "model" if isinstance(learner, GradientLearner) else learner.network_name()


def resting(exam: Exam, names: list[str]) -> list[Finding]:
    """Parameters whose gradient is exactly 0 in each of three updates: zeros at the start may hide it in the first."""
    seen = exam.first
    for batch in [*exam.batches[1:], exam.batch][:2]:
        names = [name for name in names if zero(seen.changes[name].gradient)]
        if not names:
            return []
        with unnoticed(seen.learner):
            seen = trace(seen.learner, batch, steps=exam.experiment.steps)
        if seen.error is not None:
            return []
    layers = {name.rpartition(".")[0] for name, each in seen.changes.items() if has_gradient(seen, name)}
    names = [
        name for name in names if zero(seen.changes[name].gradient) and name.rpartition(".")[0] not in layers
    ]  # a bias alone may well have none: a critic's last one in a difference, one before a norm
    if not names:
        return []
    return [
        Finding(
            "W-GRAD-ZERO",
            f"{len(names)} parameters get a gradient of exactly 0 in three updates: {listed(names)}.",
            "Units before or behind them are dead, or multiplied by 0: look at activations and at the first weights.",
        )
    ]


def zero(gradient: Tensor | None) -> bool:
    """Whether nothing comes back."""
    return gradient is not None and not bool((gradient != 0).any())


def gradients_alike(exam: Exam) -> list[Finding] | None:
    """The gradients of the first and of the last matrix of weights are of about one size."""
    found = weights_of(exam)
    sizes = [(name, rms(each.gradient)) for name, each in found.items() if each.gradient is not None]
    sizes = [(name, size) for name, size in sizes if size > 0]
    if len(sizes) < 3:
        return None
    (first, low), (last, high) = sizes[0], sizes[-1]
    if 1 / RATIO < low / high < RATIO:
        return []
    code, word = ("W-GRAD-VANISH", "smaller") if low < high else ("W-GRAD-EXPLODE", "larger")
    seen = f"The gradient of {first} is {max(low / high, high / low):.1g} times {word} than that of {last}."
    advice = (
        "Use ReLU and He's start, normalisation or skip connections; for long sequences an LSTM, or clip the gradient."
    )
    return [Finding(code, seen, advice)]


def symmetric_units(exam: Exam) -> list[Finding]:
    """Units of one layer that begin alike and learn alike are one unit."""
    alike = []
    for name, change in weights_of(exam).items():
        module = exam.first.learner.get_submodule(name.rpartition(".")[0])
        if not isinstance(module, nn.Linear | nn.modules.conv._ConvNd) or len(change.before) < 2:
            continue
        if same_rows(change.before) and same_rows(change.after) and has_gradient_or_steps(exam, name):
            alike.append(name)
    if not alike:
        return []
    return [
        Finding(
            "W-SYMMETRY",
            f"All units of {listed(alike)} have the same weights, and the same after an update.",
            "Start from chance: kaiming_uniform_, xavier_uniform_, or what nn.Linear does by itself.",
        )
    ]


def has_gradient_or_steps(exam: Exam, name: str) -> bool:
    """Whether the optimizer knows it: a layer at rest may look as it likes."""
    return name in followed(exam)


def same_rows(weight: Tensor) -> bool:
    """Whether each unit has the same weights, up to the order of sums."""
    spread = (weight - weight[:1]).abs().max()
    return bool(spread <= 1e-6 * weight.abs().max())


def weights_of(exam: Exam) -> dict[str, Change]:
    """Matrices of weights, where the update came to its end."""
    return {} if exam.first.error is not None else weights(Rehearsal(exam.first.passages, exam.first.changes))


def rms(values: Tensor) -> float:
    """Root mean square."""
    return float(values.double().square().mean().sqrt()) if values.layout == torch.strided else 0.0
