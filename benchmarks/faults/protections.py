"""Each protection is taken away in a copy of the code; the test that proves it must then fail."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.goal import Goal
from benchmarks.faults.keeping import KEEPING
from benchmarks.faults.protection import Protection
from benchmarks.faults.refusing import REFUSING

PROTECTIONS = (*KEEPING, *REFUSING)


def goals() -> Iterator[Goal]:
    """One line for all of them."""
    refuse_other_code((each.file, each.code) for each in PROTECTIONS)
    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(notices, PROTECTIONS))
    unseen = [each.name for each, noticed in zip(PROTECTIONS, seen, strict=True) if not noticed]
    yield Goal(
        "G0",
        f"{len(PROTECTIONS)} protections, each taken away in a copy of the code",
        "a test fails each time",
        f"{len(PROTECTIONS) - len(unseen)} of {len(PROTECTIONS)}"
        + (f"; unseen: {', '.join(unseen)}" if unseen else ""),
        "not published by any peer",
        met=not unseen,
    )


def refuse_other_code(places: Iterable[tuple[str, str]]) -> None:
    """End before anything is run if a file does not hold what is to be taken away, once."""
    for file, code in places:
        count = Path(file).read_text(encoding="utf-8").count(code)
        if count != 1:
            sys.exit(f"{file} holds this {count} times: {code}")


def notices(protection: Protection) -> bool:
    """Whether the test fails without it."""
    return fails_without(protection.name, protection.file, protection.code, protection.without, protection.test)


def fails_without(name: str, file: str, code: str, without: str, *tests: str) -> bool:
    """Whether one of the tests fails in a copy of the code in which something else stands in one place."""
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("etude", "tests", "benchmarks"):
            shutil.copytree(part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy("pyproject.toml", copy)
        path = copy / file
        path.write_text(path.read_text(encoding="utf-8").replace(code, without), encoding="utf-8")
        program = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(
            program, cwd=copy, capture_output=True, check=False, env=os.environ | {"PYTHONPATH": folder}
        )
        print(f"without '{name}': {'seen' if done.returncode == 1 else 'NOT SEEN'}", file=sys.stderr, flush=True)
        return done.returncode == 1
