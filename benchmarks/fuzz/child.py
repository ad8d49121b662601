"""Some inputs of one reader, in a process of its own: python -m benchmarks.fuzz.child READER FIRST LAST PROGRESS."""

import gc
import json
import os
import random
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path
from types import FrameType

from polars.exceptions import PanicException

from benchmarks.fuzz.mutate import drawn, edited, noise
from benchmarks.fuzz.readers import FILES, Reader
from benchmarks.fuzz.said import SAID
from etude.errors import EtudeError

READERS = FILES | SAID
ROOM = 2 * 2**30
"""bytes that a reader may take beside what its libraries have taken"""
PATIENCE = 10.0
"""seconds for one input"""


class Hang(BaseException):
    """An input that took too long."""


def spoilt(name: str, reader: Reader, seeds: list[bytes], number: int) -> bytes:
    """Input `number` of a reader: the same on every machine."""
    chance = random.Random(f"{name} {number}")
    content = noise(chance) if chance.random() < 0.1 else edited(chance.choice(seeds), drawn(chance))
    return reader.pack(content)


def alarm(_: int, __: FrameType | None) -> None:
    """What is still reading has hung."""
    raise Hang


def outcome(reader: Reader, content: bytes, folder: Path) -> tuple[str, str]:
    """A code, or what went wrong and where."""
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        reader.read(content, folder)
    except EtudeError as error:
        return (error.code, "") if error.message.count("\n") < 8 else ("long message", error.message)
    except Hang:
        return "hang", traceback.format_exc()
    except (Exception, PanicException) as error:  # the latter is what polars raises where Rust panics
        return f"traceback: {type(error).__name__}", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "read", ""


def main(name: str, first: int, last: int, progress: Path) -> None:
    """Print the outcomes as JSON; `progress` says at any time which input is being read."""
    reader = READERS[name]
    seeds = reader.seeds()
    counts: Counter[str] = Counter()
    troubles: dict[str, tuple[int, str]] = {}
    warnings.simplefilter("error")
    signal.signal(signal.SIGALRM, alarm)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, taken + ROOM))
    gc.freeze()  # what the imports made need not be looked through again and again
    with tempfile.TemporaryDirectory() as place, progress.open("w") as file:
        for number in range(first, last):
            os.pwrite(file.fileno(), f"{number:12d}".encode(), 0)
            what, trace = outcome(reader, spoilt(name, reader, seeds, number), Path(place))
            counts[what] += 1
            if trace:
                troubles.setdefault(what, (number, trace))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"counts": counts, "troubles": troubles, "peak": peak}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
