"""The noise, the way back, and the network between them, against constants and distributions that are known."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.errors import UsageError
from etude.layers.noise import Noise, betas, cosine_betas, linear_betas
from etude.layers.span import as_bytes, spanned
from etude.models.diffusion import PointDenoiser, Reverse, guided
from etude.models.unet import UNet, waves
from etude.objectives.diffusion import NO_CLASS, Denoising, classes_told
from etude.records import Inputs, Labelled


def test_published_constants_of_the_linear_schedule() -> None:
    beta = linear_betas(1000)
    assert abs(float(beta[0]) - 1e-4) < 1e-9 and abs(float(beta[-1]) - 0.02) < 1e-9
    assert abs(float(Noise(beta).alpha_bar[1000]) - 4.0358e-5) < 1e-9  # Ho et al. 2020, section 4
    assert Noise(beta).alpha_bar[0] == 1


def test_fewer_steps_end_in_as_much_noise() -> None:
    ends = [float(Noise(linear_betas(T)).alpha_bar[T]) for T in (100, 400, 1000)]
    assert max(ends) < 6e-5 and min(ends) > 1e-5


def test_the_cosine_schedule_is_a_squared_cosine_and_never_quite_noise() -> None:
    beta = cosine_betas(1000)
    assert beta.max() == 0.999 and (beta[:-1] < 0.999).sum() >= 998
    angle = (torch.tensor([250.0, 500.0, 750.0]) / 1000 + 0.008) / 1.008 * math.pi / 2
    expected = angle.cos().square() / math.cos(0.008 / 1.008 * math.pi / 2) ** 2
    torch.testing.assert_close(Noise(beta).alpha_bar[torch.tensor([250, 500, 750])], expected, rtol=1e-4, atol=1e-6)


def test_a_cosine_that_ends_in_pure_noise_has_no_way_back() -> None:
    """beta_T = 1 unclipped: x_T holds nothing of x_0, and the first step back divides by zero."""
    signal = ((torch.arange(21) / 20 + 0.008) / 1.008 * math.pi / 2).cos().square()
    pure = 1 - signal[1:] / signal[:-1]
    pure[-1] = 1.0
    x, zero = torch.randn(4, 2), lambda x, t: torch.zeros_like(x)
    for beta, finite in ((pure, False), (cosine_betas(20), True)):
        *_, end = Reverse(Noise(beta), math.inf).ancestral(zero, x, torch.Generator())
        assert bool(torch.isfinite(end).all()) is finite


def test_unknown_schedule_is_refused() -> None:
    with pytest.raises(UsageError, match="Known: linear, cosine"):
        betas("cosin", 10)


@pytest.mark.parametrize("make", [linear_betas, cosine_betas])
def test_noise_in_one_go_has_the_moments_of_noise_step_by_step(make: object) -> None:
    """x_t = sqrt(1 - beta_t) x_{t-1} + sqrt(beta_t) epsilon, t times (eq. 2), is eq. 4."""
    beta = make(50)
    noise, mean, variance = Noise(beta), 1.0, 0.0
    for t in range(1, 51):
        mean, variance = mean * math.sqrt(1 - beta[t - 1]), variance * float(1 - beta[t - 1]) + float(beta[t - 1])
        assert (
            abs(float(noise.alpha_bar[t].sqrt()) - mean) < 1e-5 and abs(1 - float(noise.alpha_bar[t]) - variance) < 1e-5
        )
    x0, t = torch.full((20_000, 1), 2.0), torch.full((20_000,), 20)
    xt = noise(x0, t, torch.randn_like(x0))
    assert abs(float(xt.mean()) - 2 * float(noise.alpha_bar[20].sqrt())) < 0.03
    assert abs(float(xt.var()) - (1 - float(noise.alpha_bar[20]))) < 0.03


class Gaussian:
    """The best denoiser of examples from N(mean, deviation^2), in closed form."""

    def __init__(self, noise: Noise, mean: float, deviation: float) -> None:
        self.noise, self.mean, self.variance = noise, mean, deviation**2

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        kept = self.noise.alpha_bar[t][:, None]
        return (1 - kept).sqrt() * (x - kept.sqrt() * self.mean) / (kept * self.variance + 1 - kept)


def last(frames: object) -> Tensor:
    *_, end = frames
    return end


def test_the_exact_denoiser_of_a_gaussian_samples_that_gaussian() -> None:
    noise = Noise(linear_betas(1000))
    way, denoise, x = Reverse(noise, math.inf), Gaussian(noise, 1.5, 0.3), torch.randn(10_000, 1)
    chance = torch.Generator().manual_seed(0)
    for end in (
        last(way.ancestral(denoise, x, chance)),
        last(way.ddim(denoise, x, steps=1000, eta=0.0, chance=chance)),
        last(way.ddim(denoise, x, steps=100, eta=0.0, chance=chance)),
        last(way.ddim(denoise, x, steps=500, eta=1.0, chance=chance)),
    ):
        assert abs(float(end.mean()) - 1.5) < 0.02 and abs(float(end.std()) - 0.3) < 0.02


def test_ddim_with_all_steps_and_eta_one_is_ddpm() -> None:
    """Song et al. 2021, section 4.1; the same draws give the same samples."""
    noise = Noise(cosine_betas(40))
    way, denoise, x = Reverse(noise, 2.0), Gaussian(noise, -0.5, 0.8), torch.randn(50, 3)
    paper = last(way.ancestral(denoise, x, torch.Generator().manual_seed(1)))
    ours = last(way.ddim(denoise, x, steps=40, eta=1.0, chance=torch.Generator().manual_seed(1)))
    torch.testing.assert_close(ours, paper, atol=1e-4, rtol=1e-4)


def test_the_variance_of_a_step_back_is_that_of_bayes() -> None:
    """q(x_{t-1} | x_t, x_0) is a product of two Gaussians, whose precisions add."""
    beta = linear_betas(30).float()
    noise, t, x0 = Noise(beta), 12, 0.7
    before = float(noise.alpha_bar[t - 1])
    precision = (1 - float(beta[t - 1])) / float(beta[t - 1]) + 1 / (1 - before)

    def knowing(x: Tensor, t: Tensor) -> Tensor:
        kept = noise.alpha_bar[t][:, None]
        return (x - kept.sqrt() * x0) / (1 - kept).sqrt()

    kept = float(noise.alpha_bar[t])
    x = math.sqrt(kept) * x0 + math.sqrt(1 - kept) * torch.randn(40_000, 1)
    here = next(Reverse(cut(noise, t), math.inf).ancestral(knowing, x, torch.Generator()))
    a = math.sqrt(1 - float(beta[t - 1]))
    mean = (a * x / float(beta[t - 1]) + math.sqrt(before) * x0 / (1 - before)) / precision
    assert abs(float((here - mean).var()) * precision - 1) < 0.03
    assert abs(float((here - mean).mean())) < 0.01


def cut(noise: Noise, T: int) -> Noise:
    """The first T steps."""
    return Noise(1 - noise.alpha_bar[1 : T + 1] / noise.alpha_bar[:T])


def test_the_last_step_adds_no_noise_and_the_bound_holds() -> None:
    """Who knows the noise gets the example back to the last digit; who sees nonsense stays within the bound."""
    noise, x0 = Noise(linear_betas(20)), torch.rand(6, 2) * 2 - 1
    way = Reverse(noise, 1.0)

    def knowing(x: Tensor, t: Tensor) -> Tensor:
        kept = noise.alpha_bar[t][:, None]
        return (x - kept.sqrt() * x0) / (1 - kept).sqrt()

    torch.testing.assert_close(last(way.ancestral(knowing, torch.randn(6, 2), torch.Generator())), x0)
    wild = last(way.ddim(lambda x, t: 50 * torch.randn_like(x), x0, steps=5, eta=0.0, chance=torch.Generator()))
    assert wild.abs().max() <= 1


def test_guidance_exaggerates_the_class_and_zero_asks_nothing_of_the_network_without() -> None:
    asked: list[Tensor] = []

    def model(x: Tensor, t: Tensor, told: Tensor) -> Tensor:
        asked.append(told)
        return x * 0 + told[:, None]

    x, t, told = torch.randn(3, 2), torch.ones(3).long(), torch.tensor([1, 2, 3])
    network = Calling(model)
    torch.testing.assert_close(guided(network, told, 0.0)(x, t)[:, 0], told.float())
    assert len(asked) == 1
    torch.testing.assert_close(guided(network, told, 2.0)(x, t)[:, 0], 3 * told.float())  # (1 + w) told - w 0
    assert torch.equal(asked[-1], torch.zeros(3).long())


class Calling(nn.Module):
    """A network made of a function."""

    def __init__(self, function: object) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor, t: Tensor, told: Tensor) -> Tensor:
        return self.function(x, t, told)


def test_the_objective_tells_nine_of_ten_classes_and_every_time() -> None:
    seen: dict[str, Tensor] = {}

    def model(x: Tensor, t: Tensor, told: Tensor) -> Tensor:
        seen.update(x=x, t=t, told=told)
        return torch.zeros_like(x)

    batch = Labelled(torch.randint(0, 256, (5000, 1, 4, 4), dtype=torch.uint8), torch.randint(3, (5000,)))
    loss = Denoising(Noise(linear_betas(1000)), 0.1)(Calling(model), batch)
    assert abs(float(loss.value) - 1) < 0.02 and loss.n == 5000  # who says 0 loses the variance of the noise
    dropped = seen["told"] == NO_CLASS
    assert abs(float(dropped.float().mean()) - 0.1) < 0.02
    assert torch.equal(seen["told"][~dropped], batch.y[~dropped] + 1)
    assert seen["t"].min() >= 1 and seen["t"].max() == 1000 and seen["t"].unique().numel() > 950
    assert 0.9 < float(seen["x"][seen["t"] > 900].std()) < 1.1  # bytes were brought to -1 to 1 before


def test_bytes_left_as_they_are_never_become_noise() -> None:
    """The schedule is made for numbers from -1 to 1; of 0 to 255 a third of x_T's variance would be picture."""
    noise, bytes_ = Noise(linear_betas(1000)), torch.randint(0, 256, (500, 1, 4, 4), dtype=torch.uint8)
    end = torch.full((500,), 1000)
    raw, ours = (noise(x, end, torch.randn(x.shape)) for x in (bytes_.float(), spanned(bytes_)))
    assert raw.mean() > 0.5 and abs(float(ours.mean())) < 0.05 and abs(float(ours.std()) - 1) < 0.05


