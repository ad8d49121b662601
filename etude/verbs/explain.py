"""Why a trained network answers as it does."""

from collections.abc import Sequence
from pathlib import Path

from etude.errors import UsageError
from etude.evaluation.predictor import evaluating
from etude.figures import Figure
from etude.training.abilities import Explaining
from etude.training.drawings import save_figures
from etude.verbs.trained import Trained


def explain(trained: Trained, inputs: Sequence[str | Path]) -> dict[str, Figure]:
    """The figures that a recipe draws for `inputs`; they are kept in the run folder too."""
    recipe, network = trained.recipe, trained.predictor.network
    if not isinstance(recipe, Explaining):
        raise UsageError(
            "E-EXPLAIN", f"{trained.run.folder.name} has no figure of its inside; etude report has others."
        )
    with evaluating(network):
        figures = recipe.explain(network, trained.schema, [str(each) for each in inputs])
    save_figures(trained.run.folder, {f"explained {name}": figure for name, figure in figures.items()})
    return figures
