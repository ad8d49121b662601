"""Whose code may run: that of etude, of installed packages, and what this user has named on a command line.

A run folder names the recipe that made it, and a run folder may come from anybody. So what it names is run only if it
was trained here before, by a user who typed its name; a note of that is kept outside of all run folders.
"""

import contextlib
import hashlib
import os
from pathlib import Path


def remember(name: str) -> None:
    """Note that the user has named this recipe, a file or a module, himself."""
    place = notes()
    with contextlib.suppress(OSError):  # where nothing can be noted, --recipe is asked for later
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(place / key(name), os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600))


def is_known(name: str) -> bool:
    """Whether the user has named this recipe himself; of a file, with this content."""
    try:
        found = (notes() / key(name)).lstat()
    except OSError:
        return False
    return found.st_uid == os.geteuid()


def key(name: str) -> str:
    """A file by its content, a module by its name."""
    content = Path(name).read_bytes() if name.endswith(".py") else f"module {name}".encode()
    return hashlib.sha256(content).hexdigest()


def notes() -> Path:
    """The folder of the notes, where programs keep what must outlive them (XDG base directories)."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "etude" / "recipes"
