"""How far one distribution is from another: Kullback-Leibler divergences, one for each row, in nats."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def kl_of_categoricals(
    p_logits: Float[Tensor, "batch class"], q_logits: Float[Tensor, "batch class"]
) -> Float[Tensor, " batch"]:
    """KL(p || q) = sum_k p_k (log p_k - log q_k), p and q the softmax of the logits (Kullback and Leibler 1951)."""
    log_p, log_q = F.log_softmax(p_logits, dim=1), F.log_softmax(q_logits, dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)


def kl_of_gaussians(
    p_mean: Float[Tensor, "batch latent"],
    p_log_variance: Float[Tensor, "batch latent"],
    *,
    q_mean: Float[Tensor, "batch latent"],
    q_log_variance: Float[Tensor, "batch latent"],
) -> Float[Tensor, " batch"]:
    """KL(p || q) of Gaussians without correlations, summed over their dimensions."""
    ratio = p_log_variance - q_log_variance  # of the variances, as a logarithm
    distance = (p_mean - q_mean).square() / q_log_variance.exp()
    return 0.5 * (ratio.exp() + distance - 1 - ratio).sum(dim=1)


def kl_to_standard_normal(
    mean: Float[Tensor, "batch latent"], log_variance: Float[Tensor, "batch latent"]
) -> Float[Tensor, " batch"]:
    """KL(N(mean, variance) || N(0, 1)), Kingma and Welling 2013 (arXiv:1312.6114), appendix B."""
    return 0.5 * (mean.square() + torch.expm1(log_variance) - log_variance).sum(dim=1)
