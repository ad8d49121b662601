"""Figures of a rehearsal: what left a layer, its weights, how they are spread, how far an update moves them."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from etude.figures import Figure, Histogram, Images, LayerBox, Matrix, Network, Points
from etude.inside.folding import folded
from etude.inside.rehearsal import Change, Rehearsal

MOST = 64
"""pictures, rows or columns of one figure"""
BINS = 48
SPREAD = 32
"""numbers, of which a histogram tells something"""
VANISHING, EXPLODING = 1e-6, 1e-1
"""shares of itself by which a parameter may move in an update: beyond them it learns nothing, or leaps about"""
RECURRENT = ("RNN", "LSTM", "GRU")
"""layers whose output are their states"""
HEALTH = ("moves well", "hardly moves", "leaps")
SMALLEST = 1e-12
"""share that is drawn for a parameter that does not move at all"""


def network_figure(seen: Rehearsal) -> Network:
    """The layers in the order of the forward pass; blocks that repeat each other are drawn once."""
    boxes = [
        (
            passage.kind,
            LayerBox(
                name, tuple(passage.output.shape[1:]), sum(each.before.numel() for each in own(seen, name).values())
            ),
        )
        for name, passage in seen.passages.items()
    ]
    return Network("Layers, in the order of the forward pass", folded(boxes))


def own(seen: Rehearsal, layer: str) -> dict[str, Change]:
    """The parameters of one layer, by the names that they have there: weight, bias."""
    found = {
        name.removeprefix(f"{layer}."): each for name, each in seen.changes.items() if name.startswith(f"{layer}.")
    }
    return {name: each for name, each in found.items() if "." not in name}


def output_figure(seen: Rehearsal, layer: str) -> Figure:
    """What left the layer: feature maps of the first example, positions by units, or examples by units."""
    passage = seen.passages[layer]
    output = passage.output.float().cpu()
    if output.ndim == 4:
        maps = output[0, :MOST, None]
        return Images(f"{layer}: {shown(maps, output[0])} of one example", grey(maps), numbered(len(maps)))
    if output.ndim == 3:
        said = "its state h after each position" if passage.kind in RECURRENT else "what it makes of each position"
        return matrix(f"{layer}: {said} of one example", output[0], "position")
    return matrix(f"{layer}: what each example makes of it", output.reshape(len(output), -1), "example")


def weight_figures(seen: Rehearsal, layer: str) -> dict[str, Figure]:
    """The weights as pictures or as a table, and how they and their gradients are spread."""
    found: dict[str, Figure] = {}
    for name, change in own(seen, layer).items():
        title, weight = f"{layer}.{name}", change.after.float().cpu()
        if weight.ndim == 4:
            found[name] = filters(title, weight)
        elif weight.ndim > 1:
            found[name] = matrix(title, weight.flatten(1), "unit", "source")
        elif weight.numel() < SPREAD:
            found[name] = matrix(title, weight.reshape(1, -1), name)
        if weight.numel() >= SPREAD:
            found[f"spread of {name}"] = spread(f"{title}: spread", weight, "value")
        if weight.numel() >= SPREAD and change.gradient is not None:
            gradient = change.gradient.float().cpu()
            found[f"spread of the gradient of {name}"] = spread(
                f"{title}: spread of the gradient", gradient, "gradient"
            )
    return found


def filters(title: str, weight: Float[Tensor, "out source height width"]) -> Images:
    """The kernels of a convolution: in colour where they look at colours, else one for each pair of channels."""
    if weight.shape[1] == 3:
        kernels = weight[:MOST]
        return Images(f"{title}: {shown(kernels, weight)}", grey(kernels), numbered(len(kernels)))
    kernels = weight.flatten(0, 1)[:MOST, None]  # (out and source, 1, height, width)
    pairs = [f"{k // weight.shape[1] + 1} of {k % weight.shape[1] + 1}" for k in range(len(kernels))]
    captions = tuple(pairs) if weight.shape[1] > 1 else numbered(len(kernels))
    return Images(f"{title}: {shown(kernels, weight.flatten(0, 1))}", grey(kernels), captions)


def grey(values: Float[Tensor, "picture channel height width"]) -> UInt8[Tensor, "picture channel height width"]:
    """The smallest number of all black, the greatest white."""
    low, high = values.min(), values.max()
    return ((values - low) / (high - low).clamp(min=1e-12) * 255).round().byte()


def shown(some: Float[Tensor, "picture ..."], every: Float[Tensor, "every ..."]) -> str:
    """'6 of 16, black -0.12, white 0.3'"""
    counted = f"{len(some)}" if len(some) == len(every) else f"{len(some)} of {len(every)}"
    return f"{counted} channels, black {float(some.min()):.2g}, white {float(some.max()):.2g}"


def numbered(n: int) -> tuple[str, ...]:
    """'1', '2', ..."""
    return tuple(str(k + 1) for k in range(n))


def matrix(title: str, values: Float[Tensor, "row column"], rows: str, columns: str = "unit") -> Matrix:
    """The first rows and columns."""
    cut = values[:MOST, :MOST]
    whole = "" if cut.shape == values.shape else f" (the first of {values.shape[0]:,} by {values.shape[1]:,})"
    return Matrix(f"{title}{whole}", cut, numbered(cut.shape[0]), numbered(cut.shape[1]), rows, columns)


def spread(title: str, values: Float[Tensor, "..."], what: str) -> Histogram:
    """How often each size occurs; numbers that are not finite are left out, and counted in the title."""
    finite = values.flatten()[values.flatten().isfinite()]
    lost = values.numel() - finite.numel()
    span = float(finite.abs().max()) if finite.numel() else 0.0
    counts, edges = finite.double().histogram(bins=BINS, range=(-(span or 1.0), span or 1.0))
    lost_words = f", {lost:,} not finite" if lost else ""
    return Histogram(f"{title}{lost_words}", edges, {what: counts.long()}, what, "numbers")


def step_figure(seen: Rehearsal) -> Points:
    """How far an update moves the weights of each layer, as a share of their own size."""
    names = list(weights(seen))
    shares = torch.tensor([moved(change) for change in weights(seen).values()], dtype=torch.float64)
    classes = (shares < VANISHING).long() + 2 * (shares > EXPLODING).long()
    return Points(
        f"How far an update moves {len(names)} matrices of weights",
        torch.arange(1, len(names) + 1).double(),
        shares.clamp(min=SMALLEST).log10(),
        "matrix, from the input to the answer",
        "step as power of ten of the weights' size",
        classes,
        HEALTH,
    )


def weights(seen: Rehearsal) -> dict[str, Change]:
    """The parameters that have rows and columns: biases begin at 0, of which every step is a leap."""
    return {name: change for name, change in seen.changes.items() if change.before.ndim > 1}


def moved(change: Change) -> float:
    """Root mean square of the step over that of the parameter."""
    size = change.before.double().square().mean().sqrt()
    return float((change.after - change.before).double().square().mean().sqrt() / size.clamp(min=1e-12))
