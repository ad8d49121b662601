"""Columns of a Parquet file, read in a process of its own, which a damaged one may end."""

import atexit
import io
import json
import os
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import Lock

import polars as pl

from etude.errors import DataError

WORKER = Path(__file__).with_name("parquet_worker.py")
LOST = (OSError, struct.error, ValueError)
"""what is raised by a pipe to a process that ended: it is broken, empty, or closed by another thread"""


def parquet_frame(content: bytes, name: str) -> pl.DataFrame:
    """The table; DataError E-PARQUET-DAMAGED, E-PARQUET-LIMIT or E-PARQUET-NESTED, with the column."""
    for _ in range(2):  # one that waited may have been ended by somebody else
        try:
            refused, said = worker_of(os.getpid()).asked(content)
            break
        except LOST:
            worker_of.cache_clear()
    else:
        raise DataError(
            "E-PARQUET-DAMAGED", f"{name}: damaged Parquet: reading it ended the process that did. Write it anew"
        )
    if refused:
        code, why = json.loads(said)
        raise DataError(code, f"{name}: {why}")
    return pl.read_ipc(io.BytesIO(said))


@cache
def worker_of(process: int) -> "Worker":
    """The one of this process; a fork of it gets another one."""
    return Worker()


class Worker:
    """It waits for the next file until this process ends."""

    def __init__(self) -> None:
        program = [sys.executable, "-I", "-B", str(WORKER)]
        self.process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.lock = Lock()
        atexit.register(self.close)

    def asked(self, content: bytes) -> tuple[bool, bytes]:
        """Whether it refused, and what it says; one of LOST if it ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with self.lock:
            try:
                self.process.stdin.write(struct.pack("<Q", len(content)))
                self.process.stdin.write(content)
                self.process.stdin.flush()
                refused, size = struct.unpack("<BQ", self.process.stdout.read(9))
            except LOST:
                self.close()
                raise
            return bool(refused), self.process.stdout.read(size)

    def close(self) -> None:
        """End it."""
        atexit.unregister(self.close)
        self.process.kill()
        self.process.communicate()
