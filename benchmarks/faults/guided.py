"""G13, where atheris installs: inputs that a search for new branches makes, for every reader."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.goal import Goal
from benchmarks.fuzz.__main__ import ALONE, NAMES

INPUTS = 10_000
"""of each reader"""


def goals() -> Iterator[Goal]:
    """One line for all readers; none where there is no atheris."""
    if find_spec("atheris") is None:
        print("atheris is not here: no guided search", file=sys.stderr)
        return
    with ThreadPoolExecutor(2) as pool:
        found = [name for name, clean in zip(NAMES, pool.map(searched, NAMES), strict=True) if not clean]
    yield Goal(
        "G13",
        f"{INPUTS:,} inputs for each of {len(NAMES)} readers by a search for new branches of the code (atheris)",
        "0 tracebacks, 0 crashes, 0 hangs over 10 s",
        f"{len(NAMES) - len(found)} of {len(NAMES)} readers without a find"
        + (f"; in {', '.join(found)}" * bool(found)),
        "Pillow is searched so in OSS-Fuzz",
        met=not found,
    )


def searched(name: str) -> bool:
    """Whether nothing was found; what was found is kept in the folder `finds`."""
    with TemporaryDirectory() as folder:
        paths = {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.fuzz.guided", name, str(INPUTS)],
            cwd=folder,
            env=os.environ | ALONE | paths,
            capture_output=True,
            text=True,
            check=False,
        )
        print(
            f"{name}: {'nothing found' if done.returncode == 0 else done.stderr[-2000:]}", file=sys.stderr, flush=True
        )
        for path in Path(folder, "finds").glob("*"):
            Path("finds").mkdir(exist_ok=True)
            Path("finds", f"{name}-{path.name}").write_bytes(path.read_bytes())
    return done.returncode == 0
