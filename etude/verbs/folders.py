"""Where runs are: their names, the last one, the best one."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from etude.errors import CheckpointError, UsageError, nearest
from etude.training.intact import intact
from etude.training.ownership import refuse_strangers
from etude.training.run import Run, open_run
from etude.training.store import read_json, sweep, write_folder, writing

LONGEST_NAME, LONGEST_STEM = 200, 80
"""bytes of a name that somebody gives, and characters of one that is made of recipe and data"""


def find_run(name: str, runs: Path = Path("runs")) -> Run:
    """A run by its folder, its name in `runs`, `last` (the newest) or `best` (of those on the data of the last)."""
    if (Path(name) / "recipe.json").is_file():
        return opened(Path(name))
    if (runs / name / "recipe.json").is_file():
        return opened(runs / name)
    folders = run_folders(runs)
    if name in ("last", "best"):
        if not folders:
            raise CheckpointError("E-RUN-NONE", f"there is no run in {runs}/ yet; `etude train lenet` makes one.")
        return opened(folders[-1]) if name == "last" else best_run(folders)
    close = nearest(name, [folder.name for folder in folders])
    raise CheckpointError(
        "E-RUN-NAME", f"no run folder {name!r}, here or in {runs}/{close} `etude list runs` shows all."
    )


def run_folders(runs: Path) -> list[Path]:
    """Oldest first, without those that a training which was killed has not finished."""
    known = [path for path in runs.glob("*/recipe.json") if not path.parent.name.startswith(".")]
    return [path.parent for path in sorted(known, key=lambda path: path.stat().st_mtime_ns)]


def opened(folder: Path) -> Run:
    """The run in a folder that holds nothing of strangers."""
    refuse_strangers(folder)
    with intact(folder):
        return open_run(folder)


def best_run(folders: list[Path]) -> Run:
    """Among the runs on the same data and by the same score as the last one, the one with the best score.

    Runs that cannot be read are no rivals.
    """
    last = opened(folders[-1])
    rivals = [found for folder in folders if (found := rival(folder, last)) is not None]
    choose = max if last.higher_is_better else min
    return choose(rivals, key=lambda each: each[0])[1] if rivals else last


def rival(folder: Path, last: Run) -> tuple[float, Run] | None:
    """Best score and run of a folder, if it can be read and was trained on the data and for the score of `last`."""
    with suppress(CheckpointError), intact(folder):
        run = opened(folder)
        score = best_score(run)
        if score is not None and (fingerprint(run), run.best_by) == (fingerprint(last), last.best_by):
            return score, run
    return None


def fingerprint(run: Run) -> str | None:
    """Of the data that the run was trained on."""
    path = run.folder / "data.json"
    return str(read_json(path)["fingerprint"]) if path.exists() else None


def best_score(run: Run) -> float | None:
    """The best value of the watched score."""
    best = run.best_step()
    return next((float(row[run.best_by]) for row in run.curves() if row["step"] == best and run.best_by in row), None)


def make_new(name: str | None, recipe: str, data: str, runs: Path, fill: Callable[[Path], None]) -> Path:
    """Make a run folder that was not there: `name`, or the recipe, the data and the next free number."""
    with writing(runs):
        runs.mkdir(parents=True, exist_ok=True)
        sweep(runs)
    for folder in [runs / name] if name is not None else numbered(recipe, data, runs):
        if not folder.exists():
            with suppress(FileExistsError):  # another training was faster
                write_folder(folder, fill)
                return folder
    raise taken(runs, name)


def check_free(name: str | None, runs: Path) -> None:
    """UsageError for a name that cannot be that of a new run, before anything else is done."""
    if name is None:
        return
    if not re.fullmatch(r"\w[\w.+-]*", name) or len(name.encode()) > LONGEST_NAME:
        raise UsageError(
            "E-RUN-NAME",
            f"--name {name[:LONGEST_STEM]!r}: at most {LONGEST_NAME} letters, digits, '.', '_', '+' and '-'.",
        )
    if (runs / name).exists():
        raise taken(runs, name)


def taken(runs: Path, name: str | None) -> UsageError:
    """Another run has that name."""
    return UsageError("E-RUN-EXISTS", f"{runs / str(name)} exists; take another --name, or `etude resume {name}`.")


def numbered(recipe: str, data: str, runs: Path) -> Iterator[Path]:
    """The recipe and the data with 1, 2, 3 and so on behind them."""
    words = f"{Path(recipe).stem}-{Path(data).name.split('.')[0]}"
    stem = re.sub(r"[^\w-]+", "-", words).strip("-")[:LONGEST_STEM]
    return (runs / f"{stem}-{number}" for number in count(1))
