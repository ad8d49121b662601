"""The GAN of the playground: the losses of plain torch, two steps that are one update, and a past that is exact."""

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.chance import stream
from etude.playground.address import read_address, write_address
from etude.playground.descent import seed_number
from etude.playground.gan import PlaneGAN, Told, distance
from etude.playground.lesson import Lesson
from etude.playground.network import FEATURES, told
from etude.playground.program import program
from etude.web.adversarial import AdversarialStage
from etude.web.history import state_of
from etude.web.session import Session
from etude.web.stages import stage_of

pytestmark = pytest.mark.usefixtures("unchecked")
ADDRESS = (
    "problem=generate&dataset=xor&seed=0.3&percTrainData=20&batchSize=30&networkShape=6,5&generator=7&sinX=true"
    "&activation=leaky-relu"
)


def lesson_of(address: str) -> Lesson:
    return read_address(address, seed="0.3")[0]


def staged(address: str = ADDRESS) -> AdversarialStage:
    stage = stage_of(lesson_of(address))
    assert isinstance(stage, AdversarialStage)
    return stage


def bits(stage: Any) -> bytes:
    """Everything that the next update depends on."""
    state = state_of(stage.rule, stage.lesson, 0)
    return b"".join(each.numpy().tobytes() for each in (*state.learner.values(), *state.moments.values()))


def weights(network: nn.Module) -> bytes:
    return b"".join(each.detach().numpy().tobytes() for each in network.parameters())


def answers(network: list[Tensor], x: Tensor) -> Tensor:
    """Of a network that is a list of weights and biases, leaky between the layers."""
    for k in range(0, len(network), 2):
        x = F.linear(x, network[k], network[k + 1])
        x = torch.where(x > 0, x, 0.01 * x) if k + 2 < len(network) else x
    return x


def test_the_losses_are_those_of_autograd_and_adam_written_out_from_the_papers() -> None:
    """Goodfellow et al. 2014, algorithm 1, by log and sigmoid; Kingma and Ba 2015 without inertia."""
    lesson = lesson_of(ADDRESS)
    ours = lesson.learner()
    assert isinstance(ours, PlaneGAN)
    first = [[p.detach().clone() for p in net.parameters()] for net in (ours.plane, ours.generator)]
    seconds = [[torch.zeros_like(p) for p in net] for net in first]
    train = torch.tensor([[p.x, p.y] for p in lesson.points[0]], dtype=torch.float64)
    critic, generator = first

    def sure(x: Tensor) -> Tensor:
        return answers(critic, torch.stack([x[:, 0], x[:, 1], x[:, 0].sin()], dim=1)).sigmoid()

    def descend(which: int, loss: Tensor, k: int) -> None:
        slopes = torch.autograd.grad(loss, first[which])
        for p, v, slope in zip(first[which], seconds[which], slopes, strict=True):
            v.mul_(0.999).add_(0.001 * slope**2)
            p.data -= lesson.rate * slope / ((v / (1 - 0.999 ** (k + 1))).sqrt() + 1e-8)

    for k in range(20):
        rows = lesson.rows(k)
        x, z = train[rows], torch.randn(len(rows), 2, generator=noise(lesson, k), dtype=torch.float64)
        for each in (*critic, *generator):
            each.requires_grad_()
        critic_loss = -sure(x).log().mean() - (1 - sure(answers(generator, z).detach())).log().mean()
        descend(0, critic_loss, k)
        generator_loss = -sure(answers(generator, z)).log().mean()
        descend(1, generator_loss, k)
        logs = ours.update(lesson.labelled([lesson.points[0][row] for row in rows]))
        assert float(logs["critic_loss"]) == pytest.approx(float(critic_loss.detach()), abs=1e-6)
        assert float(logs["generator_loss"]) == pytest.approx(float(generator_loss.detach()), abs=1e-6)


def noise(lesson: Lesson, k: int) -> torch.Generator:
    return stream(seed_number(lesson.seed), "noise", k)


def test_the_features_of_places_are_those_of_the_page() -> None:
    places = [(0.3, -1.2), (-4.0, 2.5), (5.9, 5.9)]
    wanted = told(places, tuple(FEATURES))
    torch.testing.assert_close(Told(tuple(FEATURES))(torch.tensor(places, dtype=torch.float64)), wanted)


def test_a_step_of_d_then_one_of_g_are_one_update_bit_for_bit() -> None:
    alone, whole = staged(), staged()
    for _ in range(9):  # beyond an epoch, whose first batch is longer
        alone.one_alone("critic")
        alone.one_alone("generator")
        whole.one_update()
        assert bits(alone) == bits(whole)
    assert alone.step == 0 and whole.epoch == 3
    assert alone.arrays()["steps"].tolist() == whole.arrays()["steps"].tolist() == [9, 9]


