"""What it costs a training of LeNet that somebody watches it in Chromium, on the same two cores."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from benchmarks.browser import chromium
from benchmarks.pairs import Pair, Row
from etude.training.store import read_lines

UPDATES = 1000
PAIRS = 3


def seconds(folder: Path, browser: Browser | None) -> float:
    """Of all updates but the first ones; with a browser, somebody looks at the page from the beginning to the end."""
    program = [sys.executable, "-m", "etude.cli.main", "train", "lenet", "--steps", str(UPDATES), "--out", str(folder)]
    with subprocess.Popen(
        [*program, *(["--watch", "--no-browser"] if browser is not None else [])],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    ) as training:
        assert training.stderr is not None
        for line in training.stderr:
            if browser is not None and line.startswith("page: "):
                browser.new_page(viewport={"width": 1280, "height": 900}).goto(line.removeprefix("page: ").strip())
            if line.startswith("the training is over"):
                training.terminate()
    newest = max(folder.glob("*/metrics.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    rows = read_lines(newest)
    return float(rows[-1]["seconds"]) - float(rows[0]["seconds"])


def rows() -> Iterator[Row]:
    """Pairs of trainings, watched and not, in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    with chromium() as browser, TemporaryDirectory() as folder:
        for _ in range(PAIRS):
            times[0].append(seconds(Path(folder), browser))
            times[1].append(seconds(Path(folder), None))
    pair = Pair(*times)
    yield Row(
        "lenet on digits unwatched against watched, one thread, Chromium on the other core",
        "at least 0.95",
        pair.spread(),
    )
