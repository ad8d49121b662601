"""A point's way through a network, written out: every number is autograd's, and the step is the rule's own."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from etude.playground.address import read_address
from etude.playground.formula import Formula, Operation, Quantity, leaves
from etude.playground.learner import PlaygroundRule
from etude.playground.lesson import Lesson
from etude.playground.named import Kind, Line
from etude.playground.network import FEATURES, told
from etude.playground.trace import trace
from etude.playground.worlds import Point

BENDS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": torch.clone,
}
UNIT = "loss=bce&points=0.9,-0.2,0;0.75,0.6,1&networkShape=&batchSize=1&learningRate=0.01&initZero=true"

shared: dict[str, st.SearchStrategy[Any]] = {
    "features": st.lists(st.sampled_from(list(FEATURES)), min_size=1, unique=True).map(tuple),
    "shape": st.lists(st.integers(1, 5), max_size=5).map(tuple),
    "activation": st.sampled_from(["relu", "tanh", "sigmoid", "linear"]),
    "rate": st.floats(1e-5, 10),
    "penalty": st.sampled_from(["none", "L1", "L2"]),
    "strength": st.floats(0, 1, allow_subnormal=False),
    "seed": st.text("0123456789.", min_size=1, max_size=8),
}
quantities = st.fixed_dictionaries({**shared, "problem": st.just("regression")})
classes = st.fixed_dictionaries({**shared, "loss": st.sampled_from(["mse", "bce"])})
lessons = classes | quantities
points = st.tuples(*(st.floats(-most, most, allow_subnormal=False) for most in (6, 6, 1)))


def lesson_of(fields: dict[str, Any], numbers: tuple[float, float, float]) -> Lesson:
    """With one point; built here, because beartype draws lots for it, which a strategy must not."""
    return Lesson(**fields, own=(Point(*numbers),))


def traced(rule: PlaygroundRule, lesson: Lesson, point: Point) -> list[Line]:
    (x,) = told([(point.x, point.y)], lesson.features).tolist()
    return trace(rule, lesson.features, x, point.label)


def close(found: list[float], wanted: list[float]) -> None:
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)


def values(lines: list[Line], kind: Kind, layer: int | None = None) -> list[float]:
    """The results of a kind, all or those of a layer."""
    return [line.result.value for line in lines if line.kind == kind and layer in (None, line.result.layer)]


def differentiated(rule: PlaygroundRule, lesson: Lesson, point: Point) -> tuple[list[Tensor], list[Tensor], Tensor]:
    """z and a of each layer with their gradients, and the loss, by torch alone."""
    sums, bends = list[Tensor](), [told([(point.x, point.y)], lesson.features)[0]]
    for layer, bend in zip(rule.model.linears, rule.model.bends, strict=True):
        sums.append(layer.weight @ bends[-1] + layer.bias)
        sums[-1].retain_grad()
        bends.append(BENDS[bend](sums[-1]))
    label = torch.tensor([point.label], dtype=torch.float64)
    crossed = lesson.loss == "bce"
    # of z: with logarithms of a share, autograd itself loses digits where the share comes close to 0 or 1
    loss = F.binary_cross_entropy_with_logits(sums[-1], label) if crossed else F.mse_loss(bends[-1], label) / 2
    loss.backward()
    return sums, bends, loss.detach()


@settings(max_examples=100, deadline=None)
@given(fields=lessons, numbers=points)
def test_every_number_is_that_of_autograd_and_of_the_rule(
    fields: dict[str, Any], numbers: tuple[float, float, float]
) -> None:
    lesson = lesson_of(fields, numbers)
    rule, point = lesson.learner(), lesson.points[0][0]
    lines = traced(rule, lesson, point)
    sums, bends, loss = differentiated(rule, lesson, point)
    for layer, (z, a) in enumerate(zip(sums, bends[1:], strict=True), start=1):
        assert z.grad is not None
        close(values(lines, "sum", layer), z.tolist())
        close(values(lines, "bend", layer), a.tolist())
        close(values(lines, "delta", layer), z.grad.tolist())
        module = rule.model.linears[layer - 1]
        assert module.weight.grad is not None and module.bias.grad is not None
        slopes = torch.cat([module.weight.grad, module.bias.grad[:, None]], dim=1).flatten()
        close(values(lines, "gradient", layer), slopes.tolist())
    close(values(lines, "loss"), [float(loss)])
    rule.update(lesson.labelled([point]))
    new = [torch.cat([each.weight, each.bias[:, None]], dim=1).flatten() for each in rule.model.linears]
    close(values(lines, "step"), torch.cat(new).tolist())


@settings(max_examples=30, deadline=None)
@given(fields=lessons, numbers=points)
def test_operands_are_known_before_they_are_used(fields: dict[str, Any], numbers: tuple[float, float, float]) -> None:
    """Each is a weight, a feature, a constant, or the result of a line above, with the same number."""
    lesson = lesson_of(fields, numbers)
    rule = lesson.learner()
    lines = traced(rule, lesson, lesson.points[0][0])
    above: dict[tuple[object, ...], float] = {}
    for line in lines:
        for operand in line.operands:
            if operand.symbol in ("z", "a", "ŷ", "δ", "∂E/∂w", "∂E/∂b"):
                assert above[named(operand)] == operand.value
            elif operand.symbol in ("w", "b"):
                matrix = rule.matrices[(operand.layer or 0) - 1]
                column = 0 if operand.source is None else operand.source + 1
                assert matrix[operand.unit or 0, column] == operand.value
        assert line.result.value == line.formula.value
        above[named(line.result)] = line.result.value
    kinds = ["sum", "bend", "loss", "delta", "gradient", "step"]
    assert sorted({line.kind for line in lines}) == sorted(kinds)
    units, weights = sum(lesson.shape) + 1, len(rule.flat)
    assert [len(values(lines, kind)) for kind in kinds] == [units, units, 1, units, weights, weights]  # type: ignore[arg-type]


def named(quantity: Quantity) -> tuple[object, ...]:
    """What tells it from others."""
    return quantity.symbol, quantity.layer, quantity.unit, quantity.source


@settings(max_examples=30, deadline=None)
@given(fields=lessons, numbers=points)
def test_no_two_quantities_are_called_alike(fields: dict[str, Any], numbers: tuple[float, float, float]) -> None:
    lesson = lesson_of(fields, numbers)
    lines = traced(lesson.learner(), lesson, lesson.points[0][0])
    places: dict[tuple[str, str, str], tuple[object, ...]] = {}
    for line in lines:
        for each in (line.result, *line.operands):
            assert places.setdefault((each.symbol, each.lower, each.upper), named(each)) == named(each)


@pytest.mark.parametrize("penalty", ["L1", "L2"])
def test_what_l1_has_set_to_zero_stays_there(penalty: Literal["L1", "L2"]) -> None:
    lesson = Lesson(penalty=penalty, strength=1.0, rate=0.3, shape=(4,), seed="0.7")
    rule, points = lesson.learner(), lesson.points[0]
    for point in points[:8]:
        lines = traced(rule, lesson, point)
        rule.update(lesson.labelled([point]))
        new = [torch.cat([each.weight, each.bias[:, None]], dim=1).flatten() for each in rule.model.linears]
        close(values(lines, "step"), torch.cat(new).tolist())
    assert bool((rule.alive == 0).any()) == (penalty == "L1")


def test_the_worked_example_of_the_courses() -> None:
    """One logistic unit that starts at 0, by torch written out by hand, and to the digits of the lecture."""
    lesson, _ = read_address(UNIT, seed="0")
    rule = lesson.learner()
    w, b = (
        torch.zeros(2, dtype=torch.float64, requires_grad=True),
        torch.zeros((), dtype=torch.float64, requires_grad=True),
    )
    told_of: list[list[float]] = []
    for point in (Point(0.9, -0.2, 0.0), Point(0.75, 0.6, 1.0)):
        lines = traced(rule, lesson, point)
        y = point.label
        z = w @ torch.tensor(point[:2], dtype=torch.float64) + b
        answer = torch.sigmoid(z)
        loss = -(y * torch.log(answer) + (1 - y) * torch.log(1 - answer))
        slopes = torch.autograd.grad(loss, [w, b])
        with torch.no_grad():
            w -= 0.01 * slopes[0]
            b -= 0.01 * slopes[1]
        wanted = [z, answer, loss, answer - y, *slopes[0], slopes[1], *w, b]
        assert [line.kind for line in lines] == ["sum", "bend", "loss", "delta", *["gradient"] * 3, *["step"] * 3]
        told_of.append([line.result.value for line in lines])
        close(told_of[-1], [float(each.detach()) for each in wanted])
        rule.update(lesson.labelled([point]))
    assert told_of[0][2] == pytest.approx(0.693147181, abs=1e-9)
    assert told_of[0][-3:] == pytest.approx([-0.0045, 0.001, -0.005], abs=1e-15)
    assert told_of[1][:3] == pytest.approx([-0.007775, 0.498056260, 0.697042237], abs=1e-9)
    assert told_of[1][-3:] == pytest.approx([-0.0007354219, 0.0040116624, 0.0000194374], abs=1e-10)


def test_a_unit_alone_is_written_as_in_a_lecture() -> None:
    lesson, _ = read_address(UNIT, seed="0")
    first, *_ = traced(lesson.learner(), lesson, lesson.points[0][0])
    assert [f"{each.symbol}{each.lower}{each.upper}" for each in first.operands] == ["w1", "x₁", "w2", "x₂", "b"]
    deep = replace(lesson, shape=(2, 1))
    names = [
        f"{each.symbol}{each.lower}{each.upper}"
        for each in traced(deep.learner(), deep, lesson.points[0][0])[0].operands
    ]
    assert names == ["w11(1)", "x₁", "w12(1)", "x₂", "b1(1)"]


@pytest.mark.parametrize(
    ("activation", "shape"), [("sigmoid", (3, 3)), ("relu", (3,)), ("tanh", (2,)), ("linear", (2,))]
)
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_saturated_units_are_numbers_too(
    activation: Literal["relu"], shape: tuple[int, ...], loss: Literal["mse"]
) -> None:
    lesson = Lesson(activation=activation, shape=shape, loss=loss, seed="0.2")
    rule = lesson.learner()
    rule.flat *= 1e4
    for point in lesson.points[0][:20]:
        lines = traced(rule, lesson, point)
        assert all(math.isfinite(each) for line in lines for each in inner(line.formula))
        assert rule.update(lesson.labelled([point]))["loss"] == pytest.approx(values(lines, "loss")[0])


def inner(formula: Formula) -> list[float]:
    """Every number of a formula, those on the way included."""
    parts = formula.parts if isinstance(formula, Operation) else ()
    assert isinstance(formula, Operation) or list(leaves(formula)) == [formula]
    return [formula.value, *(number for part in parts for number in inner(part))]
