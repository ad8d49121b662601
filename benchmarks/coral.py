"""What knowing the order of the ranks gains: CORAL against the same network that takes the ranks for mere names.

`python -m benchmarks.coral [DATA]`, of wine-quality if nobody says; data are found through ETUDE_DATA. Both sides have
the same hidden layers, optimizer, schedule, batches and updates, and are chosen by their mean absolute error on the
validation part; they differ in the last layer and the loss. The answer of the other side is its most probable rank.
"""

import statistics
import sys
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from etude.data.batches import in_order
from etude.data.load import load
from etude.data.ranks import ranked
from etude.evaluation.predictor import evaluating
from etude.evaluation.ranks import distances
from etude.layers.inputs import flat_input
from etude.layers.ordinal import exceeded
from etude.models.mlp import MLP
from etude.objectives.classification import cross_entropy
from etude.objectives.ordinal import coral
from etude.recipes.coral import Coral
from etude.records import Labelled
from etude.schema import Schema
from etude.source import Source
from etude.training.fit import fit
from etude.training.supervised import supervised
from etude.training.unsaved import UnsavedRun
from etude.types import Objective

SEEDS = (0, 1, 2, 3, 4)


class Nominal(Coral):
    """The same network with one logit for each rank."""

    def network(self, schema: Schema) -> nn.Module:
        features = flat_input(schema.inputs)
        hidden = MLP(features.width, self.hidden, dropout=self.dropout)
        return nn.Sequential(features, hidden, nn.Linear(hidden.width, len(schema.answer.names)))


def most_probable(logits: Tensor) -> Tensor:
    """The rank with the greatest logit."""
    return logits.argmax(dim=1)


def error(recipe: Coral, objective: Objective[Labelled], answer: Callable[[Tensor], Tensor]) -> float:
    """Mean absolute error on the test part, in ranks, of the weights that are best on the validation part."""
    splits = ranked(load(recipe.source), recipe.ranks)
    experiment = supervised(recipe, splits, optimizer=recipe.optimizer, objective=objective)
    network = experiment.learner.network

    def mae(part: Labelled) -> float:
        with evaluating(network):
            logits = torch.cat([network(piece.x) for piece in in_order(part, 1000)])
        return float(distances(answer(logits), part.y)["mae"].value or 0)

    chosen: list[tuple[float, float]] = []

    def look() -> dict[str, float]:
        chosen.append((mae(splits.valid), mae(splits.test)))
        return {"valid_mae": chosen[-1][0]}

    for _ in fit(replace(experiment, evaluate=look), UnsavedRun()):
        pass
    return min(chosen, key=lambda each: each[0])[1]


def main() -> None:
    """Print both errors seed by seed, and the mean of their differences."""
    differences = []
    name = sys.argv[1] if len(sys.argv) > 1 else "wine-quality"
    for seed in SEEDS:
        source = Source(name, split_seed=seed)
        ordered = error(Coral(source=source, seed=seed, device="cpu"), coral, exceeded)
        nominal = error(Nominal(source=source, seed=seed, device="cpu"), cross_entropy, most_probable)
        differences.append(ordered - nominal)
        print(f"seed {seed}: CORAL {ordered:.4f}, names {nominal:.4f}", flush=True)
    mean, spread = statistics.mean(differences), statistics.stdev(differences)
    print(f"CORAL minus names: {mean:+.4f} ± {spread:.4f} over {len(SEEDS)} splits and seeds")


if __name__ == "__main__":
    main()
