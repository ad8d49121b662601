"""How often new classes are told apart after a few examples: over many episodes, with an interval."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from etude.chance import stream
from etude.data.batches import in_order
from etude.data.episodes import Tasks
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Score
from etude.objectives.episodes import prototypes, squared_distances
from etude.records import Labelled

EPISODES = 600
"""of which the accuracy is a mean, always the same ones"""
WAY = 5
"""classes of an episode, as in the papers, if there are so many"""
BATCH = 500
"""pictures that are embedded at once"""


def embedded(network: nn.Module, examples: Labelled) -> Float[Tensor, "example dimension"]:
    """All examples as `network` embeds them, each by itself: the batch statistics are those of the training."""
    device = next(network.parameters()).device
    with evaluating(network):
        z: list[Tensor] = [network(piece.x.to(device)).cpu() for piece in in_order(examples, BATCH)]
    return torch.cat(z)


def answers(z: Float[Tensor, "way example dimension"], *, shot: int) -> Int[Tensor, "way query"]:
    """The nearest prototype of each query of an episode, whose first `shot` examples are the support."""
    queries = z[:, shot:]
    distances = squared_distances(queries.flatten(0, 1), prototypes(z[:, :shot]))
    return distances.argmin(dim=1).view(queries.shape[:2])


def ways(y: Int[Tensor, " example"]) -> int:
    """Classes of an episode: WAY, or all there are; at least two, which `Tasks` demands."""
    return max(2, min(WAY, len(torch.unique(y))))


def task_accuracy(z: Float[Tensor, "example dimension"], y: Int[Tensor, " example"], *, shot: int) -> Score:
    """Mean accuracy over EPISODES episodes with as many queries as supports can spare, at most 15 of a class.

    The interval is the mean plus and minus 1.96 standard errors over the episodes, as the field reports it.
    """
    least = int(torch.unique(y, return_counts=True)[1].min())
    way = ways(y)
    tasks = Tasks(y, way=way, shot=shot, queries=max(1, min(15, least - shot)))
    truth = torch.arange(way)[:, None]
    rows = (tasks.rows_of(stream(0, "sampling", number)) for number in range(EPISODES))
    shares = torch.stack([(answers(z[each], shot=shot) == truth).double().mean() for each in rows])
    mean, error = float(shares.mean()), float(shares.std()) / math.sqrt(EPISODES)
    return Score(mean, max(0.0, mean - 1.96 * error), min(1.0, mean + 1.96 * error))
