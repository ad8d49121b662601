"""G1: trainings of every recipe that are killed at random moments, and continued until they are done."""

import os
import random
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.goal import Goal
from benchmarks.faults.peers import kills_of_peers
from benchmarks.faults.training import killed_after, outcome, to_the_end
from etude.catalogue import recipe_names

KILLS = int(os.environ.get("ETUDE_KILLS", "1000"))
PER_RUN = 5
"""kills until a run may go to its end"""


def goals(kills: int = KILLS) -> Iterator[Goal]:
    """As many kills for each recipe."""
    names = recipe_names()
    each = -(-kills // len(names))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda name: killed(name, each), names))
    dead, lost, different = (sum(some[k] for some in found) for k in range(3))
    yield Goal(
        "G1",
        f"{dead:,} SIGKILLs at random moments over {len(names)} recipes, each resumed until it is done",
        "1,000 kills, 0 lost runs, 0 bytes different",
        f"{lost} lost runs, {different} of {dead // PER_RUN:,} runs different",
        f"none offers it end to end; a checkpoint alone: {kills_of_peers()}",
        met=not lost and not different and dead >= 1000,
    )


def killed(name: str, kills: int) -> tuple[int, int, int]:
    """Kills, runs that could not be continued, and runs that ended differently."""
    chance, dead, lost, different = random.Random(name), 0, 0, 0
    with TemporaryDirectory() as folder:
        seconds = to_the_end(name, Path(folder) / "whole")
        whole = outcome(Path(folder) / "whole")
        while dead < kills:
            out, before = Path(folder) / "killed", dead
            for _ in range(100):
                if dead - before == PER_RUN:
                    break
                dead += killed_after(name, out, chance.uniform(0, seconds))
            try:
                to_the_end(name, out)
                different += outcome(out) != whole
            except (RuntimeError, ValueError):
                lost += 1
            shutil.rmtree(out)
    print(f"{name}: {dead} kills, {lost} lost, {different} different", flush=True)
    return dead, lost, different
