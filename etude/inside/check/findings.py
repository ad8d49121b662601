"""What a check says: what was seen, how much it can hurt, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from etude.figures import Figure

SHOWN = 5
"""examples that a finding names"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the data that a score does not tell."""

    code: str
    """stable: 'W-LEAK'"""
    said: str
    """what was seen, with numbers"""
    advice: str
    """what to do"""
    harm: float
    """by how much a score can be wrong for it, roughly, from 0 to 1: only good for ranking"""
    mend: bool = False
    """whether a score means little before it is mended"""
    examples: tuple[str, ...] = ()
    """the first ones, each with its line, row or file"""
    figure: Figure | None = None


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What must be mended first, then what can hurt most."""
    return tuple(sorted(findings, key=lambda each: (not each.mend, -each.harm, each.code, each.said)))


def verdict(findings: Iterable[Finding]) -> str:
    """'2 things to mend, 3 to know'"""
    told = list(findings)
    mend = sum(each.mend for each in told)
    know = len(told) - mend
    if not told:
        return "nothing stands out"
    first = f"{mend} {'thing' if mend == 1 else 'things'} to mend" if mend else "nothing to mend"
    return f"{first}, {know} to know" if know else first


def few(examples: Iterable[str], total: int | None = None) -> tuple[str, ...]:
    """The first examples, and how many more there are."""
    every = list(examples)
    n = len(every) if total is None else total
    return (*every[:SHOWN], *([f"and {n - SHOWN:,} more"] if n > SHOWN else ()))
