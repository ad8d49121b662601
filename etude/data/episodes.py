"""Few-shot learning: classes that training never saw, each known by a few examples."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from etude.chance import stream
from etude.data.characters import CHARACTERS, EMBEDDED_CHARACTERS, SIDE, RawClasses
from etude.data.entries import opened
from etude.data.load import read
from etude.data.pictures import squared, stacked
from etude.data.raw import RawPictures
from etude.data.splits import Splits
from etude.data.splitting import split_rows
from etude.errors import DataError, UsageError
from etude.records import Episode, Labelled
from etude.schema import Classes, Pictures, Schema
from etude.source import Source


def load_classes(source: Source) -> Splits[Labelled]:
    """Pictures of 28 x 28 pixels whose parts share no class, and no alphabet where the data have alphabets.

    `source` names characters, or any other pictures by class: a folder, an archive, a data set. With --group class the
    parts may share alphabets: an easier question, and the one that most papers ask.
    """
    raw = read_classes(source)
    if source.group not in {None, "class", "alphabet"}:
        raise UsageError("E-COLUMN", f"--group {source.group}: classes stay together by alphabet or by class.")
    groups = raw.classes if source.group == "class" else raw.families
    rows, rule = split_rows(len(raw.classes), source=source, classes=None, groups=groups)
    names = tuple(dict.fromkeys(raw.classes.tolist()))
    codes = {name: number for number, name in enumerate(names)}
    y = torch.tensor([codes[each] for each in raw.classes.tolist()])
    every = Labelled(torch.from_numpy(np.ascontiguousarray(raw.pictures))[:, None], y)
    train, valid, test = (torch.from_numpy(each) for each in rows)
    share = every.x[train].float() / 255
    inputs = Pictures(SIDE, SIDE, 1, mean=(float(share.mean()),), deviation=(float(share.std()) or 1.0,))
    target = Classes("class", names, tuple(y[train].bincount(minlength=len(names)).tolist()))
    rule = rule.replace(f"by group ({source.group or 'group column'})", f"by {source.group or 'alphabet'}")
    return Splits(
        every[train],
        every[valid],
        every[test],
        Schema(inputs, target),
        (train, valid, test),
        rule,
        (*raw.notes, *described(raw, rows)),
        fingerprint(every),
    )


def read_classes(source: Source) -> RawClasses:
    """Characters by name, or other pictures, each class then being a family of its own; a path wins over a name."""
    name = source.data
    known = name in EMBEDDED_CHARACTERS or name in CHARACTERS
    if known and not Path(name).expanduser().exists():
        return EMBEDDED_CHARACTERS[name]() if name in EMBEDDED_CHARACTERS else opened(name, CHARACTERS[name], source)
    raw = read(source, size=SIDE)
    if not isinstance(raw, RawPictures):
        raise DataError("E-DATA-KIND", f"fewshot learns from pictures by class, {name} holds none. Try glyphs.")
    squares, said = squared(raw.pictures, SIDE)
    pictures = stacked(squares, size=SIDE, channels=1)[:, 0].numpy()
    answers = raw.answers
    named = np.array(raw.classes)[answers] if raw.classes and answers.dtype.kind in "iu" else answers.astype(str)
    return RawClasses(pictures, named, named, (*raw.notes, *said))


def described(raw: RawClasses, rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Iterator[str]:
    """A note on what each part holds."""
    for name, part in zip(("training", "validation", "test"), rows, strict=True):
        families = sorted(set(raw.families[part].tolist()))
        listed = ", ".join(families[:6]) + (", ..." if len(families) > 6 else "")
        yield f"{name}: {len(set(raw.classes[part].tolist()))} classes ({listed})"


def fingerprint(examples: Labelled) -> str:
    """SHA-256 of all pictures and classes."""
    digest = hashlib.sha256(examples.x.contiguous().numpy().data)
    digest.update(examples.y.numpy().data)
    return digest.hexdigest()


class Tasks:
    """Episodes of some examples: `way` classes, `shot` examples of each to know it by and `queries` to be told.

    DataError where there are too few classes, or too few examples of one.
    """

    def __init__(self, y: Int[Tensor, " example"], *, way: int, shot: int, queries: int) -> None:
        classes, counts = torch.unique(y, return_counts=True)
        enough = classes[counts >= shot + queries]
        if len(enough) < way:
            raise DataError(
                "E-EPISODE",
                f"an episode needs {way} classes of {shot + queries} examples, a part of the data has {len(enough)}: "
                "lower --way, --shot or --queries, or give more classes.",
            )
        self.rows = [(y == each).nonzero()[:, 0] for each in enough.tolist()]
        self.way, self.shot, self.size = way, shot, shot + queries

    def rows_of(self, generator: torch.Generator) -> Int[Tensor, "way example"]:
        """Rows of one episode; in each row of the result the first `shot` are the support."""
        chosen = torch.randperm(len(self.rows), generator=generator)[: self.way].tolist()
        drawn = [self.rows[each][torch.randperm(len(self.rows[each]), generator=generator)] for each in chosen]
        return torch.stack([rows[: self.size] for rows in drawn])


def episodes(examples: Labelled, tasks: Tasks, *, seed: int, start: int = 0) -> Iterator[Episode]:
    """Endless episodes from number `start`; episode n depends on (seed, n) alone."""
    number = start
    while True:
        rows = tasks.rows_of(stream(seed, "order", number))
        pictures = examples.x[rows]
        yield Episode(pictures[:, : tasks.shot], pictures[:, tasks.shot :])
        number += 1


def turned_classes(examples: Labelled) -> Labelled:
    """Each class four times: as it is, and turned by 90, 180 and 270 degrees as three classes of their own."""
    most = int(examples.y.max()) + 1
    x = torch.cat([examples.x.rot90(turns, (2, 3)) for turns in range(4)])
    return Labelled(x.contiguous(), torch.cat([examples.y + turns * most for turns in range(4)]))
