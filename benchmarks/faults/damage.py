"""G3: one flipped bit, anywhere in a checkpoint."""

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.goal import Goal
from benchmarks.faults.peers import flipped, flips_of_peers
from benchmarks.faults.training import to_the_end
from etude.training.run import open_run
from etude.training.store import verify_folder

FLIPS = 10_000


def goals() -> Iterator[Goal]:
    """In every file of the newest checkpoint; afterwards a training goes on from the one before."""
    with TemporaryDirectory() as name:
        to_the_end("lenet", Path(name))
        run = open_run(next(Path(name).iterdir()))
        folder, chance, silent = run.checkpoint(run.steps()[-1]), random.Random(0), 0
        files = sorted(folder.iterdir())
        for _ in range(FLIPS):
            path = chance.choice(files)
            content = path.read_bytes()
            path.write_bytes(flipped(content, chance.randrange(8 * len(content))))
            silent += verify_folder(folder) is None
            path.write_bytes(content)
        path.write_bytes(flipped(content, 0))
        older = run.newest() == run.steps()[-1]
    yield Goal(
        "G3",
        f"{FLIPS:,} one-bit flips over all files of a checkpoint",
        "0 silently wrong, the older one used",
        f"{silent} silently wrong; {'the older one used' if older else 'the older one NOT used'}",
        flips_of_peers() + "; NumPy npz refuses 599 of 600; Keras falls back to the previous backup",
        met=not silent and older,
    )
