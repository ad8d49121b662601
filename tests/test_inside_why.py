"""Why a network answers as it does: maps of pixels against slopes taken by hand, laws of the papers, random weights."""

import pytest
import torch
from scipy.stats import rankdata, spearmanr
from torch import Tensor, nn
from torch.nn import functional as F

from etude.inside.gradcam import grad_cam, last_maps
from etude.inside.integrated import integrated_gradients, rise
from etude.inside.saliency import class_logits, saliency
from etude.inside.sanity import random_copy, rank_correlation, ranks, verdict, with_random_weights
from etude.inside.why import FOR, NEITHER, two_coloured, why_figures
from etude.layers.inputs import FlatPictures, PictureInput
from etude.layers.outputs import Scalar
from etude.schema import Pictures

PICTURES = Pictures(6, 6, 3, (0.5, 0.4, 0.3), (0.2, 0.2, 0.2))


@pytest.fixture
def network() -> nn.Module:
    """A small convolutional one, in double precision, that pools over all places at its end."""
    maps = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    return nn.Sequential(PictureInput(PICTURES), maps, head).double().eval()


@pytest.fixture
def linear() -> nn.Module:
    return nn.Sequential(FlatPictures(PICTURES), nn.Linear(108, 5)).double().eval()


@pytest.fixture
def x() -> Tensor:
    return torch.randint(0, 256, (1, 3, 6, 6), dtype=torch.uint8)


def test_saliency_is_the_slope_of_the_answer(network: nn.Sequential, x: Tensor) -> None:
    found, step = saliency(network, x, 2), 1e-6
    read = network[0](x)
    for row, column in ((0, 0), (2, 3), (5, 1)):
        slopes = []
        for channel in range(3):
            moved = read.repeat(2, 1, 1, 1)
            moved[0, channel, row, column] += step
            moved[1, channel, row, column] -= step
            up, down = network[1:](moved)[:, 2].detach()
            slopes.append(abs(float(up - down)) / (2 * step))
        assert float(found[row, column]) == pytest.approx(max(slopes), rel=1e-6)


def test_integrated_gradients_of_a_linear_network_are_its_terms(linear: nn.Sequential, x: Tensor) -> None:
    scale = linear[0].standardise.deviation
    weight = linear[1].weight[3].detach().reshape(3, 6, 6) / scale  # by the bytes
    found = integrated_gradients(linear, x, 3)
    torch.testing.assert_close(found.double(), (weight * x[0]).sum(dim=0), rtol=1e-5, atol=1e-7)
    assert float(found.sum()) == pytest.approx(rise(linear, x, 3, start=torch.zeros_like(x)), rel=1e-5)


def test_integrated_gradients_are_slopes_on_the_way_from_black(network: nn.Module, x: Tensor) -> None:
    found, h = integrated_gradients(network, x, 1, steps=50), 1e-4
    way = (torch.arange(50) + 0.5)[:, None, None, None] / 50 * x.double()
    for row, column in ((1, 1), (4, 2)):
        wanted = 0.0
        for channel in range(3):
            step = torch.zeros_like(way)
            step[:, channel, row, column] = h
            slopes = (network(way + step) - network(way - step))[:, 1].detach() / (2 * h)
            wanted += float(x[0, channel, row, column] * slopes.mean())
        assert float(found[row, column]) == pytest.approx(wanted, rel=1e-3)  # float32 on the way


def test_integrated_gradients_are_complete_the_more_steps_the_better(network: nn.Module, x: Tensor) -> None:
    whole = rise(network, x, 4, start=torch.zeros_like(x))
    logits = network(torch.cat([x, torch.zeros_like(x)])).detach()
    assert whole == pytest.approx(float(logits[0, 4] - logits[1, 4]))
    errors = [abs(float(integrated_gradients(network, x, 4, steps=n).sum()) - whole) for n in (2, 32, 512)]
    assert errors[1] < 0.02 * abs(whole) and errors[2] < 0.001 * abs(whole) and errors[2] < errors[1] < errors[0]


