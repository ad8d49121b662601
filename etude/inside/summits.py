"""The pictures to which the units of one layer answer most, as a figure."""

import time
from dataclasses import replace
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor, nn

from etude.evaluation.predictor import evaluating
from etude.figures import Figure, Images, Text
from etude.inside.maximise import STEPS, by_pixels, maximised
from etude.inside.rehearsal import Passage, Rehearsal
from etude.layers.inputs import PictureInput
from etude.learners.base import Learner
from etude.schema import Classes, Pictures, Schema

FEW, CLASSES = 6, 10
"""units and classes at most"""
PATIENCE = 5.0
"""seconds that a climb may take: the training waits for it"""


def summit_figures(learner: Learner[Any], seen: Rehearsal, name: str, schema: Schema) -> dict[str, Figure]:
    """A picture for each class or for the strongest few units of a layer; nothing where pictures get no answer.

    The network is the one that learns, as it is now; neither its parameters nor its gradients feel it.
    """
    part, passage = name.partition(".")[0], seen.passages.get(name)
    if passage is None or passage.gradient is None or passage.output.ndim < 2:  # no layer that learns of the pictures
        return {}
    network = learner.get_submodule(part)
    reads = any(isinstance(each, PictureInput) for each in network.modules())
    if not reads or not isinstance(schema.inputs, Pictures) or schema.target.kind not in ("classes", "quantity"):
        return {}
    last = [each for each in seen.passages if each.partition(".")[0] == part][-1]
    classes = schema.target.names if isinstance(schema.target, Classes) and name == last else ()
    units = strongest(passage) if len(classes) != passage.output.shape[1] else torch.arange(min(len(classes), CLASSES))
    names = classes or tuple(f"unit {number + 1}" for number in range(int(units.max()) + 1))
    with evaluating(network):
        found = summits(network, learner.get_submodule(name), units, names, schema.inputs)
    return {"summits": replace(found, title=f"{name}: the pictures to which its units answer most{found.title}")}


def strongest(passage: Passage) -> Int[Tensor, " unit"]:
    """The units that say most to the examples of a batch, the strongest first; channels are those of feature maps."""
    apart = passage.output if passage.output.ndim == 4 else passage.output.movedim(-1, 1)
    means = apart.transpose(0, 1).flatten(1).float().mean(dim=1)
    return means.topk(min(FEW, len(means))).indices.cpu()


def summits(
    network: nn.Module, layer: nn.Module, units: Int[Tensor, " unit"], names: tuple[str, ...], pictures: Pictures
) -> Images | Text:
    """What was found, or why it was not looked for; with the end of a title."""
    shape, begun = (pictures.channels, pictures.height, pictures.width), time.perf_counter()
    by_pixels(network, layer, units, torch.zeros(len(units), *shape, device=next(network.parameters()).device))
    seconds = STEPS * (time.perf_counter() - begun)
    if seconds > PATIENCE:
        return Text("", f"To find them would take {seconds:.0f} seconds, for which the training will not wait.")
    found = maximised(network, layer, units, shape, seed=0)
    if not found.after.isfinite().all():
        return Text("", "There are none: the network holds numbers that are not finite.")
    told = tuple(f"{names[unit]}: {said:.3g}" for unit, said in zip(units.tolist(), found.after.tolist(), strict=True))
    return Images(", and how much: found from noise when this layer was chosen", found.pixels, told)
