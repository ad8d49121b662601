"""Every number that `make results` must reach, group by group."""

import importlib
import pkgutil

from benchmarks.goals.goal import Goal


def every_goal() -> tuple[Goal, ...]:
    """The goals of all files of this folder, in the order of their names."""
    found: list[Goal] = []
    for file in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{file.name}")
        found.extend(getattr(module, "GOALS", ()))
    return tuple(found)
