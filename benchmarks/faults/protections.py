"""Each protection is taken away in a copy of the code; the test that proves it must then fail."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.goal import Goal
from benchmarks.faults.keeping import KEEPING
from benchmarks.faults.protection import Protection
from benchmarks.faults.refusing import REFUSING

PROTECTIONS = (*KEEPING, *REFUSING)


def goals() -> Iterator[Goal]:
    """One line for all of them."""
    unseen = [each.name for each in PROTECTIONS if not notices(each)]
    yield Goal(
        "G0",
        f"{len(PROTECTIONS)} protections, each taken away in a copy of the code",
        "a test fails each time",
        f"{len(PROTECTIONS) - len(unseen)} of {len(PROTECTIONS)}"
        + (f"; unseen: {', '.join(unseen)}" if unseen else ""),
        "not published by any peer",
        met=not unseen,
    )


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
        text = path.read_text(encoding="utf-8")
        if text.count(code) != 1:
            sys.exit(f"{name}: {file} holds that code {text.count(code)} times")
        path.write_text(text.replace(code, without), encoding="utf-8")
        program = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(
            program, cwd=copy, capture_output=True, check=False, env=os.environ | {"PYTHONPATH": folder}
        )
        print(f"without '{name}': {'seen' if done.returncode == 1 else 'NOT SEEN'}", file=sys.stderr, flush=True)
        return done.returncode == 1
