"""New examples and looks inside, through the real commands."""

import json
from pathlib import Path

import pytest

from etude.cli.main import main


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer, a maker of points and a classifier, hardly trained."""
    out = tmp_path_factory.mktemp("runs")
    for recipe in ("gpt", "gan", "lenet"):
        assert main(["train", recipe, "--steps", "2", "--name", recipe, "--out", str(out)]) == 0
    return out


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_text_is_printed_and_repeats_with_its_seed(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys)
    texts = []
    for seed in ("3", "3", "4"):
        assert main(["generate", str(runs / "gpt"), "--prompt", "def ", "--length", "20", "--seed", seed]) == 0
        texts.append(said(capsys))
    assert texts[0] == texts[1] != texts[2]
    assert texts[0].startswith("def ")


def test_text_goes_to_a_file(runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "text.txt"
    assert main(["generate", str(runs / "gpt"), "--length", "5", "--out", str(out)]) == 0
    assert out.read_text()


def test_points_are_drawn_into_the_run(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(runs / "gan"), "--n", "5"]) == 0
    assert said(capsys).strip() == str(runs / "gan" / "generated.png")
    assert (runs / "gan" / "generated.png").read_bytes().startswith(b"\x89PNG")


def test_points_as_json_for_scripts(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(runs / "gan"), "--n", "5", "--json"]) == 0
    figure = json.loads(said(capsys))["figure"]
    assert figure["figure"] == "Points"
    assert figure["x"]["shape"] == [5]


def test_classifier_makes_nothing(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(runs / "lenet")]) == 2
    assert "makes no new examples" in capsys.readouterr().err


def test_unknown_wish_is_refused(runs: Path) -> None:
    assert main(["generate", str(runs / "gpt"), "--temprature", "1"]) == 2


def test_help_without_a_run_needs_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "--help"]) == 0
    assert "etude generate RUN --help" in said(capsys)


def test_run_without_an_inside_says_so(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(runs / "lenet"), "picture.png"]) == 2
    assert "no figure of its inside" in capsys.readouterr().err


def test_maker_of_points_has_no_answers(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(runs / "gan"), "points.csv"]) == 2
    assert "etude generate" in capsys.readouterr().err


@pytest.mark.parametrize("recipe", ["gcn", "gpt", "gan", "ppo"])
def test_rehearsal_knows_every_kind_of_batch(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", recipe, "--dry-run"]) == 0
    assert "parameters" in said(capsys)


def test_runs_that_judge_themselves_are_not_compared(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(runs / "gpt"), str(runs / "gan")]) == 2
    assert "no single answer" in capsys.readouterr().err