def test_examples_without_classes_tell_none() -> None:
    assert classes_told(Inputs(torch.randn(3, 2))).tolist() == [NO_CLASS] * 3


def test_bytes_there_and_back() -> None:
    x = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    assert torch.equal(as_bytes(spanned(x)), x) and spanned(x).min() == -1 and spanned(x).max() == 1
    points = torch.randn(4, 2)
    assert spanned(points) is points
    assert as_bytes(torch.full((1, 1, 1, 1), 9.0)).item() == 255


@pytest.mark.parametrize(("size", "channels"), [(8, 1), (28, 3)])
def test_unet_says_nothing_at_first_and_knows_time_and_class_later(size: int, channels: int) -> None:
    network, x = UNet(channels, 8, 3), torch.randn(4, channels, size, size)
    t, told = torch.tensor([1, 5, 9, 9]), torch.tensor([0, 1, 2, 3])
    assert network(x, t, told).abs().max() == 0
    for parameter in network.parameters():
        nn.init.normal_(parameter, 0, 0.2)
    answer = network(x, t, told)
    assert answer.shape == x.shape
    assert not torch.allclose(network(x, t + 100, told), answer) and not torch.allclose(network(x, t, told * 0), answer)
    alone = network(x[:1], t[:1], told[:1])  # no statistics of the batch: noise levels do not mix
    torch.testing.assert_close(alone, answer[:1], atol=1e-4, rtol=1e-3)


