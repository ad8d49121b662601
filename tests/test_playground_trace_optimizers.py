"""Updates by optimizers that remember something, written out: every number is autograd's and torch's."""

from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

from etude.learners.base import GradientLearner
from etude.playground.descent import OPTIMIZERS, SPANS
from etude.playground.formula import Operation
from etude.playground.lesson import Lesson
from etude.playground.named import Kind, Line
from etude.playground.network import PlaneNetwork, told
from etude.playground.trace import is_written, trace
from etude.records import Labelled
from etude.web.stage import LessonStage, TraceError

MEMORIES = {
    "sgd": {},
    "momentum": {"m": "momentum_buffer"},
    "nesterov": {"m": "momentum_buffer"},
    "adagrad": {"s": "sum"},
    "rmsprop": {"v": "square_avg"},
    "adam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "adamw": {"m": "exp_avg", "v": "exp_avg_sq"},
}
"""what the trace calls the tensors of torch"""


def column(lines: list[Line], kind: Kind, symbols: str) -> list[float]:
    """What the lines of a kind say of each weight, layer by layer, each unit's bias last."""
    return [line.result.value for line in lines if line.kind == kind and line.result.symbol in symbols]


def in_order(network: PlaneNetwork, of: Any) -> list[float]:
    """`of` each parameter, in the order of the trace."""
    rows = [torch.cat([of(each.weight), of(each.bias)[:, None]], dim=1).flatten() for each in network.linears]
    found: list[float] = torch.cat(rows).tolist()
    return found


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "more",
    [
        {"schedule": "warm-up", "span": 1, "problem": "regression"},
        {"decay": 0.01, "penalty": "L2", "strength": 0.1, "loss": "bce", "activation": "sigmoid"},
        {"decay": 0.3, "penalty": "L1", "strength": 0.1, "activation": "relu"},
    ],
)
def test_every_number_is_torchs(optimizer: str, more: dict[str, Any]) -> None:
    lesson = Lesson(optimizer=optimizer, start="xavier", rate=0.05, shape=(2,), seed="0.4", **more)  # type: ignore[arg-type]
    rule, (points, _) = lesson.learner(), lesson.points
    assert isinstance(rule, GradientLearner) and isinstance(rule.model, PlaneNetwork) and is_written(rule)
    for point in points[:3]:
        (x,) = told([(point.x, point.y)], lesson.features).tolist()
        lines = trace(rule, lesson.features, x, point.label)
        loss = lesson.objective(rule.model, lesson.labelled([point])).value
        rule.update(lesson.labelled([point]))
        close(column(lines, "loss", "E"), [float(loss.detach())])
        close(column(lines, "gradient", ("∂E/∂w", "∂E/∂b")), in_order(rule.model, lambda each: each.grad))
        close(column(lines, "step", "wb"), in_order(rule.model, lambda each: each.detach()))
        for symbol, name in MEMORIES[optimizer].items():
            close(column(lines, "step", f"{symbol}ᵇ"), in_order(rule.model, partial(memory, rule, name)))


def memory(rule: GradientLearner[Labelled], name: str, parameter: Tensor) -> Tensor:
    """What torch keeps of a parameter."""
    kept: Tensor = rule.optimizer.torch.state[parameter][name]
    return kept


def close(found: list[float], wanted: list[float]) -> None:
    torch.testing.assert_close(found, wanted, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_operands_are_known_before_they_are_used(optimizer: str) -> None:
    lesson = Lesson(optimizer=optimizer, start="xavier", decay=0.1, loss="bce", shape=(2,), features=("x",), seed="0.4")  # type: ignore[arg-type]
    rule, point = lesson.learner(), lesson.points[0][0]
    assert isinstance(rule, GradientLearner)
    rule.update(lesson.labelled([point]))
    (x,) = told([(point.x, point.y)], lesson.features).tolist()
    above: dict[tuple[object, ...], float] = {}
    names: dict[tuple[str, str, str], tuple[object, ...]] = {}
    for line in trace(rule, lesson.features, x, point.label):
        for each in (*line.operands, line.result):
            place = (each.symbol, each.layer, each.unit, each.source)
            assert names.setdefault((each.symbol, each.lower, each.upper), place) == place
            if each is not line.result and each.symbol in ("z", "a", "ŷ", "δ", "∂E/∂w", "∂E/∂b"):
                assert above[place] == each.value
        assert line.result.value == line.formula.value and isinstance(line.formula, Operation | type(line.result))
        above[line.result.symbol, line.result.layer, line.result.unit, line.result.source] = line.result.value


def test_a_score_far_from_zero_has_a_loss_too() -> None:
    lesson = Lesson(optimizer="adam", loss="bce", shape=(), seed="0.4")
    rule, point = lesson.learner(), lesson.points[0][0]
    assert isinstance(rule, GradientLearner) and isinstance(rule.model, PlaneNetwork)
    for sign in (1e4, -1e4):
        with torch.no_grad():
            rule.model.linears[0].weight.fill_(sign)
        (x,) = told([(point.x, point.y)], lesson.features).tolist()
        lines = trace(rule, lesson.features, x, point.label)
        wanted: Tensor = lesson.objective(rule.model, lesson.labelled([point])).value
        close(column(lines, "loss", "E"), [float(wanted.detach())])


@pytest.mark.parametrize(
    "more", [{"loss": "hinge"}, {"dropout": 0.2}, {"activation": "gelu"}, {"loss": "mae", "problem": "regression"}]
)
def test_what_is_not_written_out_is_told(more: dict[str, Any]) -> None:
    stage = LessonStage(Lesson(optimizer="adam", seed="0.4", **more))
    with pytest.raises(TraceError, match="this lesson asks for more"):
        stage.traced(0)
    assert LessonStage(Lesson(optimizer="adam", seed="0.4", schedule=list(SPANS)[-1])).traced(0)  # type: ignore[arg-type]
