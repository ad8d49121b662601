"""Every check that fits the data, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from etude.figures import Figure
from etude.inside.check.columns import columns
from etude.inside.check.copies import copies
from etude.inside.check.findings import Finding, ranked, verdict
from etude.inside.check.labels import labels
from etude.inside.check.leaks import leaks
from etude.inside.check.near import near_copies
from etude.inside.check.pictures import pictures
from etude.inside.check.shift import shift
from etude.inside.check.structures import structures
from etude.inside.check.subject import Subject
from etude.inside.check.suspects import suspects
from etude.inside.check.texts import texts
from etude.inside.data import balance_figure
from etude.records import Episode, Graph, Labelled, Pairs, Tagged, Tokens
from etude.schema import Classes, Pictures, Signals, Table, Text


@dataclass(frozen=True, slots=True)
class Review:
    """All that was found in some data."""

    findings: tuple[Finding, ...]
    """ranked"""
    checked: tuple[str, ...]
    """what was looked for, in words"""
    balance: Figure | None = None

    @property
    def verdict(self) -> str:
        """'2 things to mend, 3 to know'"""
        return verdict(self.findings) if self.checked else "nothing is checked for this kind of data"

    @property
    def mend(self) -> bool:
        """Whether something must be mended."""
        return any(each.mend for each in self.findings)


CHECKS: tuple[tuple[str, Callable[[Subject], list[Finding]], tuple[type, ...]], ...] = (
    ("equal examples and contradicting answers", copies, (Table, Pictures, Signals, Text)),
    ("near copies", near_copies, (Table, Pictures, Text)),
    ("columns", columns, (Table,)),
    ("what gives the answer away", leaks, (Table, Pictures, Signals, Text)),
    ("balance and names of the classes", labels, (Table, Pictures, Signals, Text)),
    ("the pictures", pictures, (Pictures,)),
    ("the texts", texts, (Text,)),
    ("shift between the parts", shift, (Table, Pictures, Signals, Text)),
    ("wrong answers", suspects, (Table, Pictures, Signals, Text)),
)
"""for examples one by one, by what goes in"""


def review(subject: Subject) -> Review:
    """Everything that can be checked of these data."""
    kind, inputs = type(subject.splits.train), subject.splits.schema.inputs
    if kind in (Graph, Pairs, Tagged, Tokens):
        return Review(ranked(noted(subject, structures(subject))), (STRUCTURES[kind],))
    fitting = [(name, check) for name, check, kinds in CHECKS if isinstance(inputs, kinds)]
    if (not isinstance(subject.splits.train, Labelled) and not hasattr(subject.splits.train, "x")) or kind is Episode:
        return Review((), ())
    found = [finding for _, check in fitting for finding in check(subject)]
    target = subject.splits.schema.target
    shown = isinstance(target, Classes) and kind is Labelled and len(target.names) <= 60
    balance = balance_figure(subject.splits, target) if shown and isinstance(target, Classes) else None
    return Review(ranked(noted(subject, found)), tuple(name for name, _ in fitting), balance)


STRUCTURES: dict[type, str] = {
    Graph: "nodes in two parts, nodes that nothing reaches",
    Pairs: "pairs in two parts, sides that are the same or of odd length",
    Tagged: "sentences in two parts",
    Tokens: "texts in two parts",
}


def noted(subject: Subject, found: list[Finding]) -> list[Finding]:
    """With the doubts that arose while the data were read, and that no check found again."""
    known = {each.code for each in found} | {"W-SPLIT-DUP"}
    said = [note for note in subject.splits.notes if "W-" in note]
    codes = [note[note.index("W-") :].split(":")[0] for note in said]
    more = [
        Finding(code, note.replace(f"{code}: ", "", 1), "see `etude data preview`", 0.1)
        for code, note in zip(codes, said, strict=True)
        if code not in known
    ]
    return [*found, *more]
