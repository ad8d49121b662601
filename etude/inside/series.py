"""Figures of why a network answers as it does of a series."""

from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.figures import Curve, Line
from etude.inside.integrated import added, rise
from etude.inside.saliency import class_logits
from etude.inside.sanity import verdict, with_random_weights
from etude.schema import Classes, Signals, Target

WIDEST = 0.15
"""of the height of a series, to each side of the sample that counts most"""


def series_figures(
    network: nn.Module, x: Float[Tensor, "1 time"], signals: Signals, target: Target
) -> dict[str, Curve]:
    """The series as it was read, the broader where it counts, and what each sample adds to the answer."""
    start = torch.full_like(x, signals.mean)
    k = int(class_logits(network, x)[0].argmax()) if isinstance(target, Classes) else 1
    name, unit = (target.names[k], 1.0) if isinstance(target, Classes) else (target.name, target.deviation)
    explain = partial(added, start=start)
    parts = explain(network, x, k)
    random = with_random_weights(explain, network, x, k)
    title = (
        f"Integrated gradients: what each sample adds to {name}, on the way from a flat series. Together "
        f"{unit * float(parts.sum()):.3g}; {'its logit' if isinstance(target, Classes) else 'it'} rises by "
        f"{unit * rise(network, x, k, start=start):.3g}. {verdict(parts, random)}"
    )
    lines = {"learnt": line(unit * parts), "random weights": line(unit * random[0])}
    return {
        "why": banded(f"Why {name}: the broader the series, the more a sample adds or takes", x[0].cpu(), parts),
        "integrated gradients": Curve(title, lines, "sample", f"part of {name}"),
    }


def banded(title: str, series: Float[Tensor, " time"], parts: Float[Tensor, " time"]) -> Curve:
    """A series as broad as the numbers beside it are large."""
    height = float(series.max() - series.min())
    broad = WIDEST * height * parts.abs() / parts.abs().max().clamp(min=1e-12)
    drawn = Line(line(series).x, series, low=series - broad, high=series + broad)
    return Curve(title, {"as read": drawn}, "sample", "value")


def line(values: Float[Tensor, " time"]) -> Line:
    """Over the samples."""
    return Line(torch.arange(len(values)).float(), values)
