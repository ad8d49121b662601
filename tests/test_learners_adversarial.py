"""Two networks at odds: who learns from what, and what the penalty penalises."""

import math

import pytest
import torch
from scipy.stats import wasserstein_distance
from torch import Tensor, nn
from torch.nn import functional as F

from etude.learners.adversarial import GAN, Adversarial, WassersteinGAN, adversarial_adam, frozen, gradient_penalty
from etude.models.gan import PictureCritic, PictureGenerator, point_critic, point_generator
from etude.records import Inputs


def gan(generator: nn.Module, critic: nn.Module, latent: int = 2) -> GAN:
    adams = [adversarial_adam(each.parameters(), rate=1e-3, memory=(0.0, 0.999)) for each in (generator, critic)]
    return GAN(generator, critic, generator_optimizer=adams[0], critic_optimizer=adams[1], latent=latent, decay=0.9)


def wgan(generator: nn.Module, critic: nn.Module, *, piece: int, penalty: float = 10.0) -> WassersteinGAN:
    adams = [adversarial_adam(each.parameters(), rate=2e-3, memory=(0.0, 0.9)) for each in (generator, critic)]
    return WassersteinGAN(
        generator,
        critic,
        generator_optimizer=adams[0],
        critic_optimizer=adams[1],
        latent=2,
        decay=0.9,
        piece=piece,
        penalty=penalty,
    )


def counted(critic: nn.Module) -> list[Tensor]:
    """A list that grows with each gradient that is computed for a weight of the critic."""
    gradients: list[Tensor] = []
    for parameter in critic.parameters():
        parameter.register_post_accumulate_grad_hook(gradients.append)
    return gradients


def test_the_generators_step_computes_no_gradient_for_the_critics_weights() -> None:
    learner = gan(point_generator(2, 8), point_critic(8))
    gradients = counted(learner.critic)
    learner.update(Inputs(torch.randn(16, 2)))
    assert len(gradients) == len(list(learner.critic.parameters()))  # once, in the critic's own step
    assert all(each.requires_grad for each in learner.critic.parameters())


def test_the_wasserstein_generators_step_computes_none_either() -> None:
    learner = wgan(point_generator(2, 8), point_critic(8), piece=8)
    gradients = counted(learner.critic)
    learner.update(Inputs(torch.randn(24, 2)))
    # the height of the critic cancels in a slope, so autograd visits each weight once for the sum of both terms
    assert len(gradients) == 3 * len(list(learner.critic.parameters()))
    assert learner.critic_optimizer.step == 3 and learner.generator_optimizer.step == 1


def test_frozen_weights_pass_gradients_on_and_thaw_after_an_error() -> None:
    layer, x = nn.Linear(3, 1), torch.randn(4, 3, requires_grad=True)
    with pytest.raises(RuntimeError, match="stop"), frozen(layer):
        layer(x).sum().backward()
        raise RuntimeError("stop")
    assert x.grad is not None and layer.weight.grad is None and layer.weight.requires_grad


def test_the_same_step_as_with_the_critics_gradients() -> None:
    """Freezing saves work and changes no number."""
    learner = gan(point_generator(2, 8), point_critic(8))
    z = torch.randn(16, 2)

    def gradient() -> list[Tensor]:
        loss = F.softplus(-learner.critic(learner.generator(z))).mean()
        return list(torch.autograd.grad(loss, list(learner.generator.parameters())))

    plain = gradient()
    with frozen(learner.critic):
        assert all(torch.equal(one, other) for one, other in zip(plain, gradient(), strict=True))


def test_an_undecided_critic_loses_log_four() -> None:
    learner = gan(point_generator(2, 8), point_critic(8))
    for parameter in learner.critic.parameters():
        nn.init.zeros_(parameter)
    logs = learner.update(Inputs(torch.randn(32, 2)))
    assert abs(float(logs["critic_loss"]) - math.log(4)) < 1e-5  # Goodfellow et al. 2014, theorem 1


def test_the_generator_learns_nothing_from_the_critics_loss() -> None:
    """Without detach, the generator would be pulled to where its fakes are easily told: it helps its opponent."""
    generator, critic = point_generator(2, 16), point_critic(16)
    learner, real, z = gan(generator, critic), torch.randn(64, 2) + 2, torch.randn(64, 2)
    for _ in range(5):
        learner.update(Inputs(real))

    def critic_loss(fake: Tensor) -> Tensor:
        return F.softplus(-critic(real)).mean() + F.softplus(critic(fake)).mean()

    before = critic_loss(generator(z))
    pulled = torch.autograd.grad(before, list(generator.parameters()))
    with torch.no_grad():
        for parameter, slope in zip(generator.parameters(), pulled, strict=True):
            parameter -= 0.1 * slope
        assert critic_loss(generator(z)) < before  # the damage

    seen: list[bool] = []
    minimize = learner.critic_optimizer.minimize

    def spying(losses: list[object]) -> Tensor:
        for parameter in generator.parameters():
            parameter.grad = None
        value = minimize(losses)
        seen.append(all(parameter.grad is None for parameter in generator.parameters()))
        return value

    learner.critic_optimizer.minimize = spying
    learner.update(Inputs(real))
    assert seen == [True]