def test_a_step_alone_moves_one_network_and_leaves_the_other() -> None:
    stage = staged()
    stage.one_epoch()
    critic, generator, made = weights(stage.gan.plane), weights(stage.gan.generator), stage.arrays()["made"]
    for k in range(3):
        stage.one_alone("critic")
        assert weights(stage.gan.generator) == generator and (stage.arrays()["made"] == made).all()
        assert stage.gan.critic_optimizer.step == stage.epoch_steps + k + 1
    assert weights(stage.gan.plane) != critic
    critic = weights(stage.gan.plane)
    stage.one_alone("generator")
    assert weights(stage.gan.plane) == critic and weights(stage.gan.generator) != generator
    assert (stage.arrays()["made"] != made).any() and len(stage.losses) == 6


def test_the_critic_finds_the_ratio_of_two_known_densities() -> None:
    """D* = p / (p + q) (proposition 1): between N(1, 1) and N(-1, 1) along x, its log-odds are 2 x."""
    lesson = lesson_of(
        "problem=generate&networkShape=&generator=0&y=false&batchSize=4000&learningRate=0.03&initZero=true"
    )
    gan = lesson.learner()
    assert isinstance(gan, PlaneGAN)
    (maker,) = gan.generator.linears
    with torch.no_grad():
        maker.weight.copy_(torch.eye(2))
        maker.bias.copy_(torch.tensor([-1.0, 0.0]))
    chance = torch.Generator().manual_seed(0)
    for _ in range(500):
        x = torch.randn(2000, 2, generator=chance, dtype=torch.float64) + torch.tensor([1.0, 0.0])
        gan.step_critic(type(lesson.parts[0])(x, torch.ones(len(x))))
    (score,) = gan.plane.linears
    slope, middle = score.weight.detach(), score.bias.detach()
    assert float(slope) == pytest.approx(2.0, abs=0.1) and abs(float(middle)) < 0.1


def test_where_the_critic_has_no_idea_the_losses_are_those_of_the_theorem_and_nothing_is_pushed() -> None:
    stage = staged(f"{ADDRESS}&initZero=true")
    assert stage.loss == pytest.approx((2 * math.log(2), math.log(2)))
    arrays = stage.arrays()
    assert not arrays["pushes"].any() and set(np.unique(arrays["answer"])) == {128}


def test_arrows_show_the_slope_of_the_generators_loss() -> None:
    stage = staged()
    stage.one_epoch()
    arrays, step = stage.arrays(), 1e-6
    places = torch.from_numpy(arrays["made"][:60]).double()
    for axis in range(2):
        moved = step * torch.eye(2, dtype=torch.float64)[axis]
        with torch.no_grad():
            up, down = (stage.gan.critic(places + way).sigmoid().log() for way in (moved, -moved))
        np.testing.assert_allclose(arrays["pushes"][:, axis], (up - down) / (2 * step), rtol=1e-3, atol=1e-4)


def test_rewound_and_replayed_it_is_the_same_with_steps_alone_and_changes_by_hand() -> None:
    stage = staged()
    seen = [bits(stage)]
    for epoch in range(1, 8):
        stage.one_epoch()
        seen.append(bits(stage))
        if epoch == 2:
            stage.one_alone("critic")
            stage.one_alone("critic")
            stage.set_rate(0.01)
            stage.one_alone("generator")
            stage.set_weight(0, 1, 0, 0.5)
            seen[2] = bits(stage)
    for epoch in (7, 1, 4, 2, 0, 6):
        stage.rewind(epoch)
        assert bits(stage) == seen[epoch], epoch
    stage.one_epoch()
    assert bits(stage) == seen[7] and stage.lesson.rate == 0.01


def test_two_gaussians_are_both_found() -> None:
    """At most a tenth of the distance that the points have at first, and both clouds have their share."""
    stage = staged("problem=generate&dataset=gauss&seed=0.3")
    before = float(stage.arrays()["distance"][0])
    while stage.step < 600:
        stage.one_epoch()
    arrays = stage.arrays()
    share = float((arrays["made"].sum(1) > 0).mean())
    assert arrays["distance"][0] < before / 10 and 0.25 < share < 0.75


def test_the_distance_needs_two_points_of_each() -> None:
    assert math.isnan(distance(torch.zeros(1, 2), torch.zeros(5, 2)))
    stage = staged("problem=generate&points=1,1,1;2,2,0;3,1,5")
    assert np.isnan(stage.arrays()["distance"]).all() and stage.lesson.outputs == 1
    stage.one_epoch()


TFP = [
    "activation=relu&batchSize=12&dataset=spiral&problem=classification&networkShape=8,6&seed=0.4",
    "problem=regression&regDataset=reg-gauss&networkShape=&seed=0.4",
    "",
]


