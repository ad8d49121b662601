"""Start a training and continue one: the shell, Python and the tests all come through here."""

import dataclasses
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from etude.chance import flush_denormals
from etude.training.describe import elsewhere, environment
from etude.training.experiment import Experiment, Recipe
from etude.training.phases import describe
from etude.training.run import Run
from etude.training.store import write_json
from etude.verbs.changed import with_other_data
from etude.verbs.cost import updates_in
from etude.verbs.doubts import note_doubts
from etude.verbs.folders import check_free, find_run, make_new
from etude.verbs.recipes import (
    checked_recipe,
    fill_recipe,
    is_installed,
    read_recipe,
    refuse_edited,
    rewrite_recipe,
    write_recipe,
)
from etude.verbs.trust import remember


def start(
    name: str, recipe: Recipe, *, run_name: str | None = None, minutes: float | None = None, out: Path = Path("runs")
) -> tuple[Iterator[Experiment[Any]], Run]:
    """Build what a recipe trains, and make its run folder once that has succeeded.

    `minutes` replaces the length of the training by as many updates as fit into that time on this machine.
    """
    flush_denormals()
    recipe = checked_recipe(recipe)
    if minutes is not None:
        recipe = dataclasses.replace(recipe, steps=updates_in(recipe, minutes))
    check_free(run_name, out)
    experiments = recipe.experiments()
    first = next(experiments)

    def fill(temporary: Path) -> None:
        write_recipe(temporary, name, recipe)
        write_json(temporary / "environment.json", environment())
        describe(first, temporary, 0)

    if not is_installed(name):
        remember(name)
    run = Run(make_new(run_name, name, recipe.source.data, out, fill))
    note_doubts(run, first, source=recipe.source.data)
    return chain([first], experiments), run


def restart(
    name: str,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    back_to: int | None = None,
    trusted: Path | None = None,
    accept_data_change: bool = False,
) -> tuple[Iterator[Experiment[Any]], Run]:
    """Build what a run trains, to go on from its last checkpoint, or from the one of update `back_to`.

    It may train for longer than was first asked, and with other examples of the same kind if that is accepted.
    """
    flush_denormals()
    run = find_run(name)
    refuse_edited(run.folder)
    recipe = read_recipe(run.folder, trusted=trusted)
    if epochs is not None or steps is not None:
        longer = {key: value for key, value in (("epochs", epochs), ("steps", steps)) if value is not None}
        recipe = fill_recipe(recipe, longer)
        rewrite_recipe(run.folder, recipe)
    run.note("resume", elsewhere=elsewhere(run.folder))
    built = recipe.experiments()
    if accept_data_change:
        built = with_other_data(built, run)

    def experiments() -> Iterator[Experiment[Any]]:
        """Nothing is moved before the training begins, which holds the run folder against others."""
        if back_to is not None:
            run.roll_back(back_to)
        yield from built

    return experiments(), Run(run.folder)
