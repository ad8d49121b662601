"""How run folders are written: every file and folder appears whole or not at all."""

import hashlib
import json
import os
import platform
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from errno import EACCES, EDQUOT, EFBIG, EIO, ENOSPC, ENOTEMPTY, EPERM, EROFS
from pathlib import Path
from typing import Any, TypeAlias

from etude.errors import CheckpointError, ResourceError, RunInUseError
from etude.training import disk

Json: TypeAlias = Any
"""what `json` reads and writes"""
UNWRITABLE = (ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EFBIG, EIO)
"""what a disk says that is full, broken, or not ours to write on"""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """ResourceError E-DISK where the disk does not take what is written into a folder."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        raise ResourceError("E-DISK", f"nothing can be written into {folder}: {refusal(error, folder)}.") from None


def refusal(error: OSError, folder: Path) -> str:
    """What the disk said, with the space that is left."""
    home = next((each for each in (folder, *folder.parents) if each.exists()), Path())
    return f"{(error.strerror or str(error)).lower()} ({shutil.disk_usage(home).free / 1e6:,.1f} MB free)"


def temporary(path: Path) -> Path:
    """A name beside a file or folder that is not whole yet."""
    return path.with_name(f".tmp-{uuid.uuid4().hex}")


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step; ResourceError E-DISK if the disk does not take it."""
    draft = temporary(path)
    with writing(path.parent):
        try:
            disk.write(draft, content)
            disk.sync(draft)
            disk.rename(draft, path)
            disk.sync(path.parent)
        except OSError:
            with suppress(OSError):
                disk.remove(draft)
            raise


def write_text(path: Path, text: str) -> None:
    """Replace a text file in one step."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Json) -> None:
    """Replace a JSON file in one step."""
    write_bytes(path, encoded(value))


def encoded(value: Json) -> bytes:
    """JSON that a person can read."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def read_json(path: Path) -> Json:
    """Read a JSON file of a run folder."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError("E-RUN-FILE", f"{path.parent} has no {path.name}: it is not a run folder.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CheckpointError("E-RUN-DAMAGED", f"{path} is damaged: {error}.") from None


def append_lines(path: Path, rows: Sequence[Json]) -> None:
    """Add lines of JSON, all or none of them."""
    disk.append(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())


def write_lines(path: Path, rows: Sequence[Json]) -> None:
    """Replace a JSONL file in one step."""
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def read_lines(path: Path) -> list[dict[str, Json]]:
    """The lines of a JSONL file, without one that is not whole; none if there is no such file."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        return [json.loads(line) for line in text.split("\n")[:-1]]
    except json.JSONDecodeError as error:
        raise CheckpointError("E-RUN-DAMAGED", f"{path} is damaged: {error}.") from None


def digest(path: Path) -> str:
    """BLAKE2b of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def write_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Make a folder in one step: `fill` writes into a temporary one beside it, which is synced and gets the name.

    FileExistsError if there is one that holds something; ResourceError E-DISK if the disk does not take it.
    """
    draft = temporary(folder)
    with writing(folder.parent):
        disk.make_folder(draft)
        held = disk.lock(draft)  # so that nobody sweeps it away
        try:
            fill(draft)
            for path in sorted(draft.iterdir()):
                disk.sync(path)
            disk.sync(draft)
            place(draft, folder)
            disk.sync(folder.parent)
        finally:
            os.close(held)
            with suppress(OSError):
                remove_tree(draft)


def place(draft: Path, folder: Path) -> None:
    """Give a folder its name; FileExistsError if another one has it."""
    try:
        disk.rename(draft, folder)
    except OSError as error:
        if error.errno == ENOTEMPTY:
            raise FileExistsError(error.errno, error.strerror, str(folder)) from None
        raise


def remove_tree(folder: Path) -> None:
    """A folder of files, if it is there; its name vanishes first, so that no half of it is taken for a whole one."""
    if not folder.name.startswith(".tmp-"):
        draft = temporary(folder)
        disk.rename(folder, draft)
        folder = draft
    for path in folder.iterdir() if folder.exists() else ():
        disk.remove(path)
    if folder.exists():
        disk.remove_folder(folder)


def sweep(folder: Path) -> None:
    """Remove what processes that are gone left unfinished in a folder."""
    for path in folder.glob(".tmp-*"):
        with suppress(BlockingIOError, FileNotFoundError):  # its writer lives, or another sweeper was faster
            if path.is_symlink() or not path.is_dir():
                disk.remove(path)
            else:
                held = disk.lock(path)
                try:
                    remove_tree(path)
                finally:
                    os.close(held)


def manifest(contents: dict[str, bytes]) -> bytes:
    """manifest.json of a folder: size and digest of every file in it, by name."""
    files = {
        name: {"bytes": len(content), "blake2b": hashlib.blake2b(content, digest_size=32).hexdigest()}
        for name, content in sorted(contents.items())
    }
    return encoded({"format": 1, "files": files})


def verify_folder(folder: Path) -> str | None:
    """What is wrong with a folder with a manifest, or None."""
    if folder.is_symlink():
        return "it is a link"
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != 1:
            return f"its format is {manifest['format']}, and this etude reads 1"
        for name, expected in manifest["files"].items():
            path = folder / name
            if path.is_symlink() or not path.is_file():
                return f"{name} is missing"
            if path.stat().st_size != expected["bytes"] or digest(path) != expected["blake2b"]:
                return f"{name} differs from the manifest"
        others = {path.name for path in folder.iterdir()} - {*manifest["files"], "manifest.json"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "the manifest is missing or damaged"
    return f"{min(others)} is not of it" if others else None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run folder against a second writer, and sweep it; the lock goes with the process, however that ends."""
    try:
        with writing(folder):
            handle = disk.lock(folder / ".lock")
    except BlockingIOError:
        raise RunInUseError(
            "E-RUN-IN-USE",
            f"{folder} is being written by another process{owner(folder / '.lock')}; "
            "wait for it, or train into another folder.",
        ) from None
    try:
        said = f"{os.getpid()} on {platform.node()} since {datetime.now():%Y-%m-%d %H:%M}"
        os.ftruncate(handle, 0)
        disk.put(handle, said.encode())
        for each in (folder, *folder.glob("checkpoints*")):
            sweep(each)
        yield
    finally:
        os.close(handle)


def owner(path: Path) -> str:
    """Who holds a lock, as it says itself."""
    said = path.read_text(encoding="utf-8", errors="replace")
    return f", {said}" if said else ""
