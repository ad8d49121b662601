"""Columns of a Parquet file."""

import io

import polars as pl

from etude.errors import DataError

MOST_CELLS = 1_000_000_000
"""rows times columns; more is taken for a decompression bomb"""


def parquet_frame(content: bytes, name: str) -> pl.DataFrame:
    """The table; DataError E-PARQUET-DAMAGED, E-PARQUET-LIMIT or E-PARQUET-NESTED, with the column."""
    try:
        schema = pl.read_parquet_schema(io.BytesIO(content))
        rows = pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item()
        if rows * len(schema) > MOST_CELLS:
            raise DataError(
                "E-PARQUET-LIMIT", f"{name} has {rows} rows x {len(schema)} columns; at most {MOST_CELLS:,}"
            )
        for column, kind in schema.items():
            if kind.is_nested():
                raise DataError(
                    "E-PARQUET-NESTED",
                    f"column {column} of {name} holds {kind}: want one number, text or date a row; take it apart first",
                )
        return pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise DataError(
            "E-PARQUET-DAMAGED", f"{name} is damaged Parquet, its footer or a page: {str(error).splitlines()[0]}"
        ) from error