@pytest.mark.parametrize("address", TFP)
def test_an_address_of_tensorflow_playground_never_becomes_one_of_a_gan(address: str) -> None:
    plain = write_address(*read_address(address, seed="0.4"))
    assert "generat" not in plain
    for more in ("&generator=8,8", "&problem=Generate" if "problem" not in address else "&generator=0"):
        assert write_address(*read_address(address + more, seed="0.4")) == plain


def test_its_address_is_read_back_and_says_no_more_than_it_must() -> None:
    lesson, view = read_address(
        "problem=generate&goal=loss:0.1&dropout=0.5&regularization=L2&schedule=cosine", seed="1"
    )
    written = write_address(lesson, view)
    assert read_address(written, seed="2") == (lesson, view) and view.goal is None
    assert (lesson.optimizer, lesson.dropout, lesson.penalty, lesson.loss) == ("adam", 0.0, "none", "bce")
    assert not any(key in written for key in ("optimizer", "generator=", "dropout", "loss", "init="))
    for shape, text in (((8, 3), "generator=8,3"), ((), "generator=0")):
        other = lesson_of(f"problem=generate&{text}")
        assert other.generator == shape and text in write_address(other, view)
        assert lesson_of(write_address(other, view)) == other
    assert read_address(written.replace("problem=generate", "problem=classification"), seed="")[0].optimizer == "sgd"


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    session.drive.close()
    session.drive.join()
    yield session


def say(session: Session, kind: str, **said: Any) -> list[Any]:
    answers: list[Any] = session.obey(json.dumps({"t": kind, **said}))
    return answers


@pytest.mark.parametrize(
    ("more", "words"), [("&optimizer=perceptron", "points are made"), ("&goal=loss:0.1", "A goal asks")]
)
def test_what_a_gan_cannot_have_is_refused_in_words(session: Session, more: str, words: str) -> None:
    lesson, *_, refused = say(session, "lesson", address=ADDRESS + more)
    assert lesson["lesson"]["optimizer"] == "adam" and refused["t"] == "error" and words in refused["message"]


def test_what_needs_one_network_or_two_says_so(session: Session) -> None:
    (refused,) = say(session, "critic")
    assert refused["t"] == "error" and "Generate" in refused["message"]
    say(session, "lesson", address=ADDRESS)
    for kind, words in (("mistake", "perceptron"), ("learn", "GAN")):
        (refused,) = say(session, kind, point=0)
        assert refused["t"] == "error" and words in refused["message"]
    (trace,) = say(session, "trace", point=0)
    assert "D compares real points" in trace["why"] and trace["lines"] == []


def test_side_by_side_each_is_as_if_alone(session: Session) -> None:
    told, *_ = say(session, "lesson", address=f"{ADDRESS}&other=generator%3D4%26optimizer%3Dsgd&edit=right")
    assert told["lesson"]["generator"] == [4] or told["lesson"]["generator"] == (4,)
    alone = [staged(), stage_of(session.sides[1].lesson)]
    for kind in ("epoch", "critic", "generator", "generator", "batch", "epoch"):
        (done,) = say(session, kind)
        assert done["t"] == "done" and not done["playing"]
    for each in alone:
        assert isinstance(each, AdversarialStage)
        each.one_epoch()
        for player in ("critic", "generator", "generator"):
            each.one_alone(player)  # type: ignore[arg-type]
        each.one_update()
        each.one_epoch()
    assert [bits(side) for side in session.sides] == [bits(each) for each in alone]
    say(session, "rewind", epoch=1)
    assert [side.epoch for side in session.sides] == [1, 1]


def test_new_points_keep_both_networks(session: Session) -> None:
    say(session, "lesson", address=ADDRESS)
    say(session, "epoch")
    before = session.stage.rule.state_dict()
    before = {name: each.clone() for name, each in before.items()}
    told, *_ = say(session, "points", address=ADDRESS.replace("seed=0.3", "seed=0.9"))
    assert told["t"] == "lesson" and "generator.layers.0.weight" in before
    assert all(torch.equal(each, before[name]) for name, each in session.stage.rule.state_dict().items())
    (refused,) = say(session, "points", address=ADDRESS.replace("generator=7", "generator=8"))
    assert refused["t"] == "error"
    painted, *_ = say(session, "paint", address=f"{ADDRESS}&points=1,1,0;2,2,1;0,3,1;-2,1,0")
    assert painted["t"] == "lesson" and [point.label for point in session.stage.lesson.points[0]] == [1.0]


def test_the_program_says_which_losses_it_prints() -> None:
    text = program(lesson_of(ADDRESS), "seed=0.3")
    assert "critic loss and generator loss" in text and "torch.stack([x, y, x.sin()], dim=1)" in text
