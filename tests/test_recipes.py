"""Every recipe of the catalogue keeps its promises, tiny; and the numbers that need no long training."""

import json
import math
import shutil
import signal
from itertools import pairwise
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

import etude
from etude.catalogue import entries, recipe_names
from etude.data.load import load
from etude.errors import DataError, ResourceError, UsageError
from etude.layers.inputs import PictureInput
from etude.learners.perceptron import PerceptronRule
from etude.models.cnn import SmallCNN
from etude.models.lenet import LeNet
from etude.recipes.perceptron import Perceptron
from etude.records import Labelled
from etude.schema import Pictures
from etude.source import Source
from etude.testing import check_recipe
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun
from etude.verbs.recipes import default_recipe, fill_recipe, find_recipe
from tests.killed_training import killed_training
from tests.resumed import resumed
from tests.watching import watched_in

GOLDEN = Path(__file__).parent / "golden"
KEPT = 8
"""losses of a golden curve: sums differ in their last bits from processor to processor, and training amplifies that"""


@pytest.mark.parametrize("name", recipe_names())
def test_recipe_keeps_its_promises(name: str, tmp_path: Path) -> None:
    check_recipe(name, tmp_path)


@pytest.mark.parametrize("name", recipe_names())
def test_watched_training_and_killed_one_come_to_the_same_bits(name: str, tmp_path: Path, unchecked: None) -> None:
    """Looking changes nothing; and what was learnt between the last checkpoint and the kill is learnt again."""
    recipe = fill_recipe(default_recipe(name), type(default_recipe(name)).tiny | {"steps": 4})
    whole = watched_in(name, recipe, tmp_path / "whole")
    updates = sum(1 for path in (tmp_path / "whole").glob("*/experiment-*.json")) * 4 - 1
    assert killed_training(name, tmp_path / "killed", updates) == -signal.SIGKILL
    resumed = finished(next((tmp_path / "killed").iterdir()))
    assert [key for key, tensor in whole.items() if not torch.equal(tensor, resumed[key])] == []


def test_no_recipe_takes_half_precision_and_ignores_it(monkeypatch: pytest.MonkeyPatch, unchecked: None) -> None:
    """Here the processor has no units for it, so whoever would use it must complain."""
    monkeypatch.setattr("etude.objectives.precision.has_half_units", lambda: False)
    takers = [name for name in recipe_names() if "bfloat16" in get_args(get_type_hints(find_recipe(name))["precision"])]
    assert {"lenet", "gpt", "char-rnn", "ddpm", "transformer"} <= set(takers)
    for name in takers:
        recipe = fill_recipe(default_recipe(name), {"precision": "bfloat16", "device": "cpu"})
        with pytest.raises(ResourceError, match="leave --precision away"):
            next(recipe.experiments())


def finished(folder: Path) -> dict[str, torch.Tensor]:
    """The last learner of a run that was resumed."""
    steps, state = resumed(folder)
    assert steps, "nothing was left to do"
    return state


@pytest.mark.parametrize("name", recipe_names())
def test_losses_follow_the_golden_curve(name: str, tmp_path: Path, unchecked: None) -> None:
    """A change of the code must not move the first losses at a fixed seed."""
    recipe = fill_recipe(default_recipe(name), {"steps": 20, "seed": 0} | unchanging(name, tmp_path))
    experiment = next(recipe.experiments())
    events = fit(experiment, UnsavedRun())
    curve = [float(next(iter(event.logs.values()))) for event in events]
    path = GOLDEN / f"{name}.json"
    if not path.exists():  # a new recipe writes its curve once; the curve is then committed
        path.write_text(json.dumps([round(value, 6) for value in curve[:KEPT]]) + "\n")
        pytest.fail(f"wrote {path}: look at it and commit it")
    golden = json.loads(path.read_text())
    np.testing.assert_allclose(curve[: len(golden)], golden, rtol=1e-4, atol=1e-5)


def unchanging(name: str, folder: Path) -> dict[str, str]:
    """Data for the recipes whose own are the standard library, which changes with every version of Python."""
    chance = np.random.default_rng(0)
    words = [f"w{number}" for number in (20 * chance.random(3000) ** 2).astype(int)]
    match name:
        case "gpt" | "char-rnn":
            path = folder / "words.txt"
            path.write_text(" ".join(words))
        case "textcnn" | "sentiment" | "bert":
            path = folder / "texts.csv"
            texts = [words[row : row + 8] for row in range(0, len(words), 8)]
            path.write_text("text,kind\n" + "".join(f"{' '.join(each)},{'w0' in each}\n" for each in texts))
        case "crf":
            path = folder / "tags.conll"
            tagged = [f"{word}\t{'B-X' if word == 'w0' else 'O'}\n" for word in words]
            path.write_text("\n".join("".join(tagged[row : row + 10]) for row in range(0, len(tagged), 10)))
        case _:
            return {}
    return {"data": str(path)}


def test_every_recipe_says_what_it_is() -> None:
    assert all(each.about.endswith(".") or each.about.endswith(").") for each in entries())