def test_waves_are_sines_and_cosines_of_ever_longer_waves() -> None:
    t = torch.tensor([0, 3, 700])
    found = waves(t, 8)
    for k in range(4):
        angle = t / 10_000 ** (k / 4)
        torch.testing.assert_close(found[:, k], angle.sin(), atol=1e-4, rtol=0)
        torch.testing.assert_close(found[:, 4 + k], angle.cos(), atol=1e-4, rtol=0)


def test_a_denoiser_of_points_learns_the_best_answer() -> None:
    """On one Gaussian the loss falls to that of the exact denoiser."""
    noise = Noise(linear_betas(100))
    network, objective = PointDenoiser(32, 0), Denoising(noise, 0.0)
    adam = torch.optim.Adam(network.parameters(), 3e-3)
    points = Inputs(torch.randn(256, 2) * 0.2 + 1)
    for _ in range(150):
        adam.zero_grad()
        objective(network, points).value.backward()
        adam.step()
    many = Inputs(torch.randn(4000, 2) * 0.2 + 1)
    exact = Gaussian(noise, 1.0, 0.2)
    best = objective(Calling(lambda x, t, told: exact(x, t)), many).value
    with torch.no_grad():
        reached = objective(network, many).value
    assert best - 0.02 < reached < best + 0.06 < F.mse_loss(torch.zeros(1), torch.ones(1))
