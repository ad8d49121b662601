"""Run folders as each version of their format wrote them: `python -m tests.older_runs` adds those of this version.

What is committed here is never written again: every later etude goes on from it, and comes to the same end.
"""

import shutil
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from safetensors.torch import save_file
from torch import Tensor

from etude.training.phases import train
from etude.training.run import FORMAT
from etude.training.store import read_json, write_json
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start
from tests.resumed import resumed

FOLDER = Path(__file__).parent / "golden" / "older"
FAMILIES = ("mlp", "cnn", "seq2seq", "vae", "gan", "gcn", "dqn")
"""of each kind of learner one that needs no data from elsewhere"""
HALF, WHOLE = 4, 8
"""updates"""


def stopped(name: str, out: Path) -> Path:
    """A tiny run that was stopped half way."""
    recipe = fill_recipe(default_recipe(name), type(default_recipe(name)).tiny | {"steps": WHOLE})
    experiments, run = start(name, recipe, run_name=name, out=out)
    with closing(train(experiments, run)) as events:
        for event in events:
            if event.step == HALF:
                break
    return run.folder


def to_the_end(folder: Path) -> dict[str, Tensor]:
    """What is learnt when a run goes on."""
    steps, state = resumed(folder)
    assert steps == list(range(HALF + 1, WHOLE + 1))
    return {key: value.contiguous().clone() for key, value in state.items()}


def add() -> None:
    """Those of this format that are not there yet, without what they say of this machine."""
    home = FOLDER / f"format-{FORMAT}"
    for name in FAMILIES:
        if not (home / name).exists():
            sys.argv = ["etude", "train", name]
            folder = stopped(name, home)
            facts = read_json(folder / "environment.json")
            write_json(folder / "environment.json", facts | {"machine": facts["machine"] | {"system": "Linux"}})
            shutil.rmtree(folder / "checkpoints" / "step-000000001", ignore_errors=True)
            with TemporaryDirectory() as place:
                save_file(to_the_end(shutil.copytree(folder, Path(place) / name)), home / f"{name}.safetensors")


if __name__ == "__main__":
    add()
