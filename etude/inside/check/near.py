"""Examples that are nearly the same: in two parts, and in two halves of the training part."""

import math

from jaxtyping import Shaped
from torch import Tensor

from etude.inside.check.copies import EXPECTED, HURTS, LEAST, expected_pairs, pair_wall
from etude.inside.check.findings import Finding, few
from etude.inside.check.subject import Subject, dense, distinct_parts
from etude.inside.copies import SHOWN, TOLERANCE, Matching, Near, matching_of, near_pairs, some_rows
from etude.schema import Table

WITHIN = 4_000
"""training examples whose halves are compared for near copies"""


def near_copies(subject: Subject) -> list[Finding]:
    """Examples that are nearly the same: in two parts, and in two halves of the training part."""
    inputs, x = subject.splits.schema.inputs, dense(getattr(subject.splits.train, "x", None))
    matching = matching_of(inputs)
    if matching is None or x is None or not distinct_parts(subject.splits):
        return []
    pairs = [each for each in near_pairs(subject.splits, matching) if not each.same]
    inner = [each for each in inner_pairs(x, matching) if not each.same]
    if isinstance(inputs, Table):
        pairs, inner = beyond_chance(subject, x, pairs, inner)
    found = []
    if pairs:
        asked = sum(min(len(subject.part(name)), 1000) for name in ("valid", "test"))
        found.append(
            nearly(
                subject,
                "W-SPLIT-NEAR",
                pairs,
                f"nearly the same examples stand in two parts (of {asked:,} of validation and test that were compared)",
                len(pairs) / max(asked, 1),
            )
        )
    if len(inner) >= max(LEAST, HURTS * min(len(x), WITHIN)):
        found.append(
            nearly(
                subject,
                "W-NEAR",
                inner,
                "training examples have a near copy in the training part",
                0.1 * len(inner) / len(x),
            )
        )
    return found


def beyond_chance(
    subject: Subject, x: Shaped[Tensor, "batch ..."], pairs: list[Near], inner: list[Near]
) -> tuple[list[Near], list[Near]]:
    """Pairs across the parts and within training, none where as many rows of a table come near each other by chance."""
    rows = x[some_rows(len(x), WITHIN)].numpy()
    usual = expected_pairs(rows, apart=TOLERANCE) / math.comb(len(rows), 2)
    compared = len(rows) * (len(subject.part("valid")) + len(subject.part("test")))
    across = pairs if usual * compared < EXPECTED * len(pairs) else []
    return across, inner if usual * len(rows) ** 2 / 4 < EXPECTED * len(inner) else []


def inner_pairs(x: Shaped[Tensor, "batch ..."], matching: Matching) -> list[Near]:
    """Near copies between two halves of some training examples."""
    rows = some_rows(len(x), WITHIN)
    one, other = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    if not len(one):
        return []
    pairs = matching(x[one].cpu(), x[other].cpu())
    return [
        Near(
            ("train", "train"),
            (int(one[int(pairs.partners[k])]), int(other[k])),
            float(pairs.likeness[k]),
            x[one[int(pairs.partners[k])]],
            x[other[k]],
        )
        for k in pairs.copies.nonzero()[:, 0].tolist()
    ]


def nearly(subject: Subject, code: str, pairs: list[Near], what: str, share: float) -> Finding:
    """What is said of near copies."""
    told = sorted(pairs, key=lambda each: -each.likeness)[:SHOWN]
    shown = []
    for each in told[:6]:
        (one, other), (k, m) = each.parts, each.rows
        words = subject.words(one, k)
        shown.append(f"{subject.spot(one, k)} ~ {subject.spot(other, m)}{': ' if words else ''}{words}")
    wall = pair_wall(
        subject,
        "Nearly the same",
        [(each.parts[0], each.rows[0], each.parts[1], each.rows[1]) for each in told],
    )
    advice = "look whether they come from one thing (a film, a patient, a reprint): keep it in one part (--group)"
    mend = code == "W-SPLIT-NEAR" and share >= 5 * HURTS and len(pairs) >= LEAST
    return Finding(
        code, f"{len(pairs):,} {what}", advice, 0.25 + share / 2 if mend else share, mend, few(shown, len(pairs)), wall
    )
