"""How well a lesson is learnt: the loss and the share of right answers, on the points learnt from and on the others."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.evaluation.predictor import evaluating
from etude.learners.base import GradientLearner
from etude.playground.gan import PlaneGAN, judge_of_gan
from etude.playground.learner import LOSSES, PlaygroundRule
from etude.playground.perceptron import PlanePerceptron
from etude.records import Labelled
from etude.types import Objective

Parts: TypeAlias = tuple[Labelled, Labelled]
"""what is learnt from, and what is held back"""
Judge: TypeAlias = Callable[[], dict[str, float]]
"""train_loss, test_loss, train_accuracy and test_accuracy of now; NaN where there is nothing to count"""
NAMES = ("train", "test")
Rule: TypeAlias = PlaygroundRule | PlanePerceptron | PlaneGAN | GradientLearner[Labelled]
"""whatever learns a lesson"""


def judge_for(learner: Rule, objective: Objective[Labelled], parts: Parts, *, classes: bool) -> Judge:
    """By the losses that it learns by; of a GAN critic_loss and generator_loss."""
    if isinstance(learner, PlaygroundRule):
        return judge_of_rule(learner, parts, classes=classes)
    if isinstance(learner, PlaneGAN):
        return judge_of_gan(learner, parts[0])
    return judge_of(learner.network, objective, parts, classes=classes)


def judge_of_rule(rule: PlaygroundRule, parts: Parts, *, classes: bool) -> Judge:
    """All points at once, each loss by the rule's own formula."""
    every = torch.cat([part.x for part in parts]).T.contiguous()
    labels = torch.cat([part.y for part in parts])
    cut = len(parts[0])
    middle = 0.5 if rule.model.bends[-1] == "sigmoid" else 0.0  # between the two classes

    def judge() -> dict[str, float]:
        with torch.no_grad(), np.errstate(all="ignore"):  # what has left the finite numbers is said elsewhere
            answers = rule.model.over(every)[-1][0].numpy()
            losses = LOSSES[rule.loss](answers, labels.numpy())
        right = shares(torch.from_numpy(answers - middle), labels, classes=classes).numpy()
        halves, rights = (losses[:cut], losses[cut:]), (right[:cut], right[cut:])
        return {f"{name}_loss": mean(part) for name, part in zip(NAMES, halves, strict=True)} | {
            f"{name}_accuracy": mean(part) for name, part in zip(NAMES, rights, strict=True)
        }

    return judge


def judge_of(network: nn.Module, objective: Objective[Labelled], parts: Parts, *, classes: bool) -> Judge:
    """By the loss that is learnt from, without penalty and without dropout."""

    def judge() -> dict[str, float]:
        found: dict[str, float] = {}
        with evaluating(network):
            for name, part in zip(NAMES, parts, strict=True):
                found[f"{name}_loss"] = float(objective(network, part).value) if len(part) else math.nan
                found[f"{name}_accuracy"] = mean(shares(network(part.x), part.y, classes=classes).numpy())
        return found

    return judge


def shares(
    answers: Float[Tensor, "point ..."], y: Shaped[Tensor, " point"], *, classes: bool
) -> Float[Tensor, " point"]:
    """1 for a right class, 0 for a wrong one; NaN for a quantity."""
    if not classes:
        return torch.full((len(y),), math.nan, dtype=torch.float64)
    right = answers.argmax(1) == y if answers.ndim > 1 else (answers > 0) == (y > 0)
    return right.double()


def mean(part: Shaped[np.ndarray, " point"]) -> float:
    """NaN of nothing."""
    return float(part.mean()) if len(part) else math.nan
