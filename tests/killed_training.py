"""A tiny recipe in a process of its own, which is killed after some updates."""

import dataclasses
import math
import os
import signal
from multiprocessing import get_context
from pathlib import Path

import torch

from etude.training import run as runs
from etude.training import saving
from etude.training.phases import train
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start

SERVER = get_context("forkserver")  # one import of torch for all of them
SERVER.set_forkserver_preload(["etude.verbs.train", "etude.training.phases"])


def killed_training(name: str, out: Path, updates: int) -> int | None:
    """Train and be killed after so many updates; how the process ended."""
    process = SERVER.Process(target=train_until, args=(name, out, updates, torch.get_num_threads()))
    process.start()
    process.join()
    return process.exitcode


def train_until(name: str, out: Path, updates: int, threads: int) -> None:
    """As many threads as those who compare: they decide the order of sums."""
    torch.set_num_threads(threads)
    saving.LONGEST, runs.KEPT = math.inf, 100
    tiny = fill_recipe(default_recipe(name), type(default_recipe(name)).tiny | {"steps": 4})
    experiments, run = start(name, tiny, out=out)
    often = (dataclasses.replace(each, log_every=1) for each in experiments)
    for done, _ in enumerate(train(often, run), start=1):
        if done == updates:
            os.kill(os.getpid(), signal.SIGKILL)
