"""python -m benchmarks.fuzz.guided READER INPUTS: inputs that a search for new branches of the code makes (atheris).

It wants atheris, which is no part of the tests: pip install atheris. What it finds is written into the folder `finds`,
and is a case for tests/regressions.
"""

import importlib
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

try:
    atheris: Any = importlib.import_module("atheris")
except ImportError:
    sys.exit("atheris is not here: pip install atheris")

with atheris.instrument_imports(include=["etude.data", "etude.training.store", "etude.report", "etude.playground"]):
    from benchmarks.fuzz.child import READERS, alarm, outcome


def main(name: str, inputs: int) -> None:
    """Begin with the valid files of a reader."""
    reader = READERS[name]
    Path("finds").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as seeds, tempfile.TemporaryDirectory() as place:
        for number, content in enumerate(reader.seeds()):
            (Path(seeds) / str(number)).write_bytes(content)

        def read(content: bytes) -> None:
            code, trace = outcome(reader, reader.pack(content), Path(place))
            if trace:
                raise RuntimeError(f"{code}: {trace}")

        signal.signal(signal.SIGALRM, alarm)
        atheris.Setup(
            [
                sys.argv[0],
                f"-atheris_runs={inputs}",
                "-artifact_prefix=finds/",
                "-max_len=8192",
                "-print_final_stats=1",
                "-verbosity=0",
                seeds,
            ],
            read,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
