"""What goes on inside a network: figures of what passed through it, and of the data that it learns from."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from etude.data.load import load
from etude.figures import Histogram, Images, Matrix, Text
from etude.inside.data import batch_figure, data_figures
from etude.inside.layers import HEALTH, network_figure, output_figure, step_figure, weight_figures
from etude.inside.rehearsal import rehearse
from etude.inside.words import learning_by_heart, silent, standing_out
from etude.layers.inputs import PictureInput
from etude.learners.base import GradientLearner
from etude.objectives.classification import cross_entropy
from etude.optim import Optimizer, sgd
from etude.records import Labelled
from etude.schema import Pictures
from etude.source import Source

PICTURES = Pictures(6, 6, 3, (0.5, 0.4, 0.3), (0.2, 0.2, 0.2))


@pytest.fixture
def learner() -> GradientLearner[Labelled]:
    network = nn.Sequential(
        PictureInput(PICTURES), nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5)
    )
    return GradientLearner(network, cross_entropy, Optimizer(sgd(network.parameters(), rate=0.1)))


@pytest.fixture
def batch() -> Labelled:
    return Labelled(torch.randint(0, 256, (8, 3, 6, 6), dtype=torch.uint8), torch.arange(8) % 5)


def test_a_rehearsal_is_the_update_that_would_come_and_changes_nothing(
    learner: GradientLearner[Labelled], batch: Labelled
) -> None:
    before, chance = {name: each.clone() for name, each in learner.state_dict().items()}, torch.get_rng_state()
    seen = rehearse(learner, batch)
    assert all(torch.equal(each, before[name]) for name, each in learner.state_dict().items())
    assert torch.equal(torch.get_rng_state(), chance)
    learner.update(batch)
    for name, parameter in learner.named_parameters():
        assert torch.equal(seen.changes[name].before, before[name])
        assert torch.equal(seen.changes[name].after, parameter)
        assert parameter.grad is not None
        assert torch.equal(seen.changes[name].gradient, parameter.grad)  # type: ignore[arg-type]


def test_what_passed_through_the_layers_is_what_they_make_of_the_batch(
    learner: GradientLearner[Labelled], batch: Labelled
) -> None:
    seen = rehearse(learner, batch)
    learner.model.train()
    x: torch.Tensor = batch.x
    for number, layer in enumerate(learner.model.children()):
        x = layer(x)
        torch.testing.assert_close(seen.passages[f"model.{number}"].output, x.detach())
    logits = x.detach().requires_grad_()
    F.cross_entropy(logits, batch.y).backward()
    torch.testing.assert_close(seen.passages["model.5"].gradient, logits.grad)
    boxes = {box.name: box for box in network_figure(seen).layers}
    assert boxes["model.1"].shape == (4, 4, 4) and boxes["model.1"].parameters == 4 * 3 * 9 + 4


def test_layers_are_drawn_by_the_shape_of_what_they_say(learner: GradientLearner[Labelled], batch: Labelled) -> None:
    seen = rehearse(learner, batch)
    maps = output_figure(seen, "model.1")
    assert isinstance(maps, Images) and maps.pixels.shape == (4, 1, 4, 4)
    assert int(maps.pixels.min()) == 0 and int(maps.pixels.max()) == 255
    logits = output_figure(seen, "model.5")
    assert isinstance(logits, Matrix) and logits.values.shape == (8, 5)
    filters = weight_figures(seen, "model.1")
    assert isinstance(filters["weight"], Images) and filters["weight"].pixels.shape == (4, 3, 3, 3)  # in colour
    spread = filters["spread of weight"]
    assert isinstance(spread, Histogram) and int(spread.counts["value"].sum()) == 4 * 3 * 9
    assert isinstance(filters["bias"], Matrix)


def test_parameters_that_hardly_move_or_leap_stand_out(learner: GradientLearner[Labelled], batch: Labelled) -> None:
    with torch.no_grad():
        learner.model[5].weight.mul_(1e7)  # so large that the step is nothing beside it
        learner.model[1].weight.mul_(1e-7)
    figure = step_figure(rehearse(learner, batch))
    assert figure.classes is not None
    names = [name for name, parameter in learner.named_parameters() if parameter.ndim > 1]
    health = dict(zip(names, (HEALTH[int(k)] for k in figure.classes), strict=True))
    assert health["model.5.weight"] == "hardly moves" and health["model.1.weight"] == "leaps"


def test_numbers_that_are_not_finite_are_counted(learner: GradientLearner[Labelled], batch: Labelled) -> None:
    seen = rehearse(learner, batch)
    seen.changes["model.5.weight"].after[0, :3] = torch.nan
    spread = weight_figures(seen, "model.5")["spread of weight"]
    assert "3 not finite" in spread.title and isinstance(spread, Histogram)
    assert int(spread.counts["value"].sum()) == 5 * 64 - 3


def test_data_is_drawn_by_its_kind() -> None:
    digits = load(Source("digits"))
    figures = data_figures(digits)
    balance, samples = figures["balance"], figures["samples"]
    assert isinstance(balance, Matrix) and isinstance(samples, Images)
    assert balance.values.sum(dim=0).tolist() == [len(digits.train), len(digits.valid), len(digits.test)]
    assert balance.values[:, 0].tolist() == torch.bincount(digits.train.y, minlength=10).tolist()
    assert samples.captions == tuple(str(k) for k in range(10) for _ in range(8))
    latest = batch_figure(digits.train[:20], digits.schema.inputs)
    assert latest is not None and torch.equal(latest.pixels, digits.train.x[:20])


def test_columns_are_compared_in_their_own_unit() -> None:
    iris = load(Source("iris"))
    figures = data_figures(iris)
    length = figures["column sepal length (cm)"]
    assert isinstance(length, Histogram)
    assert float(length.edges[0]) == pytest.approx(4.3) and float(length.edges[-1]) == pytest.approx(7.9)
    for counts in length.counts.values():
        assert int(counts.sum()) == pytest.approx(1000, abs=15)  # each bin is rounded
    assert batch_figure(iris.train[:5], iris.schema.inputs) is None


def test_copies_in_other_parts_are_found() -> None:
    digits = load(Source("digits"))
    train = digits.train[torch.cat([torch.arange(50), torch.arange(3)])]
    valid = Labelled(torch.cat([digits.valid.x[:20], train.x[:2]]), torch.cat([digits.valid.y[:20], train.y[:2]]))
    text = data_figures(replace(digits, train=train, valid=valid))["copies"]
    assert isinstance(text, Text)
    assert "53 examples, 3 of them copies" in text.body
    assert "validation: 22 examples, 2 of them in the training part too" in text.body
    assert "test: 179 examples, none of them" in text.body


def test_silent_units_and_odd_steps_are_told(learner: GradientLearner[Labelled], batch: Labelled) -> None:
    learner.optimizer.base_rates = [0.01]
    assert standing_out(rehearse(learner, batch)).body.startswith("Nothing")
    with torch.no_grad():
        learner.model[2].bias.fill_(-100.0)  # no unit of the ReLU behind it says anything any more
    said = standing_out(rehearse(learner, batch)).body
    assert "model.3: 100% of its units say 0" in said
    assert "model.1.weight: an update moves it by 0 of its size: it hardly learns." in said


def test_silence_is_counted_by_units() -> None:
    maps = torch.ones(4, 3, 2, 2)
    maps[:, 1] = 0
    maps[0, 2] = 0  # silent for one example only
    assert silent(maps) == pytest.approx(1 / 3)
    rows = torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    assert silent(rows) == 0.5
    assert silent(torch.zeros(5)) == 0.0


def test_learning_by_heart_is_told_once_it_is_plain() -> None:
    def rows(valid: list[float], train: list[float]) -> list[dict[str, float]]:
        return [{"step": 10 * k, "valid_loss": v, "loss": t} for k, (v, t) in enumerate(zip(valid, train, strict=True))]

    falling = [1.0, 0.8, 0.6, 0.5, 0.4, 0.3]
    told = learning_by_heart(rows([1.0, 0.9, 0.95, 1.0, 1.1, 1.2], falling))
    assert told is not None and "after update 10 (0.9) and is 1.2 now" in told
    assert learning_by_heart(rows([1.0, 0.9, 0.8, 0.7, 0.65, 0.6], falling)) is None
    assert learning_by_heart(rows([1.0, 0.9, 0.95, 1.0, 1.1, 1.2], falling[::-1])) is None  # both rise: no such thing
    assert learning_by_heart(rows([1.0, 0.9, 0.91, 0.92, 0.92, 0.91], falling)) is None  # hardly worse
