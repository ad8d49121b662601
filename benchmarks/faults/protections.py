"""Each protection is taken away in a copy of the code; the test that proves it must then fail."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.goal import Goal

FAULTS = "tests/test_faults.py::test_"
POWER = f"{FAULTS}no_power_loss_leaves_anything_but_the_old_or_the_new_state"


@dataclass(frozen=True, slots=True)
class Protection:
    """Some code, what stands there without it, and the test that should notice."""

    name: str
    file: str
    code: str
    without: str
    test: str


PROTECTIONS = (
    Protection(
        "files are synced before their folder gets its name",
        "etude/training/store.py",
        "                disk.sync(path)\n",
        "                pass\n",
        POWER,
    ),
    Protection(
        "a folder is synced before it gets its name",
        "etude/training/store.py",
        "            disk.sync(draft)\n            place",
        "            place",
        POWER,
    ),
    Protection(
        "the new name is synced",
        "etude/training/store.py",
        "            disk.sync(folder.parent)\n        finally",
        "        finally",
        POWER,
    ),
    Protection(
        "the folder of checkpoints is synced",
        "etude/training/run.py",
        "            disk.sync(self.folder)",
        "            pass",
        POWER,
    ),
    Protection(
        "the curves are synced before their checkpoint",
        "etude/training/run.py",
        "            disk.sync(self.metrics)",
        "            pass",
        POWER,
    ),
    Protection(
        "a checkpoint is written beside its place",
        "etude/training/store.py",
        "    draft = temporary(folder)\n    with writing(folder.parent):",
        "    draft = folder\n    with writing(folder.parent):",
        f"{FAULTS}killed_at_every_operation_of_a_save",
    ),
    Protection(
        "digests are compared",
        "etude/training/store.py",
        ' or digest(path) != expected["blake2b"]',
        "",
        f"{FAULTS}one_flipped_bit_is_seen_wherever_it_is",
    ),
    Protection(
        "a run folder is locked",
        "etude/training/disk.py",
        "        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "        pass\n",
        f"{FAULTS}of_twenty_trainings_of_one_run_one_wins",
    ),
    Protection(
        "links are not followed",
        "etude/training/disk.py",
        "os.O_NOFOLLOW | os.O_CLOEXEC",
        "os.O_CLOEXEC",
        f"{FAULTS}no_link_is_written_through",
    ),
    Protection(
        "what failed to be appended is cut off",
        "etude/training/disk.py",
        "    if whole < size:\n        os.ftruncate(handle, whole)\n    return whole",
        "    return size",
        f"{FAULTS}a_row_that_a_power_loss_tore_is_left_out_and_written_over",
    ),
    Protection(
        "a full disk is no end",
        "etude/training/saving.py",
        "self.failures >= TRIES",
        "self.failures >= 1",
        f"{FAULTS}a_disk_that_stays_full_ends_the_training_the_third_time",
    ),
    Protection(
        "what is being written is not swept",
        "etude/training/store.py",
        "        held = disk.lock(draft)  # so that nobody sweeps it away\n",
        "        held = os.open(os.devnull, os.O_RDONLY)\n",
        f"{FAULTS}what_is_still_being_written_is_not_swept",
    ),
    Protection(
        "chance is part of a checkpoint",
        "etude/training/checkpoint.py",
        '    torch.set_rng_state(tensors["chance/cpu"])\n',
        "",
        "tests/test_training_fit.py::test_resumed_run_equals_uninterrupted",
    ),
    Protection(
        "edited settings are refused",
        "etude/verbs/train.py",
        "    refuse_edited(run.folder)\n",
        "",
        "tests/test_faults_runs.py::test_settings_that_were_edited_by_hand_stop_a_run_with_what_differs",
    ),
    Protection(
        "a closed terminal is survived",
        "etude/cli/signals.py",
        "signal.signal(signal.SIGHUP, silence)",
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)",
        "tests/test_faults_runs.py::test_a_terminal_that_is_closed_does_not_end_a_training",
    ),
)


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
