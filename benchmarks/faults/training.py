"""Tiny recipes in processes of their own, which are killed, stopped and continued."""

import dataclasses
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from etude.training import run as runs
from etude.training import saving
from etude.training.experiment import Experiment, Recipe
from etude.training.phases import train
from etude.training.store import locked
from etude.verbs.folders import run_folders
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import restart, start

SERVER = get_context("forkserver")  # one import of torch for all of them
SERVER.set_forkserver_preload(["benchmarks.faults.training", "benchmarks.faults.loaded"])
UPDATES = 12


def tiny(name: str) -> Recipe:
    """A recipe of the catalogue that is over in a second or so."""
    return fill_recipe(default_recipe(name), type(default_recipe(name)).tiny | {"steps": UPDATES})


def begin(name: str, out: Path) -> Any:
    """Train in a child, on from wherever the run in `out` stands."""
    process = SERVER.Process(target=go_on, args=(name, out))
    process.start()
    return process


def go_on(name: str, out: Path) -> None:
    """To the end, with a checkpoint at every update that the disk keeps up with."""
    torch.set_num_threads(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    saving.LONGEST, runs.KEPT = 0.0, 2
    known = run_folders(out)
    experiments, run = restart(str(known[0])) if known else start(name, tiny(name), out=out)
    with locked(run.folder), closing(train(noisy(experiments), run)) as events:
        for _ in events:
            pass


def noisy(experiments: Iterator[Experiment[Any]]) -> Iterator[Experiment[Any]]:
    """With a row of the curves, and the chance to write, after every update."""
    return (dataclasses.replace(each, log_every=1) for each in experiments)


def killed_after(name: str, out: Path, seconds: float) -> bool:
    """Whether the kill came before the end."""
    process = begin(name, out)
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
    process.join()
    return bool(process.exitcode == -signal.SIGKILL)


def to_the_end(name: str, out: Path) -> float:
    """Train undisturbed; the seconds that it took."""
    begun = time.perf_counter()
    process = begin(name, out)
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{name} in {out} ended with {process.exitcode}")
    return time.perf_counter() - begun


def outcome(out: Path) -> dict[str, bytes]:
    """Everything that a training leaves: the last checkpoint of each phase, and the curves without their seconds."""
    (folder,) = run_folders(out)
    found = {}
    for phase in sorted(folder.glob("checkpoints*")):
        last = max(phase.glob("step-*"))
        for path in last.iterdir():
            found[f"{phase.name}/{last.name}/{path.name}"] = path.read_bytes()
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    found["curves"] = "\n".join(
        line.partition('"seconds"')[0] + line.partition('"seconds"')[2].partition(",")[2] for line in lines
    ).encode()
    return found
