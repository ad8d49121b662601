"""What may be changed while a network learns: between two updates, by hand."""

from collections.abc import Callable
from dataclasses import replace

import torch

from etude.learners.base import GradientLearner
from etude.playground.learner import PlaygroundRule
from etude.playground.lesson import Lesson
from etude.playground.network import PlaneNetwork
from etude.playground.perceptron import PlanePerceptron
from etude.playground.scores import Rule
from etude.records import Labelled


def set_rate(learner: Rule, rate: float) -> None:
    """Learn faster or more slowly; a schedule goes on from the new rate."""
    for optimizer in learner.optimizers().values():
        optimizer.base_rates = [rate] * len(optimizer.base_rates)
    if isinstance(learner, PlaygroundRule | PlanePerceptron):
        learner.rate = rate


def set_decay(learner: GradientLearner[Labelled], decay: float) -> None:
    """Another weight decay, where the optimizer has one: AdamW spares the biases."""
    learner.optimizer.torch.param_groups[0]["weight_decay"] = decay


def set_dropout(learner: GradientLearner[Labelled], probability: float) -> None:
    """Another probability that a hidden unit is silent."""
    assert isinstance(learner.model, PlaneNetwork)
    learner.model.dropout.probability = probability


@torch.no_grad()
def set_weight(network: PlaneNetwork, layer: int, unit: int, source: int | None, value: float) -> None:
    """One weight; without a source, the bias."""
    where = network.linears[layer]
    if source is None:
        where.bias[unit] = value
    else:
        where.weight[unit, source] = value


BY_AUTOGRAD: dict[str, Callable[[GradientLearner[Labelled], float], None]] = {
    "rate": set_rate,
    "decay": set_decay,
    "dropout": set_dropout,
}
"""fields of a lesson that can change while it goes on; the browser's own rule has but the rate"""


def may_become(old: Lesson, new: Lesson) -> bool:
    """Whether a lesson can go on as another one: they differ in nothing but what changes live, and in no engine."""
    same = {field: getattr(old, field) for field in BY_AUTOGRAD}
    return old.is_the_browsers == new.is_the_browsers and replace(new, **same) == old


def tune(learner: Rule, lesson: Lesson) -> None:
    """Go on with the rate, weight decay and dropout of a lesson."""
    if not isinstance(learner, GradientLearner):
        set_rate(learner, lesson.rate)
        return
    for field, change in BY_AUTOGRAD.items():
        change(learner, getattr(lesson, field))