def test_the_generators_gradient_lives_where_the_critic_is_sure() -> None:
    """log(1 - D) is flat where D is sure of a fake; -log D, which is descended here, is not (section 3)."""
    answer = torch.tensor([-12.0], requires_grad=True)  # the critic's logit for a fake
    (saturating,) = torch.autograd.grad(-F.softplus(answer).sum(), answer)
    (ours,) = torch.autograd.grad(F.softplus(-answer).sum(), answer)
    assert abs(float(saturating)) < 1e-5 and abs(float(ours)) > 0.99


@pytest.mark.parametrize("shape", [(5, 2), (5, 3, 4, 4)])
def test_the_penalty_of_a_plane_is_that_of_its_slope_over_all_numbers(shape: tuple[int, ...]) -> None:
    """A norm over the channels alone would give another number for each pixel (a known mistake)."""
    plane = nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape[1:]), 1))
    weight = plane[1].weight
    penalty = gradient_penalty(plane, torch.randn(shape), torch.randn(shape))
    length = weight.norm()
    torch.testing.assert_close(penalty, (length - 1).square())
    (slope,) = torch.autograd.grad(penalty, weight)  # it is still in the graph: the critic learns from it
    torch.testing.assert_close(slope, 2 * (length - 1) * weight / length)


class Remembering(nn.Module):
    """It keeps what it was asked."""

    def forward(self, x: Tensor) -> Tensor:
        self.asked = x.detach()
        return x.flatten(1).sum(dim=1, keepdim=True)


def test_each_example_has_its_own_place_between_real_and_fake() -> None:
    critic = Remembering()
    gradient_penalty(critic, torch.zeros(6, 1, 4, 4), torch.ones(6, 1, 4, 4))
    places = critic.asked.flatten(1)
    assert torch.equal(places.amin(dim=1), places.amax(dim=1))  # one place for all numbers of an example
    assert len(places[:, 0].unique()) == 6 and places.min() >= 0 and places.max() <= 1


def test_no_critic_lets_one_example_change_the_slope_of_another() -> None:
    """The penalty is for each example alone; batch normalisation in the critic mixes them (Gulrajani, section 4)."""
    x = torch.randn(4, 1, 8, 8, requires_grad=True)

    def reach(critic: nn.Module) -> float:
        (slope,) = torch.autograd.grad(critic(x)[0].sum(), x)
        return float(slope[1:].abs().max())

    mixing = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.LeakyReLU(), nn.Flatten(), nn.Linear(144, 1))
    assert reach(mixing) > 1e-4  # the damage
    assert reach(PictureCritic(4, channels=1, size=8)) == 0
    assert not any(isinstance(each, nn.BatchNorm2d) for each in PictureCritic(4, channels=1, size=8).modules())


def test_a_trained_critic_measures_the_wasserstein_distance() -> None:
    """Between two clouds that differ by a shift, it is the length d of the shift, as scipy finds in one dimension.

    With a penalty lambda the critic that ascends s d - lambda (s - 1)^2 has the slope s = 1 + d / (2 lambda).
    """
    shift = 3.0
    learner = wgan(point_generator(2, 8), point_critic(32), piece=128)
    for parameter in learner.generator.parameters():
        nn.init.zeros_(parameter)
    learner.generator_optimizer.base_rates = [0.0]  # fakes stay at the origin
    real = torch.randn(256, 2) * 0.01 + torch.tensor([shift, 0.0])
    estimates = [float(learner.update(Inputs(real))["distance"]) for _ in range(150)]
    exact = wasserstein_distance(real[:, 0].numpy(), torch.zeros(256).numpy())
    assert abs(estimates[-1] - exact * (1 + exact / 20)) < 0.05


def test_the_average_answers_and_both_networks_learn() -> None:
    learner: Adversarial = gan(point_generator(2, 8), point_critic(8))
    before = {name: each.clone() for name, each in learner.state_dict().items()}
    learner.update(Inputs(torch.randn(16, 2)))
    moved = {name.split(".")[0] for name, each in learner.state_dict().items() if not torch.equal(each, before[name])}
    assert moved == {"generator", "critic", "average"}
    assert learner.network_name() == "average.model"
    assert learner.optimizers().keys() == {"generator_optimizer", "critic_optimizer"}


@pytest.mark.parametrize(("size", "channels"), [(8, 1), (28, 3)])
def test_pictures_of_any_multiple_of_four(size: int, channels: int) -> None:
    z, x = torch.randn(3, 5), torch.randint(0, 256, (3, channels, size, size), dtype=torch.uint8)
    generator = PictureGenerator(5, 4, channels=channels, size=size)
    pixels = generator(z)
    assert pixels.shape == x.shape and pixels.abs().max() <= 1
    learner = gan(generator, PictureCritic(4, channels=channels, size=size), latent=5)
    assert torch.isfinite(learner.update(Inputs(x))["critic_loss"])
    assert learner.height(pixels.detach()).abs().max() <= 1
