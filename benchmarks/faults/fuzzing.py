"""G13: every reader over spoilt files, in processes that may take 2 GB, and 10 s for an input."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.faults.goal import Goal
from benchmarks.fuzz.__main__ import NAMES, fuzz
from etude.training.store import write_json

INPUTS = int(os.environ.get("ETUDE_FUZZ_INPUTS", "100000"))
"""of each reader; all together take some hours on two cores"""
TROUBLES = ("traceback", "hang", "crash", "long message")
DONE = Path(".fuzzed.json")
"""what each reader has read so far: a night that was interrupted goes on from there, and so does a longer one"""


def goals() -> Iterator[Goal]:
    """One line for all readers."""
    done: dict[str, Any] = json.loads(DONE.read_text()) if DONE.exists() else {}

    def further(name: str) -> None:
        done[name] = fuzz(name, INPUTS, done.get(name))
        write_json(DONE, dict(done))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(further, NAMES))
    yield judged(done)


def judged(found: dict[str, Any]) -> Goal:
    """What was found, in one line."""
    troubles = {
        what: sum(count for each in found.values() for code, count in each["outcomes"].items() if code.startswith(what))
        for what in TROUBLES
    }
    inputs = min(each["inputs"] for each in found.values())
    peak = max(each["peak_bytes"] for each in found.values())
    said = ", ".join(
        f"{count} {what}{'' if count == 1 else 'es' if what == 'crash' else 's'}" for what, count in troubles.items()
    )
    return Goal(
        "G13",
        f"{inputs:,} spoilt inputs for each of {len(NAMES)} readers",
        "100,000 each: 0 tracebacks, 0 crashes, 0 hangs over 10 s, memory below 2 GB",
        f"{said}, {peak / 1e6:,.0f} MB",
        "safetensors: 38.4 million inputs, 0 crashes; over 60 finds in 8 other loaders",
        met=not any(troubles.values()) and peak < 2e9 and inputs >= 100_000,
    )
