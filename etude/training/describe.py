"""What a run says of its data and of its machine: plain files that anybody can read."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter
from safetensors.torch import load_file, save

from etude.data.splits import Splits
from etude.errors import DataError
from etude.schema import Schema
from etude.training.store import Json, read_json, write_bytes, write_json

PARTS = ("train", "valid", "test")


def describe_data(splits: Splits[Any], folder: Path) -> None:
    """Write data.json (schema, rule, sizes, notes, fingerprint) and split.safetensors (the rows of each part).

    A run that is resumed on data that have changed is refused.
    """
    path = folder / "data.json"
    if path.exists():
        refuse_other_data(read_json(path), splits)
    else:
        write_data(splits, folder, notes=splits.notes)


def write_data(splits: Splits[Any], folder: Path, *, notes: Sequence[str]) -> None:
    """Write both files, whatever was there."""
    sizes = dict(zip(PARTS, (len(splits.train), len(splits.valid), len(splits.test)), strict=True))
    rows = {name: rows.clone() for name, rows in zip(PARTS, splits.rows, strict=True)}  # parts may share their rows
    write_bytes(folder / "split.safetensors", save(rows))
    facts = {"schema": asdict(splits.schema), "rule": splits.rule, "parts": sizes}
    write_json(folder / "data.json", facts | {"notes": list(notes), "fingerprint": splits.fingerprint})


def describe_schema(schema: Schema, folder: Path) -> None:
    """Write data.json of a method whose batches are no data set."""
    facts: Json = {"schema": asdict(schema), "rule": "", "parts": {}, "notes": [], "fingerprint": ""}
    write_json(folder / "data.json", facts)


def refuse_other_data(facts: Json, splits: Splits[Any]) -> None:
    """Stop before training or judging goes on with other examples than it began with."""
    if facts["fingerprint"] != splits.fingerprint:
        raise DataError(
            "E-DATA-CHANGED",
            f"the data are not those that this run was trained on (fingerprint {splits.fingerprint[:12]}, "
            f"was {facts['fingerprint'][:12]}). Put the old files back, train a new run, or go on with these all "
            "the same: etude resume --accept-data-change.",
        )


def read_schema(folder: Path) -> Schema:
    """The schema of a run's data."""
    schema: Schema = schema_reader().validate_python(read_json(folder / "data.json")["schema"])
    return schema


@cache  # building it takes 10 ms, and lists of runs ask for many
def schema_reader() -> Any:
    """What reads and checks a schema."""
    return TypeAdapter(Schema)


def read_split(folder: Path) -> dict[str, torch.Tensor]:
    """The rows of the source in each part."""
    return load_file(folder / "split.safetensors")


def environment() -> dict[str, Json]:
    """Versions, machine and threads: what a number depends on beside the recipe."""
    names = ("etude", "torch", "numpy", "polars", "scikit-learn")
    return {
        "versions": {"python": platform.python_version()} | {name: version(name) for name in names},
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "threads": torch.get_num_threads(),
        "devices": [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())] or ["cpu"],
        "command": sys.argv,
    }


def elsewhere(folder: Path) -> str:
    """Why a run may not go on here to the same bits, as a sentence; empty if nothing stands against it."""
    path = folder / "environment.json"
    if not path.exists():
        return ""
    then, now = decisive(read_json(path)), decisive(environment())
    changed = [f"{key} {old} -> {now.get(key)}" for key, old in then.items() if now.get(key) != old]
    return f"The same bits are not promised any more: {', '.join(changed)}." if changed else ""


def decisive(facts: Json) -> Json:
    """What sums and chance depend on."""
    place = {"threads": facts["threads"], "devices": ", ".join(facts["devices"])}
    return facts["versions"] | place | {"processor": facts["machine"]["processor"]}
