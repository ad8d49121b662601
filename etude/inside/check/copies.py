"""Examples that occur twice: within a part, across parts (the score flatters), and with two different answers."""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from etude.data.tables.values import numbers_in
from etude.figures import Figure, Images
from etude.inside.check.findings import Finding, few
from etude.inside.check.subject import Subject, dense, distinct_parts
from etude.inside.copies import (
    PARTS,
    SHOWN,
    Near,
    parts_of,
    side_by_side,
)
from etude.inside.examples import answer_in_words
from etude.schema import Classes, Pictures, Quantity, Table

HURTS = 0.01
"""share of a part from which on copies in another one must be mended"""
EXPECTED = 0.1
"""share of the equal pairs that chance alone would make, from which on they say nothing"""
STEPS = 20
"""different values of each column up to which rows recur by chance"""
LEAST = 3
"""copies that are more than an oddity"""
APART = 1.0
"""standard deviations between two answers that contradict each other"""


def copies(subject: Subject) -> list[Finding]:
    """Equal examples in the training part and another one, twice in the training part, and with other answers."""
    if not all(dense(getattr(subject.part(name), "x", None)) is not None for name in PARTS):
        return []
    codes = {name: part_codes for name, part_codes in zip(PARTS, same_codes(subject), strict=True)}
    if not distinct_parts(subject.splits):
        codes["valid"] = codes["valid"][:0]
    natural = by_chance(subject, np.concatenate(list(codes.values())))
    found = [*across(subject, codes, natural=natural), *within(subject, codes, natural=natural)]
    return [*found, *clashes(subject, codes, natural=natural)]


def same_codes(subject: Subject) -> list[Int[np.ndarray, " part"]]:
    """A number for each example of each part: equal examples have equal numbers."""
    sizes = [len(subject.part(name)) for name in PARTS]
    if subject.texts:  # unknown words would make different texts equal
        kept = [" ".join(subject.texts[int(row)].split()).casefold() for rows in subject.splits.rows for row in rows]
        codes = np.unique(np.array(kept), return_inverse=True)[1]
    else:
        x = torch.cat([subject.part(name).x.flatten(1) for name in PARTS])
        codes = np.unique(as_items(x), return_inverse=True)[1]
    return np.split(codes.reshape(-1), np.cumsum(sizes)[:-1])


def as_items(x: Shaped[Tensor, "row number"]) -> np.ndarray:
    """Each row as one item that can be sorted, byte by byte; -0 is 0."""
    rows = np.ascontiguousarray((x + 0).cpu().numpy())
    items: np.ndarray = rows.view(np.dtype((np.void, rows.shape[1] * rows.dtype.itemsize)))
    return items.reshape(-1)


def by_chance(subject: Subject, codes: Int[np.ndarray, " row"]) -> str:
    """Why equal rows of a table may be different things; nothing if they may not.

    They may differ in columns that are not learnt from; or there would be about as many equal pairs if the columns had
    nothing to do with each other. Columns of few values, as marks from 1 to 10 are, go together and make more.
    """
    pairs = sum(math.comb(int(count), 2) for count in np.bincount(codes))
    if not pairs or not isinstance(subject.splits.schema.inputs, Table):
        return ""
    if whole_pairs(subject) < pairs / 2:
        return "they differ in columns, or values, that are not learnt from"
    x = torch.cat([part.x for part in parts_of(subject.splits).values()]).numpy()
    few_values = all(len(np.unique(column)) <= STEPS for column in x.T)
    natural = few_values or expected_pairs(x, apart=0.0) >= EXPECTED * pairs
    return "so few values differ that rows recur by chance" if natural else ""


def whole_pairs(subject: Subject) -> float:
    """Pairs of rows that are equal in all columns of the file but the answer and numbers of rows."""
    frame, target = subject.frame, subject.splits.schema.target.name
    if frame is None:
        return math.inf
    kept = [each.name for each in frame if each.name != target and not numbers_rows(each)]
    counts = frame.select(kept).group_by(kept).len()["len"].to_list() if kept else []
    return float(sum(math.comb(count, 2) for count in counts))


def numbers_rows(column: pl.Series) -> bool:
    """Whether a column holds a different whole number in each row."""
    numbers = numbers_in(column) if not column.dtype.is_temporal() else column.cast(pl.Float64, strict=False)
    return numbers.null_count() == 0 and numbers.n_unique() == len(numbers) and bool((numbers == numbers.round()).all())


def expected_pairs(x: Float[np.ndarray, "row column"], *, apart: float) -> float:
    """Pairs of rows that differ by no more than `apart` in any column, if the columns were independent.

    Two rows agree in all columns with the product of the chances that they agree in each.
    """
    n = len(x)
    log_chance = 0.0
    for column in np.sort(x.astype(np.float64), axis=0).T:
        later = np.searchsorted(column, column + apart * (1 + 1e-9), side="right") - np.arange(n) - 1
        log_chance += math.log(max(float(later.sum()), 0.5) / math.comb(n, 2))
    return math.comb(n, 2) * math.exp(log_chance)


