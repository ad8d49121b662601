"""How far one distribution is from another, in nats."""

from jaxtyping import Float
from torch import Tensor


def kl_categorical(
    p_logits: Float[Tensor, "batch class"], q_logits: Float[Tensor, "batch class"]
) -> Float[Tensor, " batch"]:
    """KL(p || q) = sum of p log(p / q) of two distributions over the same classes, from their logits."""
    log_p, log_q = p_logits.log_softmax(1), q_logits.log_softmax(1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)


def kl_to_standard_normal(
    mean: Float[Tensor, "batch latent"], log_variance: Float[Tensor, "batch latent"]
) -> Float[Tensor, " batch"]:
    """KL(N(mean, variance) || N(0, 1)), Kingma and Welling 2013 (arXiv:1312.6114), appendix B."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)
