"""The process that reads Parquet for etude; a program of its own, which imports nothing of it.

Polars ends its process where a damaged file makes it ask for more memory than there is, and nothing in Python can catch
that. So it is this process that ends. Asked over its standard input, it answers over its standard output: two times
eight bytes of length, then the columns that nobody wants, as JSON, and the content of a file; a byte (0 read, 1
refused), eight bytes of length, then Arrow or the reason as JSON.
"""

import io
import json
import resource
import struct
import sys
from contextlib import suppress

import polars as pl

MOST_CELLS = 1_000_000_000
"""rows times columns; more is taken for a decompression bomb"""
ROOM, GROWTH = 8 * 2**30, 200
"""bytes of address space for polars itself, and for each byte of a file"""


class RefusedError(Exception):
    """A file that is not read; the arguments are the code of the error and the reason."""


def main() -> None:
    """Answer until nobody asks any more."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := asked.read(16):
        unwanted, content = (asked.read(size) for size in struct.unpack("<QQ", head))
        bound(len(content))
        try:
            status, said = 0, arrow(content, json.loads(unwanted))
        except RefusedError as refused:
            status, said = 1, json.dumps(refused.args).encode()
        answers.write(struct.pack("<BQ", status, len(said)))
        answers.write(said)
        answers.flush()


def bound(size: int) -> None:
    """What may be used for a file of so many bytes, where the system bounds that."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (ROOM + GROWTH * size, resource.getrlimit(resource.RLIMIT_AS)[1]))


def arrow(content: bytes, unwanted: list[str]) -> bytes:
    """The table as an Arrow file; a column of lists or structures that nobody wants is empty."""
    try:
        schema = pl.read_parquet_schema(io.BytesIO(content))
        rows = pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item()
        if rows * len(schema) > MOST_CELLS:
            raise RefusedError("E-PARQUET-LIMIT", f"{rows} rows x {len(schema)} columns; at most {MOST_CELLS:,}")
        nested = [name for name, kind in schema.items() if kind.is_nested()]
        refuse_nested({name: str(schema[name]) for name in nested if name not in unwanted})
        frame = pl.read_parquet(io.BytesIO(content), columns=[name for name in schema if name not in nested])
        empty = [pl.lit(None).alias(name) for name in nested]
        out = io.BytesIO()
        frame.with_columns(empty).select(list(schema)).write_ipc(out)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, MemoryError) as error:
        said = (str(error) or type(error).__name__).splitlines()[0]
        raise RefusedError("E-PARQUET-DAMAGED", f"damaged Parquet, its footer or a page: {said}") from error
    return out.getvalue()


def refuse_nested(found: dict[str, str]) -> None:
    """RefusedError for columns, with their type, that hold more than one value a row."""
    if found:
        listed = ", ".join(f"column {name} holds {kind}" for name, kind in found.items())
        flags = " ".join(f"--drop {name}" for name in found)
        raise RefusedError(
            "E-PARQUET-NESTED", f"{listed}: want one number, text or date a row; take it apart first, or {flags}"
        )


if __name__ == "__main__":
    main()
