"""What etude says when it cannot go on: what it got, what it wanted, what to do."""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

SHOWN = 5
"""faults that a message lists"""


class EtudeError(Exception):
    """A condition that the user can mend; shown without a traceback.

    `code` is stable (`E-CSV-RAGGED`), the same in the shell and in Python; `exit_code` is what the command returns.
    What a file brings into `message` cannot move the cursor of a terminal, or turn its text round.
    """

    exit_code: ClassVar[int]

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in message)
        super().__init__(self.message)


class UsageError(EtudeError):
    """An unknown name, flag, or a value outside its range."""

    exit_code = 2


class DataError(EtudeError):
    """Data that cannot be read, or that cannot be learnt from; lines that a file brings into the message are one."""

    exit_code = 3

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, re.sub(r"\n(?!  )", r"\\n", message))  # lists of faults are indented


class CheckpointError(EtudeError):
    """A run folder or a checkpoint that is missing, damaged or foreign."""

    exit_code = 4


class ResourceError(EtudeError):
    """No disk, memory or device for what was asked."""

    exit_code = 5


class DivergedError(EtudeError):
    """The training left the finite numbers."""

    exit_code = 6


class RunInUseError(EtudeError):
    """Another process is writing this run folder."""

    exit_code = 7


E = TypeVar("E", bound=EtudeError)


def together(errors: Sequence[E], head: str) -> E:
    """Several faults as one error: `head`, the first few in a line each, how many more; one alone stays as it is."""
    first = errors[0]
    if len(errors) == 1:
        return first
    listed = "\n".join(f"  {each.code} {each.message}" for each in errors[:SHOWN])
    more = f"\n  and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
    return type(first)(first.code, f"{head}\n{listed}{more}")


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: `; did you mean 'a', 'b'?` with up to three known words that look like `word`, or `.`"""
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    return f"; did you mean {', '.join(repr(each) for each in close)}?" if close else "."
