"""A folder of pictures: the sub-folder is the class, and train, valid and test above the classes are kept as parts."""

import os
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from etude.data.archives import shown, zip_members
from etude.data.decode import decoded
from etude.data.raw import BarePictures, RawPictures
from etude.errors import DataError, together
from etude.source import Source

SUFFIXES = frozenset(
    [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm", ".jfif"]
)
PARTS = {"train": 0, "training": 0, "valid": 1, "val": 1, "validation": 1, "test": 2}
LEFT_OUT = 0.01
"""of the pictures may be unreadable"""
SHOWN = 5
"""bad files that a message names"""
SHARE = 16
"""pictures that are worth a thread"""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that is not yet read."""

    path: Path
    name: str
    """relative to the folder, with / between the parts"""
    label: str
    part: int
    """0 training, 1 validation, 2 test, -1 to be split"""


def read_folder(folder: Path, source: Source, *, size: int) -> RawPictures:
    """All pictures below `folder`, as squares of `size` pixels, read one by one.

    DataError E-IMG-NONE, E-IMG-CLASS, or what is wrong with the files, all of them together.
    """
    files, notes = labelled_files(folder)
    contents = [(each.name, each.path.read_bytes) for each in files]
    rows, pictures, said = read_most(contents, source, size=size)
    files = [files[row] for row in rows]
    part = np.array([each.part for each in files], dtype=np.int8)
    return RawPictures(
        pictures,
        np.array([each.label for each in files]),
        names=[each.name for each in files],
        part=None if (part == -1).all() else part,
        notes=notes + said,
    )


def read_bare_folder(folder: Path, source: Source, *, size: int) -> BarePictures:
    """All pictures below `folder`, whatever folders they are in; train, valid and test at its top are kept as parts."""
    passed: Counter[str] = Counter()
    files = list(_pictures(folder, passed))
    contents = [(each.relative_to(folder).as_posix(), each.read_bytes) for each in files]
    rows, pictures, said = read_most(contents, source, size=size)
    names = [contents[row][0] for row in rows]
    part = np.array([PARTS.get(name.split("/")[0].lower(), -1) if "/" in name else -1 for name in names], dtype=np.int8)
    notes = (*_passed_over(folder, passed), *said)
    keep = (part >= 0).any() and (part <= 0).any()  # a folder that is called test and holds all is no test part
    return BarePictures(pictures, names, part if keep else None, notes)


def lacks_classes(folder: Path) -> bool:
    """Whether pictures lie in the folder itself or in its train, valid and test, so that nothing sorts them."""
    tops = [each for each in folder.iterdir() if _is_open_folder(each)]
    divided = tops and all(each.name.lower() in PARTS for each in tops)
    places = [folder, *(tops if divided else [])]
    return any(_is_picture(each.name) for place in places for each in place.iterdir() if each.is_file())


def read_zip(path: Path, source: Source, *, size: int) -> RawPictures:
    """Pictures in a zip file whose members are class/name, or train/class/name and test/class/name."""
    with zip_members(path) as found:
        members = sorted(each for each in found if _is_picture(each) and "/" in each and not _is_hidden(each))
        if not members:
            raise DataError("E-IMG-NONE", f"{path.name} has no pictures in folders named after their class")
        contents = [(each, found[each]) for each in members]
        rows, pictures, said = read_most(contents, source, size=size)
    members = [members[row] for row in rows]
    folders = [each.split("/")[:-1] for each in members]
    part = np.array([PARTS.get(each[-2].lower(), -1) if len(each) > 1 else -1 for each in folders], dtype=np.int8)
    divided = (part >= 0).all() and (part == 0).any()
    labels = np.array([each[-1] for each in folders])
    return RawPictures(pictures, labels, names=members, part=part if divided else None, notes=said)


Contents: TypeAlias = Sequence[tuple[str, Callable[[], bytes]]]
"""names, and what reads each file"""
Decoded: TypeAlias = tuple[np.ndarray, tuple[str, ...]]
"""a picture, and what was converted"""


def read_pictures(contents: Contents, *, max_pixels: int, size: int) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Squares of `size` pixels, and a note of the conversions.

    DataError for all files that cannot be read, together; its code is that of the first.
    """
    good, bad = _tried(contents, max_pixels=max_pixels, size=size)
    if bad:
        raise _together(bad, len(contents))
    return [picture for picture, _ in good.values()], _converted(good.values())


def read_most(contents: Contents, source: Source, *, size: int) -> tuple[list[int], list[np.ndarray], tuple[str, ...]]:
    """The same of the files that can be read, with their numbers: few that cannot are left out and noted.

    DataError for more than LEFT_OUT of them, or for any if the source says so.
    """
    good, bad = _tried(contents, max_pixels=source.max_pixels, size=size)
    if bad and (source.unreadable == "stop" or len(bad) > LEFT_OUT * len(contents)):
        raise _together(bad, len(contents))
    said = "; ".join(f"{each.code} {each.message}" for each in bad[:SHOWN]) + ("; ..." if len(bad) > SHOWN else "")
    out = (f"W-IMG-LEFT-OUT: {len(bad)} of {len(contents):,} pictures cannot be read: {said}",) if bad else ()
    return list(good), [picture for picture, _ in good.values()], out + _converted(good.values())


def _tried(contents: Contents, *, max_pixels: int, size: int) -> tuple[dict[int, Decoded], list[DataError]]:
    """What could be read, by its number, and what was wrong with the rest."""

    def read(named: tuple[str, Callable[[], bytes]]) -> Decoded | DataError:
        name, content = named
        try:
            return decoded(content(), shown(name), max_pixels=max_pixels, size=size)
        except DataError as error:
            return error
        except OSError as error:
            return DataError("E-IMG-TYPE", f"{shown(name)} cannot be read: {error.strerror}")

    threads = min(len(contents) // SHARE + 1, (os.cpu_count() or 1) + 4)  # Pillow decodes without the interpreter
    with warnings.catch_warnings(), ThreadPoolExecutor(threads) as pool:
        warnings.filterwarnings("ignore", module="PIL")  # what is damaged is said by our errors
        results = list(pool.map(read, contents))
    good = {row: each for row, each in enumerate(results) if not isinstance(each, DataError)}
    return good, [each for each in results if isinstance(each, DataError)]


def _converted(good: Collection[Decoded]) -> tuple[str, ...]:
    words = Counter(word for _, said in good for word in said)
    counted = ", ".join(f"{count} {word}" for word, count in words.most_common())
    return (f"of {len(good)} pictures: {counted}",) if words else ()


def labelled_files(folder: Path) -> tuple[list[PictureFile], tuple[str, ...]]:
    """The pictures below `folder` in the order of their names, and notes on what was passed over."""
    tops = sorted((each for each in folder.iterdir() if _is_open_folder(each)), key=lambda each: each.name)
    parts = {each: PARTS.get(each.name.lower(), -1) for each in tops}
    divided = 0 in parts.values() and all(part >= 0 for part in parts.values())
    passed: Counter[str] = Counter()
    files: list[PictureFile] = []
    for top in tops:
        classes = [each for each in sorted(top.iterdir()) if _is_open_folder(each)] if divided else [top]
        for each in classes:
            for path in _pictures(each, passed):
                name = path.relative_to(folder).as_posix()
                files.append(PictureFile(path, name, each.name, parts[top] if divided else -1))
    if not files:
        raise _no_pictures(folder, passed)
    return files, _passed_over(folder, passed)


def picture_files(folder: Path) -> list[Path]:
    """All pictures below `folder`, in the order of their names, whatever folders they are in."""
    return list(_pictures(folder, Counter()))


def _pictures(folder: Path, passed: Counter[str]) -> Iterator[Path]:
    """Regular files with a picture's suffix; what else there is is counted in `passed`, and links are not followed."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        linked = [each for each in folders if (Path(here) / each).is_symlink()]
        passed.update("linked folders" for _ in linked)
        for name in sorted(files):
            if name.startswith(".") or name in {"Thumbs.db", "desktop.ini"}:
                continue
            path = Path(here) / name
            if not _is_picture(name):
                passed[path.suffix.lower() or "files without a suffix"] += 1
            elif path.is_file():
                yield path
            else:
                passed["broken links, pipes or devices"] += 1


def _passed_over(folder: Path, passed: Counter[str]) -> tuple[str, ...]:
    said = ", ".join(f"{count} {what}" for what, count in passed.most_common())
    return (f"passed over in {folder.name}: {said}",) if passed else ()


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES


def _is_hidden(member: str) -> bool:
    """Whether a member is a system's own, such as what a Mac adds beside each file."""
    return any(each.startswith((".", "__")) for each in member.split("/"))


def _is_open_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not path.name.startswith((".", "__"))


def _no_pictures(folder: Path, passed: Counter[str]) -> DataError:
    loose = sum(_is_picture(each.name) for each in folder.iterdir())
    if loose:
        return DataError(
            "E-IMG-CLASS",
            f"{folder} has {loose} {'picture' if loose == 1 else 'pictures'} but no folder for each class:"
            " put the pictures of a class into a sub-folder named after it",
        )
    passed.update(each.suffix.lower() for each in folder.iterdir() if each.is_file() and each.suffix)
    found = ", ".join(f"{count} {what}" for what, count in passed.most_common(3))
    heic = ": convert with 'sips -s format png' or ImageMagick" if ".heic" in passed else ""
    return DataError(
        "E-IMG-NONE",
        f"{folder} has 0 images (looked for {', '.join(sorted(each[1:] for each in SUFFIXES))})"
        f"{f'; found {found}{heic}' if found else ''}",
    )


def _together(errors: list[DataError], pictures: int) -> DataError:
    if len(errors) == 1:
        return DataError(errors[0].code, f"{errors[0].message}; remove or replace it")
    return together(errors, f"{len(errors)} of {pictures} pictures cannot be used; remove or replace them:")
