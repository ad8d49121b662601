"""Pictures to which a unit of a network answers most, found by climbing from noise."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from etude.chance import stream
from etude.layers.inputs import PictureInput

STEPS = 64
"""of the climb"""
STRIDE = 0.1
"""length of a step, in lengths of the longest picture that is allowed"""
START = 0.1
"""length of the noise at the beginning, likewise"""
ROUGH = 0.5
"""share of the steps in which the picture is moved and blurred"""
MOVED = 16
"""pixels of the shorter side, for each of which the picture is moved by up to one, to and fro"""
BLUR = 0.5
"""share of the blurred picture in the first step; it falls to 0"""
LEAK = 0.1
"""weight of the places that a feature map speaks against"""
SMALLEST = 1e-12
"""length of a slope that is none"""


@dataclass(frozen=True, slots=True)
class Summits:
    """What was found for some units."""

    pixels: UInt8[Tensor, "unit channel height width"]
    before: Float[Tensor, " unit"]
    """what each unit says of the noise"""
    after: Float[Tensor, " unit"]
    """and of its picture"""


def maximised(
    network: nn.Module, layer: nn.Module, units: Int[Tensor, " unit"], shape: tuple[int, int, int], *, seed: int
) -> Summits:
    """argmax of h(x) for each unit, over pictures x that are no longer than a usual one.

    Erhan, Bengio, Courville and Vincent 2009, "Visualizing higher-layer features of a deep network", section 3.1, with
    ||x|| <= rho: rho is the length of a training picture once it is standardised, the root of its numbers, and no pixel
    leaves 0 to 255. So that the climb does not end in noise it is rough at first: the picture is moved by a few pixels
    for every step (Mordvintsev, Olah and Tyka 2015), and blurred behind it, ever less (Olah, Mordvintsev and Schubert
    2017, doi:10.23915/distill.00007).

    `network` is in evaluation mode and reads pictures by a `PictureInput`; `layer` is the one whose units are asked,
    `shape` the channels, height and width of a picture. The same seed gives the same bits.
    """
    chance, scale = stream(seed, "maximise"), scale_of(network)
    low, high = (0 - scale.mean) / scale.deviation, (255 - scale.mean) / scale.deviation
    rho = math.sqrt(math.prod(shape))
    start = (START * torch.randn(len(units), *shape, generator=chance).to(scale.mean)).clamp(low, high)
    x = start
    for step in range(STEPS):
        rough = max(0.0, 1 - step / (ROUGH * STEPS))
        down, right = moves(shape, chance) if rough else (0, 0)
        slope = by_pixels(network, layer, units, x.roll((down, right), (2, 3))).roll((-down, -right), (2, 3))
        x = x + STRIDE * rho * slope / lengths(slope).clamp(min=SMALLEST)
        x = x.lerp(blurred(x), BLUR * rough)
        x = (x * (rho / lengths(x).clamp(min=SMALLEST)).clamp(max=1)).clamp(low, high)
    pixels = (x * scale.deviation + scale.mean).round().byte()
    as_read = (pixels.to(x.dtype) - scale.mean) / scale.deviation
    before, after = (said_of(network, layer, units, each).detach().cpu() for each in (start, as_read))
    return Summits(pixels.cpu(), before, after)


def scale_of(network: nn.Module) -> PictureInput:
    """Its layer that standardises pictures."""
    return next(each for each in network.modules() if isinstance(each, PictureInput))


@torch.enable_grad()
def by_pixels(
    network: nn.Module, layer: nn.Module, units: Int[Tensor, " unit"], x: Float[Tensor, "unit channel height width"]
) -> Float[Tensor, "unit channel height width"]:
    """The slope of what each unit says of its picture; 0 where it is not finite, as nothing can be climbed there."""
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(said_of(network, layer, units, x).sum(), x, allow_unused=True)
    return torch.zeros_like(x) if slope is None else slope.nan_to_num(0.0, 0.0, 0.0)


def said_of(
    network: nn.Module, layer: nn.Module, units: Int[Tensor, " unit"], x: Float[Tensor, "unit channel height width"]
) -> Float[Tensor, " unit"]:
    """What unit k says of standardised picture k.

    Of a feature map it is the mean over the places, where those that it speaks against count a tenth, as behind a leaky
    rectifier: else a map would be at its best for pictures of one grey.
    """
    with instead(network, layer, x) as seen:
        network(x.new_zeros(x.shape, dtype=torch.uint8))
    said = seen[0]
    apart = said if said.ndim == 4 else said.movedim(-1, 1)  # (picture, unit, ...)
    own = apart[torch.arange(len(units), device=x.device), units.to(x.device)]
    mean: Tensor = F.leaky_relu(own, LEAK).flatten(1).mean(dim=1) if own.ndim > 1 else own
    return mean


@contextmanager
def instead(network: nn.Module, layer: nn.Module, x: Float[Tensor, "..."]) -> Iterator[list[Tensor]]:
    """Let standardised pictures come from the network's first layer, whatever it is given; what leaves `layer`."""
    seen: list[Tensor] = []
    hooks = [
        scale_of(network).register_forward_hook(lambda *_: x.contiguous(memory_format=torch.channels_last)),
        layer.register_forward_hook(lambda *said: seen.append(said[2])),
    ]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def moves(shape: tuple[int, int, int], chance: torch.Generator) -> tuple[int, int]:
    """Pixels down and to the right."""
    most = min(shape[1:]) // MOVED
    down, right = torch.randint(-most, most + 1, (2,), generator=chance).tolist()
    return down, right


def lengths(x: Float[Tensor, "unit channel height width"]) -> Float[Tensor, "unit 1 1 1"]:
    """Of each picture, as one long vector."""
    found: Tensor = x.flatten(1).norm(dim=1)
    return found[:, None, None, None]


def blurred(x: Float[Tensor, "unit channel height width"]) -> Float[Tensor, "unit channel height width"]:
    """Each pixel with a quarter of its neighbours' sum on each axis, 1 2 1."""
    row = x.new_tensor([1.0, 2.0, 1.0]) / 4
    kernel = (row[:, None] * row).expand(x.shape[1], 1, 3, 3)
    smooth: Tensor = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), kernel, groups=x.shape[1])
    return smooth
