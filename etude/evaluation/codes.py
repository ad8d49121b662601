"""How good a code for pictures is: what it costs in nats, and what comes back."""

import time

import torch
from jaxtyping import Float
from torch import Tensor

from etude.chance import stream
from etude.data.batches import in_order
from etude.evaluation.intervals import mean_score
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline
from etude.figures import Curve, Images, Line
from etude.layers.units import as_pictures, unit_rows
from etude.learners.base import device_of
from etude.models.vae import VAE
from etude.objectives.reconstruction import pixel_nats
from etude.records import Inputs

BATCH = 1000
"""pictures that are coded at once; always the same, so that the same weights give the same bits"""
SHOWN = 16
"""pictures beside their reconstructions"""
STEPS = 8
"""pictures of a walk from one code to another: as many as stand in a row of the report"""
LEAST = 1e-3
"""probability that a pixel of the baseline has at least: a pixel that was never on may be on once"""


def bounds(network: VAE, examples: Inputs) -> tuple[Float[Tensor, " example"], Float[Tensor, "example latent"]]:
    """-log p(x | z) for one z of each example, and its divergence in each latent variable, in nats.

    z is drawn anew from q(z | x), with the same noise for every network: at the mean of q the sum is no bound.
    """
    reconstruction, divergence = [], []
    device, generator = device_of(network), stream(0, "sampling")
    with evaluating(network):
        for piece in in_order(examples, BATCH):
            noise = torch.randn(len(piece), network.latent, generator=generator).to(device)
            x = unit_rows(piece.x.to(device))
            mean, log_variance = network.encode(x)
            logits = network.decode(mean + (0.5 * log_variance).exp() * noise)
            reconstruction.append(pixel_nats(logits, x).cpu())
            divergence.append((0.5 * (mean.square() + torch.expm1(log_variance) - log_variance)).cpu())
    return torch.cat(reconstruction).double(), torch.cat(divergence).double()


def bound_parts(network: VAE, examples: Inputs) -> dict[str, Float[Tensor, " example"]]:
    """The negative evidence lower bound of each example and its two parts, in nats."""
    reconstruction, divergence = bounds(network, examples)
    kl = divergence.sum(dim=1)
    return {"nats": reconstruction + kl, "reconstruction": reconstruction, "kl": kl}


def independent_pixels(train: Inputs, examples: Inputs) -> Baseline:
    """What pictures cost whose pixels are guessed one by one, each by how often it was on in training."""
    started = time.perf_counter()
    on = torch.stack([unit_rows(piece.x).sum(dim=0) for piece in in_order(train, BATCH)]).sum(dim=0) / len(train)
    logits = torch.logit(on.double().clamp(LEAST, 1 - LEAST))
    nats = torch.cat(
        [pixel_nats(logits.expand(len(piece), -1), unit_rows(piece.x).double()) for piece in in_order(examples, BATCH)]
    )
    seconds = round(time.perf_counter() - started, 3)
    return Baseline(
        "independent pixels", f"on all {len(train):,} training rows", {"nats": mean_score(nats.numpy())}, seconds
    )


def beside(original: Float[Tensor, "picture pixel"], back: Float[Tensor, "picture pixel"], *, height: int) -> Images:
    """Pictures, each with what came back behind it."""
    pairs = torch.stack([original, back], dim=1).flatten(0, 1)
    return Images("Each picture, and what came back", as_pictures(pairs, height=height), ("in", "out") * len(original))


def used(divergence: Float[Tensor, "example latent"]) -> Curve:
    """What each latent variable costs, most used first; one at 0 says nothing about the picture."""
    mean = divergence.mean(dim=0).sort(descending=True).values
    line = Line(torch.arange(1, len(mean) + 1).double(), mean)
    return Curve("What each latent variable is used for", {"divergence": line}, "latent variable", "nats")


def between(first: Float[Tensor, " latent"], second: Float[Tensor, " latent"]) -> Float[Tensor, "step latent"]:
    """Codes on the arc from one to the other, at the length that Gaussian codes have (White 2016, arXiv:1609.04468)."""
    share = torch.linspace(0, 1, STEPS, device=first.device)[:, None]
    cosine = torch.dot(first, second) / (first.norm() * second.norm()).clamp(min=1e-12)
    angle = torch.arccos(cosine.clamp(-1, 1)).clamp(min=1e-4)
    walked: Tensor = (torch.sin((1 - share) * angle) * first + torch.sin(share * angle) * second) / torch.sin(angle)
    return walked
