"""What a diffusion recipe needs beside its network: samples of wanted classes, their judgement, their figures."""

import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from etude.chance import stream
from etude.errors import UsageError, nearest
from etude.evaluation.generation import share
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline, Score
from etude.evaluation.yardstick import Yardstick, in_units
from etude.figures import Figure, Images, Points
from etude.layers.noise import Noise
from etude.layers.span import as_bytes, spanned
from etude.models.diffusion import PointDenoiser, Reverse, guided
from etude.models.unet import GROUPS, UNet
from etude.objectives.diffusion import NO_CLASS, classes_told
from etude.records import Inputs, Labelled
from etude.schema import Classes, Nothing, Pictures, Schema, Table
from etude.training.expect import other_kind
from etude.training.samples import side_of

CHUNK = 250
"""examples that are denoised at once"""
PICTURES, POINTS = 500, 2000
"""samples that are judged"""
FARTHEST = 10.0
"""deviations from the mean; a point that is seen farther away while it is denoised is moved there"""
JUDGED = 1000
"""examples whose noise is predicted for the validation loss, at most"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Examples to be sampled."""

    told: Int[Tensor, " n"]
    """k + 1 for class k, NO_CLASS for any"""
    steps: int | None = 50
    """of DDIM; None: all T steps of the paper"""
    eta: float = 0.0
    """share of DDPM's noise in a step of DDIM"""
    guidance: float = 0.0
    seed: int = 0


def denoiser_for(schema: Schema, *, width: int) -> nn.Module:
    """The untrained network for points, or for pictures whose side is a multiple of 4."""
    classes = len(schema.target.names) if isinstance(schema.target, Classes) else 0
    match schema.inputs:
        case Pictures() if side_of(schema.inputs):
            if width % GROUPS:
                raise UsageError("E-CFG-RANGE", f"--width is {width}; the U-Net wants a multiple of {GROUPS}.")
            return UNet(schema.inputs.channels, width, classes)
        case Table() if isinstance(schema.target, Nothing):
            return PointDenoiser(16 * width, classes)
        case _:
            raise other_kind(schema, "ddpm", wanted="pictures or points", remedy="Give either.")


def film(network: nn.Module, noise: Noise, schema: Schema, wanted: Wanted) -> Iterator[Float[Tensor, "n ..."]]:
    """The same examples after each step, from nearly pure noise to done; in the span of the network, on the CPU."""
    device = next(network.parameters()).device
    told = wanted.told.to(device)
    inputs = schema.inputs
    shape = (inputs.channels, inputs.height, inputs.width) if isinstance(inputs, Pictures) else (2,)
    way = Reverse(noise.to(device), 1.0 if isinstance(inputs, Pictures) else FARTHEST)
    chance = stream(wanted.seed, "sampling")
    x = torch.randn(len(told), *shape, generator=chance).to(device)
    denoise = guided(network, told, wanted.guidance)
    steps = (
        way.ancestral(denoise, x, chance)
        if wanted.steps is None
        else way.ddim(denoise, x, steps=min(wanted.steps, noise.T), eta=wanted.eta, chance=chance)
    )
    with evaluating(network):
        for frame in steps:
            yield frame.cpu()


def sampled(network: nn.Module, noise: Noise, schema: Schema, wanted: Wanted) -> Shaped[Tensor, "n ..."]:
    """New examples in the encoding of the schema."""
    done = deque(film(network, noise, schema, wanted), maxlen=1).pop()
    return as_bytes(done) if done.ndim == 4 else done


def in_turn(schema: Schema, n: int) -> Int[Tensor, " n"]:
    """Every class as often as the others, one after the other; or no classes."""
    if isinstance(schema.target, Classes):
        return torch.arange(n) % len(schema.target.names) + 1
    return torch.full((n,), NO_CLASS)


