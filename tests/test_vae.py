"""The variational autoencoder's two terms against torch's distributions, and what a wrong weight between them does."""

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from etude.data.squares import load_squares
from etude.data.unlabelled import unlabelled
from etude.evaluation.codes import between, bound_parts, independent_pixels, used
from etude.layers.units import as_pictures, unit_rows
from etude.learners.base import GradientLearner
from etude.models.vae import VAE
from etude.objectives.divergence import kl_to_standard_normal
from etude.objectives.reconstruction import elbo, pixel_nats
from etude.optim import Optimizer, adam
from etude.records import Inputs
from etude.source import Source
from etude.types import Loss


@pytest.fixture
def pictures() -> Inputs:
    return Inputs(torch.randint(0, 256, (6, 1, 4, 4), dtype=torch.uint8))


def test_pictures_survive_the_unit_interval() -> None:
    x = torch.arange(256, dtype=torch.uint8).reshape(4, 1, 8, 8)
    assert torch.equal(as_pictures(unit_rows(x), height=8), x)


def test_reconstruction_is_torchs_bernoulli() -> None:
    logits, x = torch.randn(5, 12), torch.bernoulli(torch.full((5, 12), 0.5))
    torch.testing.assert_close(pixel_nats(logits, x), -Bernoulli(logits=logits).log_prob(x).sum(dim=1))


def test_bound_is_reconstruction_and_torchs_divergence(pictures: Inputs) -> None:
    network = VAE(16, hidden=8, latent=3)
    torch.manual_seed(1)
    loss = elbo(network, pictures)
    torch.manual_seed(1)
    passed = network(pictures.x)
    q, prior = Normal(passed.mean, (0.5 * passed.log_variance).exp()), Normal(0.0, 1.0)
    kl = kl_divergence(q, prior).sum(dim=1).mean()
    torch.testing.assert_close(loss.parts["kl"], kl)
    torch.testing.assert_close(loss.value, pixel_nats(passed.logits, passed.x).mean() + kl)


def test_bound_lies_above_the_negative_log_likelihood(pictures: Inputs) -> None:
    """log p(x) by 20,000 draws from the prior, which one latent variable needs."""
    network = VAE(16, hidden=8, latent=1)
    x = unit_rows(pictures.x).round()
    z = torch.randn(20_000, 1)
    with torch.no_grad():
        inside = Bernoulli(logits=network.decode(z)[:, None]).log_prob(x).sum(dim=2)
        nll = -(inside.logsumexp(dim=0) - torch.log(torch.tensor(20_000.0)))
    bytes_ = as_pictures(x, height=4)
    bound = torch.stack([bound_parts_of(network, bytes_, seed) for seed in range(200)]).mean(dim=0)
    assert (bound > nll - 0.05).all()


def bound_parts_of(network: VAE, x: torch.Tensor, seed: int) -> torch.Tensor:
    with torch.no_grad():
        passed = network(x, generator=torch.Generator().manual_seed(seed))
    return pixel_nats(passed.logits, passed.x) + kl_to_standard_normal(passed.mean, passed.log_variance)


def test_scores_draw_the_same_codes_every_time(pictures: Inputs) -> None:
    network = VAE(16, hidden=8, latent=3)
    state = torch.get_rng_state()
    first, second = (bound_parts(network, pictures)["nats"] for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), state), "a look at the scores moved the chance of the training"


def digits_divergence(*, averaged: bool) -> float:
    """What the latent variables carry after a short training, in nats, with the right or the wrong divergence."""
    splits = unlabelled(load_squares(Source("digits"), size=None))
    network = VAE(64, hidden=64, latent=8)

    def wrong(model: torch.nn.Module, batch: Inputs) -> Loss:
        passed = model(batch.x)
        kl = kl_to_standard_normal(passed.mean, passed.log_variance).mean()
        pixels = pixel_nats(passed.logits, passed.x).mean() / 64  # the mean over the pixels, the sum over the code
        return Loss(pixels + kl, len(batch))

    learner = GradientLearner(network, wrong if averaged else elbo, Optimizer(adam(network.parameters(), rate=3e-3)))
    for _ in range(30):
        for piece in splits.train.x.split(128):
            learner.update(Inputs(piece))
    return float(bound_parts(network, splits.valid)["kl"].mean())


def test_mean_over_pixels_makes_the_codes_say_nothing() -> None:
    """The pitfall: divided by 64, the reconstruction is worth less than any message, and the posterior collapses."""
    assert digits_divergence(averaged=False) > 2.0
    assert digits_divergence(averaged=True) < 0.1


def test_independent_pixels_cost_their_entropy() -> None:
    x = torch.cat([torch.zeros(500, 1, 2, 2), torch.full((500, 1, 2, 2), 255.0)]).to(torch.uint8)
    score = independent_pixels(Inputs(x), Inputs(x)).metrics["nats"]
    assert score.value == pytest.approx(4 * 0.693147, abs=1e-4)


def test_walk_ends_at_both_codes_and_keeps_their_length() -> None:
    first, second = torch.tensor([3.0, 0.0]), torch.tensor([0.0, 3.0])
    path = between(first, second)
    torch.testing.assert_close(path[0], first)
    torch.testing.assert_close(path[-1], second)
    torch.testing.assert_close(path.norm(dim=1), torch.full((len(path),), 3.0))


def test_latent_variables_are_sorted_by_use() -> None:
    line = used(torch.tensor([[0.0, 2.0, 1.0]])).lines["divergence"]
    assert line.y.tolist() == [2.0, 1.0, 0.0]
