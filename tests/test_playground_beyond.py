"""What TensorFlow Playground cannot say is learnt by etude's own parts: the same losses as plain torch's."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from sklearn.metrics import accuracy_score
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor, nn
from torch.nn import functional as F

from etude.playground.address import View, read_address, write_address
from etude.playground.lesson import Lesson
from etude.playground.order import carried
from etude.playground.picture import pictured
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun

pytestmark = pytest.mark.usefixtures("unchecked")

EPOCHS = 20
BINARY = {
    "mse": lambda z, y: F.mse_loss(z.tanh(), y) / 2,
    "mae": lambda z, y: F.l1_loss(z.tanh(), y),
    "huber": lambda z, y: F.smooth_l1_loss(z.tanh(), y),
    "bce": lambda z, y: F.binary_cross_entropy(z.sigmoid(), (y + 1) / 2),
    "hinge": lambda z, y: (1 - y * z).clamp(min=0).mean(),
}
OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "momentum": lambda each, **how: torch.optim.SGD(each, momentum=0.9, **how),
    "nesterov": lambda each, **how: torch.optim.SGD(each, momentum=0.9, nesterov=True, **how),
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
}
BENDS: dict[str, type[nn.Module]] = {
    "leaky-relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
}


def losses(lesson: Lesson) -> list[float]:
    """The training losses of the first epochs."""
    experiment = lesson.experiment()
    found = [experiment.evaluate()["train_loss"]]
    for event in fit(experiment, UnsavedRun()):
        found += [event.scores["train_loss"]] if event.scores else []
        if len(found) > EPOCHS:
            return found
    raise AssertionError("it ended")


def plain(lesson: Lesson, bend: nn.Module) -> nn.Sequential:
    """The network of a lesson in torch's own layers, with the same weights."""
    layers: list[nn.Module] = []
    for layer in lesson.network().linears:
        copied = nn.Linear(layer.in_features, layer.out_features, dtype=torch.float64)
        copied.load_state_dict(layer.state_dict())
        layers += [copied, bend]
    return nn.Sequential(*layers[:-1])


