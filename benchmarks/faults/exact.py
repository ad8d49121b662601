"""G5 and G29: the same bits after any stop, in any surroundings."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.faults.goal import Goal
from etude.training.fit import fit
from etude.training.run import Run
from tests.test_training_fit import experiment, state

AROUND = (
    {"PYTHONHASHSEED": "1"},
    {"PYTHONHASHSEED": "77", "LC_ALL": "C", "TZ": "Asia/Kolkata"},
    {"LC_ALL": "C.UTF-8", "TZ": "America/Caracas", "HOME": "/nonexistent"},
)


def goals() -> Iterator[Goal]:
    """Every stop of a training with everything that a resume could get wrong; then other surroundings."""
    built = experiment()
    with TemporaryDirectory() as name:
        list(fit(built, Run(made(Path(name) / "whole"))))
        exact = sum(same_after(stop, Path(name), state(built)) for stop in range(1, 20))
    yield Goal(
        "G5",
        "resumed = uninterrupted (dropout, shuffling, augmentation, batch norm, schedule) at each of 19 stops; every "
        "recipe of the catalogue in G1",
        "100 % bit-identical",
        f"{exact} of 19",
        "HF Trainer 100 % without, 1/3 with random augmentation; Composer tolerance 0 at 6 points; Lightning 1 of 15",
        met=exact == 19,
    )
    ends = {trained(around) for around in AROUND}
    yield Goal(
        "G29",
        "cnn with augmentation and dropout: other hash seeds, locales, time zones, homes",
        "bit-identical",
        f"all {len(AROUND)} trainings the same"
        if len(ends) == 1
        else f"{len(ends)} outcomes of {len(AROUND)} trainings",
        "Stable-Baselines3: same seed twice (5 algorithms)",
        met=len(ends) == 1,
    )


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def same_after(stop: int, folder: Path, whole: dict[str, torch.Tensor]) -> bool:
    """Whether a training that is closed after `stop` updates, and goes on, ends like the whole one."""
    here = made(folder / str(stop))
    events = fit(experiment(), Run(here))
    while next(events).step < stop:
        pass
    events.close()
    torch.manual_seed(stop)  # whatever chance the next process starts with
    resumed = experiment()
    list(fit(resumed, Run(here)))
    return all(torch.equal(tensor, state(resumed)[name]) for name, tensor in whole.items())


def trained(around: dict[str, str]) -> bytes:
    """The last learner of a short training in these surroundings."""
    with TemporaryDirectory() as name:
        program = [
            sys.executable,
            "-m",
            "etude.cli.main",
            "train",
            "cnn",
            "--steps",
            "8",
            "--width",
            "8",
            "--out",
            name,
        ]
        subprocess.run(program, env=os.environ | around, check=True, capture_output=True)
        return next(Path(name).glob("*/checkpoints/step-000000008/learner.safetensors")).read_bytes()
