"""Figures of why a network answers as it does of a picture: three maps, each beside that of random weights."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from etude.figures import Images
from etude.inside.gradcam import grad_cam, last_maps
from etude.inside.integrated import integrated_gradients, rise
from etude.inside.saliency import class_logits, saliency
from etude.inside.sanity import Explanation, verdict, with_random_weights

FOR, AGAINST, NEITHER = (8, 119, 189), (245, 147, 34), (232, 234, 235)
"""red, green, blue of what adds to an answer, of what takes from it, of what does nothing"""
WARM = (255, 170, 60)
"""of the light that falls on the places that speak for an answer"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A picture, and the class that the network says it is."""

    network: nn.Module
    x: UInt8[Tensor, "1 channel height width"]
    k: int
    name: str


def why_figures(
    network: nn.Module, x: UInt8[Tensor, "1 channel height width"], names: tuple[str, ...]
) -> dict[str, Images]:
    """Slopes, integrated gradients and, where there are feature maps, Grad-CAM, of the class that it answers."""
    k = int(class_logits(network, x)[0].argmax())
    asked = Asked(network, x, k, names[k])
    found = {"why": saliency_figure(asked), "integrated gradients": integrated_figure(asked)}
    maps, _ = last_maps(network, x)
    return found | ({"grad-cam": grad_cam_figure(asked, maps.layer)} if maps is not None else {})


def saliency_figure(asked: Asked) -> Images:
    """The pixels that the answer hangs on."""
    title = f"Why {asked.name}: the brighter a pixel, the more a small change of it moves the answer"
    return compared(
        asked, saliency, saliency(asked.network, asked.x, asked.k), title, lambda values: lit(values).expand(3, -1, -1)
    )


def integrated_figure(asked: Asked) -> Images:
    """What each pixel adds to the answer."""
    parts = integrated_gradients(asked.network, asked.x, asked.k)
    title = (
        f"Integrated gradients: what each pixel adds to {asked.name} (blue) or takes from it (orange), on the way from "
        f"a black picture. Together {float(parts.sum()):.3g}; its logit rises by "
        f"{rise(asked.network, asked.x, asked.k, start=torch.zeros_like(asked.x)):.3g}"
    )
    return compared(asked, integrated_gradients, parts, title, two_coloured)


def grad_cam_figure(asked: Asked, layer: str) -> Images:
    """The places that speak for the answer."""
    title = f"Grad-CAM: where the feature maps of {layer} speak for {asked.name} (bright)"
    places = grad_cam(asked.network, asked.x, asked.k)
    return compared(asked, grad_cam, places, title, lambda values: alight(values, coloured(asked.x)))


def compared(
    asked: Asked,
    explain: Explanation,
    real: Float[Tensor, "height width"],
    title: str,
    paint: Callable[[Float[Tensor, "height width"]], UInt8[Tensor, "3 height width"]],
) -> Images:
    """The picture as the network gets it, its map, and a map of random weights; how alike they are, in words."""
    random = with_random_weights(explain, asked.network, asked.x, asked.k)
    pixels = torch.stack([coloured(asked.x), paint(real), paint(random[0])])
    return Images(f"{title}. {verdict(real, random)}", pixels, ("as read", "why", "random weights"))


def coloured(x: UInt8[Tensor, "1 channel height width"]) -> UInt8[Tensor, "3 height width"]:
    """The picture with three channels, also where it is grey."""
    return x[0].cpu().expand(3, -1, -1)


def lit(values: Float[Tensor, "height width"]) -> UInt8[Tensor, "height width"]:
    """0 black, the greatest white."""
    return (255 * values / values.max().clamp(min=1e-12)).round().byte()


def two_coloured(values: Float[Tensor, "height width"]) -> UInt8[Tensor, "3 height width"]:
    """From one colour for what adds, over grey, to another for what takes away."""
    share = (values / values.abs().max().clamp(min=1e-12))[None]
    grey = colour(NEITHER)
    return (grey + share.clamp(min=0) * (colour(FOR) - grey) - share.clamp(max=0) * (colour(AGAINST) - grey)).byte()


def alight(
    values: Float[Tensor, "height width"], picture: UInt8[Tensor, "3 height width"]
) -> UInt8[Tensor, "3 height width"]:
    """The picture in half light, with a warm light where the numbers are great."""
    share = 0.75 * values / values.max().clamp(min=1e-12)
    return ((1 - share) * 0.5 * picture + share * colour(WARM)).byte()


def colour(rgb: tuple[int, int, int]) -> Float[Tensor, "3 1 1"]:
    """Ready to be mixed."""
    return torch.tensor(rgb, dtype=torch.float32)[:, None, None]
