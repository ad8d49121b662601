"""How well pictures come back out of a code."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.objectives.divergence import kl_to_standard_normal
from etude.records import Inputs
from etude.types import Loss


def pixel_nats(logits: Float[Tensor, "batch pixel"], x: Float[Tensor, "batch pixel"]) -> Float[Tensor, " batch"]:
    """-log p(x | z) of each picture in nats, summed over its pixels.

    Grey levels stand for the probability that a pixel is on; what is computed is then the mean over those draws.
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(dim=1)


def elbo(model: nn.Module, batch: Inputs) -> Loss:
    """The negative evidence lower bound in nats, Kingma and Welling 2013 (arXiv:1312.6114), equation 10 with L = 1.

    The reconstruction is summed over the pixels and the divergence over the latent variables; both are means over the
    pictures. A mean in one of the two places weighs the two against each other by the size of the picture.
    """
    passed = model(batch.x)
    reconstruction = pixel_nats(passed.logits, passed.x).mean()
    kl = kl_to_standard_normal(passed.mean, passed.log_variance).mean()
    return Loss(reconstruction + kl, len(batch), {"reconstruction": reconstruction, "kl": kl})
