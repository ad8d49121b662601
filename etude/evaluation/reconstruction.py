"""How well pictures come back through a code of a few numbers, beside the best that a linear code can do."""

import time

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from etude.chance import stream
from etude.data.batches import in_order
from etude.evaluation.codes import BATCH
from etude.evaluation.intervals import mean_score
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline, Score
from etude.figures import Images
from etude.layers.units import as_pictures, unit_rows
from etude.learners.base import device_of
from etude.models.autoencoder import Autoencoder
from etude.objectives.restoration import masked
from etude.records import Inputs

SIDE = 12
"""codes in a row of the decoded plane"""
OUTSIDE = 0.02
"""share of the codes on each side that the decoded plane leaves out"""


def squared_errors(network: Autoencoder, examples: Inputs, *, share: float = 0.0) -> Float[Tensor, " example"]:
    """The mean squared error over the pixels of each picture, which lie between 0 and 1.

    With a `share`, so many pixels are set to 0 before, always the same ones.
    """
    found, device, generator = [], device_of(network), stream(0, "corruption")
    with evaluating(network):
        for piece in in_order(examples, BATCH):
            back = network(masked(piece.x, share, generator).to(device)).cpu()
            found.append((back - unit_rows(piece.x)).double().square().mean(dim=1))
    return torch.cat(found)


def every_error(network: Autoencoder, examples: Inputs, *, share: float) -> dict[str, Float[np.ndarray, " example"]]:
    """The errors by name: of whole pictures, and if the network learnt to denoise of those that lost a `share`."""
    found = {"mse": squared_errors(network, examples).numpy()}
    if share:
        found["denoised_mse"] = squared_errors(network, examples, share=share).numpy()
    return found


def reconstruction_scores(network: Autoencoder, examples: Inputs, *, share: float) -> dict[str, Score]:
    """Their means with intervals."""
    return {name: mean_score(errors) for name, errors in every_error(network, examples, share=share).items()}


def linear_codes(train: Inputs, examples: Inputs, *, latent: int) -> Baseline:
    """What comes back from the first principal components of the training part: the best linear code of that length.

    Pearson 1901 (doi:10.1080/14786440109462720); Baldi and Hornik 1989 show that no linear autoencoder does better.
    """
    started = time.perf_counter()
    mean = rows(train).mean(dim=0)
    centred = rows(train) - mean
    directions = torch.linalg.eigh(centred.T @ centred).eigenvectors[:, -latent:]  # largest eigenvalues last
    other = rows(examples) - mean
    errors = (other - other @ directions @ directions.T).square().mean(dim=1)
    seconds = round(time.perf_counter() - started, 3)
    name = f"{directions.shape[1]} principal components"
    return Baseline(name, f"on all {len(train):,} training rows", {"mse": mean_score(errors.numpy())}, seconds)


def left_as_it_came(examples: Inputs, *, share: float) -> Baseline:
    """The error of doing nothing about the missing pixels."""
    started, generator, found = time.perf_counter(), stream(0, "corruption"), []
    for piece in in_order(examples, BATCH):
        came = unit_rows(masked(piece.x, share, generator))
        found.append((came - unit_rows(piece.x)).double().square().mean(dim=1))
    score = mean_score(torch.cat(found).numpy())
    seconds = round(time.perf_counter() - started, 3)
    return Baseline("left as it came", f"{share:.0%} of the pixels missing", {"denoised_mse": score}, seconds)


def rows(examples: Inputs) -> Float[Tensor, "example pixel"]:
    """Pixels from 0 to 1 as float64."""
    return unit_rows(examples.x).double()


def decoded_plane(network: Autoencoder, codes: Float[Tensor, "example 2"], *, height: int) -> Images:
    """One picture of the pictures of codes on a regular grid over most of `codes`."""
    low, high = torch.quantile(codes.float(), torch.tensor([OUTSIDE, 1 - OUTSIDE], device=codes.device), dim=0)
    steps = torch.linspace(0, 1, SIDE, device=codes.device)
    up, right = torch.meshgrid(steps.flip(0), steps, indexing="ij")
    z = low + torch.stack([right, up], dim=2).flatten(0, 1) * (high - low)
    with evaluating(network):
        x = as_pictures(network.decode(z), height=height)
    pixels = x[:, 0].unflatten(0, (SIDE, SIDE)).permute(0, 2, 1, 3)  # (row, height, column, width)
    mosaic = pixels.flatten(2).flatten(0, 1)[None, None].contiguous()
    return Images("What lies where in the plane of codes: first number to the right, second up", mosaic, ("",))
