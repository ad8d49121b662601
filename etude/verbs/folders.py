"""Where runs are: their names, the last one, the best one."""

import re
from pathlib import Path

from etude.errors import CheckpointError, UsageError, nearest
from etude.training.intact import intact
from etude.training.run import Run, open_run
from etude.training.store import read_json

LONGEST_NAME, LONGEST_STEM = 200, 80
"""bytes of a name that somebody gives, and characters of one that is made of recipe and data"""


def find_run(name: str, runs: Path = Path("runs")) -> Run:
    """A run by its folder, its name in `runs`, `last` (the newest) or `best` (of those on the data of the last)."""
    with intact(name):
        return _found(name, runs)


def _found(name: str, runs: Path) -> Run:
    if (Path(name) / "recipe.json").is_file():
        return open_run(Path(name))
    if (runs / name / "recipe.json").is_file():
        return open_run(runs / name)
    known = sorted(runs.glob("*/recipe.json"), key=lambda path: path.stat().st_mtime_ns)
    folders = [path.parent for path in known]
    if name in ("last", "best"):
        if not folders:
            raise CheckpointError("E-RUN-NONE", f"there is no run in {runs}/ yet; `etude train lenet` makes one.")
        return open_run(folders[-1]) if name == "last" else best_run([open_run(folder) for folder in folders])
    close = nearest(name, [folder.name for folder in folders])
    raise CheckpointError(
        "E-RUN-NAME", f"no run folder {name!r}, here or in {runs}/{close} `etude list runs` shows all."
    )


def best_run(runs: list[Run]) -> Run:
    """Among the runs on the same data and by the same score as the last one, the one with the best score."""
    last = runs[-1]
    data = fingerprint(last)
    rivals = [
        run for run in runs if (fingerprint(run), run.best_by) == (data, last.best_by) and best_score(run) is not None
    ]
    choose = max if last.higher_is_better else min
    return choose(rivals, key=lambda run: best_score(run) or 0.0) if rivals else last


def fingerprint(run: Run) -> str | None:
    """Of the data that the run was trained on."""
    path = run.folder / "data.json"
    return str(read_json(path)["fingerprint"]) if path.exists() else None


def best_score(run: Run) -> float | None:
    """The best value of the watched score."""
    best = run.best_step()
    return next((float(row[run.best_by]) for row in run.curves() if row["step"] == best and run.best_by in row), None)


def new_folder(name: str | None, recipe: str, data: str, runs: Path) -> Path:
    """A folder that is not there yet: `name`, or the recipe, the data and a number."""
    if name is not None:
        folder = runs / name
        if not re.fullmatch(r"\w[\w.+-]*", name) or len(name.encode()) > LONGEST_NAME:
            raise UsageError(
                "E-RUN-NAME",
                f"--name {name[:LONGEST_STEM]!r}: at most {LONGEST_NAME} letters, digits, '.', '_', '+' and '-'.",
            )
        if folder.exists():
            raise UsageError("E-RUN-EXISTS", f"{folder} exists; take another --name, or `etude resume {name}`.")
        return folder
    words = f"{Path(recipe).stem}-{Path(data).name.split('.')[0]}"
    stem = re.sub(r"[^\w-]+", "-", words).strip("-")[:LONGEST_STEM]
    number = 1
    while (runs / f"{stem}-{number}").exists():
        number += 1
    return runs / f"{stem}-{number}"
