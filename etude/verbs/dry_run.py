"""A rehearsal: what would be trained, how large it is and what it would cost, without training it."""

import dataclasses
from typing import Any

from etude.chance import flush_denormals
from etude.training.experiment import Experiment, Recipe
from etude.verbs.cost import Cost, Layer, layers, measure
from etude.verbs.recipes import checked_recipe


def rehearse(recipe: Recipe) -> tuple[dict[str, Any], str]:
    """The settings, the layers and the measured cost of the first experiment, for scripts and in words."""
    flush_denormals()
    recipe = checked_recipe(recipe)
    experiment = next(recipe.experiments())
    rows = layers(experiment)
    cost = measure(experiment)
    settings = dataclasses.asdict(recipe)
    facts = {
        "settings": settings,
        "layers": [dataclasses.asdict(row) for row in rows],
        "cost": dataclasses.asdict(cost) | {"seconds": cost.seconds},
    }
    return facts, "\n".join([*described_settings(settings), *described_data(experiment), *table(rows), *price(cost)])


def described_settings(settings: dict[str, Any]) -> list[str]:
    """Every field with its value; those of the source stand with the others, as on the command line."""
    flat = {name: value for name, value in settings.items() if name != "source"} | settings.get("source", {})
    return ["settings", *(f"  {name:<14}{value}" for name, value in flat.items())]


def described_data(experiment: Experiment[Any]) -> list[str]:
    """What was understood of the data."""
    splits = experiment.splits
    if splits is None:
        return []
    sizes = f"{len(splits.train)} training, {len(splits.valid)} validation, {len(splits.test)} test examples"
    return ["data", f"  {sizes} ({splits.rule})", *(f"  {note}" for note in splits.notes)]


def table(rows: list[Layer]) -> list[str]:
    """One line for each layer."""
    lines = [
        f"  {row.name:<24}{row.kind:<16}{' x '.join(map(str, row.shape)):<24}{row.parameters:>12,}" for row in rows
    ]
    return ["layers" + " " * 20 + "kind" + " " * 12 + "output of one batch" + " " * 11 + "parameters", *lines]


def price(cost: Cost) -> list[str]:
    """Seconds and megabytes, as measured."""
    return [
        "cost, measured here",
        f"  {cost.parameters:,} parameters, {cost.steps:,} updates of {1000 * cost.seconds_per_update:.2f} ms, "
        f"{cost.evaluations} evaluations of {1000 * cost.seconds_per_evaluation:.0f} ms",
        f"  about {cost.seconds:.0f} s in all, {cost.memory_megabytes:.0f} MB of memory",
    ]
