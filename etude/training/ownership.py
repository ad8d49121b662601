"""Whose files a run folder holds: its own, not links to others, and no stranger's."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from etude.errors import CheckpointError


def refuse_strangers(folder: Path) -> None:
    """CheckpointError E-RUN-OWNER for what belongs to another user, E-RUN-LINK for a link or a device in a run folder.

    The folder itself may be reached through a link of the user's own, to a larger disk; what it holds may not. Files of
    the administrator are let through: he can read and write everything anyway.
    """
    refuse_owner(folder, folder.stat())
    for path, found in inside(folder):
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            kind = "a link to another place" if stat.S_ISLNK(found.st_mode) else "no file and no folder"
            raise CheckpointError(
                "E-RUN-LINK",
                f"{path} is {kind}: a run folder holds plain files only, or it could have etude read or overwrite "
                "others. Copy the run with cp -rL if the link is your own, or remove it.",
            )
        refuse_owner(path, found)


def inside(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Everything below a folder, as it is itself; links are not followed."""
    for root, folders, files in os.walk(folder, followlinks=False):
        for name in (*folders, *files):
            path = Path(root) / name
            try:
                yield path, path.lstat()
            except FileNotFoundError:  # a training that goes on has just replaced it
                continue


def refuse_owner(path: Path, found: os.stat_result) -> None:
    """CheckpointError E-RUN-OWNER unless it belongs to this user or to the administrator."""
    if found.st_uid not in (os.geteuid(), 0):
        raise CheckpointError(
            "E-RUN-OWNER",
            f"{path} belongs to another user (number {found.st_uid}), who could change it while it is read. "
            "Copy the run folder, and use the copy.",
        )
