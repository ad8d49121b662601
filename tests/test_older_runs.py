"""Runs of every version that was ever released go on in this one."""

import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file
from torch.testing import assert_close

from etude.cli.main import main
from etude.training.run import FORMAT
from etude.verbs.trained import load_trained
from tests.older_runs import FAMILIES, FOLDER, HALF, to_the_end

RUNS = sorted(FOLDER.glob("format-*/*/"))


def test_there_are_runs_of_every_format() -> None:
    assert {path.parent.name for path in RUNS} == {f"format-{number + 1}" for number in range(FORMAT)}
    assert {path.name for path in RUNS if path.parent.name == f"format-{FORMAT}"} == set(FAMILIES)


@pytest.mark.parametrize("kept", RUNS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_it_is_loaded_and_goes_on_to_the_same_end(kept: Path, tmp_path: Path, unchecked: None) -> None:
    run = shutil.copytree(kept, tmp_path / kept.name)
    assert load_trained(str(run), use="last").step == HALF
    end = to_the_end(run)
    assert_close(end, load_file(kept.with_suffix(".safetensors")), rtol=1e-4, atol=1e-6)


def test_they_are_listed_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for kept in RUNS:
        shutil.copytree(kept, tmp_path / "runs" / f"{kept.parent.name}-{kept.name}")
    assert main(["list", "runs"]) == 0
    listed = capsys.readouterr().out
    assert all(f"{kept.parent.name}-{kept.name}" in listed for kept in RUNS)
    assert all(main(["report", f"{parent}-mlp"]) == 0 for parent in {kept.parent.name for kept in RUNS})
