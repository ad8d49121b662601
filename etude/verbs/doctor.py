"""Look over a training before it begins, a run that is there, or the machine."""

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from etude.chance import flush_denormals
from etude.errors import EtudeError
from etude.inside.doctor.curves import Curves, judged_curves
from etude.inside.doctor.doctor import examined, preflight, reexamined
from etude.inside.doctor.finding import Diagnosis, Finding, Verdict
from etude.inside.doctor.machine import judged_machine
from etude.schema import Classes
from etude.training.checkpoint import read_checkpoint
from etude.training.describe import read_schema, refuse_other_data
from etude.training.experiment import Experiment, Recipe
from etude.training.run import Run
from etude.training.store import read_json
from etude.verbs.recipes import checked_recipe, read_recipe

REHEARSED = "what one more update shows"


def looked_over(experiments: Iterable[Experiment[Any]], run: Run) -> tuple[Iterator[Experiment[Any]], list[Finding]]:
    """The same experiments, and what is doubtful about the first; the run's diary keeps it.

    The training that follows has the same bits as without it.
    """
    rest = iter(experiments)
    first = next(rest)
    findings = preflight(first).findings
    for each in findings:
        run.note("doctor", code=each.code, message=f"{each.seen} {each.advice}")
    return chain([first], rest), findings


def diagnose(recipe: Recipe, *, seconds: float) -> Diagnosis:
    """Ask everything about the first training of a recipe, for so many seconds at most."""
    flush_denormals()
    return examined(next(checked_recipe(recipe).experiments()), seconds=seconds)


def diagnose_run(run: Run) -> Diagnosis:
    """What the curves of a run say, finished or not, and what an update of its network of now shows."""
    begun = time.perf_counter()
    flush_denormals()
    facts = read_json(run.folder / f"experiment-{run.phase}.json")
    curves = Curves(
        run.curves(), facts["steps"], facts["watch"]["score"], facts["watch"]["higher_is_better"], commonest(run)
    )
    verdicts = judged_curves(curves)
    try:
        verdicts += reexamined(continued(run))
    except EtudeError as error:
        verdicts.append(Verdict(REHEARSED, skipped=error.message))
    return Diagnosis(tuple(verdicts), time.perf_counter() - begun)


def commonest(run: Run) -> float | None:
    """The share of the commonest class, where there are classes."""
    if not (run.folder / "data.json").exists():
        return None
    target = read_schema(run.folder).target
    counts = target.counts if isinstance(target, Classes) else ()
    return max(counts) / sum(counts) if sum(counts) else None


def continued(run: Run) -> Experiment[Any]:
    """The training of a run, built anew, with the weights of its newest checkpoint; EtudeError where that fails."""
    trainings = read_recipe(run.folder).experiments()
    experiment = next(trainings)
    if experiment.splits is not None:
        refuse_other_data(read_json(run.folder / "data.json"), experiment.splits)
    first = Run(run.folder)
    step = next((each for each in reversed(first.steps())), 0)
    if step:
        read_checkpoint(first.checkpoint(step), experiment.learner)
    return experiment


def diagnose_machine() -> Diagnosis:
    """Whether this machine is fit, and what to do where it is not."""
    begun = time.perf_counter()
    return Diagnosis(tuple(judged_machine()), time.perf_counter() - begun)
