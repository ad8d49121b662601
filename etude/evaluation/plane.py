"""Vectors as points of the plane."""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from etude.figures import Points


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
    labels = ("first principal direction", "second principal direction")
    return Points(title, flat[:, 0], flat[:, 1], *labels, classes=classes.cpu(), names=names)
