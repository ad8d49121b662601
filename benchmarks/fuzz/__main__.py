"""python -m benchmarks.fuzz --inputs 100000: every reader over spoilt files, in processes that may take 2 GB and 10 s.

Input k of a reader is the same on every machine, so a find is repeated by its number.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

NAMES = (
    *("csv", "tsv", "jsonl", "parquet", "pictures", "png", "npz", "npy", "idx", "corpus", "texts", "pairs", "tagging"),
    *("gml", "graph-npz", "graph-npy", "nodes", "edges", "zip", "zip-names", "tar", "tar-names", "messages", "points"),
    *("addresses", "recipe.json", "data.json", "experiment-0.json", "metrics.jsonl", "state.json", "manifest.json"),
    "learner.safetensors",
)
SILENCE = 30.0
"""seconds on one input after which a process is stopped from outside"""
PIECE = 50_000
"""inputs of one process"""

ALONE = {"POLARS_MAX_THREADS": "1"}
"""threads take longer to begin than a small table to read"""


def fuzz(name: str, inputs: int, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """Outcomes of one reader, on from `before`; a process that dies is a find, and the next one goes on behind it."""
    known = before or {"inputs": 0, "seconds": 0.0, "peak_bytes": 0, "outcomes": {}, "troubles": {}}
    counts: Counter[str] = Counter(known["outcomes"])
    troubles: dict[str, Any] = known["troubles"]
    begun, first, peak = time.perf_counter() - known["seconds"], known["inputs"], known["peak_bytes"]
    while first < inputs:
        last = min(inputs, first + PIECE)
        found, reached = piece(name, first, last)
        if found is None:
            counts["crash"] += 1
            troubles.setdefault("crash", (reached, "the process died, or was stopped after silence"))
            first = reached + 1
            continue
        counts.update(found["counts"])
        troubles = found["troubles"] | troubles
        peak, first = max(peak, found["peak"]), last
    seconds = round(time.perf_counter() - begun, 1)
    clean = {code: n for code, n in counts.most_common()}
    return {"inputs": first, "seconds": seconds, "peak_bytes": peak, "outcomes": clean, "troubles": troubles}


def piece(name: str, first: int, last: int) -> tuple[dict[str, Any] | None, int]:
    """What one process found, or None and the number of the input that it did not survive."""
    with tempfile.TemporaryDirectory() as folder:
        progress = Path(folder) / "progress"
        words = [sys.executable, "-m", "benchmarks.fuzz.child", name, str(first), str(last), str(progress)]
        with (Path(folder) / "out").open("w+") as out:
            process = subprocess.Popen(words, stdout=out, stderr=subprocess.DEVNULL, env=os.environ | ALONE)
            seen, since = b"", time.monotonic()
            while process.poll() is None:
                time.sleep(0.5)
                now = progress.read_bytes() if progress.exists() else b""
                if now != seen:
                    seen, since = now, time.monotonic()
                elif time.monotonic() - since > SILENCE and seen:
                    process.kill()
            out.seek(0)
            return (json.load(out) if process.returncode == 0 else None), int(seen or first)


def main() -> None:
    """All readers, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", default=NAMES)
    parser.add_argument("--inputs", type=int, default=100_000, help="of each reader")
    parser.add_argument("--out", type=Path, help="JSON file, rewritten after each reader")
    flags = parser.parse_args()
    found = json.loads(flags.out.read_text()) if flags.out and flags.out.exists() else {}
    for name in flags.readers:
        found[name] = fuzz(name, flags.inputs)
        bad = sum(
            n for what, n in found[name]["outcomes"].items() if what.split(":")[0] in ("traceback", "hang", "crash")
        )
        print(f"{name:20}{flags.inputs:>9,} inputs  {found[name]['seconds']:>8.1f} s  {bad} tracebacks, hangs, crashes")
        if flags.out:
            flags.out.write_text(json.dumps(found, indent=1) + "\n")
    sys.exit(any(each["troubles"] for each in found.values()))


if __name__ == "__main__":
    main()
