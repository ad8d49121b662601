"""New examples from a trained network."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from etude.chance import seed_global
from etude.errors import UsageError, nearest
from etude.evaluation.predictor import evaluating
from etude.figures import Figure
from etude.training.abilities import Generating
from etude.verbs.trained import Trained


def wishes_of(trained: Trained) -> type[Any]:
    """What can be asked of a run: a dataclass of flags; UsageError E-GENERATE if it makes nothing."""
    if not isinstance(trained.recipe, Generating):
        raise UsageError(
            "E-GENERATE", f"{trained.run.folder.name} makes no new examples; etude predict gives its answers."
        )
    return trained.recipe.wishes


def wish_for(trained: Trained, values: Mapping[str, Any]) -> Any:
    """The defaults of a run's wishes with other values."""
    kind = wishes_of(trained)
    known = [each.name for each in dataclasses.fields(kind)]
    for name in values:
        if name not in known:
            raise UsageError("E-CFG-NAME", f"generate has no setting {name!r}{nearest(name, known)}")
    return kind(**values)


def generate(trained: Trained, wish: Any) -> Figure:
    """Texts, pictures or points, drawn with the seed of `wish`."""
    wishes_of(trained)
    recipe, network = trained.recipe, trained.predictor.network
    assert isinstance(recipe, Generating)
    seed_global(wish.seed, "sampling")
    with evaluating(network):
        return recipe.generate(network, trained.schema, wish)
