"""The answers: how many of each, and names that differ only in how they are written."""

import re
from collections.abc import Iterator
from itertools import combinations

import polars as pl

from etude.inside.check.findings import Finding, few
from etude.inside.check.subject import Subject
from etude.schema import Classes

LOPSIDED = 0.9
"""share of the largest class from which on accuracy says little"""
FEW = 5
"""training examples of a class from which nobody learns it"""
LONG = 5
"""letters of a word that may be misspelt"""
RARE = 0.05
"""examples of a misspelt name, as a share of those of the right one"""
ALPHABET = 10
"""names from which on single letters are told apart by their case"""
MOST = 200
"""names that are compared with each other"""


def labels(subject: Subject) -> list[Finding]:
    """Balance and spellings of the classes."""
    target = subject.splits.schema.target
    if not isinstance(target, Classes) or len(target.names) < 2:
        return []
    return [*balance(target), *absent(subject, target), *spellings(subject, target)]


def balance(target: Classes) -> Iterator[Finding]:
    """One class that is nearly all there is, and classes with hardly an example."""
    total, most = sum(target.counts), max(target.counts)
    if total and most / total >= LOPSIDED:
        name = target.names[target.counts.index(most)]
        said = f"{most / total:.1%} of the training examples are {name}: who always says so has that accuracy"
        advice = "look at balanced accuracy and PR-AUC; --balance weights or sample helps the rare ones"
        yield Finding("W-CLASS-BALANCE", said, advice, most / total - 0.5)
    rare = [(count, name) for name, count in zip(target.names, target.counts, strict=True) if 0 < count < FEW]
    if rare:
        said = f"{len(rare)} of {len(target.names)} classes have fewer than {FEW} training examples"
        shown = few((f"{name}: {count}" for count, name in sorted(rare)[:6]), len(rare))
        yield Finding("W-CLASS-FEW", said, "collect more, join them, or leave them out", 0.1, examples=shown)


def absent(subject: Subject, target: Classes) -> Iterator[Finding]:
    """Classes that are judged and were never met."""
    met = set(subject.splits.train.y.tolist())
    asked = set(subject.splits.valid.y.tolist()) | set(subject.splits.test.y.tolist())
    new = sorted(each for each in asked - met if each >= 0)
    if new and met & asked:  # parts that share no class are meant so: new kinds from few examples
        said = f"{len(new)} of {len(target.names)} classes are in no training example, but in validation or test"
        shown = few((target.names[each] for each in new[:6]), len(new))
        yield Finding("W-CLASS-ABSENT", said, "split again: nobody learns what was never met", 0.9, True, shown)


def spellings(subject: Subject, target: Classes) -> Iterator[Finding]:
    """Names that look alike: 'cat', 'Cat', 'cat.' and a rare 'virginca' beside 'virginica'."""
    names = written(subject, target)
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(plain(name, letters=len(names) <= ALPHABET), []).append(name)
    groups = [each for each in alike.values() if len(each) > 1]
    if groups:
        spelt = [", ".join(f"{name!r} ({names[name]:,})" for name in each) for each in groups]
        said = f"{len(groups[0])} spellings of {target.name} look alike: {spelt[0]}"
        if len(groups) > 1:
            said = f"{len(groups)} groups of spellings of {target.name} look alike"
        mend = any(len({name.strip() for name in each}) > 1 for each in groups)
        shown = few(spelt) if len(groups) > 1 else ()
        yield Finding("W-LABEL-NEAR", said, "write them the same", 0.5, mend, shown)
    for one, other in combinations(list(names)[:MOST], 2):
        rare, usual = sorted((one, other), key=lambda name: names[name])
        if names[rare] <= RARE * names[usual] and misspelt(rare, usual):
            said = f"{rare!r} ({names[rare]:,}) looks like {usual!r} ({names[usual]:,}) misspelt"
            yield Finding("W-LABEL-NEAR", said, "if so, write them the same", 0.4, True)


def written(subject: Subject, target: Classes) -> dict[str, int]:
    """The names as they stand in the file, with how often they do."""
    if subject.frame is not None and target.name in subject.frame.columns:
        counts = subject.frame[target.name].drop_nulls().cast(pl.String).value_counts(sort=True).rows()
        return dict(counts[:1000])
    return dict(zip(target.names, target.counts, strict=True))


def plain(name: str, *, letters: bool = True) -> str:
    """Without what is easily written otherwise: capitals, spaces, hyphens, final points.

    Where `letters` is false the case of single letters stays: A and a are two of an alphabet.
    """
    words = re.sub(r"[\s_\-]+", " ", name).strip().rstrip(".").split(" ")
    return " ".join(word.casefold() if letters or len(word) > 1 else word for word in words)


def misspelt(rare: str, usual: str) -> bool:
    """Whether one long word of a name differs by one letter, not the first; other numbers are other names."""
    ones, others = plain(rare).split(), plain(usual).split()
    if len(ones) != len(others) or re.findall(r"\d+", rare) != re.findall(r"\d+", usual):
        return False
    different = [(one, other) for one, other in zip(ones, others, strict=True) if one != other]
    return len(different) == 1 and min(map(len, different[0])) >= LONG and one_letter(*different[0])


def one_letter(one: str, other: str) -> bool:
    """Whether a letter was left out, added, replaced, or changed places with the next (Damerau 1964)."""
    start = next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if start == 0:
        return False
    swapped = one[:start] + one[start + 1 : start + 2] + one[start : start + 1] + one[start + 2 :]
    return (
        other in (swapped, one[:start] + one[start + 1 :])
        or one == other[:start] + other[start + 1 :]
        or (one[start + 1 :] == other[start + 1 :])
    )
