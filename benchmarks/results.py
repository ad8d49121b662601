"""Trains every recipe on real data to its reference number and writes docs/results.md.

`python -m benchmarks.results` measures all rows, `python -m benchmarks.results lenet-mnist mlp-mnist` these only;
the others stay as they were measured last. Data are found through ETUDE_DATA.
"""

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

import etude
from etude.training.run import Run
from etude.training.store import read_json, write_json, write_text

SEEDS = (0, 1, 2)
MEASURED = Path("docs/results.json")
REFERENCES = Path("etude/recipes/references.json")


@dataclass(frozen=True, slots=True)
class Goal:
    """A number that a recipe must reach on the test part."""

    recipe: str
    data: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    headline: bool = False
    """the number that `etude list` shows"""
    against_linear: bool = False
    """the goal is a share of what the linear baseline reaches"""

    @property
    def name(self) -> str:
        """Of the row."""
        return f"{self.recipe}-{self.data}"

    def met(self, value: float) -> bool:
        """Whether the mean over the seeds is inside the bounds."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def words(self) -> str:
        """'at least 0.989'"""
        unit = " of the linear baseline's" if self.against_linear else ""
        bounds = [f"at least {self.at_least:g}"] if self.at_least is not None else []
        bounds += [f"at most {self.at_most:g}{unit}"] if self.at_most is not None else []
        return " and ".join(bounds)


GOALS = (
    Goal("perceptron", "gaussians", "training mistakes of the last epoch", at_most=0, headline=True),
    Goal("linear", "diabetes", "distance to least squares", at_most=1e-3, headline=True),
    Goal("logistic", "breast-cancer", "accuracy", at_least=0.96, headline=True),
    Goal("softmax", "mnist", "accuracy", at_least=0.92, headline=True),
    Goal("xor", "xor", "accuracy", at_least=0.97, headline=True),
    Goal("mlp", "mnist", "accuracy", at_least=0.983, headline=True),
    Goal("mlp", "fashion-mnist", "accuracy", at_least=0.885),
    Goal("mlp", "mnist1d", "accuracy", at_least=0.65, at_most=0.70),
    Goal("tabular", "adult", "roc_auc", at_least=0.90, headline=True),
    Goal("tabular", "california-housing", "rmse", at_most=0.75, against_linear=True),
    Goal("tabular", "titanic", "accuracy", at_least=0.77),
    Goal("lenet", "mnist", "accuracy", at_least=0.989, headline=True),
    Goal("lenet", "digits", "accuracy", at_least=0.98),
    Goal("cnn", "fashion-mnist", "accuracy", at_least=0.92, headline=True),
    Goal("cnn", "sign-digits", "accuracy", at_least=0.93),
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One training."""

    value: float
    seconds: float
    step: int
    parameters: int
    protocol: str
    split: str


def measure(goal: Goal, seed: int, out: Path) -> Measurement:
    """Train with one seed and score the test part."""
    started = time.perf_counter()
    trained = etude.train(goal.recipe, goal.data, seed=seed, out=out, **goal.settings)
    seconds = time.perf_counter() - started
    facts = read_json(trained.run.folder / "data.json")
    judgement = etude.evaluate(trained)
    match goal.metric:
        case "training mistakes of the last epoch":
            value = last_epoch_mistakes(trained.run)
        case "distance to least squares":
            value = distance_to_least_squares(trained)
        case _:
            value = float(judgement.evaluation.metrics[goal.metric].value or 0)
    if goal.against_linear:
        linear = next(each for each in judgement.baselines if each.name == "linear")
        value /= float(linear.metrics[goal.metric].value or 1)
    parameters = sum(each.numel() for each in trained.predictor.network.parameters())
    return Measurement(value, seconds, trained.step, parameters, judgement.evaluation.protocol, facts["rule"])


def last_epoch_mistakes(run: Run) -> float:
    """Mistakes of the perceptron while it saw every training example for the last time."""
    rows = run.curves()
    last = rows[-1]
    before = [row for row in rows if row["epoch"] <= last["epoch"] - 1]
    return float(last["mistakes"] - (before[-1]["mistakes"] if before else 0))


