"""Trains a tiny recipe and kills its own process after some updates: NAME OUT UPDATES THREADS."""

import dataclasses
import math
import os
import signal
import sys
from pathlib import Path

import torch

from etude.training import run as runs
from etude.training.phases import train
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start

name, out, updates, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
runs.LONGEST, runs.KEPT = math.inf, 100
tiny = fill_recipe(default_recipe(name), type(default_recipe(name)).tiny | {"steps": 4})
experiments, run = start(name, tiny, out=Path(out))
often = (dataclasses.replace(each, log_every=1) for each in experiments)
for done, _ in enumerate(train(often, run), start=1):
    if done == int(updates):
        os.kill(os.getpid(), signal.SIGKILL)
