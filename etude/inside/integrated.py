"""What each pixel or sample adds to an answer, on the way from an example that says nothing to this one."""

import torch
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor, nn

from etude.inside.saliency import class_logits

STEPS = 32
"""examples on the way, of which the slopes are taken: the paper's section 5 finds 20 to 300 enough"""
AT_ONCE = 16
"""of them"""


def integrated_gradients(
    network: nn.Module, x: UInt8[Tensor, "1 channel height width"], k: int, *, steps: int = STEPS
) -> Float[Tensor, "height width"]:
    """What each pixel adds to the logit of class k on the way from a black picture, summed over the channels."""
    pixels = x.to(torch.float32)  # as a layer of inputs reads bytes too, but with a slope
    return added(network, pixels, k, start=torch.zeros_like(pixels), steps=steps).sum(dim=0)


@torch.enable_grad()
def added(
    network: nn.Module, x: Float[Tensor, "1 ..."], k: int, *, start: Float[Tensor, "1 ..."], steps: int = STEPS
) -> Float[Tensor, "..."]:
    """IG_i = (x_i - s_i) * integral over a from 0 to 1 of d logit_k(s + a (x - s)) / d x_i.

    Sundararajan, Taly and Yan 2017 (arXiv:1703.01365), eq. 1 with `start` s as x'. The integral is the sum over
    the midpoints of `steps` equal parts. All places together give logit_k(x) - logit_k(s) (proposition 1): exactly
    if the logit is linear or quadratic on the way, else with an error that falls with `steps`.
    """
    shares = (torch.arange(steps, device=x.device) + 0.5) / steps
    slope = torch.zeros_like(x[0])
    for some in shares.split(AT_ONCE):
        way = (start + some.view(-1, *[1] * (x.ndim - 1)) * (x - start)).requires_grad_()
        (slopes,) = torch.autograd.grad(class_logits(network, way)[:, k].sum(), way)
        slope += slopes.sum(dim=0) / steps
    return ((x - start)[0] * slope).cpu()


@torch.no_grad()
def rise(network: nn.Module, x: Shaped[Tensor, "1 ..."], k: int, *, start: Shaped[Tensor, "1 ..."]) -> float:
    """logit_k(x) - logit_k(start), which the parts of all places give together."""
    there, first = class_logits(network, torch.cat([x, start]))[:, k].tolist()
    return float(there - first)
