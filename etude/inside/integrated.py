"""What each pixel adds to an answer, on the way from a black picture to this one."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from etude.inside.saliency import class_logits

STEPS = 32
"""pictures on the way, of which the slopes are taken: the paper's section 5 finds 20 to 300 enough"""
AT_ONCE = 16
"""of them"""


@torch.enable_grad()
def integrated_gradients(
    network: nn.Module, x: UInt8[Tensor, "1 channel height width"], k: int, *, steps: int = STEPS
) -> Float[Tensor, "height width"]:
    """IG_i = x_i * integral over a from 0 to 1 of d logit_k(a x) / d x_i, summed over the channels.

    Sundararajan, Taly and Yan 2017 (arXiv:1703.01365), eq. 1 with a black picture as x'. The integral is the sum over
    the midpoints of `steps` equal parts. All pixels together give logit_k(x) - logit_k(black) (proposition 1): exactly
    if the logit is linear or quadratic on the way, else with an error that falls with `steps`.
    """
    pixels = x.to(torch.float32)  # as a layer of inputs reads bytes too, but with a slope
    shares = (torch.arange(steps, device=x.device) + 0.5) / steps
    slope = torch.zeros_like(pixels[0])
    for some in shares.split(AT_ONCE):
        way = (some[:, None, None, None] * pixels).requires_grad_()
        (slopes,) = torch.autograd.grad(class_logits(network, way)[:, k].sum(), way)
        slope += slopes.sum(dim=0) / steps
    return (pixels[0] * slope).sum(dim=0).cpu()


@torch.no_grad()
def rise(network: nn.Module, x: UInt8[Tensor, "1 channel height width"], k: int) -> float:
    """logit_k(x) - logit_k(black), which the pixels' parts give together."""
    there, black = class_logits(network, torch.cat([x, torch.zeros_like(x)]))[:, k].tolist()
    return float(there - black)
