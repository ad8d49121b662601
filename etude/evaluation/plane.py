"""Vectors as points of the plane."""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from etude.figures import Points

LABELS = ("first principal direction", "second principal direction")
"""of the axes"""


def plane(vectors: Float[Tensor, "point dimension"]) -> Float[Tensor, "point 2"]:
    """The two directions in which the vectors differ most (Pearson 1901); the largest part of each is positive."""
    centred = vectors.double() - vectors.double().mean(dim=0)
    directions = torch.linalg.svd(centred, full_matrices=False).Vh[:2]
    largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
    flat = torch.zeros(len(vectors), 2)
    flat[:, : len(directions)] = (centred @ (directions * largest.sign()).T).float()
    return flat


def embedding(
    title: str, vectors: Float[Tensor, "point dimension"], classes: Int[Tensor, " point"], names: tuple[str, ...]
) -> Points:
    """The directions of vectors in the plane, coloured by class; long vectors would push all others together."""
    flat = plane(F.normalize(vectors.cpu(), dim=1))
    return Points(title, flat[:, 0], flat[:, 1], *LABELS, classes=classes.cpu(), names=names)


def steady(now: Points, before: Points | None) -> Points:
    """A principal plane turned, and mirrored if need be, to lie as it lay before; other points stay as they are.

    While a network learns its directions change places and signs from look to look: so the points drift instead.
    Orthogonal Procrustes (Schoenemann 1966): with the singular vectors U and V of now' before, now U V' is nearest.
    """
    planes = before is not None and {now.x_label, before.x_label} == {LABELS[0]} and len(now.x) == len(before.x)
    if before is None or not planes:
        return now
    here, there = (torch.stack([each.x, each.y], dim=1).double() for each in (now, before))
    u, _, v = torch.linalg.svd(here.T @ there)
    x, y = (here @ u @ v).float().T
    return replace(now, x=x, y=y)