def plain_losses(
    lesson: Lesson, network: nn.Sequential, loss: Callable[[Tensor, Tensor], Tensor], optimizer: torch.optim.Optimizer
) -> list[float]:
    """The same training, written out."""
    train = replace(lesson, loss="mse").parts[0]
    batches, found = carried(train, lesson.batch, start=0), [loss(network(train.x)[:, 0], train.y).item()]
    for _ in range(EPOCHS):
        for _ in range(len(train) // lesson.batch):
            batch = next(batches)
            optimizer.zero_grad()
            loss(network(batch.x)[:, 0], batch.y).backward()
            optimizer.step()
        found.append(loss(network(train.x)[:, 0], train.y).item())
    return found


@pytest.mark.parametrize("loss", sorted(BINARY))
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_every_loss_is_learnt_as_in_plain_torch(loss: Any, optimizer: str, unchecked: None) -> None:
    lesson = Lesson(dataset="gauss", noise=20.0, loss=loss, optimizer=optimizer, schedule="step", span=10**6)
    network = plain(lesson, nn.Tanh())
    torch_optimizer = OPTIMIZERS[optimizer](network.parameters(), lr=0.03)
    torch.testing.assert_close(losses(lesson), plain_losses(lesson, network, BINARY[loss], torch_optimizer))


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_every_optimizer_steps_as_in_plain_torch(optimizer: str) -> None:
    lesson = Lesson(dataset="xor", loss="bce", optimizer=optimizer, rate=0.01, decay=0.001)
    network = plain(lesson, nn.Tanh())
    torch_optimizer = OPTIMIZERS[optimizer](network.parameters(), lr=0.01, weight_decay=0.001)
    torch.testing.assert_close(losses(lesson), plain_losses(lesson, network, BINARY["bce"], torch_optimizer))


def test_adamw_pulls_at_weights_and_never_at_biases() -> None:
    lesson = Lesson(dataset="xor", optimizer="adamw", rate=0.01, decay=0.1)
    network = plain(lesson, nn.Tanh())
    groups = [
        {"params": [each for each in network.parameters() if each.ndim > 1], "weight_decay": 0.1},
        {"params": [each for each in network.parameters() if each.ndim == 1], "weight_decay": 0.0},
    ]
    torch_optimizer = torch.optim.AdamW(groups, lr=0.01)
    torch.testing.assert_close(losses(lesson), plain_losses(lesson, network, BINARY["mse"], torch_optimizer))


@pytest.mark.parametrize("bend", sorted(BENDS))
def test_every_bend_is_that_of_torch(bend: str) -> None:
    lesson = Lesson(dataset="circle", activation=bend, start="he")
    network = plain(lesson, BENDS[bend]())
    wanted = plain_losses(lesson, network, BINARY["mse"], torch.optim.SGD(network.parameters(), lr=0.03))
    torch.testing.assert_close(losses(lesson), wanted)


@pytest.mark.parametrize("penalty", ["none", "L2"])
def test_both_engines_learn_the_same_where_both_can(penalty: Any) -> None:
    browsers = Lesson(dataset="circle", penalty=penalty, strength=0.01, seed="0.2")
    ours = replace(browsers, schedule="step", span=10**6)  # which never comes to its first step
    assert browsers.is_the_browsers and not ours.is_the_browsers
    torch.testing.assert_close(losses(ours), losses(browsers), rtol=1e-11, atol=1e-13)


def test_lasso_is_a_price_on_absolute_weights() -> None:
    lesson = Lesson(dataset="circle", penalty="L1", strength=0.01, optimizer="momentum")
    network = plain(lesson, nn.Tanh())

    def priced(z: Tensor, y: Tensor) -> Tensor:
        price = sum(each.abs().sum() for each in network.parameters() if each.ndim > 1)
        return BINARY["mse"](z, y) + 0.01 * price * (len(y) < len(lesson.points[0]))

    torch_optimizer = torch.optim.SGD(network.parameters(), lr=0.03, momentum=0.9)
    torch.testing.assert_close(losses(lesson), plain_losses(lesson, network, priced, torch_optimizer))


@pytest.mark.parametrize(("schedule", "last"), [("step", 0.01), ("cosine", 0.00274), ("warm-up", 0.00274)])
def test_the_rate_follows_its_schedule(schedule: Any, last: float) -> None:
    experiment = Lesson(schedule=schedule, span=6, batch=50).experiment()
    (optimizer,) = experiment.learner.optimizers().values()
    rates = [optimizer.rate for _, _ in zip(fit(experiment, UnsavedRun()), range(40), strict=False)]
    assert max(rates) == pytest.approx(0.03, rel=0.05)
    assert rates[-1] == pytest.approx(0.03 * last, rel=0.1)
    assert (rates[0] < rates[1] < 0.03) == (schedule == "warm-up")


def test_dropout_silences_units_in_training_alone_and_repeats_itself() -> None:
    lesson = Lesson(dropout=0.5, shape=(64,), seed="0.4")
    assert losses(lesson) == losses(lesson) != losses(replace(lesson, seed="0.5"))
    learner = lesson.learner()
    x = lesson.parts[0].x[:1].expand(4000, -1)
    learner.eval()
    told = learner.network.units(x)[-1]  # type: ignore[operator]
    assert (told == told[0]).all()
    learner.train()
    heard = (learner.network.units(x)[-1]).atanh()  # type: ignore[operator]
    torch.testing.assert_close(heard.mean(), told[0, 0].atanh(), rtol=0, atol=0.1)  # the mean stays
    assert heard.std() > 0.2


@pytest.mark.parametrize("start", ["xavier", "he", "orthogonal"])
def test_first_weights_follow_from_the_seed(start: Any) -> None:
    first, again, other = (Lesson(start=start, shape=(64, 64), seed=seed).network() for seed in ("0.1", "0.1", "0.2"))
    assert torch.equal(first.linears[1].weight, again.linears[1].weight)
    assert not torch.equal(first.linears[1].weight, other.linears[1].weight)
    deviation = first.linears[1].weight.std().item()
    assert deviation == pytest.approx({"xavier": 1 / 8, "he": 2**0.5 / 8, "orthogonal": 1 / 8}[start], rel=0.05)


def test_keys_of_ours_are_absent_where_all_is_as_usual() -> None:
    text = write_address(Lesson(seed="0.1"), View())
    assert text.endswith("hideText=false")
    lesson = Lesson(
        seed="0.1", loss="hinge", optimizer="adamw", schedule="warm-up", span=70, start="he", dropout=0.25, decay=0.01,
        activation="leaky-relu",
    )  # fmt: skip
    written = write_address(lesson, View())
    assert written.endswith(
        "&loss=hinge&optimizer=adamw&schedule=warm-up&init=he&dropout=0.25&weightDecay=0.01&scheduleEpochs=70"
    )
    assert read_address(written, seed="") == (lesson, View())


@pytest.mark.parametrize(
    ("address", "field", "value"),
    [
        ("loss=ce", "loss", "bce"),
        ("loss=bce&problem=regression", "loss", "mse"),
        ("loss=huber&problem=regression", "loss", "huber"),
        ("loss=nonsense", "loss", "mse"),
        ("optimizer=muon", "optimizer", "sgd"),
        ("dropout=2", "dropout", 0.9),
        ("dropout=nan", "dropout", 0.0),
        ("init=zero", "start", "uniform"),
        ("scheduleEpochs=0", "span", 1),
    ],
)
def test_what_makes_no_sense_is_as_usual(address: str, field: str, value: object) -> None:
    assert getattr(read_address(address, seed="0")[0], field) == value


@pytest.mark.parametrize("world", ["blobs", "rings", "moons", "checkerboard"])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_worlds_of_several_classes_follow_from_the_seed(world: str, classes: int) -> None:
    lesson = Lesson(dataset=world, classes=classes, seed="0.3")
    points = [*lesson.points[0], *lesson.points[1]]
    assert points == [point for part in replace(lesson, rate=1.0).points for point in part]
    assert points != [point for part in replace(lesson, seed="0.4").points for point in part]
    assert 500 <= len(points) <= 510
    assert all(max(abs(point.x), abs(point.y)) < 6 for point in points)
    assert {point.label for point in points} == set(range(classes) if classes > 2 else (-1, 1))


@pytest.mark.parametrize("world", ["blobs", "rings", "moons"])
def test_without_noise_neighbours_have_one_class(world: str) -> None:
    """As scikit-learn's nearest neighbours judge."""
    train, test = Lesson(dataset=world, classes=5, seed="0.3", training=80).parts
    neighbours = KNeighborsClassifier(3).fit(train.x.numpy(), train.y.numpy())
    assert neighbours.score(test.x.numpy(), test.y.numpy()) > 0.95


@pytest.mark.parametrize("loss", ["ce", "hinge"])
def test_several_classes_are_learnt_as_in_plain_torch(loss: str) -> None:
    lesson = Lesson(dataset="blobs", classes=4, loss=loss, noise=30.0, optimizer="adam", rate=0.01)
    network = plain(lesson, nn.Tanh())
    assert network[-1].out_features == 4
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    train = lesson.parts[0]
    batches, wanted = carried(train, 10, start=0), []
    for number in range(3 * 25):
        batch = next(batches)
        optimizer.zero_grad()
        if loss == "hinge":  # the best of the others alone, where torch adds them all
            scores = network(batch.x)
            own = scores.gather(1, batch.y[:, None])[:, 0]
            others = scores.masked_fill(F.one_hot(batch.y, 4).bool(), -torch.inf).amax(1)
            (1 + others - own).clamp(min=0).mean().backward()
        else:
            F.cross_entropy(network(batch.x), batch.y).backward()
        optimizer.step()
        if number % 25 == 24:
            right = (network(train.x).argmax(1) == train.y).double().mean().item()
            wanted.append(right)
    experiment = lesson.experiment()
    scores = [event.scores for _, event in zip(range(75), fit(experiment, UnsavedRun()), strict=False) if event.scores]
    assert [each["train_accuracy"] for each in scores] == wanted
    torch.testing.assert_close(list(experiment.learner.network.parameters()), list(network.parameters()))


def test_accuracy_of_two_classes_counts_the_right_signs() -> None:
    experiment = Lesson(dataset="gauss", noise=40.0).experiment()
    for _, _ in zip(fit(experiment, UnsavedRun()), range(50), strict=False):
        pass
    test = Lesson(dataset="gauss", noise=40.0).parts[1]
    answers = experiment.learner.network(test.x)
    assert experiment.evaluate()["test_accuracy"] == accuracy_score(test.y > 0, answers > 0) < 1


def test_a_quantity_has_no_accuracy() -> None:
    assert math.isnan(Lesson(problem="regression").experiment().evaluate()["test_accuracy"])


def test_pictures_are_probabilities_from_minus_one_to_one() -> None:
    z = torch.randn(5, 7, 7)
    p = z.softmax(0)
    picture = pictured(z, "ce", "identity")
    torch.testing.assert_close(picture.each, 2 * p - 1)
    assert picture.strength.min() >= 0 and picture.strength.max() <= 1
    torch.testing.assert_close(pictured(z[:1], "bce", "identity").strength, 2 * z[0].sigmoid() - 1)
    even = pictured(torch.zeros(5, 1, 1), "ce", "identity")
    assert even.strength == 0
    hinged = pictured(torch.tensor([0.0, 0.25, -1.0]).reshape(3, 1, 1), "hinge", "identity")
    assert hinged.strength == 0.25 and hinged.each.flatten().tolist() == [-0.25, 0.25, -1.0]


def test_addresses_of_several_classes() -> None:
    lesson, _ = read_address("dataset=rings&classes=5&seed=0.1", seed="")
    assert (lesson.outputs, lesson.loss, lesson.is_the_browsers) == (5, "ce", False)
    assert "loss" not in write_address(lesson, View()) and "&classes=5" in write_address(lesson, View())
    two, _ = read_address("dataset=rings&classes=2&seed=0.1", seed="")
    assert (two.outputs, two.loss, two.is_the_browsers) == (1, "mse", True)
