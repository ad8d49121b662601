"""How run folders are written: every file and folder appears whole or not at all."""

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from etude.errors import CheckpointError, RunInUseError

Json: TypeAlias = Any
"""what `json` reads and writes"""


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Replace a text file in one step."""
    temporary = path.with_name(f".tmp-{uuid.uuid4().hex}")
    temporary.write_text(text, encoding="utf-8")
    sync(temporary)
    temporary.replace(path)
    sync(path.parent)


def write_json(path: Path, value: Json) -> None:
    """Replace a JSON file in one step."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Json:
    """Read a JSON file of a run folder."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError("E-RUN-FILE", f"{path.parent} has no {path.name}: it is not a run folder.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CheckpointError("E-RUN-DAMAGED", f"{path} is damaged: {error}.") from None


def append_line(path: Path, row: Json) -> None:
    """Add one line of JSON."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_lines(path: Path, rows: Sequence[Json]) -> None:
    """Replace a JSONL file in one step."""
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def read_lines(path: Path) -> list[dict[str, Json]]:
    """The lines of a JSONL file; none if there is no such file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def digest(path: Path) -> str:
    """BLAKE2b of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def write_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Make a folder in one step: `fill` writes into a temporary one beside it, which is synced and gets the name."""
    temporary = folder.with_name(f".tmp-{uuid.uuid4().hex}")
    temporary.mkdir(parents=True)
    try:
        fill(temporary)
        for path in temporary.iterdir():
            sync(path)
        if folder.exists():
            shutil.rmtree(folder)
        temporary.rename(folder)
        sync(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_manifest(folder: Path) -> None:
    """Write manifest.json: size and digest of every file that is in the folder."""
    files = {path.name: {"bytes": path.stat().st_size, "blake2b": digest(path)} for path in sorted(folder.iterdir())}
    write_json(folder / "manifest.json", {"format": 1, "files": files})


def verify_folder(folder: Path) -> str | None:
    """What is wrong with a folder with a manifest, or None."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for name, expected in manifest["files"].items():
            path = folder / name
            if path.is_symlink() or not path.is_file():
                return f"{name} is missing"
            if path.stat().st_size != expected["bytes"] or digest(path) != expected["blake2b"]:
                return f"{name} differs from the manifest"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "the manifest is missing or damaged"
    return None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run folder against a second writer; the lock goes with the process, however that ends."""
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunInUseError(
                "E-RUN-IN-USE",
                f"{folder} is being written by another process; wait for it, or train into another folder.",
            ) from None
        yield
