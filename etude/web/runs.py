"""Run folders as the page shows them, whoever wrote them and whether or not they are finished."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from etude.errors import CheckpointError
from etude.evaluation.records import ClassDetails, Evaluation, QuantityDetails
from etude.figures import Curve, Figure, Line
from etude.report.charts import calibration, confusion, lines, ranking_curves, scatter, training_curves, x_axis
from etude.report.facts import Facts, read_facts
from etude.training.ownership import refuse_strangers
from etude.verbs.folders import run_folders
from etude.verbs.results import result_or_trouble

KNOWN = {"step", "phase", "seconds", "epoch", "loss", "learning_rate"}
"""columns of the curves that have a drawing of their own, or none"""
LONGEST_NAME = 255
"""bytes of a folder's name that file systems can hold"""
FRESH = 20.0
"""seconds since the last row of the curves, after which nobody seems to train any more"""


class Runs:
    """The run folders in one folder; a folder that has not changed is not read again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[Path, tuple[tuple[int, ...], dict[str, Any]]] = {}

    def rows(self) -> list[dict[str, Any]]:
        """A few words about every run, the newest first."""
        folders = [folder for folder in run_folders(self.folder) if self.holds(folder)]
        found = [self.row(folder) for folder in sorted(folders, key=begun, reverse=True)]
        return found

    def row(self, folder: Path) -> dict[str, Any]:
        """One of them; what is wrong with it where it cannot be read."""
        stamp = stamped(folder)
        if folder not in self.known or self.known[folder][0] != stamp:
            self.known[folder] = stamp, summary(folder)
        found = self.known[folder][1]
        fresh = time.time() - stamp[-1] / 1e9 < FRESH
        unfinished = found.get("step", 0) < found.get("steps", 0)
        return found | {"state": "damaged" if "trouble" in found else state(fresh=fresh, unfinished=unfinished)}

    def holds(self, folder: Path) -> bool:
        """Whether it is in the folder of runs, and no link to somewhere else."""
        return folder.resolve().is_relative_to(self.folder.resolve())

    def find(self, name: str) -> Path:
        """Its folder; CheckpointError E-RUN-NAME if there is none of this name, E-RUN-LINK if it holds a link."""
        folder = self.folder / name
        fits = re.fullmatch(r"\w[\w.+-]*", name) and len(name.encode()) <= LONGEST_NAME
        if not fits or not (folder / "recipe.json").is_file() or not self.holds(folder):
            raise CheckpointError("E-RUN-NAME", f"there is no run {name!r} in {self.folder}/")
        refuse_strangers(folder)
        return folder


def begun(folder: Path) -> int:
    """When the run was made."""
    return (folder / "recipe.json").stat().st_mtime_ns


def stamped(folder: Path) -> tuple[int, ...]:
    """Changes when something was written into the curves or checkpoints; the last number is when."""
    paths = [folder / "recipe.json", folder / "checkpoints", folder / "metrics.jsonl"]
    times = [path.stat().st_mtime_ns if path.exists() else 0 for path in paths]
    return (*times, max(times))


def state(*, fresh: bool, unfinished: bool) -> str:
    """As far as a folder tells it."""
    if not unfinished:
        return "done"
    return "training" if fresh else "stopped"


def summary(folder: Path) -> dict[str, Any]:
    """Name, recipe, data, progress and best scores; what is wrong with it where it cannot be read."""
    return asdict(result_or_trouble(folder)) | {"name": folder.name}


def settings(facts: Facts) -> dict[str, Any]:
    """Every field of the recipe, those of its source among the others."""
    flat = {name: value for name, value in facts.fields.items() if not isinstance(value, Mapping)}
    nested = [value for value in facts.fields.values() if isinstance(value, Mapping)]
    return {"recipe": facts.recipe} | {key: value for each in nested for key, value in each.items()} | flat


def curves(folders: Sequence[Path]) -> dict[str, Figure]:
    """The curves of one run, or those of several in common drawings."""
    every = {folder.name: read_facts(folder).last_phase() for folder in folders}
    if len(every) == 1:
        return {curve.title: curve for rows in every.values() for curve in [*training_curves(rows), *others(rows)]}
    names = dict.fromkeys(name for rows in every.values() for row in rows for name in row if compared(name))
    return {name: overlaid(name, every) for name in names}


def others(rows: Sequence[Mapping[str, Any]]) -> list[Curve]:
    """What the learner says beside its loss, in the order in which it says it."""
    names = dict.fromkeys(name for row in rows for name in row if name not in KNOWN and not name.startswith("valid_"))
    return [overlaid(name, {name.replace("_", " "): rows}) for name in names]


def compared(name: str) -> bool:
    """Whether a column of the curves is drawn where runs stand beside each other."""
    return name in ("loss", "learning_rate") or name.startswith("valid_")


def overlaid(name: str, every: Mapping[str, Sequence[Mapping[str, Any]]]) -> Curve:
    """One column of several runs."""
    title = name.replace("valid_", "validation ").replace("_", " ")
    found: dict[str, Line] = {}
    for run, rows in every.items():
        found |= lines(rows, {name: run})
    labels = {x_axis(rows)[1] for rows in every.values()}
    return Curve(title[0].upper() + title[1:], found, " or ".join(sorted(labels)), title)


def figures(folder: Path) -> dict[str, Figure]:
    """What was drawn when the training ended, and what its evaluations found."""
    facts = read_facts(folder)
    found = dict(facts.figures)
    for judgement in facts.judgements:
        part = judgement.evaluation.part
        found |= {f"{part} {each.title}": each for each in evaluated(judgement.evaluation)}
    return found


def evaluated(evaluation: Evaluation) -> list[Figure]:
    """The figures of one evaluation."""
    match evaluation.details:
        case ClassDetails() as details:
            drawn = [confusion(details), *ranking_curves(details), calibration(details)]
            return [each for each in drawn if each is not None]
        case QuantityDetails() as details:
            return [scatter(evaluation, details)]
        case _:
            return []
