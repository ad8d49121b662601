"""The cheap checks, in the time that a training can spare: its bits do not feel them, and its user is told little."""

import time
from typing import Any

from etude.data.splits import Splits
from etude.inside.check.columns import standins_of
from etude.inside.check.findings import Finding, ranked
from etude.inside.check.labels import labels
from etude.inside.check.leaks import leaks
from etude.inside.check.subject import Subject
from etude.records import Labelled

LONGEST, SHARE = 0.5, 0.02
"""seconds at most, and of the training at most"""
UPDATE = 1e-3
"""seconds that an update takes at least, nearly always"""
ROWS = 500
"""of the training part in which leaks are looked for"""
MOST = 3
"""findings that are told before a training"""
TOLD = frozenset({"W-CLASS-BALANCE", "W-COL-STANDIN"})
"""those that are told though nothing must be mended"""


def seconds_for(steps: int) -> float:
    """What a training of so many updates can spare."""
    return min(LONGEST, SHARE * UPDATE * steps)


def doubts(splits: Splits[Any] | None, *, seconds: float) -> tuple[Finding, ...]:
    """The worst of what can be seen at once, and was not said while the data were read.

    Only numpy is used: what scikit-learn takes to be imported is longer than many a training.
    """
    if splits is None or not isinstance(splits.train, Labelled):
        return ()
    deadline = time.perf_counter() + seconds
    subject = Subject(splits)
    found: list[Finding] = []
    for check in (lambda each: leaks(each, most=ROWS, deadline=deadline), labels, standins_of):
        if time.perf_counter() < deadline:
            found += check(subject)
    worth = [each for each in ranked(found) if each.mend or each.code in TOLD]
    return tuple(each for each in worth if not known(each, splits.notes))[:MOST]


def known(finding: Finding, notes: tuple[str, ...]) -> bool:
    """Whether it was said while the data were read; of leaks each column counts for itself."""
    said = [note for note in notes if note.startswith(f"{finding.code}:")]
    about = finding.said.split(" predicts ")[0]
    return any(finding.code != "W-LEAK" or f"{about} predicts " in note for note in said)