def count(network: nn.Module) -> int:
    return sum(each.numel() for each in network.parameters())


def test_parameter_counts_of_the_courses() -> None:
    assert count(LeNet(3, 10)) == 62_006
    assert [count(each) for each in LeNet(3, 10).modules() if not list(each.children()) and count(each)] == [
        456,
        2_416,
        48_120,
        10_164,
        850,
    ]
    assert count(LeNet(1, 10)) == 61_706


def test_pooling_before_relu_changes_no_number() -> None:
    x = torch.randn(4, 1, 28, 28)
    network = LeNet(1, 10)
    conv1, pool, relu, conv2, *_ = network.features
    usual = pool(relu(conv2(pool(relu(conv1(x))))))
    assert torch.equal(network.features(x), usual)


@pytest.mark.parametrize("size", [8, 28, 33])
def test_small_cnn_takes_any_size(size: int) -> None:
    assert SmallCNN(3, 7, width=4)(torch.randn(2, 3, size, size)).shape == (2, 7)


def test_picture_input_standardises_bytes() -> None:
    pictures = Pictures(4, 4, 3, (0.5, 0.25, 0.0), (0.5, 0.25, 1.0))
    x = torch.full((2, 3, 4, 4), 255, dtype=torch.uint8)
    torch.testing.assert_close(PictureInput(pictures)(x)[0, :, 0, 0], torch.tensor([1.0, 3.0, 1.0]))


def test_loss_at_initialisation_is_that_of_guessing() -> None:
    for name, classes in (("softmax", 10), ("lenet", 10), ("mlp", 10), ("xor", 2)):
        recipe = fill_recipe(default_recipe(name), {"steps": 1})
        losses = [float(event.logs["loss"]) for event in fit(next(recipe.experiments()), UnsavedRun())]
        assert abs(losses[0] - math.log(classes)) < 0.25 * math.log(classes), name


def separable(margin: float) -> Labelled:
    x = torch.randn(400, 3, generator=torch.Generator().manual_seed(0))
    score = x @ torch.tensor([1.0, -2.0, 0.5]) / math.sqrt(5.25) + 0.1
    keep = score.abs() > margin
    return Labelled(x[keep], (score[keep] > 0).long())


def test_perceptron_stays_within_novikoffs_bound_and_ends_without_mistakes() -> None:
    margin = 0.2
    examples = separable(margin)
    score = nn.Linear(3, 1)
    nn.init.zeros_(score.weight)
    nn.init.zeros_(score.bias)
    rule = PerceptronRule(nn.Identity(), score)
    counts = [int(rule.update(examples)["mistakes"]) for _ in range(60)]
    with_one = torch.cat([examples.x, torch.ones(len(examples), 1)], dim=1)
    truth = torch.tensor([1.0, -2.0, 0.5, 0.1 * math.sqrt(5.25)]) / math.sqrt(5.25)
    radius, separation = with_one.norm(dim=1).max(), margin / truth.norm()
    assert counts[-1] == counts[-2], "the last pass still made mistakes"
    assert 0 < counts[-1] <= (radius / separation) ** 2


def test_perceptron_never_learns_xor() -> None:
    splits = load(Source("xor"))
    rule = Perceptron(source=Source("xor")).rule(splits.schema)
    counts = [int(rule.update(splits.train)["mistakes"]) for _ in range(30)]
    assert all(later > earlier for earlier, later in pairwise(counts))


def test_one_layer_stays_at_chance_on_xor_where_two_layers_learn(tmp_path: Path) -> None:
    one = etude.train("softmax", "xor", epochs=25, rate=0.02, out=tmp_path)
    two = etude.train("xor", epochs=40, out=tmp_path)
    assert min(row["valid_loss"] for row in one.run.curves() if "valid_loss" in row) > 0.68
    assert two.run.curves()[-1]["valid_accuracy"] > 0.95


@pytest.mark.usefixtures("unchecked")
def test_linear_equals_least_squares(tmp_path: Path, unchecked: None) -> None:
    trained = etude.train("linear", out=tmp_path)
    splits = load(Source("diabetes"))
    ones = torch.ones(len(splits.train), 1)
    exact = torch.linalg.lstsq(torch.cat([splits.train.x, ones], 1).double(), splits.train.y[:, None].double()).solution
    weights = torch.cat([each.detach().flatten() for each in trained.predictor.network.parameters()]).double()
    torch.testing.assert_close(weights, exact.flatten(), atol=1e-3, rtol=0)


def overlapping(tmp_path: Path) -> str:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(600, 3))
    y = (x @ [1.0, -1.0, 0.5] + chance.logistic(size=600) > 0).astype(int)
    path = tmp_path / "overlap.csv"
    np.savetxt(path, np.column_stack([x, y]), delimiter=",", header="a,b,c,y", comments="", fmt=["%.17g"] * 3 + ["%d"])
    return str(path)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("penalty", "C"), [(0.0, np.inf), (20.0, 0.05)])
