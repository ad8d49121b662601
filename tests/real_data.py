"""Where the tests find real data: the folder that ETUDE_DATA names."""

import os
from pathlib import Path

import pytest


def real(path: str) -> Path:
    """A file or folder of ETUDE_DATA; the test is skipped if it is not there."""
    root = os.environ.get("ETUDE_DATA")
    if not root:
        pytest.skip("ETUDE_DATA names no folder of real data")
    found = Path(root) / path
    if not found.exists():
        pytest.skip(f"{path} is not in ETUDE_DATA")
    return found
