"""One bad input, and what must be said of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A file that is refused."""

    number: int
    """of the row in the design"""
    name: str
    content: str | bytes
    code: str
    said: str
    """a part of the message, with the values of this input"""
    file: str = "table.csv"
    lines: int = 1
    """of the message: more than one where several faults are listed"""

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def bytes(self) -> bytes:
        """As they stand in the file."""
        return self.content if isinstance(self.content, bytes) else self.content.encode()


@dataclass(frozen=True, slots=True)
class Command:
    """Words of a command that is refused, in a folder with people.csv and nothing else."""

    number: int
    words: tuple[str, ...]
    exit_code: int
    code: str
    said: str

    def __str__(self) -> str:
        return f"{self.number} {' '.join(self.words)[:60]!r}"
