"""The verbs as Python functions, with the names and defaults of the command line."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from etude.evaluation.answers import Answers
from etude.evaluation.compare import Comparison
from etude.evaluation.records import Judgement
from etude.figures import Figure
from etude.report.report import write_report
from etude.training.abilities import PartName
from etude.training.experiment import Experiment
from etude.training.phases import train as train_phases
from etude.training.run import Run
from etude.training.store import locked
from etude.verbs.compare import compare_runs
from etude.verbs.doctor import looked_over
from etude.verbs.evaluate import evaluate as evaluate_part
from etude.verbs.evaluate import evaluate_new
from etude.verbs.explain import explain as explain_inputs
from etude.verbs.folders import find_run
from etude.verbs.generate import generate as generate_examples
from etude.verbs.generate import wish_for
from etude.verbs.predict import predict as predict_files
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import restart, start
from etude.verbs.trained import Trained, Use, load_trained


def train(
    recipe: str,
    data: str | Path | None = None,
    *,
    name: str | None = None,
    minutes: float | None = None,
    out: str | Path = "runs",
    doctor: bool = True,
    **settings: Any,
) -> Trained:
    """Train a recipe, by name or file, and load the result.

    `settings` are what the command line has as flags: target, epochs, seed, and the fields of the recipe. What the
    doctor finds doubtful before the training begins goes to the logger `etude`.
    """
    if data is not None:
        settings["data"] = str(data)
    filled = fill_recipe(default_recipe(recipe), settings)
    experiments, run = start(recipe, filled, run_name=name, minutes=minutes, out=Path(out))
    with locked(run.folder):
        if doctor:
            experiments, findings = looked_over(experiments, run)
            for each in findings:
                logging.getLogger("etude").warning("doctor: %s", each.sentence)
        exhaust(experiments, run)
    return load_trained(str(run.folder))


def resume(
    run: str | Path = "last", *, epochs: int | None = None, steps: int | None = None, accept_data_change: bool = False
) -> Trained:
    """Go on with a training that was stopped, perhaps for longer than was first asked, or with other data."""
    experiments, folder = restart(str(run), epochs=epochs, steps=steps, accept_data_change=accept_data_change)
    with locked(folder.folder):
        exhaust(experiments, folder)
    return load_trained(str(folder.folder))


def exhaust(experiments: Iterable[Experiment[Any]], run: Run) -> None:
    """Train to the end; Ctrl-C leaves a checkpoint."""
    with closing(train_phases(experiments, run)) as events:
        for _ in events:
            pass


def load(run: str | Path = "last", *, use: Use = "best") -> Trained:
    """The network of a run, ready to answer."""
    return load_trained(str(run), use=use)


def evaluate(run: str | Path | Trained = "last", data: str | Path | None = None, *, on: PartName = "test") -> Judgement:
    """Score a run on its test part, or on a file or folder that it never met."""
    trained = run if isinstance(run, Trained) else load(run)
    return evaluate_part(trained, on=on) if data is None else evaluate_new(trained, Path(data))


def predict(run: str | Path | Trained, inputs: Sequence[str | Path]) -> Answers:
    """Answers for new files, or for texts where a run reads texts, from the run folder alone."""
    return predict_files(run if isinstance(run, Trained) else load(run), inputs)


def generate(run: str | Path | Trained = "last", **wishes: Any) -> Figure:
    """New examples from a run that makes some; `wishes` are the flags of `etude generate`."""
    trained = run if isinstance(run, Trained) else load(run)
    return generate_examples(trained, wish_for(trained, wishes))


def explain(run: str | Path | Trained, inputs: Sequence[str | Path] = ()) -> dict[str, Figure]:
    """Why a run answers as it does for each of `inputs`, as figures by name."""
    return explain_inputs(run if isinstance(run, Trained) else load(run), inputs)


def compare(first: str | Path, second: str | Path, *, on: PartName = "test") -> Comparison:
    """Which of two runs is better on the same examples, and whether that is luck."""
    return compare_runs(load(first), load(second), on=on)


def report(run: str | Path = "last") -> Path:
    """Write report.html of a run; its path."""
    return write_report(find_run(str(run)).folder)
