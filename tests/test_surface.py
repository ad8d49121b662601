"""What others rely on: changing one of these lists is a decision, not an accident."""

import subprocess
import sys
import traceback
from pathlib import Path

import pytest
import torch

import etude
from etude.catalogue import recipe_names
from etude.cli import main as cli
from etude.cli.flags import parse_both
from etude.cli.main import VERBS
from etude.cli.train import Flags
from etude.verbs.recipes import default_recipe


def test_verbs() -> None:
    verbs = [
        "train",
        "resume",
        "doctor",
        "evaluate",
        "predict",
        "generate",
        "explain",
        "compare",
        "playground",
        "report",
        "list",
        "show",
        "import",
        "data",
    ]
    assert list(VERBS) == verbs


def test_public_names() -> None:
    assert sorted(etude.__all__) == [
        "Experiment",
        "Recipe",
        "Trained",
        "compare",
        "evaluate",
        "explain",
        "generate",
        "load",
        "predict",
        "report",
        "resume",
        "train",
    ]
    assert all(getattr(etude, name) is not None for name in etude.__all__)


def test_recipes() -> None:
    assert set(recipe_names()) >= {
        "perceptron",
        "linear",
        "logistic",
        "softmax",
        "xor",
        "mlp",
        "tabular",
        "lenet",
        "cnn",
    }


def modules_after(*arguments: str) -> set[str]:
    program = (
        "import sys; from etude.cli.main import main; import contextlib, io\n"
        f"with contextlib.redirect_stdout(io.StringIO()): code = main({list(arguments)!r})\n"
        "assert code == 0; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["show", "lenet"], ["--version"], ["train", "--help"]])
def test_help_and_lists_import_nothing_heavy(arguments: list[str]) -> None:
    heavy = {"torch", "numpy", "polars", "sklearn", "matplotlib", "pydantic"}
    found = modules_after(*arguments) & heavy
    assert not found or arguments == ["train", "--help"]


def test_training_imports_neither_scikit_learn_nor_matplotlib(tmp_path: Path) -> None:
    found = modules_after("train", "lenet", "--steps", "1", "--out", str(tmp_path))
    assert not found & {"sklearn", "matplotlib", "scipy", "torch._dynamo"}


def test_six_frames_from_the_shell_to_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[traceback.StackSummary] = []  # the doctor's rehearsal comes first, the training last
    original = torch.optim.AdamW.step

    def spy(self: torch.optim.AdamW, closure: object = None) -> object:
        seen.append(traceback.extract_stack())
        return original(self)

    monkeypatch.setattr(torch.optim.AdamW, "step", spy)
    assert cli.main(["train", "lenet", "--steps", "1", "--out", str(tmp_path), "--json"]) == 0
    package = str(Path(etude.__file__).parent)
    ours = [frame for frame in seen[-1] if frame.filename.startswith(package)]
    way = [Path(frame.filename).relative_to(package).as_posix() for frame in ours]
    assert way == [
        "cli/main.py",
        "cli/train.py",
        "training/phases.py",
        "training/fit.py",
        "learners/base.py",
        "optim.py",
    ]


@pytest.mark.parametrize("name", recipe_names())
def test_the_settings_of_each_recipe_are_flags(name: str) -> None:
    """A setting with the name of a flag of the data or of the verb would end the program."""
    recipe, flags = parse_both(
        default_recipe(name), Flags, ["--steps", "3", "--data", "x", "--drop", "y"], verb="train"
    )
    assert recipe.steps == 3 and recipe.source.data == "x" and recipe.source.drop == ("y",) and not flags.dry_run
