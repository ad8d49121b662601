"""The verbs as Python functions, with the names and defaults of the command line."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from etude.evaluation.compare import Comparison
from etude.evaluation.records import Judgement
from etude.report.report import write_report
from etude.training.experiment import Experiment
from etude.training.phases import train as train_phases
from etude.training.run import Run
from etude.training.store import locked
from etude.verbs.compare import compare_runs
from etude.verbs.evaluate import PartName, evaluate_new
from etude.verbs.evaluate import evaluate as evaluate_part
from etude.verbs.folders import find_run
from etude.verbs.predict import Answers
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
    **settings: Any,
) -> Trained:
    """Train a recipe, by name or file, and load the result.

    `settings` are what the command line has as flags: target, epochs, seed, and the fields of the recipe.
    """
    if data is not None:
        settings["data"] = str(data)
    filled = fill_recipe(default_recipe(recipe), settings)
    experiments, run = start(recipe, filled, run_name=name, minutes=minutes, out=Path(out))
    exhaust(experiments, run)
    return load_trained(str(run.folder))


def resume(run: str | Path = "last", *, epochs: int | None = None, steps: int | None = None) -> Trained:
    """Go on with a training that was stopped, perhaps for longer than was first asked."""
    experiments, folder = restart(str(run), epochs=epochs, steps=steps)
    exhaust(experiments, folder)
    return load_trained(str(folder.folder))


def exhaust(experiments: Iterable[Experiment[Any]], run: Run) -> None:
    """Train to the end; Ctrl-C leaves a checkpoint."""
    with locked(run.folder), closing(train_phases(experiments, run)) as events:
        for _ in events:
            pass


def load(run: str | Path = "last", *, use: Use = "best") -> Trained:
    """The network of a run, ready to answer."""
    return load_trained(str(run), use=use)


def evaluate(run: str | Path | Trained = "last", data: str | Path | None = None, *, on: PartName = "test") -> Judgement:
    """Score a run on its test part, or on a file or folder that it never met."""
    trained = run if isinstance(run, Trained) else load(run)
    return evaluate_part(trained, on=on) if data is None else evaluate_new(trained, Path(data))


def predict(run: str | Path | Trained, files: Sequence[str | Path]) -> Answers:
    """Answers for new files, from the run folder alone."""
    trained = run if isinstance(run, Trained) else load(run)
    return predict_files(trained, [Path(each) for each in files])


def compare(first: str | Path, second: str | Path, *, on: PartName = "test") -> Comparison:
    """Which of two runs is better on the same examples, and whether that is luck."""
    return compare_runs(load(first), load(second), on=on)


def report(run: str | Path = "last") -> Path:
    """Write report.html of a run; its path."""
    return write_report(find_run(str(run)).folder)
