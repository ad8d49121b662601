"""Run folders whose files somebody spoilt, and messages and addresses that a browser might send."""

import atexit
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from zlib import crc32

from benchmarks.fuzz.readers import Reader
from etude.errors import EtudeError
from etude.playground.address import read_address
from etude.playground.own import read_points
from etude.report.facts import read_facts
from etude.verbs.python import train
from etude.verbs.results import result
from etude.verbs.trained import load_trained
from etude.web.session import Session

CHECKPOINT = "checkpoints/step-000000002"
RUN = (
    *("recipe.json", "data.json", "experiment-0.json", "metrics.jsonl"),
    *(f"{CHECKPOINT}/{name}" for name in ("state.json", "manifest.json", "learner.safetensors")),
)
ADDRESSES = (
    "activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=0"
    "&networkShape=4,2&seed=0.46&showTestData=false&discretize=false&percTrainData=50&x=true&y=true&xTimesY=false",
    "dataset=own&points=0.5,1,1;-1,2,-1&networkShape=&problem=regression&initZero=true&other=networkShape%3D2",
)
MESSAGES = (
    {"t": "lesson", "address": "seed=0.5&networkShape=3,2", "id": 4},
    {"t": "weight", "layer": 0, "unit": 1, "source": 1, "value": 0.25},
    {"t": "trace", "point": 3, "at": [0.5, -1.0]},
    {"t": "rate", "value": 0.03},
    {"t": "learn", "point": 2},
    {"t": "points", "address": "dataset=xor"},
    {"t": "frame"},
    {"t": "table", "text": "a,b,label\n1,2,x\n3,4,y\n"},
)


@cache
def whole() -> Path:
    """A run folder with one checkpoint, made once in each process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return train("softmax", "iris", name="whole", out=folder, steps=2).run.folder


def believed(folder: Path) -> None:
    """Write a manifest that agrees with what is there now."""
    files = {}
    for path in sorted(each for each in folder.iterdir() if each.name != "manifest.json"):
        content = path.read_bytes()
        files[path.name] = {"bytes": len(content), "blake2b": hashlib.blake2b(content, digest_size=32).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "files": files}))


def spoilt(name: str) -> Callable[[bytes, Path], object]:
    """Everything that reads a run folder, over one in which one file is spoilt."""

    def read(content: bytes, folder: Path) -> object:
        run = folder / "run"
        if not run.exists():
            shutil.copytree(whole(), run)
        path = run / name
        path.write_bytes(content)
        if name.startswith(CHECKPOINT) and path.name != "manifest.json":
            believed(path.parent)  # by somebody who wants it to be believed
        try:
            for look in (result, read_facts):
                with suppress(EtudeError):
                    look(run)
            load_trained(str(run), use="last")
        finally:
            shutil.copy(whole() / name, path)
            believed(run / CHECKPOINT)

    return read


def heard(content: bytes, folder: Path) -> object:
    """A message from the page, obeyed."""
    session = opened()
    return session.obey(content.decode("utf-8", "replace"))


@cache
def opened() -> Session:
    """One page."""
    session = Session()
    atexit.register(session.close)
    return session


def addressed(content: bytes, folder: Path) -> object:
    """The address of a lesson, and what it shows at first."""
    lesson, _ = read_address(content.decode("utf-8", "replace"), seed="0.5")
    drawn = crc32(content) % 8 == 0  # it takes ten times as long as all the rest
    return lesson.network(), lesson.points if drawn else None


def typed(content: bytes, folder: Path) -> object:
    """Points that somebody wrote or pasted."""
    return read_points(content.decode("utf-8", "replace"), quantity=False)


SAID: dict[str, Reader] = {
    **{
        Path(name).name: Reader(partial(lambda name: [(whole() / name).read_bytes()], name), spoilt(name))
        for name in RUN
    },
    "messages": Reader(lambda: [json.dumps(each).encode() for each in MESSAGES], heard),
    "addresses": Reader(lambda: [each.encode() for each in ADDRESSES], addressed),
    "points": Reader(lambda: [b"x,y,label\n" + b"".join(b"%d,%d.5,%d\n" % (k, -k, k % 2) for k in range(20))], typed),
}