def distance_to_least_squares(trained: etude.Trained) -> float:
    """Largest difference between the weights and those of the exact solution, all columns standardised."""
    splits = next(trained.recipe.experiments()).splits
    assert splits is not None  # it is a recipe on data
    ones = torch.ones(len(splits.train), 1)
    exact = torch.linalg.lstsq(torch.cat([splits.train.x, ones], dim=1).double(), splits.train.y[:, None].double())
    weights = [each.detach().flatten() for each in trained.predictor.network.parameters()]
    return float((torch.cat(weights).double() - exact.solution.flatten()).abs().max())


def measure_all(goals: list[Goal]) -> None:
    """Measure, and keep each row as soon as it is there."""
    known = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for goal in goals:
        with tempfile.TemporaryDirectory() as folder:
            runs = [asdict(measure(goal, seed, Path(folder))) for seed in SEEDS]
        known[goal.name] = runs
        print(goal.name, goal.words(), [round(run["value"], 4) for run in runs], file=sys.stderr, flush=True)
        MEASURED.parent.mkdir(exist_ok=True)
        write_json(MEASURED, known)
    write_page(known)


def write_page(known: dict[str, list[dict[str, Any]]]) -> None:
    """docs/results.md, and the line of each recipe in `etude list`."""
    rows, references = [], {}
    for goal in GOALS:
        if goal.name not in known:
            continue
        runs = known[goal.name]
        values = [run["value"] for run in runs]
        mean, spread = statistics.mean(values), statistics.stdev(values)
        verdict = "reached" if goal.met(mean) else "**missed**"
        seconds = statistics.mean(run["seconds"] for run in runs)
        rows.append(
            f"| {goal.recipe} | {goal.data} | {goal.metric.replace('_', ' ')} | {mean:.4g} ± {spread:.2g} | "
            f"{', '.join(f'{value:.4g}' for value in values)} | {goal.words()} | {verdict} | {seconds:.0f} | "
            f"{runs[0]['parameters']:,} | {runs[0]['split'].replace(', seed 0', '')} |"
        )
        if goal.headline and goal.met(mean):
            references[goal.recipe] = f"{goal.metric.replace('_', ' ')} {mean:.4g} on {goal.data}"
    write_json(REFERENCES, dict(sorted(references.items())))
    write_text(
        Path("docs/results.md"), PAGE.format(rows="\n".join(rows), machine=machine(), seeds=", ".join(map(str, SEEDS)))
    )


def machine() -> str:
    """What the seconds depend on."""
    cores, threads = os.cpu_count(), torch.get_num_threads()
    return f"{platform.machine()}, {cores} cores, {threads} threads, torch {torch.__version__}, float32"


PAGE = """# Results

Written by `make results`. Every recipe with its default settings, on the test part, which nothing but this evaluation
looked at. Mean and standard deviation over the seeds {seeds}; the seed decides initialisation, order, augmentation and
dropout, while the split is the default one (--split-seed 0). The checkpoint is the one with the best validation score.
Seconds are those of one training, reading included, on {machine}.

| recipe | data | metric | mean ± deviation | each seed | wanted | verdict | seconds | parameters | split |
|---|---|---|---|---|---|---|---|---|---|
{rows}

Protocol of every row: all examples of the test part, each once and unchanged, dropout off. Values of each seed, updates
and the full protocol line stand in [results.json](results.json).
"""


def main() -> None:
    """The rows that were named, or all."""
    wanted = set(sys.argv[1:])
    unknown = wanted - {goal.name for goal in GOALS}
    if unknown:
        sys.exit(f"no rows {', '.join(sorted(unknown))}; rows: {', '.join(goal.name for goal in GOALS)}")
    measure_all([goal for goal in GOALS if not wanted or goal.name in wanted])


if __name__ == "__main__":
    main()
