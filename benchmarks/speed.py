"""Measures speed against peers, as interleaved pairs, and writes docs/speed.md.

`python -m benchmarks.speed` measures everything, `python -m benchmarks.speed ppo gcn` these files of this folder only;
the others stay as they were measured last.
"""

import importlib
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from benchmarks.pairs import Row
from etude.chance import flush_denormals
from etude.training.store import write_json, write_text

FILES = ("start", "generation", "gcn", "gan", "ppo", "page", "watching", "finite")
MEASURED = Path("docs/speed.json")


def machine() -> str:
    """What ratios depend on."""
    cores, threads = os.cpu_count(), torch.get_num_threads()
    wide = torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()} ({wide}), {cores} cores, {threads} threads, torch {torch.__version__}"


def measured(file: str) -> dict[str, Any]:
    """The rows of one file, each told as soon as it is there."""
    found: list[Row] = []
    for row in importlib.import_module(f"benchmarks.{file}").rows():
        print(f"{row.what}: {row.measured} (wanted: {row.wanted})", file=sys.stderr, flush=True)
        found.append(row)
    return {"machine": machine(), "rows": [asdict(row) for row in found]}


def write_page(known: dict[str, dict[str, Any]]) -> None:
    """A table for each machine on which something was measured last."""
    text = INTRODUCTION
    for place in dict.fromkeys(known[file]["machine"] for file in FILES if file in known):
        text += f"\nOn {place}:\n\n| what | wanted | measured |\n|---|---|---|\n"
        for file in FILES:
            if file in known and known[file]["machine"] == place:
                text += "".join(
                    f"| {row['what']} | {row['wanted']} | {row['measured']} |\n" for row in known[file]["rows"]
                )
    write_text(Path("docs/speed.md"), text)


INTRODUCTION = """# Speed

Written by `make bench`. Ratios are theirs over ours, medians of pairs that run in turn in one process, with the lowest
and the highest ratio behind them.
"""


def main() -> None:
    """The files that were named, or all."""
    unknown = set(sys.argv[1:]) - set(FILES)
    if unknown:
        sys.exit(f"no {', '.join(sorted(unknown))}; there are {', '.join(FILES)}")
    flush_denormals()
    known = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for file in sys.argv[1:] or FILES:
        known[file] = measured(file)
        write_json(MEASURED, known)
        write_page(known)


if __name__ == "__main__":
    main()
