"""Files from their official home: verified by digest, resumed where a line broke, from a mirror where one is dead."""

import hashlib
import http.client
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etude.errors import DataError, ResourceError

CHUNK = 1 << 16
TIMEOUT = 30.0
"""seconds without a byte"""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that others publish."""

    name: str
    urls: tuple[str, ...]
    """official home first, then mirrors"""
    sha256: str
    size: int
    """bytes"""


def download(file: RemoteFile, folder: Path) -> Iterator[int]:
    """Fetch a file into `folder`, yielding the bytes that are there so far; nothing if it is there already.

    What arrives is kept in `NAME.part` until it is whole and its digest is right.
    """
    path = folder / file.name
    if path.exists() and digest(path) == file.sha256:
        return
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < file.size:
        raise ResourceError("E-DISK", f"{file.name} has {file.size / 1e6:.0f} MB, {folder} has less free.")
    part = folder / f"{file.name}.part"
    troubles = []
    for url in file.urls:
        try:
            yield from fetch(url, part, file.size)
        except (OSError, http.client.HTTPException) as error:
            troubles.append(f"{host(url)}: {error}")
            continue
        if digest(part) == file.sha256:
            part.replace(path)
            return
        troubles.append(f"{host(url)}: {part.stat().st_size:,} bytes whose SHA-256 is not the published one")
        part.unlink()
    raise DataError("E-DOWNLOAD", f"{file.name} could not be fetched: {'; '.join(troubles)}. Try again later.")


def fetch(url: str, part: Path, size: int) -> Iterator[int]:
    """Append the rest of a file to what is there of it; at most `size` bytes are taken."""
    demand_safe(url)
    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        return
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        if have and answer.status != 206:  # the server sends all of it again
            have = 0
        with part.open("ab" if have else "wb") as out:
            while have < size and (chunk := answer.read(min(CHUNK, size - have))):
                out.write(chunk)
                have += len(chunk)
                yield have
    if have < size:
        raise OSError(f"the line broke after {have:,} of {size:,} bytes")


def demand_safe(url: str) -> None:
    """Nothing is fetched over a line that others can write into."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError(f"{url} is not https")


def host(url: str) -> str:
    """The name of the server."""
    return urllib.parse.urlsplit(url).hostname or url


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
