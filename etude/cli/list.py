"""etude list [recipes|data|runs]: what there is; imports no torch unless runs are asked for."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from etude.catalogue import entries, references
from etude.errors import UsageError, nearest

KINDS = ("recipes", "data", "runs")

HELP = """usage: etude list [recipes|data|runs] [--json]

  recipes   what can be trained, with the score that each has reached (the default)
  data      data sets by name
  runs      what was trained here, with its validation score
"""


def command(arguments: list[str]) -> int:
    """The verb; its two words are read by hand, so that it answers at once."""
    words = [each for each in arguments if each != "--json"]
    if words and words[0] in ("-h", "--help"):
        print(HELP, end="")
        return 0
    kind = words[0] if words else "recipes"
    if kind not in KINDS or len(words) > 1:
        raise UsageError(
            "E-LIST", f"nothing is called {' '.join(words)!r}{nearest(kind, KINDS)} Lists: {', '.join(KINDS)}."
        )
    rows = {"recipes": recipes, "data": data_sets, "runs": runs}[kind]()
    if "--json" in arguments:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print(aligned(rows))
    return 0


def recipes() -> list[dict[str, str]]:
    """Name, sentence and measured reference of every recipe."""
    known = references()
    return [{"recipe": each.name, "reached": known.get(each.name, "-"), "about": each.about} for each in entries()]


def data_sets() -> list[dict[str, str]]:
    """Name and description of every data set."""
    module = importlib.import_module(
        "etude.data.catalogue"
    )  # the first floor that needs more than the standard library
    return [{"data": name, "about": about} for name, about in module.descriptions().items()]


def runs() -> list[dict[str, str]]:
    """What was trained in runs/."""
    module = importlib.import_module("etude.verbs.results")
    found = module.all_results(Path("runs"))
    return [unread(each) if isinstance(each, module.Unreadable) else reached(each) for each in found]


def reached(run: Any) -> dict[str, str]:
    """How far a run came."""
    scores = [f"{name.removeprefix('valid_')} {value:.4g}" for name, value in run.best_scores.items()]
    told = {"recipe": run.recipe, "data": run.data, "updates": str(run.step), "best": "  ".join(scores)}
    return {"run": Path(run.folder).name, **told}


def unread(run: Any) -> dict[str, str]:
    """What is wrong with a run, in the row where its score would be."""
    missing = dict.fromkeys(("recipe", "data", "updates"), "-")
    return {"run": Path(run.folder).name, **missing, "best": f"cannot be read: {run.trouble}"}


def aligned(rows: list[dict[str, str]]) -> str:
    """A plain table, the last column cut at the width of the terminal by nobody."""
    if not rows:
        return "nothing yet" if sys.stdout.isatty() else ""
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in rows[0]}
    lines = [{name: name for name in widths}, *rows]
    return "\n".join("  ".join(f"{row[name]:<{width}}" for name, width in widths.items()).rstrip() for row in lines)
