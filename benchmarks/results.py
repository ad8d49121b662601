"""Trains every recipe on real data to its reference number and writes docs/results.md.

`python -m benchmarks.results` measures all rows, `python -m benchmarks.results lenet-mnist mlp-mnist` these only;
the others stay as they were measured last. Data are found through ETUDE_DATA.
"""

import fcntl
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

import etude
from benchmarks.goals import every_goal
from benchmarks.goals.goal import Goal
from etude.training.run import Run
from etude.training.store import read_json, write_json, write_text

MEASURED = Path("docs/results.json")
REFERENCES = Path("etude/recipes/references.json")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One training."""

    value: float
    seconds: float
    threads: int
    """that the training had; the seconds mean little without"""
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
    return Measurement(
        value, seconds, torch.get_num_threads(), trained.step, parameters, judgement.evaluation.protocol, facts["rule"]
    )


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
    for goal in goals:
        with tempfile.TemporaryDirectory() as folder:
            runs = [asdict(measure(goal, seed, Path(folder))) for seed in goal.seeds]
        print(goal.name, goal.words(), [round(run["value"], 4) for run in runs], file=sys.stderr, flush=True)
        MEASURED.parent.mkdir(exist_ok=True)
        with alone(MEASURED.parent):
            known = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
            write_json(MEASURED, known | {goal.name: runs})
            write_page(known | {goal.name: runs})


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Rows may be measured side by side, but are written one after the other."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write_page(known: dict[str, list[dict[str, Any]]]) -> None:
    """docs/results.md, and the line of each recipe in `etude list`."""
    rows, references, misses = [], {}, []
    for goal in every_goal():
        if goal.name not in known:
            continue
        runs = known[goal.name]
        values = [run["value"] for run in runs]
        mean, spread = statistics.mean(values), statistics.stdev(values)
        verdict = "reached" if goal.met(mean) else "**missed**"
        seconds = statistics.mean(run["seconds"] for run in runs)
        rows.append(
            f"| {goal.recipe} | {goal.where} | {goal.metric.replace('_', ' ')} | {mean:.4g} ± {spread:.2g} | "
            f"{', '.join(f'{value:.4g}' for value in values)} | {goal.words()} | {verdict} | {seconds:.0f} | "
            f"{runs[0]['threads']} | {runs[0]['parameters']:,} | {runs[0]['split'].replace(', seed 0', '')} |"
        )
        if not goal.met(mean):
            misses.append(f"- {goal.recipe} on {goal.where}: {mean:.4g} instead of {goal.words()}. {goal.why}\n")
        if goal.headline and goal.met(mean):
            references[goal.recipe] = f"{goal.metric.replace('_', ' ')} {mean:.4g} on {goal.where}"
    write_json(REFERENCES, dict(sorted(references.items())))
    write_text(
        Path("docs/results.md"),
        PAGE.format(rows="\n".join(rows), machine=machine(), notes=missed(misses) + waiting(known)),
    )


def missed(misses: list[str]) -> str:
    """The rows that do not reach their goal, each with its reason."""
    return f"Missed, and why:\n\n{''.join(misses)}\n" if misses else ""


def waiting(known: dict[str, list[dict[str, Any]]]) -> str:
    """The rows that nobody has measured yet."""
    missing = [goal for goal in every_goal() if goal.name not in known]
    listed = "".join(f"- {goal.recipe} on {goal.where}: {goal.metric}, {goal.words()}\n" for goal in missing)
    return f"Not measured yet:\n\n{listed}\n" if listed else ""


def machine() -> str:
    """What the seconds depend on."""
    return f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, float32"


PAGE = """# Results

Written by `make results`. Every recipe on the test part, which nothing but this evaluation looked at. Mean and standard
deviation over the seeds, which count from 0; a seed decides initialisation, order, augmentation, dropout and sampling,
while the split is the default one (--split-seed 0). The checkpoint is the one with the best validation score.
Seconds are those of one training, reading included, with so many threads, on {machine}, often beside other work on
the same cores: upper bounds.

| recipe | data | metric | mean ± deviation | each seed | wanted | verdict | seconds | threads | parameters | split |
|---|---|---|---|---|---|---|---|---|---|---|
{rows}

{notes}Settings that differ from the defaults stand in `benchmarks/goals/`. The protocol line of each row, updates and
the unrounded values of each seed stand in [results.json](results.json).
"""


def main() -> None:
    """The rows that were named, or all."""
    goals = every_goal()
    wanted = set(sys.argv[1:])
    unknown = wanted - {goal.name for goal in goals}
    if unknown:
        sys.exit(f"no rows {', '.join(sorted(unknown))}; rows: {', '.join(goal.name for goal in goals)}")
    measure_all([goal for goal in goals if not wanted or goal.name in wanted])


if __name__ == "__main__":
    main()
