"""Files from their official home: verified by digest, resumed where a line broke, from a mirror where one is dead."""

import errno
import hashlib
import http.client
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

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

    What arrives is kept in `NAME.part` until it is whole and its digest is right. ResourceError E-DISK if it does not
    fit; DataError E-DOWNLOAD, with the trouble that each home had.
    """
    path, part = folder / file.name, folder / f"{file.name}.part"
    if path.exists() and digest(path) == file.sha256:
        return
    folder.mkdir(parents=True, exist_ok=True)
    have = part.stat().st_size if part.exists() else 0
    if shutil.disk_usage(folder).free < file.size - have:
        raise _disk_full(file, folder)
    troubles = []
    for url in file.urls[:1] * bool(have) + file.urls:  # what was begun may be spoilt: then once more from the start
        try:
            yield from fetch(url, part, file.size)
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise _disk_full(file, folder) from error
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
    if not is_safe(url):
        raise ValueError(f"{url} is not https")
    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        return
    headers = {"User-Agent": "etude"} | ({"Range": f"bytes={have}-"} if have else {})
    opener = urllib.request.build_opener(_SafeRedirects)
    with opener.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as answer:
        if have and answer.status != 206:  # the server sends all of it again
            have = 0
        with part.open("ab" if have else "wb") as out:
            while have < size and (chunk := answer.read(min(CHUNK, size - have))):
                out.write(chunk)
                have += len(chunk)
                yield have
    if have < size:
        raise OSError(f"the line broke after {have:,} of {size:,} bytes")


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a server to another address only if that is https too."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes] | http.client.HTTPResponse,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not is_safe(newurl):
            raise urllib.error.URLError(f"led on to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_safe(url: str) -> bool:
    """Whether nobody on the way can write into the line: https, or this very machine."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _disk_full(file: RemoteFile, folder: Path) -> ResourceError:
    free = shutil.disk_usage(folder).free
    return ResourceError(
        "E-DISK", f"{file.name} has {file.size / 1e6:.1f} MB, {folder} has {free / 1e6:.1f} MB free: make room"
    )


def host(url: str) -> str:
    """The name of the server."""
    return urllib.parse.urlsplit(url).hostname or url


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
