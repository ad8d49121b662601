import json

import pytest
import torch
from sklearn.datasets import load_iris
from torch import Tensor, nn

from etude.evaluation.evaluate import evaluate
from etude.evaluation.predictor import Predictor
from etude.evaluation.records import Evaluation, Judgement, from_json, to_json
from etude.evaluation.scores import scores
from etude.records import Labelled
from etude.schema import Category, Classes, Date, Number, Quantity, Schema, Table

CPU = torch.device("cpu")
TABLE = Table(tuple(Number(name, 0.0, 0.0, 1.0, False) for name in ("a", "b", "c", "d")))


def iris() -> tuple[Predictor, Labelled]:
    x, y = load_iris(return_X_y=True)
    schema = Schema(TABLE, Classes("species", ("setosa", "versicolor", "virginica"), (50, 50, 50)))
    network = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.5), nn.ReLU(), nn.Linear(16, 3))
    return Predictor(network, schema, device=CPU), Labelled(torch.tensor(x).float(), torch.tensor(y))


class First(nn.Module):
    """Answers with the first column."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, 0]


def regression(n: int = 1200) -> tuple[Predictor, Labelled]:
    x = torch.randn(n, 4)
    schema = Schema(TABLE, Quantity("price", 180.0, 40.0))
    return Predictor(First(), schema, device=CPU), Labelled(x, x[:, 0] + 0.2 * torch.randn(n))


def on_all(predictor: Predictor, examples: Labelled, *, batch: int = 64) -> Evaluation:
    return evaluate(predictor, examples, part="valid", rows=torch.arange(len(examples)) + 1000, batch=batch)


@pytest.mark.parametrize("case", [iris, regression])
def test_evaluation_equals_the_validation_of_the_training_to_the_last_bit(case: object) -> None:
    predictor, examples = case()  # type: ignore[operator]
    assert on_all(predictor, examples).as_validation() == scores(predictor, examples, batch=64)


def test_validation_is_the_loss_and_accuracy_of_torch() -> None:
    predictor, examples = iris()
    logits = predictor.logits(examples.x)
    found = scores(predictor, examples, batch=7)
    assert found["loss"] == pytest.approx(float(nn.functional.cross_entropy(logits, examples.y)), abs=1e-6)
    assert found["accuracy"] == pytest.approx(float((logits.argmax(1) == examples.y).double().mean()))


def test_two_evaluations_are_equal() -> None:
    predictor, examples = iris()
    first, second = on_all(predictor, examples), on_all(predictor, examples)
    assert first.metrics == second.metrics and first.details == second.details


def test_an_evaluation_does_not_touch_the_chance_of_the_training() -> None:
    predictor, examples = iris()
    before = torch.get_rng_state()
    on_all(predictor, examples)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("case", [iris, regression])
def test_json_gives_back_the_same_evaluation(case: object) -> None:
    predictor, examples = case()  # type: ignore[operator]
    judgement = Judgement(on_all(predictor, examples), (), "last, step 10")
    assert from_json(to_json(judgement)) == judgement


def test_json_holds_no_nan() -> None:
    predictor, examples = iris()
    with torch.no_grad():
        predictor.network[0].weight.fill_(torch.nan)  # type: ignore[index, operator, union-attr]
    text = to_json(Judgement(on_all(predictor, examples), (), "last, step 10"))
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_the_worst_mistakes_are_those_of_a_full_sort() -> None:
    predictor, examples = iris()
    logits = predictor.logits(examples.x)
    loss = nn.functional.cross_entropy(logits, examples.y, reduction="none")
    wrong = [int(k) for k in loss.argsort(descending=True) if logits[k].argmax() != examples.y[k]]
    found = on_all(predictor, examples, batch=9).worst
    assert [mistake.position for mistake in found] == wrong[:24]
    assert all(mistake.row == mistake.position + 1000 for mistake in found)
    assert all(mistake.truth != mistake.answer for mistake in found)


def test_the_worst_quantities_are_the_largest_errors_in_the_unit_of_the_target() -> None:
    predictor, examples = regression()
    errors = (examples.x[:, 0] - examples.y).abs() * 40
    found = on_all(predictor, examples).worst
    assert [mistake.position for mistake in found] == errors.argsort(descending=True)[:24].tolist()
    assert abs(float(found[0].truth) - float(found[0].answer)) == pytest.approx(float(errors.max()), rel=1e-5)


def test_a_mistake_shows_the_row_of_the_table_as_it_was_read() -> None:
    table = Table(
        (
            Number("age", 30.0, 40.0, 10.0, True),
            Date("born", "%Y-%m-%d", 0.0, 0.0, 1.0, False),
            Category("town", ("Bonn", "Kyiv")),
            Category("job", ("cook",)),
        )
    )
    rows = torch.tensor([[-0.5, 19_000.0, 0.0, 2.0, 1.0], [0.0, 0.0, 1.0, 0.0, 1.0]])
    predictor = Predictor(First(), Schema(table, Quantity("y", 0.0, 1.0)), device=CPU)
    found = on_all(predictor, Labelled(rows, torch.tensor([10.0, 1.0]))).worst
    assert found[0].fields == {"age": "35", "born": "2022-01-08", "town": "Kyiv", "job": "cook"}
    assert found[1].fields["age"] == "missing" and found[1].fields["town"] == "missing or unknown"


def test_no_examples_are_refused() -> None:
    predictor, examples = iris()
    with pytest.raises(ValueError, match="no examples"):
        on_all(predictor, examples[:0])