def test_grad_cam_is_cam_where_the_maps_are_pooled_and_weighed(network: nn.Sequential, x: Tensor) -> None:
    """With a mean over all places and one linear layer, alpha is the weight over the number of places (section 3.1)."""
    maps, logits = last_maps(network, x)
    assert maps is not None and maps.layer == "1.2"  # what is pooled to one place is no map
    assert torch.equal(logits, network(x))
    seen = network[1](network[0](x))  # (1, map, 4, 4)
    cam = torch.einsum("m,bmij->bij", network[2][2].weight[0], seen).relu()[None] / 16
    wanted = F.interpolate(cam, size=(6, 6), mode="bilinear")[0, 0].detach()
    torch.testing.assert_close(grad_cam(network, x, 0), wanted, rtol=1e-5, atol=1e-9)


def test_a_network_without_feature_maps_has_no_grad_cam(linear: nn.Module, x: Tensor) -> None:
    with pytest.raises(ValueError, match="makes no feature maps"):
        grad_cam(linear, x, 0)
    assert list(why_figures(linear, x, tuple("abcde"))) == ["why", "integrated gradients"]


def test_one_logit_speaks_for_one_class_and_against_the_other(x: Tensor) -> None:
    network = nn.Sequential(FlatPictures(PICTURES), nn.Linear(108, 1), Scalar()).eval()
    logits = class_logits(network, x)
    assert logits.shape == (1, 2) and torch.equal(logits[:, 1], network(x)) and torch.equal(logits[:, 0], -network(x))
    torch.testing.assert_close(integrated_gradients(network, x, 0), -integrated_gradients(network, x, 1))
    assert "Why " in why_figures(network, x, ("no", "yes"))["why"].title


def test_ranks_and_their_correlation_are_those_of_scipy() -> None:
    a, b = torch.randint(0, 6, (5, 7)).double(), torch.randn(5, 7).double()  # the first with many equal numbers
    assert ranks(a.flatten()).tolist() == (rankdata(a.flatten()) - 1).tolist()
    assert rank_correlation(a, b) == pytest.approx(float(spearmanr(a.flatten(), b.flatten()).statistic))
    assert rank_correlation(torch.ones(2, 2), torch.rand(2, 2)) == 0.0


def test_a_random_copy_leaves_the_network_and_chance_alone(network: nn.Module) -> None:
    network.register_parameter("own", nn.Parameter(torch.randn(4)))
    before, chance = {name: each.clone() for name, each in network.state_dict().items()}, torch.get_rng_state()
    copies = [random_copy(network, seed) for seed in (0, 0, 1)]
    assert torch.equal(torch.get_rng_state(), chance)
    assert all(torch.equal(each, before[name]) for name, each in network.state_dict().items())
    for name in ("1.0.weight", "2.2.bias", "own"):
        first, again, other = (each.state_dict()[name] for each in copies)
        assert torch.equal(first, again) and not torch.equal(first, other) and not torch.equal(first, before[name])


def test_random_weights_tell_what_hangs_on_the_weights_from_what_only_copies_the_picture(
    linear: nn.Module, x: Tensor
) -> None:
    def told(explain: object) -> str:
        return verdict(explain(linear, x, 0), with_random_weights(explain, linear, x, 0))  # type: ignore[operator, arg-type]

    assert "is another one" in told(saliency) and "is another one" in told(integrated_gradients)
    edges = told(lambda _, picture, __: (picture.float() - picture.float().roll(1, dims=2))[0].abs().sum(dim=0))
    assert edges.startswith("With random weights the map is much the same (rank correlation 1.00)")


def test_maps_stand_beside_the_picture(network: nn.Module, x: Tensor) -> None:
    with torch.no_grad():  # as a network is asked that only answers
        figures = why_figures(network, x, tuple("abcde"))
    assert list(figures) == ["why", "integrated gradients", "grad-cam"]
    answer = "abcde"[int(network(x)[0].argmax())]
    for figure in figures.values():
        assert figure.captions == ("as read", "why", "random weights") and answer in figure.title
        assert torch.equal(figure.pixels[0], x[0]) and "With random weights" in figure.title
    assert all(parameter.grad is None for parameter in network.parameters())
    colours = two_coloured(torch.tensor([[0.0, 2.0, 1.0]]))[:, 0].T.tolist()
    assert colours[:2] == [list(NEITHER), list(FOR)] and FOR[0] < colours[2][0] < NEITHER[0]
