"""The perceptron rule of the playground: scikit-learn's weights, and never more mistakes than Novikoff allows."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Perceptron
from sklearn.svm import LinearSVC

from etude.playground.address import View, read_address, write_address
from etude.playground.lesson import Lesson
from etude.playground.perceptron import PlanePerceptron, separation
from etude.playground.worlds import Point
from etude.web.perceptron import PerceptronStage
from etude.web.session import Session
from etude.web.stages import stage_of

pytestmark = pytest.mark.usefixtures("unchecked")

ADDRESS = "optimizer=perceptron&networkShape=&dataset=gauss&seed=0.3&percTrainData=20"


def read(address: str) -> Lesson:
    return read_address(address, seed="0.3")[0]


def staged(address: str) -> PerceptronStage:
    stage = stage_of(read(address))
    assert isinstance(stage, PerceptronStage)
    return stage


def lines_apart(margin: float, *, seed: int, n: int = 40) -> tuple[Point, ...]:
    """Points that some line parts."""
    chance = np.random.default_rng(seed)
    x, (a, b), c = chance.uniform(-5, 5, (20 * n, 2)), chance.normal(size=2), chance.normal()
    height = (x @ (a, b) + c) / np.hypot(a, b)
    far = np.abs(height) > margin
    return tuple(Point(*place, float(h > 0)) for place, h in zip(x[far].tolist(), height[far], strict=True))[:n]


@pytest.mark.parametrize("rate", [1.0, 0.03])
@pytest.mark.parametrize("features", ["x=true&y=true", "x=true&y=true&xSquared=true&sinY=true"])
def test_the_weights_are_those_of_scikit_learn(rate: float, features: str) -> None:
    for start in ("initZero=true", "seed=0.7"):
        stage = staged(f"{ADDRESS}&noise=50&learningRate={rate}&{features}&{start}")
        (score,) = stage.network.linears
        theirs = Perceptron(eta0=rate, shuffle=False, tol=None, max_iter=7, penalty=None)
        x, y = (each.numpy() for each in (stage.lesson.parts[0].x, stage.lesson.parts[0].y))
        theirs.fit(x, y, coef_init=score.weight.detach().numpy().copy(), intercept_init=score.bias.detach().numpy())
        for _ in range(7):
            stage.one_epoch()
        np.testing.assert_allclose(score.weight.detach(), theirs.coef_, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(score.bias.detach(), theirs.intercept_, rtol=1e-10, atol=1e-12)
        assert int(stage.perceptron.mistakes) > 7


@pytest.mark.parametrize("seed", range(5))
def test_novikoffs_bound_holds_from_any_first_weights(seed: int) -> None:
    for zero, rate in ((True, 1.0), (False, 1.0), (False, 0.01), (False, 100.0)):
        lesson = Lesson(
            own=lines_apart(0.3, seed=seed), shape=(), optimizer="perceptron", loss="perceptron", batch=1, training=100
        )
        stage = PerceptronStage(replace(lesson, zero=zero, rate=rate))
        made, bound, radius, margin, from_zero = stage.counted().tolist()
        assert bool(from_zero) == zero and made == 0
        if zero:
            assert bound == pytest.approx((radius / margin) ** 2)
        while stage.epoch < 1000 and stage.one_epoch() and stage.scores["train_accuracy"] < 1:
            pass
        assert stage.scores["train_accuracy"] == 1.0
        assert 0 < int(stage.perceptron.mistakes) <= bound


def test_the_bound_is_tight_for_one_point() -> None:
    stage = staged("optimizer=perceptron&networkShape=&points=3,4,1&initZero=true&learningRate=1")
    stage.one_epoch()
    assert stage.counted().tolist()[:2] == pytest.approx([1, 1])


@pytest.mark.parametrize("seed", range(4))
def test_the_margin_is_that_of_a_support_vector_machine(seed: int) -> None:
    lesson = Lesson(own=lines_apart(0.2, seed=seed), training=100, loss="hinge", shape=())
    found = separation(lesson.parts[0])
    assert found is not None
    x, y = lesson.parts[0].x.numpy(), lesson.parts[0].y.numpy()
    rows = np.column_stack([x, np.ones(len(x))])
    machine = LinearSVC(C=1e6, loss="hinge", fit_intercept=False, tol=1e-10, max_iter=10**6).fit(rows, y)
    assert found.margin == pytest.approx(1 / np.linalg.norm(machine.coef_), rel=1e-3)
    assert found.radius == pytest.approx(np.linalg.norm(rows, axis=1).max())
    assert ((2 * y - 1) * (rows @ found.normal)).min() == pytest.approx(found.margin)


@pytest.mark.parametrize("dataset", ["circle", "xor", "spiral", "gauss&noise=50"])
def test_what_no_line_parts_has_no_bound(dataset: str) -> None:
    stage = staged(f"optimizer=perceptron&networkShape=&dataset={dataset}")
    assert stage.lesson.separation is None and stage.counted()[1] == np.inf


def test_a_product_parts_exclusive_or() -> None:
    lesson = read("optimizer=perceptron&networkShape=&dataset=xor&x=false&y=false&xTimesY=true")
    assert lesson.separation is not None


def test_a_mistake_moves_the_line_by_the_point_and_a_right_answer_does_not() -> None:
    stage = staged(f"{ADDRESS}&noise=30&learningRate=0.5")
    train, _ = stage.lesson.parts
    made = 0
    for number in range(40):
        before = stage.perceptron.weights.numpy()
        stage.one_point()
        after, t = stage.perceptron.weights.numpy(), 2 * float(train.y[number]) - 1
        row = np.array([*train.x[number].tolist(), 1.0])
        wrong = t * (before @ row) <= 0
        made += int(wrong)
        assert stage.looked == number and stage.step == number + 1
        np.testing.assert_array_equal(after, before + (0.5 * t * row if wrong else 0))
        np.testing.assert_array_equal(stage.before, before)
        assert stage.arrays()["mistakes"][0] == made
    assert made > 0


def test_from_mistake_to_mistake() -> None:
    stage = staged("optimizer=perceptron&networkShape=&points=3,4,1;-2,1,0;-3,-1,0;1,1,1&initZero=true")
    while int(stage.perceptron.mistakes) == 0:
        stage.one_mistake()
    stage.one_epoch()
    stage.one_epoch()
    made, step = int(stage.perceptron.mistakes), stage.step
    stage.one_mistake()  # there is none left: it stops after an epoch
    assert (int(stage.perceptron.mistakes), stage.step) == (made, step + 4)


def test_the_answer_is_a_step() -> None:
    stage = staged(ADDRESS)
    stage.one_epoch()
    assert set(np.unique(stage.arrays()["answer"])) == {0, 255}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("networkShape=4,2", "2 hidden layers"),
        ("networkShape=3", "is a hidden layer"),
        ("networkShape=&problem=regression", "quantity"),
        ("networkShape=&dataset=blobs&classes=4", "here are 4"),
    ],
)
def test_where_it_cannot_learn_gradient_descent_does_and_the_reason_is_told(address: str, words: str) -> None:
    session = Session()
    lesson, *_, refused = session.obey(f'{{"t": "lesson", "address": "optimizer=perceptron&{address}"}}')
    session.close()
    assert isinstance(lesson, dict) and isinstance(refused, dict)
    assert lesson["lesson"]["optimizer"] == "sgd" and "optimizer" not in lesson["address"]
    assert refused["t"] == "error" and words in refused["message"]


def test_its_address_says_no_more_than_it_must() -> None:
    lesson, view = read_address(f"{ADDRESS}&dropout=0.5&regularization=L2&schedule=cosine&loss=hinge", seed="1")
    written = write_address(lesson, view)
    assert (lesson.loss, lesson.batch, lesson.dropout, lesson.penalty) == ("perceptron", 1, 0.0, "none")
    assert "optimizer=perceptron" in written and "loss=" not in written and "dropout" not in written
    assert read_address(written, seed="2")[0] == lesson
    usual, _ = read_address(written.replace("optimizer=perceptron", "optimizer=sgd"), seed="1")
    assert usual.loss == "mse" and usual.optimizer == "sgd"
    assert read_address("loss=perceptron", seed="1")[0].loss == "mse"
    assert "perceptron" not in write_address(Lesson(), View())


def state(stage: PerceptronStage) -> list[bytes]:
    arrays = [each.numpy() for each in stage.rule.state_dict().values()]
    return [each.tobytes() for each in [*arrays, stage.counted()]]


def test_rewound_and_replayed_it_is_the_same_and_counts_the_same() -> None:
    stage = staged(f"{ADDRESS}&noise=40")
    seen = [state(stage)]
    for epoch in range(1, 9):
        stage.one_epoch()
        seen.append(state(stage))
        if epoch == 3:
            stage.set_weight(0, 0, 1, 2.0)
        if epoch == 5:
            stage.set_rate(0.5)
    for epoch in (8, 2, 4, 7, 0, 6):
        stage.rewind(epoch)
        assert state(stage) == seen[epoch]
    for epoch in (7, 8):
        stage.one_epoch()
        assert state(stage) == seen[epoch]


def test_mistakes_are_counted_anew_where_the_bound_begins_anew() -> None:
    session = Session()
    session.obey(f'{{"t": "lesson", "address": "{ADDRESS}&noise=40&initZero=true&learningRate=1"}}')
    session.obey('{"t": "epoch"}')
    stage = session.stage
    assert isinstance(stage, PerceptronStage) and isinstance(stage.rule, PlanePerceptron)
    assert stage.counted()[0] > 0 and stage.counted()[-1] == 1
    session.obey('{"t": "weight", "layer": 0, "unit": 0, "source": null, "value": 1.5}')
    assert stage.counted()[0] == 0 and stage.counted()[-1] == 0
    session.obey('{"t": "mistake"}')
    session.obey(f'{{"t": "points", "address": "{ADDRESS}&noise=40&initZero=true&learningRate=1&seed=0.9"}}')
    assert isinstance(session.stage, PerceptronStage) and session.stage.counted()[0] == 0
    refused, *_ = session.obey(f'{{"t": "points", "address": "{ADDRESS.replace("perceptron", "adam")}"}}')
    assert isinstance(refused, dict) and refused["t"] == "error"
    session.close()


def test_only_the_rule_goes_from_mistake_to_mistake() -> None:
    session = Session()
    (answer,) = session.obey('{"t": "mistake"}')
    assert isinstance(answer, dict) and answer["t"] == "error" and "perceptron" in answer["message"]
    session.close()
