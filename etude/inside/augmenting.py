"""What chance makes of a few training pictures before they are learnt from, as strongly as somebody wants to see it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from etude.chance import stream
from etude.data.splits import Splits
from etude.errors import UsageError
from etude.figures import Images
from etude.training.abilities import Augmenting
from etude.training.experiment import Recipe

PICTURES = 8


def strengths(recipe: Recipe) -> dict[str, dict[str, int]]:
    """Each field by which the recipe changes its pictures, with its value of now and the greatest worth a look."""
    fields = recipe.strengths if isinstance(recipe, Augmenting) else {}
    return {
        name: {"now": int(getattr(recipe, name)), "most": max(most, int(getattr(recipe, name)))}
        for name, most in fields.items()
    }


def augmented_figure(recipe: Recipe, splits: Splits[Any], wanted: Mapping[str, str], *, draw: int) -> Images:
    """The first training pictures as they are, and below each how a training with the `wanted` strengths may see it.

    UsageError E-CFG-RANGE for a strength that is no whole number from 0 to the greatest one, E-FIGURE for a recipe
    that leaves its pictures alone.
    """
    values: dict[str, Any] = {
        name: strength(name, wanted.get(name), **bounds) for name, bounds in strengths(recipe).items()
    }
    other = replace(recipe, **values)
    if not isinstance(other, Augmenting):
        raise UsageError("E-FIGURE", "this recipe learns from its pictures as they are.")
    few = splits.train[:PICTURES]
    changed = other.augmentation()(few, stream(draw, "augmentation"))
    flags = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in values.items())
    gap = few.x.new_full((*few.x.shape[:2], 2, few.x.shape[3]), 128)
    pairs = torch.cat([few.x, gap, changed.x], dim=2).cpu()
    return Images(f"Training pictures, and below each what chance makes of it with {flags}", pairs, ("",) * len(pairs))


def strength(name: str, given: str | None, *, now: int, most: int) -> int:
    """What somebody wants to see; that of now if nothing was said."""
    if given is None:
        return now
    if not given.isdecimal() or not given.isascii() or len(given) > 9 or int(given) > most:
        raise UsageError("E-CFG-RANGE", f"{name} is {given[:20]!r}; a whole number from 0 to {most} is wanted.")
    return int(given)