def test_logistic_equals_scikit_learn(tmp_path: Path, penalty: float, C: float, unchecked: None) -> None:
    data = overlapping(tmp_path)
    trained = etude.train("logistic", data, penalty=penalty, out=tmp_path)
    splits = load(Source(data))
    reference = LogisticRegression(C=C, tol=1e-10, max_iter=10_000).fit(splits.train.x.double(), splits.train.y)
    weight, bias = [each.detach().flatten().numpy() for each in trained.predictor.network.parameters()]
    np.testing.assert_allclose(weight, reference.coef_[0], atol=1e-3)
    np.testing.assert_allclose(bias, reference.intercept_, atol=1e-3)


@pytest.mark.parametrize(
    ("recipe", "data", "words"),
    [
        ("lenet", "iris", "pictures"),
        ("tabular", "digits", "tables"),
        ("linear", "wine", "classes"),
        ("softmax", "diabetes", "quantity"),
        ("logistic", "wine", "two classes"),
    ],
)
def test_recipe_refuses_data_of_another_kind_and_leaves_nothing(
    tmp_path: Path, recipe: str, data: str, words: str
) -> None:
    with pytest.raises(DataError, match=words):
        etude.train(recipe, data, out=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_run_predicts_elsewhere_without_the_training_data(tmp_path: Path) -> None:
    rows = ["colour,size,kind"] + [
        f"{c},{s},{'a' if (c == 'red') == (s > 5) else 'b'}" for c in ("red", "blue") for s in range(10)
    ] * 4
    data = tmp_path / "data.csv"
    data.write_text("\n".join(rows) + "\n")
    trained = etude.train("tabular", data, target="kind", epochs=3, out=tmp_path / "runs")
    before = etude.predict(trained, [data])
    shutil.move(trained.run.folder, tmp_path / "elsewhere")
    data.rename(tmp_path / "new.csv")
    after = etude.predict(tmp_path / "elsewhere", [tmp_path / "new.csv"])
    assert [row.probabilities for row in before.rows] == [row.probabilities for row in after.rows]
    judged = etude.evaluate(tmp_path / "elsewhere", tmp_path / "new.csv")
    assert judged.evaluation.n == 80


def test_evaluation_of_the_last_checkpoint_equals_the_last_validation_row(tmp_path: Path) -> None:
    for recipe in ("lenet", "linear"):
        trained = etude.train(recipe, epochs=3, out=tmp_path)
        judgement = etude.evaluate(etude.load(trained.run.folder, use="last"), on="valid")
        row = trained.run.curves()[-1]
        assert {f"valid_{name}": value for name, value in judgement.evaluation.as_validation().items()} == {
            name: value for name, value in row.items() if name.startswith("valid_")
        }


@pytest.mark.parametrize("balance", ["weights", "sample", "focal"])
def test_balance_raises_the_recall_of_the_rare_class(tmp_path: Path, balance: str) -> None:
    chance = np.random.default_rng(0)
    y = (np.arange(2000) % 20 == 0).astype(int)
    x = chance.normal(size=2000) + 1.2 * y
    path = tmp_path / "rare.csv"
    path.write_text("x,y\n" + "".join(f"{a:.6f},{b}\n" for a, b in zip(x, y, strict=True)))
    recalls = {}
    for each in ("none", balance):
        trained = etude.train("mlp", path, hidden=(16,), epochs=5, rate=1e-2, balance=each, out=tmp_path)
        details = etude.evaluate(trained).evaluation.details
        recalls[each] = details.classes[1].recall.value
    if balance == "focal":  # it moves the weight to the hard examples of both classes
        assert recalls[balance] >= recalls["none"]
    else:
        assert recalls[balance] > recalls["none"] + 0.3


@pytest.mark.parametrize("schedule", ["constant", "step", "exponential", "cosine", "one-cycle"])
def test_every_schedule_trains_by_name(tmp_path: Path, schedule: str) -> None:
    trained = etude.train("mlp", hidden=(32,), steps=60, schedule=schedule, out=tmp_path)
    assert trained.run.curves()[-1]["valid_accuracy"] > 0.7


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [
        ("sgd", 0.1),
        ("momentum", 0.02),
        ("nesterov", 0.02),
        ("adagrad", 0.02),
        ("rmsprop", 2e-3),
        ("adam", 2e-3),
        ("adamw", 2e-3),
        ("muon", 0.02),
    ],
)
def test_every_optimizer_trains_by_name(tmp_path: Path, optimizer: str, rate: float) -> None:
    trained = etude.train("mlp", hidden=(32,), steps=80, optimizer=optimizer, rate=rate, weight_decay=0.0, out=tmp_path)
    assert trained.run.curves()[-1]["valid_accuracy"] > 0.8


@pytest.mark.parametrize("setting", ["optimizer", "schedule", "activation"])
def test_unknown_name_of_a_part_is_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(UsageError, match="Known"):
        etude.train("mlp", out=tmp_path, **{setting: "magic"})
