import pytest
import torch
from scipy.special import kl_div
from torch.autograd import gradcheck
from torch.distributions import Categorical, Normal, kl_divergence

from etude.objectives.divergence import kl_of_categoricals, kl_of_gaussians, kl_to_standard_normal


def double(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def test_categoricals_are_those_of_scipy_and_torch() -> None:
    p, q = double(6, 4).detach(), double(6, 4).detach()
    own = kl_of_categoricals(p, q)
    assert own.numpy() == pytest.approx(kl_div(p.softmax(1).numpy(), q.softmax(1).numpy()).sum(1))
    torch.testing.assert_close(own, kl_divergence(Categorical(logits=p), Categorical(logits=q)))


def test_gaussians_are_those_of_torch() -> None:
    m, s, n, t = (double(6, 4).detach() for _ in range(4))
    own = kl_of_gaussians(m, s, q_mean=n, q_log_variance=t)
    p, q = Normal(m, (s / 2).exp()), Normal(n, (t / 2).exp())
    torch.testing.assert_close(own, kl_divergence(p, q).sum(1))


def test_standard_normal_is_one_of_the_gaussians() -> None:
    m, s = double(6, 4).detach(), double(6, 4).detach()
    zero = torch.zeros_like(m)
    torch.testing.assert_close(kl_to_standard_normal(m, s), kl_of_gaussians(m, s, q_mean=zero, q_log_variance=zero))


def test_divergence_is_never_negative_and_zero_for_equals_alone() -> None:
    p, q = double(500, 3).detach(), double(500, 3).detach()
    assert kl_of_categoricals(p, q).min() > 0
    torch.testing.assert_close(kl_of_categoricals(p, p + 5), torch.zeros(500, dtype=torch.float64))
    assert kl_of_gaussians(p, q, q_mean=q, q_log_variance=p).min() > 0
    assert not kl_of_gaussians(p, q, q_mean=p, q_log_variance=q).any()


def test_gaussian_divergence_is_the_mean_of_the_log_ratio_within_four_standard_errors() -> None:
    mean, log_variance = torch.tensor([[0.7, -0.2]]), torch.tensor([[0.3, -1.0]])
    p = Normal(mean, (log_variance / 2).exp())
    z = p.sample((100_000,))
    ratio = (p.log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(-1)
    error = ratio.std().item() / 100_000**0.5
    assert kl_to_standard_normal(mean, log_variance).item() == pytest.approx(ratio.mean().item(), abs=4 * error)


def test_gradients_equal_differences() -> None:
    assert gradcheck(kl_of_categoricals, (double(3, 4), double(3, 4)))
    assert gradcheck(kl_to_standard_normal, (double(3, 4), double(3, 4)))
    assert gradcheck(
        lambda m, s, n, t: kl_of_gaussians(m, s, q_mean=n, q_log_variance=t), tuple(double(3, 2) for _ in range(4))
    )
