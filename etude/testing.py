"""Does a recipe behave? The checks that etude runs on its own recipes, for authors of others."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, fields
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter
from torch import Tensor

from etude.inside.doctor.doctor import UNFIT, examined
from etude.report.report import write_report
from etude.training.abilities import Generating
from etude.training.drawings import plain, read_figures
from etude.training.experiment import Experiment, Recipe
from etude.training.phases import train
from etude.verbs.evaluate import evaluate
from etude.verbs.generate import generate, wish_for
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import restart, start
from etude.verbs.trained import Trained, load_trained


def check_recipe(name: str, folder: Path, **settings: Any) -> None:
    """AssertionError with a sentence, unless the recipe keeps every promise; `folder` is an empty place for its runs.

    It has defaults and documentation for each field; survives JSON; trains with its `tiny` values, or with
    `settings`, so that weights change and losses are finite; the doctor finds nothing wrong with it; a run that the
    doctor looked over, stopped after one update and resumed has the same bits as an uninterrupted one that nobody
    looked over; and its network can be rebuilt from the run folder.
    """
    recipe = fill_recipe(default_recipe(name), type(default_recipe(name)).tiny | settings)
    check_documentation(type(recipe))
    assert TypeAdapter(type(recipe)).validate_python(json.loads(json.dumps(asdict(recipe)))) == recipe, (
        "JSON changes it"
    )
    check_training(recipe)
    whole = trained_in(name, recipe, folder / "whole", stops=[])
    stopped = trained_in(name, recipe, folder / "stopped", stops=[1])
    assert whole.keys() == stopped.keys(), "the resumed learner has other parameters"
    differing = [key for key, tensor in whole.items() if not torch.equal(tensor, stopped[key])]
    assert not differing, f"resumed differs from uninterrupted in {differing[:3]}"
    trained = load_trained(str(next((folder / "whole").iterdir())))
    assert trained.step >= 1, "the run folder holds no trained network"
    check_abilities(trained)
    check_figures(trained.run.folder)


def check_documentation(kind: type[Recipe]) -> None:
    """A docstring for the recipe, and a sentence under each field of its own."""
    assert kind.__doc__, f"{kind.__name__} has no docstring"
    schema = TypeAdapter(kind).json_schema()
    described = {field for field, facts in schema["properties"].items() if "description" in facts or "$ref" in facts}
    missing = sorted({each.name for each in fields(kind)} - {each.name for each in fields(Recipe)} - described)
    assert not missing, f"no sentence under {', '.join(missing)}"


def check_training(recipe: Recipe) -> None:
    """Two updates of the first experiment change parameters and give finite numbers."""
    experiment = next(recipe.experiments())
    before = {name: tensor.clone() for name, tensor in experiment.learner.state_dict().items()}
    batches = experiment.batches(0)
    for _ in range(2):
        logs = experiment.learner.update(next(batches))
        lost = [name for name, value in logs.items() if not torch.isfinite(value)]
        assert not lost, f"{lost[0]} is not finite"
    after = experiment.learner.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before), "two updates changed nothing"
    assert all(figure() is not None for figure in experiment.views.values()), "a view draws nothing"


def check_abilities(trained: Trained) -> None:
    """The network is scored by the verb `evaluate`, its scores are numbers, and it generates if it can."""
    judgement = evaluate(trained, on="valid")
    values = [score.value for score in judgement.evaluation.metrics.values()]
    assert any(value is not None for value in values), "the evaluation gives no number"
    if isinstance(trained.recipe, Generating):
        few = {each.name: 2 for each in fields(trained.recipe.wishes) if each.name == "n"}
        first, again = (generate(trained, wish_for(trained, few)) for _ in range(2))
        assert plain(first) == plain(again), "the same seed generates something else"


def check_figures(folder: Path) -> None:
    """Everything drawn into the run folder can be read back, and stands in the report."""
    page = write_report(folder).read_text(encoding="utf-8")
    for name, figure in read_figures(folder).items():
        assert f'aria-label="{escape(figure.title, quote=True)}"' in page, f"the figure {name} is not in the report"


def sound(experiments: Iterator[Experiment[Any]]) -> Iterator[Experiment[Any]]:
    """The same trainings, if the doctor finds nothing wrong with the first, in a fifth of a second and one update."""
    first = next(experiments)
    diagnosis = examined(first, seconds=0.2, share=math.inf)
    assert diagnosis.ok, f"doctor: {diagnosis.findings[0].sentence}"
    unfit = [each for each in diagnosis.verdicts if UNFIT in each.skipped]
    assert not unfit, f"doctor: {unfit[0].check}: {unfit[0].skipped}"
    return chain([first], experiments)


def trained_in(name: str, recipe: Recipe, out: Path, *, stops: list[int]) -> dict[str, Tensor]:
    """The final state of the learner of the last phase, after closing the training at each of `stops` and resuming.

    One that is to be stopped is looked over by the doctor first.
    """
    experiments, run = start(name, recipe, out=out)
    if stops:
        experiments = sound(experiments)
    for stop in stops:
        events = train(experiments, run)
        for event in events:
            if event.step == stop:
                break
        events.close()
        experiments, run = restart(str(run.folder))
    built = []

    def kept() -> Any:
        for experiment in experiments:
            built.append(experiment)
            yield experiment

    for _ in train(kept(), run):
        pass
    state: dict[str, Tensor] = built[-1].learner.state_dict()
    return state
