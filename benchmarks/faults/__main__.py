"""Measures the goals of reliability, and writes docs/reliability.md.

`python -m benchmarks.faults` measures everything (a night on two cores, most of it for `fuzzing`),
`python -m benchmarks.faults kills` these files of this folder only; the other lines stay as they were measured last.
"""

import importlib
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.speed import machine
from etude.training.store import write_json, write_text

FILES = ("kills", "damage", "exact", "cost", "stops", "suites", "protections", "mutants", "fuzzing", "guided")
MEASURED = Path("docs/reliability.json")
PAGE = Path("docs/reliability.md")
START, END = "<!-- measured: from here -->", "<!-- measured: to here -->"


def table(known: dict[str, Any]) -> str:
    """All goals, in order."""
    rows = sorted((row for file in known.values() for row in file["rows"]), key=lambda row: int(row["number"][1:]))
    lines = "".join(f"| {' | '.join(cells(row))} |\n" for row in rows)
    places = "; ".join(dict.fromkeys(file["machine"] for file in known.values()))
    head = "| | test | goal | etude | peers |\n|---|---|---|---|---|\n"
    return f"{START}\n\nMeasured on {places}.\n\n{head}{lines}\n{END}"


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """Of one goal."""
    measured = row["measured"] if row["met"] else f"**misses:** {row['measured']}"
    return row["number"], row["test"], row["wanted"], measured, row["peers"]


def main() -> None:
    """The files that were named, or all."""
    unknown = set(sys.argv[1:]) - set(FILES)
    if unknown:
        sys.exit(f"no {', '.join(sorted(unknown))}; there are {', '.join(FILES)}")
    known = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for file in sys.argv[1:] or FILES:
        begun, rows = time.perf_counter(), []
        for goal in importlib.import_module(f"benchmarks.faults.{file}").goals():
            print(f"{goal.number}: {goal.measured} (wanted: {goal.wanted})", file=sys.stderr, flush=True)
            rows.append(asdict(goal))
        known[file] = {"machine": machine(), "seconds": round(time.perf_counter() - begun), "rows": rows}
        write_json(MEASURED, known)
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
        write_text(PAGE, before + table(known) + rest.partition(END)[2])


if __name__ == "__main__":
    main()
