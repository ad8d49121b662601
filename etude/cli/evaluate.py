"""etude evaluate [RUN]: the honest score."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from pydantic import TypeAdapter

from etude.cli.flags import parse, show
from etude.cli.gates import failed_gates
from etude.evaluation.records import Judgement, OtherDetails, Score
from etude.report.score import counted_units
from etude.training.abilities import PartName
from etude.verbs.evaluate import evaluate, evaluate_new
from etude.verbs.trained import load_trained


@dataclass(frozen=True)
class Flags:
    """Score a run on its test part: every number with a 95 % interval, beside simple baselines."""

    run: Annotated[str, tyro.conf.Positional] = "last"
    """run folder, its name in runs/, last or best"""
    data: Path | None = None
    """score on this file or folder instead, which training never met"""
    on: PartName = "test"
    """part of the run's own data"""
    use: Literal["best", "last"] = "best"
    """checkpoint with the best validation score, or the last one"""
    require: tuple[str, ...] = ()
    """gates such as 'accuracy>=0.97'; exit code 1 if one is not met"""
    recipe: Path | None = None
    """recipe file that you have read and trust, for a run whose own one is gone"""
    json: bool = False
    """print the result as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="evaluate")
    trained = load_trained(flags.run, use=flags.use, trusted=flags.recipe)
    judgement = evaluate_new(trained, flags.data) if flags.data is not None else evaluate(trained, on=flags.on)
    metrics = {name: score.value for name, score in judgement.evaluation.metrics.items() if score.value is not None}
    failed = failed_gates(flags.require, metrics)
    facts = TypeAdapter(Judgement).dump_python(judgement, mode="json") | {"failed": failed}
    show(
        facts,
        "\n".join([page(judgement, trained.run.folder), *(f"gate not met: {gate}" for gate in failed)]),
        as_json=flags.json,
    )
    return 1 if failed else 0


def page(judgement: Judgement, folder: Path) -> str:
    """Every score of the network, and beside it what simple methods reach."""
    evaluation = judgement.evaluation
    columns = ["this network", *(baseline.name for baseline in judgement.baselines)]
    tables = [evaluation.metrics, *(baseline.metrics for baseline in judgement.baselines)]
    rows = [[name.replace("_", " "), *(cell(table.get(name)) for table in tables)] for name in evaluation.metrics]
    lines = [
        f"{folder.name} ({judgement.checkpoint}) on {counted_units(evaluation)} of the {evaluation.part} part",
        *aligned([["", *columns], *rows]),
        "in brackets: 95 % intervals",
        *([evaluation.protocol] if isinstance(evaluation.details, OtherDetails) else []),
        *(f"{baseline.name}: {baseline.note}" for baseline in judgement.baselines if baseline.note),
    ]
    return "\n".join(lines)


def aligned(rows: list[list[str]]) -> list[str]:
    """Each row as a line, its cells under those of the others."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def cell(score: Score | None) -> str:
    """'0.9722 (0.95 to 0.99)'"""
    if score is None or score.value is None:
        return "-"
    interval = "" if score.low is None or score.high is None else f" ({score.low:.4g} to {score.high:.4g})"
    return f"{score.value:.4g}{interval}"
