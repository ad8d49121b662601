"""What a check says: a stable code, what was seen, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etude.errors import EtudeError

NOT_HERE = "it does not apply here"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, or that seldom is right."""

    code: str
    """E-... where the training cannot be right, W-... where it may be meant so"""
    seen: str
    """with the numbers, as a sentence"""
    advice: str
    """what to do, as a sentence"""

    @property
    def sentence(self) -> str:
        """For a line of its own."""
        return f"{self.seen} {self.advice} [{self.code}]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one check."""

    check: str
    """what is asked, as a sentence without its full stop"""
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    """why it was not made"""
    told: str = ""
    """what is worth knowing although it is right"""

    @property
    def word(self) -> str:
        """'well', 'skipped', or the codes of what was found."""
        return ", ".join(each.code for each in self.findings) or ("skipped" if self.skipped else "well")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All verdicts."""

    verdicts: tuple[Verdict, ...]
    seconds: float

    @property
    def findings(self) -> list[Finding]:
        """Of all checks, each sentence once."""
        return list(dict.fromkeys(each for verdict in self.verdicts for each in verdict.findings))

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def plain(self) -> dict[str, Any]:
        """For scripts."""
        checks = [
            {
                "check": each.check,
                "verdict": each.word,
                "why": each.skipped or each.told,
                "findings": [{"code": one.code, "seen": one.seen, "advice": one.advice} for one in each.findings],
            }
            for each in self.verdicts
        ]
        return {"ok": self.ok, "seconds": round(self.seconds, 3), "checks": checks}


def found(error: EtudeError) -> Finding:
    """An error that etude has words for: its message says what was seen and what to do."""
    seen, _, advice = error.message.partition(". ")
    return Finding(error.code, f"{seen[:1].upper()}{seen[1:]}.", advice)


def listed(names: Sequence[str], most: int = 3) -> str:
    """'a, b, c and 4 others'"""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} other{'s' if rest > 1 else ''}" if rest > 0 else "")
