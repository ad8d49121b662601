"""Which pixels an answer hangs on."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from etude.figures import Images
from etude.layers.inputs import PictureInput


def saliency(
    network: nn.Module, x: UInt8[Tensor, "1 channel height width"]
) -> tuple[Float[Tensor, "height width"], int]:
    """The greatest |d logit / d pixel| over the channels, of the class that the network answers, and that class.

    Simonyan, Vedaldi and Zisserman 2013 (arXiv:1312.6034), section 3.1; by the standardised pixels.
    """
    seen: list[Tensor] = []

    def keep(_: nn.Module, __: object, output: Tensor) -> Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1]

    first = next(each for each in network.modules() if isinstance(each, PictureInput))
    hook = first.register_forward_hook(keep)
    try:
        with torch.enable_grad():
            logits: Tensor = network(x)
            answer = int(logits[0].argmax())
            (slope,) = torch.autograd.grad(logits[0, answer], seen[0])
    finally:
        hook.remove()
    return slope[0].abs().amax(dim=0).cpu(), answer


def saliency_figure(network: nn.Module, x: UInt8[Tensor, "1 channel height width"], names: tuple[str, ...]) -> Images:
    """The picture as the network gets it, and beside it the pixels that its answer hangs on."""
    slope, answer = saliency(network, x)
    bright = (255 * slope / slope.max().clamp(min=1e-12)).round().byte().expand(x.shape[1:])
    pair = torch.stack([x[0].cpu(), bright])
    return Images(f"Why {names[answer]}", pair, ("as read", "why"))
