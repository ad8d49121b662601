"""What a run has reached so far, from its folder alone."""

from dataclasses import dataclass
from pathlib import Path

from etude.errors import CheckpointError
from etude.training.intact import intact
from etude.training.store import Json, read_json
from etude.verbs.folders import opened, run_folders


@dataclass(frozen=True, slots=True)
class Result:
    """A run in a few words."""

    folder: str
    recipe: str
    data: str
    step: int
    """updates so far"""
    steps: int
    """updates that were asked for"""
    best_step: int | None
    """after which the watched score was best"""
    seconds: float
    """of training"""
    scores: dict[str, float]
    """of the last evaluation on the validation part"""
    best_scores: dict[str, float]
    """of the best evaluation"""
    parameters: int
    notes: tuple[str, ...]
    """what was inferred while the data were read"""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A run that is damaged, or holds what is not its own."""

    folder: str
    trouble: str
    """what is wrong with it, as a sentence"""


def result(folder: Path) -> Result:
    """Read the result of a run folder, finished or not."""
    with intact(folder):
        return _read(folder)


def _read(folder: Path) -> Result:
    run = opened(folder)
    record = read_json(folder / "recipe.json")
    rows = run.curves()
    evaluated = [row for row in rows if run.best_by in row]
    best = run.best_step()
    experiment = read_json(folder / f"experiment-{run.phase}.json")
    return Result(
        folder=str(folder),
        recipe=record["recipe"],
        data=str(record["fields"].get("source", {}).get("data", "")),
        step=max([*run.steps(), 0]),
        steps=experiment["steps"],
        best_step=best,
        seconds=run.seconds(),
        scores=scores_of(evaluated[-1]) if evaluated else {},
        best_scores=next((scores_of(row) for row in evaluated if row["step"] == best), {}),
        parameters=experiment["parameters"],
        notes=tuple(read_json(folder / "data.json")["notes"]) if (folder / "data.json").exists() else (),
    )


def scores_of(row: dict[str, Json]) -> dict[str, float]:
    """The validation scores of a row of the curves."""
    return {name: value for name, value in row.items() if name.startswith("valid_")}


def result_or_trouble(folder: Path) -> Result | Unreadable:
    """The result of a run among others, which one that cannot be read must not hide."""
    try:
        return result(folder)
    except CheckpointError as error:
        return Unreadable(str(folder), error.message)


def all_results(runs: Path) -> list[Result | Unreadable]:
    """Every run in a folder of runs, oldest first."""
    return [result_or_trouble(folder) for folder in run_folders(runs)]
