"""Do the answers, the targets and the loss fit each other?"""

import math
import re

import torch
from torch import Tensor

from etude.errors import EtudeError
from etude.inside.doctor.exam import Exam
from etude.inside.doctor.finding import Finding, found
from etude.inside.doctor.listening import LossCall
from etude.objectives.symptoms import is_one
from etude.records import Labelled, Stream, Tokens

SQUARED = {"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"}
CLASSES = {"cross_entropy", "nll_loss"}
FEWEST = 8
"""examples of which something is said"""
REMEDIES = {
    "does not require grad": (
        "E-GRAPH-CUT",
        "The way from the weights to the loss is cut: look for .detach(), .item(), no_grad(), argmax, or a tensor "
        "that is made anew from numbers.",
    ),
    "leaf Variable that requires grad": (
        "E-IN-PLACE",
        "A weight is changed in place while its gradient is wanted: do it under torch.no_grad(), or on a copy.",
    ),
    "modified by an inplace operation": (
        "E-IN-PLACE",
        "Write x = x + y in place of x += y, and nn.ReLU() in place of nn.ReLU(inplace=True).",
    ),
    "backward through the graph a second time": (
        "E-GRAPH-TWICE",
        "Compute the loss anew in every update, and .detach() what is carried over from the last one.",
    ),
    "shapes cannot be multiplied": (
        "E-SHAPE",
        "A linear layer is not as wide as what comes before it: after convolutions that is channels x height x width.",
    ),
    "must match the size": ("E-SHAPE", "Two tensors do not fit; print the shapes in forward()."),
    "Expected more than 1 value per channel": (
        "W-BATCHNORM-ONE",
        "Batch norm cannot learn from one example: take larger batches, or group norm.",
    ),
    "Expected all tensors to be on the same device": (
        "E-DEVICES",
        "A tensor is made on another device: use x.new_zeros or register_buffer.",
    ),
    "out of bounds": ("E-LABELS", "Labels are 0 to the number of outputs - 1: widen the last layer, or correct them."),
    "index out of range": ("E-INDEX", "An id is not below num_embeddings of its nn.Embedding: make it larger."),
}
"""what is in torch's words -> the code, and what to do"""


def update_runs(exam: Exam) -> list[Finding]:
    """One update must come to its end, with finite numbers."""
    error = exam.first.error
    if error is not None:
        return [found(error) if isinstance(error, EtudeError) else explained(error)]
    lost = [name for name, value in exam.first.logs.items() if not bool(torch.isfinite(value).all())]
    if lost:
        advice = "Look for log(0), a division by 0, or a rate that is far too high."
        return [Finding("E-NUM-NONFINITE", f"{lost[0]} of the first update is not finite.", advice)]
    return []


def explained(error: Exception) -> Finding:
    """An error of torch or of somebody's code, with what usually is behind it."""
    message = re.sub(r"\s+", " ", str(error)).strip().rstrip(".")
    told = f"The first update fails with {type(error).__name__}: {message[:200]}."
    for words, (code, advice) in REMEDIES.items():
        if words in message:
            return Finding(code, told, advice)
    return Finding("E-UPDATE", told, "The traceback of `etude train` says where.")


def contract(exam: Exam) -> list[Finding] | None:
    """What stands before each loss and what the loss wants."""
    if not exam.first.calls.losses and not exam.first.calls.broadcasts:
        return None
    findings = [each for call in exam.first.calls.losses for each in (*doubled(call), *outside(call), *bent(call))]
    return findings + squares(exam)


def doubled(call: LossCall) -> list[Finding]:
    """Probabilities where the loss takes its own softmax or sigmoid, and logits where it takes none."""
    x, made_by = call.answers, call.made_by
    if call.name == "cross_entropy" and x.ndim == 2 and len(x) > 1:
        if made_by.startswith("Softmax") or (bool((x >= 0).all()) and is_one(x.sum(1))):
            return [twice("probabilities (each row sums to 1)", "softmax", "nn.Softmax")]
        if made_by.startswith("LogSoftmax"):
            return [twice("log-probabilities", "log-softmax", "nn.LogSoftmax")]
    if call.name in ("cross_entropy", "binary_cross_entropy_with_logits") and made_by.startswith("Sigmoid"):
        return [twice("what a sigmoid made", "sigmoid or softmax", "nn.Sigmoid")]
    if call.name == "nll_loss" and x.ndim == 2 and bool(x.isfinite().all()) and not is_one(x.exp().sum(1)):
        advice = "End with nn.LogSoftmax(dim=1), or use cross_entropy on logits."
        seen = (
            f"nll_loss gets numbers from {float(x.min()):.3g} to {float(x.max()):.3g}, which are no log-probabilities."
        )
        return [Finding("E-CFG-LOSS", seen, advice)]
    return []


def twice(got: str, own: str, layer: str) -> Finding:
    """A softmax after a softmax."""
    return Finding(
        "E-CFG-LOSS", f"The loss gets {got} and takes the {own} itself.", f"Remove {layer} from the end of the network."
    )


def bent(call: LossCall) -> list[Finding]:
    """Answers that cannot be negative because a rectifier made them."""
    wants_logits = call.name in ("cross_entropy", "binary_cross_entropy_with_logits")
    if not wants_logits or not call.made_by.startswith("Relu"):
        return []
    share = float((call.answers == 0).double().mean())
    return [
        Finding(
            "W-LOGITS-BENT",
            f"The logits come out of a ReLU: {share:.0%} of them are 0, and none can be negative.",
            "Remove the activation behind the last layer.",
        )
    ]


