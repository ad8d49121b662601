"""A line of docs/reliability.md."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """What was wanted, what was found, and where the others stand."""

    number: str
    """G1 and so on"""
    test: str
    wanted: str
    measured: str
    peers: str
    """the best of them, measured for the design or in this run"""
    met: bool