def across(subject: Subject, codes: dict[str, Int[np.ndarray, " part"]], *, natural: str) -> Iterator[Finding]:
    """Examples of validation and test that the training part holds too."""
    first = {int(code): k for k, code in reversed(list(enumerate(codes["train"])))}
    for name in ("valid", "test"):
        twice = [(k, first[int(code)]) for k, code in enumerate(codes[name]) if int(code) in first]
        if not twice:
            continue
        share = len(twice) / len(codes[name])
        many, stand = ("1 example", "stands") if len(twice) == 1 else (f"{len(twice):,} examples", "stand")
        said = f"{many} of {len(codes[name]):,} in {name} {stand} in train too, number for number ({share:.1%})"
        if natural:
            advice = f"{natural}: nothing, but a score on rows of a new kind may be lower"
        else:
            advice = "keep one of each before you split, or name what they share (--group): the score flatters"
        shown = few((told_pair(subject, name, k, partner) for k, partner in twice[:6]), len(twice))
        mend = share >= HURTS and len(twice) >= LEAST and not natural
        yield Finding(
            "W-SPLIT-DUP",
            said,
            advice,
            0.1 if natural else min(1.0, 0.3 + share),
            mend,
            shown,
            pair_wall(subject, f"The same in train and {name}", [("train", b, name, a) for a, b in twice]),
        )


def told_pair(subject: Subject, name: str, k: int, partner: int) -> str:
    """'line 7 (test) = line 12 (train): age 34, job clerk'"""
    words = subject.words(name, k)
    return f"{subject.spot(name, k)} = {subject.spot('train', partner)}{': ' if words else ''}{words}"


def within(subject: Subject, codes: dict[str, Int[np.ndarray, " part"]], *, natural: str) -> Iterator[Finding]:
    """Training examples that occur more than once."""
    different, first, counts = np.unique(codes["train"], return_index=True, return_counts=True)
    more = len(codes["train"]) - len(different)
    if natural or more < max(LEAST, HURTS * len(codes["train"])):
        return
    often = np.argsort(-counts, kind="stable")[:5]
    shown = [
        f"{counts[k]} times: {subject.spot('train', int(first[k]))} {subject.words('train', int(first[k]))}"
        for k in often
        if counts[k] > 1
    ]
    share = more / len(codes["train"])
    yield Finding(
        "W-DUP",
        f"{more:,} of {len(codes['train']):,} training examples repeat another one ({share:.1%})",
        "keep one of each, unless they were met that often",
        0.2 * share,
        examples=tuple(each.strip() for each in shown),
    )


def clashes(subject: Subject, codes: dict[str, Int[np.ndarray, " part"]], *, natural: str) -> Iterator[Finding]:
    """Equal examples with other answers: nobody can be right on all of them."""
    target = subject.splits.schema.target
    if not isinstance(target, Classes | Quantity):
        return
    places = [(name, k) for name in PARTS for k in range(len(codes[name]))]
    together: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for (name, k), code in zip(places, np.concatenate([codes[name] for name in PARTS]).tolist(), strict=True):
        together[code].append((name, k))
    answers = {name: subject.part(name).y.tolist() for name in PARTS}
    groups = [each for each in together.values() if len(each) > 1 and contradict(answers, each, target)]
    if not groups:
        return
    examples, n = sum(map(len, groups)), len(places)
    wrong = sum(len(each) - most_common(answers, each) for each in groups) if isinstance(target, Classes) else 0
    bound = f": no answer can be right on more than {1 - wrong / n:.1%} of all" if wrong >= n / 1000 else ""
    shown = few((told_clash(subject, answers, each) for each in groups[:6]), len(groups))
    said = f"{examples:,} of {n:,} examples are equal to another one of a different {target.name}{bound}"
    yield Finding(
        "W-LABEL-CLASH",
        said,
        "decide which answer is right, or add what tells them apart",
        harm=0.3 + examples / n,
        mend=wrong / n >= HURTS and not natural,
        examples=shown,
        figure=pair_wall(subject, "The same with different answers", [(*each[0], *each[1]) for each in groups]),
    )


def contradict(answers: dict[str, list[Any]], group: list[tuple[str, int]], target: Classes | Quantity) -> bool:
    """Whether the answers to equal examples differ."""
    found = [answers[name][k] for name, k in group]
    return len(set(found)) > 1 if isinstance(target, Classes) else max(found) - min(found) > APART


def most_common(answers: dict[str, list[Any]], group: list[tuple[str, int]]) -> int:
    """How many of a group have its most frequent answer."""
    found = [answers[name][k] for name, k in group]
    return max(found.count(each) for each in set(found))


def told_clash(subject: Subject, answers: dict[str, list[Any]], group: list[tuple[str, int]]) -> str:
    """'line 3 (train) setosa, line 9 (test) virginica: sepal length 5.1, ...'"""
    target = subject.splits.schema.answer
    different = {answers[name][k]: (name, k) for name, k in reversed(group)}
    named = [
        f"{subject.spot(name, k)} {answer_in_words(target, subject.part(name).y[k])}"
        for name, k in sorted(different.values(), key=group.index)[:3]
    ]
    words = subject.words(*group[0])
    return ", ".join(named) + (f": {words}" if words else "")


def pair_wall(subject: Subject, title: str, pairs: list[tuple[str, int, str, int]]) -> Figure | None:
    """The first pairs side by side, where examples can be looked at."""
    if not isinstance(subject.splits.schema.inputs, Pictures) or not pairs:
        return None
    nears = [
        Near((one, other), (k, m), 1.0, subject.part(one).x[k], subject.part(other).x[m])
        for one, k, other, m in pairs[:SHOWN]
    ]
    captions = tuple(
        f"{int(subject.rows(one)[k]) + 1} | {int(subject.rows(other)[m]) + 1}" for one, k, other, m in pairs[:SHOWN]
    )
    return Images(title, torch.stack([side_by_side(each) for each in nears]), captions)
