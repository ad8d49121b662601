"""Pictures by class: found in a folder, brought to one size, split and encoded."""

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from etude.data.decode import ENDINGS, read_pictures
from etude.data.raw import RawPictures
from etude.data.splits import Splits
from etude.data.splitting import split_rows
from etude.errors import DataError
from etude.records import Labelled
from etude.schema import Classes, Pictures, Schema
from etude.source import Source

PARTS = {"train": 0, "training": 0, "valid": 1, "val": 1, "validation": 1, "test": 2}
CHUNK = 1000
"""pictures that are scaled at a time"""


def read_folder(folder: Path, source: Source, *, size: int, channels: int | None) -> RawPictures:
    """A folder with a sub-folder for each class, or with train/, valid/ and test/ above these."""
    below = subfolders(folder)
    given = {each: PARTS[each.name.lower()] for each in below if each.name.lower() in PARTS}
    if given and len(given) == len(below):
        found = [(path, label, number) for place, number in given.items() for path, label in labelled(place)]
    else:
        found = [(path, label, -1) for path, label in labelled(folder)]
    if not found:
        raise DataError("E-IMG-NONE", f"{folder} {what_is_there(folder)}")
    pixels, notes = read_pictures(
        [path for path, _, _ in found], size=size, channels=channels, max_pixels=source.max_pixels
    )
    part = np.array([number for _, _, number in found], dtype=np.int8)
    return RawPictures(pixels, [label for _, label, _ in found], part if given else None, notes)


def subfolders(folder: Path) -> list[Path]:
    """The folders in a folder, by name; hidden ones are none."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def labelled(folder: Path) -> list[tuple[Path, str]]:
    """Every picture below a class folder with the name of that folder."""
    return [(path, place.name) for place in subfolders(folder) for path in pictures_in(place)]


def pictures_in(folder: Path) -> list[Path]:
    """The picture files in a folder and below it, by name; only regular files, so that nothing hangs."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())


def what_is_there(folder: Path) -> str:
    """The end of the message for a folder without pictures in sub-folders."""
    loose = [path for path in folder.iterdir() if path.suffix.lower() in ENDINGS]
    if loose:
        return f"has {len(loose)} images but no sub-folders; put those of each class into a folder with its name."
    others = Counter(path.suffix.lower() or "no ending" for path in folder.rglob("*") if path.is_file())
    found = ", ".join(f"{count} {ending}" for ending, count in others.most_common(3))
    return (
        f"has 0 images (looked for {', '.join(sorted(ENDINGS)[:5])}, ... in sub-folders); found {found or 'nothing'}."
    )


def resized(pixels: np.ndarray, size: int) -> np.ndarray:
    """Pictures (rows, channel, height, width) at size x size, smoothed where they shrink."""
    if pixels.shape[2:] == (size, size):
        return pixels
    scaled = [
        F.interpolate(chunk.float(), size=(size, size), mode="bilinear", antialias=True).round().to(torch.uint8)
        for chunk in torch.from_numpy(pixels).split(CHUNK)
    ]
    return torch.cat(scaled).numpy()


def with_channels(pixels: np.ndarray, channels: int | None) -> np.ndarray:
    """Grey made of colour by luminance, or colour of grey by repetition; None leaves them."""
    if channels is None or pixels.shape[1] == channels:
        return pixels
    if channels == 1:
        weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
        return np.einsum("nchw,c->nhw", pixels, weights).round().astype(np.uint8)[:, None]
    return np.repeat(pixels, channels, axis=1)


def picture_splits(raw: RawPictures, source: Source) -> Splits[Labelled]:
    """The pictures in three parts; mean and deviation come from the training part."""
    names = natural(set(raw.labels))
    if len(names) < 2:
        raise DataError("E-TARGET-ONE", f"all {len(raw.labels)} pictures are {names[0]!r}; nothing to learn.")
    labels = np.array(raw.labels)
    rows, rule = split_rows(len(labels), source=source, classes=labels, part=raw.part)
    y = np.array([names.index(label) for label in raw.labels], dtype=np.int64)
    pixels = raw.pixels
    chosen = pixels[rows[0]]
    mean = chosen.mean(axis=(0, 2, 3), dtype=np.float64) / 255
    deviation = np.maximum(chosen.std(axis=(0, 2, 3), dtype=np.float64) / 255, 1 / 255)
    inputs = Pictures(
        pixels.shape[2], pixels.shape[3], pixels.shape[1], tuple(mean.tolist()), tuple(deviation.tolist())
    )
    target = Classes("class", tuple(names), tuple(np.bincount(y[rows[0]], minlength=len(names)).tolist()))
    every = Labelled(torch.from_numpy(pixels), torch.from_numpy(y))
    train, valid, test = (torch.from_numpy(each) for each in rows)
    notes = (*raw.notes, f"{len(names)} classes: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}")
    notes += same_in_both(pixels, rows[0], rows[2])
    digest = hashlib.sha256(pixels.tobytes() + y.tobytes()).hexdigest()
    return Splits(
        every[train], every[valid], every[test], Schema(inputs, target), (train, valid, test), rule, notes, digest
    )


def natural(names: set[str]) -> list[str]:
    """By number where all are numbers, else by letter."""
    return sorted(names, key=int) if all(each.isdecimal() for each in names) else sorted(names)


def same_in_both(pixels: np.ndarray, train: np.ndarray, test: np.ndarray) -> tuple[str, ...]:
    """A warning if the same picture stands in the training and in the test part."""
    seen = {pixels[row].tobytes() for row in train}
    twice = sum(pixels[row].tobytes() in seen for row in test)
    return (f"W-SPLIT-DUP: {twice} pictures of the test part also stand in the training part",) if twice else ()
