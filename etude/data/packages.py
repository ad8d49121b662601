"""Pieces of Python's standard library: which of ten packages is this from?"""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from etude.data.raw import RawTexts

PACKAGES = (
    "asyncio",
    "concurrent",
    "email",
    "http",
    "importlib",
    "logging",
    "multiprocessing",
    "unittest",
    "urllib",
    "xml",
)
PIECE = 200
"""characters that a piece has at least, whole lines of code and of documentation"""
MOST = 400
"""pieces of a package, spread evenly over its files"""


def packages() -> RawTexts:
    """Nearly 4,000 pieces of the standard library of this Python: which of ten packages are they from?"""
    texts, names = [], []
    for name in PACKAGES:
        found = [piece for path in source_files(name) for piece in pieces(path.read_text(encoding="utf-8"))]
        kept = [found[int(place)] for place in np.linspace(0, len(found) - 1, min(MOST, len(found)))]
        texts.extend(kept)
        names.extend([name] * len(kept))
    return RawTexts(texts, np.array(names), target="package")


def source_files(package: str) -> list[Path]:
    """The files of a package of the standard library in the order of their names, without its tests."""
    root = Path(sysconfig.get_paths()["stdlib"]) / package
    return sorted(path for path in root.rglob("*.py") if not {"test", "tests"} & set(path.relative_to(root).parts))


def pieces(source: str) -> Iterator[str]:
    """Lines in their order, without the space around them, in pieces of at least PIECE characters."""
    lines: list[str] = []
    for line in map(str.strip, source.splitlines()):
        if line:
            lines.append(line)
        if sum(map(len, lines)) >= PIECE:
            yield "\n".join(lines)
            lines = []


TEXTS = {"stdlib-packages": packages}