def denoising_loss(network: nn.Module, noise: Noise, examples: Inputs | Labelled) -> Score:
    """Eq. 14 on fixed examples, with fixed noise and times spread evenly over 1 ... T; Gauss's interval."""
    few = examples[:JUDGED]
    device = next(network.parameters()).device
    n, chance = len(few), stream(0, "noise of the evaluation")
    t = 1 + torch.arange(n) * noise.T // n
    x0, told = spanned(few.x), classes_told(few)
    epsilon = torch.randn(x0.shape, generator=chance)
    errors = []
    with evaluating(network):
        for rows in torch.arange(n).split(CHUNK):
            x = noise.cpu()(x0[rows], t[rows], epsilon[rows])
            answer = network(x.to(device), t[rows].to(device), told[rows].to(device)).cpu()
            errors.append((answer - epsilon[rows]).square().flatten(1).mean(dim=1))
    every = torch.cat(errors).double()
    mean = float(every.mean())
    if n == 1:
        return Score(mean)
    reach = 1.96 * float(every.std()) / math.sqrt(n)
    return Score(mean, mean - reach, mean + reach)


def recognised(yardstick: Yardstick, samples: Shaped[Tensor, "n ..."], told: Int[Tensor, " n"]) -> dict[str, Score]:
    """How many samples the judge takes for the class that was asked, and how even the classes are that it sees."""
    target = yardstick.splits.schema.target
    if not isinstance(target, Classes):
        return {}
    names = yardstick.judge.names(samples)
    shares = names.bincount(minlength=len(target.names)).double() / len(names)
    return {
        "recognised": share(names == told - 1),
        "rarest_class": Score(float(shares.min())),
        "commonest_class": Score(float(shares.max())),
    }


def real_ones(yardstick: Yardstick, examples: Labelled) -> Baseline:
    """How many real pictures the judge takes for what they are: it errs too."""
    started = time.perf_counter()
    right = share(yardstick.judge.names(examples.x) == examples.y)
    seconds = round(time.perf_counter() - started, 3)
    return Baseline("examples of the part", "real ones, named by the judge", {"recognised": right}, seconds)


def class_wanted(schema: Schema, label: str | None, n: int) -> Int[Tensor, " n"]:
    """The class with this name, n times; all in turn if there is no name. UsageError for a name that is none."""
    if label is None:
        return in_turn(schema, n)
    names = schema.target.names if isinstance(schema.target, Classes) else ()
    if label not in names:
        known = f" Known: {', '.join(names)}." if names else " These data have no classes."
        raise UsageError("E-CFG-NAME", f"--label: no class {label!r}{nearest(label, names)}{known}")
    return torch.full((n,), names.index(label) + 1)


def captions_of(schema: Schema, told: Int[Tensor, " n"]) -> tuple[str, ...]:
    """The name of the class that was asked for, or nothing."""
    names: tuple[str, ...] = ("", *(schema.target.names if isinstance(schema.target, Classes) else ()))
    return tuple(names[k] for k in told.tolist())


def film_view(network: nn.Module, noise: Noise, schema: Schema) -> Figure:
    """From noise to examples: pictures in rows, or points coloured by how far they have come."""
    pictures = isinstance(schema.inputs, Pictures)
    n, frames = (8, 8) if pictures else (300, 4)
    every = list(film(network, noise, schema, Wanted(in_turn(schema, n))))
    chosen = [every[round(k * (len(every) - 1) / (frames - 1))] for k in range(frames)]
    names = tuple(f"{100 * k // (frames - 1)} %" for k in range(frames))
    if pictures:
        rows = torch.stack(chosen, dim=1).flatten(0, 1)  # (example and frame, channel, height, width)
        return Images("From noise to pictures", as_bytes(rows), names * n)
    assert isinstance(schema.inputs, Table)  # `denoiser_for` takes nothing else
    points, (first, second) = in_units(torch.cat(chosen), schema.inputs), (each.name for each in schema.inputs.numeric)
    stage = torch.arange(frames).repeat_interleave(n)
    return Points("From noise to points", points[:, 0], points[:, 1], first, second, stage, names)