def outside(call: LossCall) -> list[Finding]:
    """Labels that are no outputs, probabilities beyond 1, targets that are not finite."""
    y, x = call.targets, call.answers
    if y.is_floating_point() and not bool(y.isfinite().all()):
        seen = f"{int((~y.isfinite()).sum())} of {y.numel()} targets are NaN or infinite."
        return [Finding("E-NUM-NONFINITE", seen, "Fill or drop them: one NaN makes every weight NaN.")]
    if call.name in CLASSES and not y.is_floating_point() and x.ndim > 1:
        kept = y[y != call.settings.get("ignore_index", -100)]
        if len(kept) and (int(kept.min()) < 0 or int(kept.max()) >= x.shape[1]):
            seen = (
                f"Labels run from {int(kept.min())} to {int(kept.max())}; there are outputs for 0 to {x.shape[1] - 1}."
            )
            return [
                Finding(
                    "E-LABELS", seen, "Class indices begin with 0; make the last layer as wide as there are classes."
                )
            ]
    if call.name.startswith("binary_cross_entropy") and (float(y.min()) < 0 or float(y.max()) > 1):
        seen = f"Targets of a binary loss run from {float(y.min()):.3g} to {float(y.max()):.3g}."
        return [Finding("E-LABELS", seen, "They must be 0 and 1, or probabilities between.")]
    return []


def squares(exam: Exam) -> list[Finding]:
    """(batch, 1) against (batch,)."""
    return [
        Finding(
            "E-BROADCAST",
            f"{name} compares {one} with {other}: torch makes {len(exam.batch)} x {len(exam.batch)} pairs of them.",
            "Give both one shape: squeeze(1) the answers, or end the network with Scalar() of etude.layers.",
        )
        for name, one, other in exam.first.calls.broadcasts[:1]
    ]


def targets_vary(exam: Exam) -> list[Finding] | None:
    """Different examples have different targets, of a size that networks like."""
    if not isinstance(exam.batch, Labelled):
        return None
    y = torch.cat([each.y for each in exam.batches])
    if len(y) >= 4 * FEWEST and bool((y == y[0]).all()):
        seen = f"All {len(y)} targets of the first {len(exam.batches)} batches are {float(y[0]):g}."
        return [
            Finding("E-TARGET-ONE", seen, "There is nothing to learn: shuffle the examples, look at the target column.")
        ]
    if y.is_floating_point() and len(y) >= FEWEST and any(call.name in SQUARED for call in exam.first.calls.losses):
        return odd_scale(y)
    return []


def odd_scale(y: Tensor) -> list[Finding]:
    """Quantities far from mean 0 and deviation 1."""
    mean, deviation = float(y.mean()), float(y.std())
    if abs(mean) < 30 and 0.01 < deviation < 30:
        return []
    seen = f"The targets have mean {mean:.3g} and standard deviation {deviation:.3g}."
    advice = "Standardise them, (y - mean) / deviation: steps of a usual learning rate fit numbers about 1."
    return [Finding("W-TARGET-SCALE", seen, advice)]


def first_loss(exam: Exam) -> list[Finding] | None:
    """An untrained network is about as good as a guess: ln C nats for C classes, ln 2 for yes or no."""
    calls = exam.first.calls.losses
    theory = guess(calls[0]) if calls and isinstance(exam.batch, Labelled | Tokens | Stream) else None
    if theory is None:
        return None
    value = minimised(exam, calls[0])
    seen = f"The first loss is {value:.3g}, a guess has {theory:.3g}"
    if value < 0 and abs(value + plainly(calls[0])) < 1e-3 * abs(value):
        return [
            Finding(
                "W-LOSS-SIGN",
                f"{seen}: its sign is wrong.",
                "Minimise the loss itself, not -loss.",
            )
        ]
    if value > 2 * theory + 2:
        advice = "Standardise the inputs, start the last layer with smaller weights, and take the mean over the batch."
        return [Finding("W-LOSS-START", f"{seen}: the untrained network is sure and wrong.", advice)]
    if value < 0.02 * theory:
        advice = "Look for the answer among the inputs, and for a loss that is divided twice."
        return [Finding("W-LOSS-KNOWS", f"{seen}: an untrained network cannot know.", advice)]
    return []


def minimised(exam: Exam, call: LossCall) -> float:
    """The loss that the update went down, or that of the call where the update says none or went down several."""
    if len(exam.first.calls.losses) == 1 and "loss" in exam.first.logs:
        return float(exam.first.logs["loss"])
    return plainly(call)


def plainly(call: LossCall) -> float:
    """The mean over the items of the call."""
    settings = {**call.settings, "reduction": "mean"}
    return float(getattr(torch.nn.functional, call.name)(call.answers, call.targets, **settings))


def guess(call: LossCall) -> float | None:
    """The loss of somebody who knows nothing; None where theory does not say."""
    x, y = call.answers, call.targets
    if call.name == "cross_entropy" and x.ndim > 1 and x.shape[1] > 1 and not y.is_floating_point():
        return math.log(x.shape[1])
    if call.name == "binary_cross_entropy_with_logits" and x.ndim == 1:
        return math.log(2)
    if call.name == "mse_loss" and x.shape == y.shape and len(y) >= FEWEST:
        return float(y.square().mean())
    return None
