"""Pictures to which units answer most: laws of the climb, and what a trained network says of its own summits."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.data.load import load
from etude.figures import Images, Text
from etude.inside.maximise import maximised
from etude.inside.rehearsal import rehearse
from etude.inside.summits import summit_figures
from etude.layers.inputs import FlatPictures, PictureInput
from etude.learners.base import GradientLearner
from etude.objectives.classification import cross_entropy
from etude.optim import Optimizer, adamw, sgd
from etude.records import Labelled
from etude.schema import Classes, Pictures, Schema
from etude.source import Source
from etude.training.fit import Event
from etude.training.phases import train
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start
from etude.web.live import LiveTraining

WIDE = Pictures(8, 8, 1, (0.5,), (0.1,))
"""so little deviation that no standardised pixel meets 0 or 255 within the length that is allowed"""


def test_what_a_linear_unit_is_after_are_its_weights() -> None:
    linear = nn.Linear(64, 3)
    network = nn.Sequential(FlatPictures(WIDE), linear).eval()
    found = maximised(network, linear, torch.arange(3), (1, 8, 8), seed=0)
    x = (found.pixels.float().flatten(1) / 255 - 0.5) / 0.1
    assert float(F.cosine_similarity(x, linear.weight.detach()).min()) > 0.999  # Cauchy and Schwarz
    assert x.norm(dim=1).tolist() == pytest.approx([8.0] * 3, rel=0.01)
    bound = 8.0 * linear.weight.norm(dim=1) + linear.bias
    torch.testing.assert_close(found.after, bound.detach(), rtol=0.01, atol=0.0)
    assert (found.after > found.before).all()


def test_channels_answer_more_and_the_same_seed_gives_the_same_bits() -> None:
    network = nn.Sequential(
        PictureInput(Pictures(16, 16, 3, (0.5, 0.4, 0.3), (0.2, 0.3, 0.2))),
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 5, 3),
    ).eval()
    state = {name: each.clone() for name, each in network.state_dict().items()}
    units, chance = torch.tensor([4, 0]), torch.get_rng_state()
    one, same, other = (maximised(network, network[4], units, (3, 16, 16), seed=seed) for seed in (0, 0, 1))
    assert torch.equal(one.pixels, same.pixels) and not torch.equal(one.pixels, other.pixels)
    assert (one.after > one.before).all() and one.pixels.shape == (2, 3, 16, 16)
    maps = F.leaky_relu(network(one.pixels), 0.1).mean(dim=(2, 3))  # as the network reads the very bytes
    torch.testing.assert_close(one.after, maps[[0, 1], units].detach())
    assert all(torch.equal(each, state[name]) for name, each in network.state_dict().items())
    assert torch.equal(torch.get_rng_state(), chance) and all(each.grad is None for each in network.parameters())


def test_a_climb_on_numbers_that_are_not_finite_ends_in_words() -> None:
    linear = nn.Linear(64, 3)
    network = nn.Sequential(PictureInput(WIDE), nn.Flatten(), linear)
    learner = GradientLearner(network, cross_entropy, Optimizer(sgd(network.parameters(), rate=0.1)))
    schema = Schema(WIDE, Classes("digit", ("a", "b", "c"), (1, 1, 1)))
    batch = Labelled(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), torch.arange(4) % 3)
    seen = rehearse(learner, batch)
    assert isinstance(summit_figures(learner, seen, "model.2", schema)["summits"], Images)
    with torch.no_grad():
        linear.weight[0, 0] = torch.nan
    told = summit_figures(learner, seen, "model.2", schema)["summits"]
    assert isinstance(told, Text) and "not finite" in told.body


@pytest.fixture(scope="module")
def trained() -> tuple[GradientLearner[Labelled], Schema, Labelled]:
    """A small convolutional network that reads digits."""
    torch.manual_seed(0)
    splits = load(Source("digits"))
    pictures = splits.schema.inputs
    assert isinstance(pictures, Pictures)
    network = nn.Sequential(
        PictureInput(pictures), nn.Conv2d(1, 16, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 144, 10)
    )
    learner = GradientLearner(network, cross_entropy, Optimizer(adamw(network.parameters(), rate=3e-3)))
    batches = [splits.train[rows] for _ in range(3) for rows in torch.randperm(len(splits.train)).split(64)]
    for batch in batches:
        learner.update(batch)
    return learner, splits.schema, batches[0]


def test_the_summit_of_a_digit_is_called_that_digit(
    trained: tuple[GradientLearner[Labelled], Schema, Labelled],
) -> None:
    learner, schema, batch = trained
    seen = rehearse(learner, batch)
    figure = summit_figures(learner, seen, "model.4", schema)["summits"]
    assert isinstance(figure, Images) and [each.split(":")[0] for each in figure.captions] == list("0123456789")
    shares: Tensor = learner.model.eval()(figure.pixels).detach().softmax(dim=1)
    learner.model.train()
    assert float(shares.diagonal().min()) > 0.9


def test_the_strongest_channels_are_shown(trained: tuple[GradientLearner[Labelled], Schema, Labelled]) -> None:
    learner, schema, batch = trained
    seen = rehearse(learner, batch)
    figure = summit_figures(learner, seen, "model.1", schema)["summits"]
    scale, convolution = (learner.model.get_submodule(each) for each in "01")
    means = convolution(scale(batch.x[:32])).mean(dim=(0, 2, 3))
    wanted = [f"unit {k + 1}" for k in means.argsort(descending=True)[:6].tolist()]
    assert isinstance(figure, Images) and [each.split(":")[0] for each in figure.captions] == wanted
    for name in ("model.0", "model.9"):  # what learns nothing, and what is not there
        assert summit_figures(learner, seen, name, schema) == {}


def test_summits_are_looked_for_when_somebody_asks_and_the_training_does_not_feel_it(tmp_path: Path) -> None:
    states = []
    for looks in (True, False):
        recipe = fill_recipe(default_recipe("lenet"), {"steps": 3})
        experiments, run = start("lenet", recipe, run_name=f"looks-{looks}", out=tmp_path)
        live = LiveTraining(run, stop=lambda: None)
        for event in train(live.follow(experiments), run):
            live.event = event
            if looks and event.step == 2:
                asked_for(live, event)
        assert live.experiment is not None
        states.append(live.experiment.learner.state_dict())
    assert all(torch.equal(each, states[1][name]) for name, each in states[0].items())


def asked_for(live: LiveTraining, event: Event) -> None:
    """Somebody chooses a layer, sees it again, and sees another one in passing."""
    name = "model.1.features.3"
    assert "summits" not in live.layer(name, now=False)
    asked = live.look(lambda: live.layer(name, now=True), now=True)
    live.between(event, stopped=lambda: False)
    found = asked.result(timeout=0)["summits"]
    assert isinstance(found, Images) and len(found.pixels) == 6
    assert live.layer(name, now=False)["summits"] is found
    assert "summits" not in live.layer("model.1.features.0", now=False)
