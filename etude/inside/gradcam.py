"""Where in a picture the last feature maps speak for an answer."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from etude.inside.rehearsal import layers
from etude.inside.saliency import class_logits
from etude.layers.inputs import PictureInput


@dataclass(frozen=True, slots=True)
class Maps:
    """What a layer says of the places of one picture."""

    layer: str
    values: Float[Tensor, "1 map row column"]
    """still tied to the logits, so that these have a slope by them"""


@torch.enable_grad()
def last_maps(
    network: nn.Module, x: UInt8[Tensor, "1 channel height width"]
) -> tuple[Maps | None, Float[Tensor, "1 class"]]:
    """The last feature maps that have more than one place, None where there are none, and the logits behind them."""
    found: list[Maps] = []

    def keep(name: str, output: object) -> None:
        if isinstance(output, Tensor) and output.ndim == 4 and output[0, 0].numel() > 1 and output.requires_grad:
            found.append(Maps(name, output))

    hooks = [
        layer.register_forward_hook(lambda _, __, output, name=name: keep(name, output))
        for name, layer in layers(network).items()
        if not isinstance(layer, PictureInput)
    ]
    try:
        logits = class_logits(network, x.float().requires_grad_())
    finally:
        for hook in hooks:
            hook.remove()
    return (found[-1] if found else None), logits


@torch.enable_grad()
def grad_cam(network: nn.Module, x: UInt8[Tensor, "1 channel height width"], k: int) -> Float[Tensor, "height width"]:
    """ReLU(sum of alpha_m A_m), alpha_m = mean over the places of d logit_k / d A_m, in the size of the picture.

    Selvaraju et al. 2017 (arXiv:1610.02391), eq. 1 and 2, on the last feature maps A that the network makes; enlarged
    bilinearly, as there. ValueError for a network without feature maps.
    """
    maps, logits = last_maps(network, x)
    if maps is None:
        raise ValueError("the network makes no feature maps, so there is nothing that Grad-CAM could look at")
    (slope,) = torch.autograd.grad(logits[0, k], maps.values)
    alpha = slope.mean(dim=(2, 3), keepdim=True)  # (1, map, 1, 1)
    small = (alpha * maps.values).sum(dim=1, keepdim=True).relu().detach()
    return F.interpolate(small, size=x.shape[2:], mode="bilinear", align_corners=False)[0, 0].cpu()
