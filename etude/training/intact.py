"""Files of a run folder that somebody changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from etude.errors import CheckpointError

SPOILT = (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError, SafetensorError)
"""what reading a file leads to that is not as etude wrote it"""
LONGEST = 200
"""characters of the reason"""


@contextmanager
def intact(folder: Path | str) -> Iterator[None]:
    """Around all that reads files of a run: CheckpointError E-RUN-DAMAGED where they are not as etude wrote them."""
    try:
        yield
    except SPOILT as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]
        raise CheckpointError("E-RUN-DAMAGED", f"{folder} has a damaged file ({said}): restore it.") from error
