"""Pictures of one colour, and files whose size is far from that of the others."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int

from etude.figures import Images
from etude.inside.check.findings import Finding, few
from etude.inside.check.leaks import NEARLY, SURELY, class_told
from etude.inside.check.subject import Subject
from etude.inside.copies import PARTS, SHOWN
from etude.schema import Classes, Pictures

NUMBERED = re.compile(r"(.*\d.*?)[_\-.]\d+$")
"""a name that ends in the number of the picture within something that has a number itself"""
SHAPE = 3.0
"""times longer than wide, or than usual"""
ENOUGH = 20
"""pictures from which on sizes can be compared"""


def pictures(subject: Subject) -> list[Finding]:
    """What pictures show by themselves, and what their files do."""
    if not isinstance(subject.splits.schema.inputs, Pictures):
        return []
    return [*blank(subject), *odd_sizes(subject), *size_tells(subject), *numbered(subject)]


def blank(subject: Subject) -> Iterator[Finding]:
    """Pictures of one colour throughout."""
    rows, pixels = [], []
    for name in PARTS:
        flat = subject.part(name).x.flatten(1)
        for k in (flat.amin(1) == flat.amax(1)).nonzero()[:, 0].tolist() if len(flat) else ():
            rows.append(subject.spot(name, k))
            pixels.append(subject.part(name).x[k])
    if rows:
        total = sum(len(subject.part(name)) for name in PARTS)
        are = "1 picture is" if len(rows) == 1 else f"{len(rows):,} pictures are"
        figure = Images("Of one colour throughout", torch.stack(pixels[:SHOWN]), tuple(rows[:SHOWN]))
        said = f"{are} of one colour throughout ({len(rows) / total:.1%})"
        yield Finding(
            "W-IMG-CONST",
            said,
            "remove them: they show nothing",
            0.3 + len(rows) / total,
            len(rows) >= max(3, 0.01 * total),
            few(rows),
            figure,
        )


def odd_sizes(subject: Subject) -> Iterator[Finding]:
    """Pictures that were smaller than what a network sees, and those of a strange shape."""
    inputs = subject.splits.schema.inputs
    if not subject.sizes or not isinstance(inputs, Pictures):
        return
    sides = np.array(subject.sizes, dtype=np.float64)
    small = np.flatnonzero(sides.min(axis=1) < inputs.height / 2)
    if len(small):
        wanted = f"less than half as large as the {inputs.height} pixels wanted"
        said = f"{len(small):,} of {len(sides):,} pictures are {wanted}"
        shown = few((told_size(subject, row) for row in small[:6].tolist()), len(small))
        yield Finding("W-IMG-SMALL", said, "--size takes a smaller square, or remove them", 0.05, examples=shown)
    shape = np.abs(np.log(sides[:, 1] / sides[:, 0]) - np.median(np.log(sides[:, 1] / sides[:, 0])))
    odd = np.flatnonzero(shape > np.log(SHAPE))
    if len(odd) and len(sides) >= ENOUGH:
        said = f"{len(odd):,} of {len(sides):,} pictures are {SHAPE:g} times longer or wider than the others"
        shown = few((told_size(subject, row) for row in odd[:6].tolist()), len(odd))
        yield Finding("W-IMG-SHAPE", said, "look at them: only their middle square is seen", 0.05, examples=shown)


def told_size(subject: Subject, row: int) -> str:
    """'cat/7.png: 20 x 480'"""
    height, width = subject.sizes[row]
    return f"{subject.place(row)}: {width} x {height}"


def size_tells(subject: Subject) -> Iterator[Finding]:
    """Whether the size of the file alone says the class: then the pictures came from several places."""
    target = subject.splits.schema.target
    if not subject.sizes or not isinstance(target, Classes) or len(subject.rows("train")) < ENOUGH:
        return
    codes: Int[np.ndarray, " row"] = np.unique(np.array(subject.sizes), axis=0, return_inverse=True)[1].reshape(-1)
    column = codes[subject.rows("train").numpy()].astype(np.float64)
    told = class_told(column, subject.splits.train.y.numpy(), coded=True)
    if told.share >= NEARLY and told.least >= SURELY:
        said = (
            f"the size of a picture's file alone predicts {target.name} ({told.right:,} of {told.rows:,} unseen right)"
        )
        advice = "the classes come from different cameras or crops: bring all to one size and framing before"
        yield Finding("W-LEAK", said, advice, 0.9, True)


def numbered(subject: Subject) -> Iterator[Finding]:
    """Files whose names begin with the same number (of a patient, a film, a series), in training and test."""
    begins = [NUMBERED.match(Path(name).stem) for name in subject.names]
    keys = np.array([found[1] if found else "" for found in begins])
    counts = dict(zip(*np.unique(keys[keys != ""], return_counts=True), strict=True))
    if len(counts) < 10 or max(counts.values()) > len(keys) / 5:
        return
    train, test = (set(keys[subject.rows(name).numpy()].tolist()) - {""} for name in ("train", "test"))
    both = sorted(train & test)
    if both:
        said = f"{len(both):,} of {len(test):,} beginnings of file names in test, as {both[0]}, stand in train too"
        shown = few((f"{key}: {counts[key]} files" for key in both[:6]), len(both))
        advice = "if they say whom or what is seen, put all of one into train/, valid/ or test/ yourself"
        yield Finding("W-SPLIT-GROUP", said, advice, 0.3, examples=shown)
