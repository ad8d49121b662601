"""G9 and G28: SIGTERM and Ctrl-C at random moments; trainings that are begun and stopped again and again."""

import gc
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.goal import Goal
from benchmarks.faults.training import SERVER
from etude.cli.main import main
from etude.training.fit import fit
from etude.training.run import Run, open_run
from tests.test_training_fit import experiment

STOPS = 100
CYCLES = 1000


def goals() -> Iterator[Goal]:
    """Stops from outside, then from inside."""
    found = [stopped(number) for number in range(STOPS)]
    good, slowest = sum(whole for whole, _ in found), max(seconds for _, seconds in found)
    yield Goal(
        "G9",
        f"{STOPS} SIGTERMs at random moments of a training of lenet",
        "all saved at the update of the signal, exit code 143 in at most 10 s",
        f"{good} of {STOPS}; the slowest took {slowest:.1f} s",
        "Lightning exits with 143 since the fix of issue 21623",
        met=good == STOPS and slowest <= 10,
    )
    before, after = cycles(50), cycles(CYCLES)
    grown = after[3] - before[3]
    yield Goal(
        "G28",
        f"{CYCLES:,} trainings begun and stopped in one process: open files, threads, children, memory",
        "as before, memory within 5 MB",
        f"files {before[0]} -> {after[0]}, threads {before[1]} -> {after[1]}, children {before[2]} -> {after[2]}, "
        f"memory {grown:+.1f} MB",
        "Lightning leaked 867 MB of temporary files in 200 kills",
        met=before[:3] == after[:3] and grown <= 5,
    )


def trained_in(folder: str) -> None:
    """The shell command, in a child."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(main(["train", "lenet", "--steps", "100000", "--out", folder]))


def stopped(number: int) -> tuple[bool, float]:
    """Whether everything was saved when the signal came, and the seconds until the end."""
    with TemporaryDirectory() as name:
        process = SERVER.Process(target=trained_in, args=(name,))
        process.start()
        while not list(Path(name).glob("*/metrics.jsonl")):
            time.sleep(0.01)
        time.sleep(random.Random(number).uniform(0, 1))
        begun = time.perf_counter()
        os.kill(process.pid or 0, signal.SIGTERM)
        process.join(60)
        seconds = time.perf_counter() - begun
        run = open_run(next(Path(name).iterdir()))
        newest, row = run.newest(), run.curves()[-1]["step"]
        return process.exitcode == 143 and newest >= row, seconds


def cycles(number: int) -> tuple[int, int, int, float]:
    """Begin and stop so many trainings; what is open then."""
    for _ in range(number):
        with TemporaryDirectory() as name:
            events = fit(experiment(), Run(Path(name)))
            next(events)
            events.close()
    gc.collect()
    children = len(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    memory = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return len(os.listdir("/proc/self/fd")), threading.active_count(), children, memory
