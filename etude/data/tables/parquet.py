"""Columns of a Parquet file, read in a process of its own, which a damaged one may end."""

import atexit
import io
import json
import os
import struct
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock

import polars as pl

from etude.errors import DataError

WORKER = Path(__file__).with_name("parquet_worker.py")
CALENDAR = ((date(1, 1, 2) - date(1970, 1, 1)).days, (date(9999, 12, 30) - date(1970, 1, 1)).days)
"""days since 1970 in which every time zone has a year of one to four digits"""
IN_A_DAY = {"Date": 1.0, "Time": 86_400e9, "ms": 86_400e3, "us": 86_400e6, "ns": 86_400e9}
"""of what a column counts, by its unit or type"""
LOST = (OSError, struct.error, ValueError)
"""what is raised by a pipe to a process that ended: it is broken, empty, or closed by another thread"""


def parquet_frame(content: bytes, name: str, *, drop: tuple[str, ...] = ()) -> pl.DataFrame:
    """The table; DataError E-PARQUET-DAMAGED, -LIMIT, -NESTED or -BYTES, or E-DATE-RANGE, with the column.

    Columns to `drop` may hold anything.
    """
    for _ in range(2):  # one that waited may have been ended by somebody else
        try:
            refused, said = worker_of(os.getpid()).asked(json.dumps(drop).encode(), content)
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
    frame = pl.read_ipc(io.BytesIO(said))
    return frame.with_columns(plain(column, name) for column in frame if column.name not in drop)


def plain(column: pl.Series, name: str) -> pl.Series:
    """Numbers, texts, truth values, dates: categories as texts, spans of time in seconds, bytes as the text they are.

    DataError E-PARQUET-BYTES for bytes that are no text, E-DATE-RANGE for a time that is none.
    """
    if column.dtype in (pl.Date, pl.Datetime, pl.Time):
        check_calendar(column, name)
    if column.dtype == pl.Duration:
        return column.dt.total_nanoseconds() / 1e9
    if column.dtype not in (pl.Categorical, pl.Enum, pl.Binary):
        return column
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        raise DataError(
            "E-PARQUET-BYTES",
            f"{name}: column {column.name} holds bytes that are no text: want one number, text or date a row;"
            f" leave it out with --drop {column.name}",
        ) from None


def check_calendar(column: pl.Series, name: str) -> None:
    """DataError E-DATE-RANGE for what is no time of a day, or of a year from 1 to 9999: polars ends at such a one."""
    first, last = (0.0, 1.0) if column.dtype == pl.Time else CALENDAR
    days = column.to_physical().cast(pl.Float64) / IN_A_DAY[getattr(column.dtype, "time_unit", str(column.dtype))]
    strange = ((days < first) | (days >= last)).arg_true()
    if len(strange):
        raise DataError(
            "E-DATE-RANGE",
            f"{name}: row {int(strange[0]) + 1}: column {column.name} holds a time outside the calendar (years 1 "
            f"to 9999): correct it, or leave it out with --drop {column.name}",
        )


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

    def asked(self, unwanted: bytes, content: bytes) -> tuple[bool, bytes]:
        """Whether it refused, and what it says; one of LOST if it ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with self.lock:
            try:
                self.process.stdin.write(struct.pack("<QQ", len(unwanted), len(content)) + unwanted)
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
