"""Which pixels an answer hangs on: the slope of a logit by each of them."""

import torch
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor, nn

from etude.layers.inputs import PictureInput


def class_logits(network: nn.Module, x: Shaped[Tensor, "batch ..."]) -> Float[Tensor, "batch class"]:
    """What a network says; one logit z for two classes becomes -z and z."""
    said: Tensor = network(x)
    return torch.stack([-said, said], dim=1) if said.ndim == 1 else said


@torch.enable_grad()
def saliency(network: nn.Module, x: UInt8[Tensor, "1 channel height width"], k: int) -> Float[Tensor, "height width"]:
    """The greatest |d logit of class k / d pixel| over the channels.

    Simonyan, Vedaldi and Zisserman 2013 (arXiv:1312.6034), section 3.1; by the standardised pixels.
    """
    seen: list[Tensor] = []

    def keep(_: nn.Module, __: object, output: Tensor) -> Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1]

    first = next(each for each in network.modules() if isinstance(each, PictureInput))
    hook = first.register_forward_hook(keep)
    try:
        (slope,) = torch.autograd.grad(class_logits(network, x)[0, k], seen[0])
    finally:
        hook.remove()
    return slope[0].abs().amax(dim=0).cpu()
