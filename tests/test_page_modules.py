"""The pure modules of the page, run by node: frames, colours, curves, addresses, places of units."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from etude.web.frame import HEADER, encode, schema

FOLDER = Path(__file__).parent / "page"
NODE = shutil.which("node")
FRAMES = {
    1: {
        "answer": np.arange(9, dtype=np.uint8).reshape(3, 3),
        "units": np.full((2, 1, 1), 255, dtype=np.uint8),
        "weights": np.array([0.5, -1.25, 3e38, 2e-38], dtype=np.float32),
        "biases": np.array([0.1], dtype=np.float32),
        "losses": np.array([[0, 0.5, 0.25], [1, 0.125, 2.0]], dtype=np.float32),
    },
    2: {"train": np.zeros((0, 3), dtype=np.float32), "test": np.array([[6, -6, 1]], dtype=np.float32)},
    7: {"alone": np.array([1, 2, 3], dtype=np.uint8)},
}
"""kind of frame -> its arrays: odd lengths, empty arrays, large and small numbers"""
NUMBER, STEP, TIME = 2**32 - 1, 2**40, 1_700_000_000.125


def written(kind: int) -> dict[str, object]:
    """A frame, and everything that is to be read from it."""
    arrays = FRAMES[kind]
    return {
        **{"kind": kind, "number": NUMBER, "step": STEP, "time": TIME, "arrays": schema(kind, arrays)["arrays"]},
        "values": {name: [float(each) for each in array.ravel()] for name, array in arrays.items()},
        "bytes": base64.b64encode(encode(kind, NUMBER, STEP, arrays)).decode(),
    }


def test_golden_frames_are_written_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: TIME)
    golden = json.loads((FOLDER / "frames.json").read_text())
    assert golden == [written(kind) for kind in FRAMES]
    assert all(len(base64.b64decode(each["bytes"])) > HEADER.size for each in golden)


@pytest.mark.skipif(NODE is None, reason="no node on this machine; the browser's tests still use these modules")
def test_the_modules_hold_what_they_promise() -> None:
    assert NODE is not None
    tests = sorted(map(str, FOLDER.glob("*.test.mjs")))
    done = subprocess.run([NODE, "--test", *tests], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0\n" in done.stdout and "\n# pass 0\n" not in done.stdout
