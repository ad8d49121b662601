"""A run that goes on with other data than it began with, because somebody says so."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

from etude.data.splits import Splits
from etude.errors import DataError
from etude.training.describe import read_schema, write_data
from etude.training.experiment import Experiment
from etude.training.run import Run
from etude.training.store import Json, locked, read_json, write_json

COUNTED = ("counts", "nodes", "edges")
"""entries of a schema that may change with the data; so may all means and deviations"""


def with_other_data(experiments: Iterator[Experiment[Any]], run: Run) -> Iterator[Experiment[Any]]:
    """The same experiments, whose examples are from now on those of the run; DataError E-DATA-OTHER as below."""
    first = next(experiments)
    if first.splits is not None:
        with locked(run.folder):
            accept_other_data(run, first.splits)
    return chain([first], experiments)


def accept_other_data(run: Run, splits: Splits[Any]) -> None:
    """Take the examples of `splits` for those of a run; what it knew of the earlier ones is moved to `undone`.

    DataError E-DATA-OTHER if they are of another kind: other columns, classes, words or sizes.
    """
    facts = read_json(run.folder / "data.json")
    if facts["fingerprint"] == splits.fingerprint:
        return
    other = next(differences(asdict(read_schema(run.folder)), asdict(splits.schema)), None)
    if other is not None:
        raise DataError(
            "E-DATA-OTHER",
            f"{run.folder} cannot go on with these data: {other}. Train a new run with "
            f"--start-from {run.folder / 'recipe.json'}.",
        )
    step = run.newest()
    said = (
        f"from update {step:,} on the data are others ({facts['fingerprint'][:12]} before, {splits.fingerprint[:12]} "
        "now): scores before and after are not of the same examples, and what was learnt from before may now be tested"
    )
    run.make(run.folder / "undone")
    write_json(run.folder / "undone" / f"data-{time.time_ns()}.json", facts)
    write_data(splits, run.folder, notes=[*splits.notes, *accepted(facts), said])
    run.note("other data", message=said)


def accepted(facts: Json) -> list[str]:
    """What was said when data were accepted before."""
    return [each for each in facts["notes"] if each.startswith("from update ")]


def differences(old: Any, new: Any, name: str = "") -> Iterator[str]:
    """What a network cannot get over, one by one; numbers with a decimal point may differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old.keys() == new.keys():
        for key in [each for each in old if each not in COUNTED]:
            yield from differences(old[key], new[key], f"{name} {key}".strip())
    elif isinstance(old, Sequence) and isinstance(new, Sequence) and not isinstance(old, str) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from differences(one, other, name)
    elif old != new and not (isinstance(old, float) and isinstance(new, float)):
        yield f"{name} was {short(old)} and is {short(new)}"


def short(value: Any) -> str:
    """On a screen."""
    text = repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."
