"""The command, as a person and as a script use it."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file

from etude.cli.gates import check
from etude.cli.main import main
from etude.errors import UsageError
from etude.training.store import locked


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, object]:
    """What a verb prints with --json."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == code, capsys.readouterr()
    facts: dict[str, object] = json.loads(capsys.readouterr().out)
    return facts


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> str:
    """What a verb says on stderr when it cannot go on; stdout stays empty."""
    capsys.readouterr()
    assert main(list(arguments)) == code
    printed = capsys.readouterr()
    assert printed.out == "" and "Traceback" not in printed.err
    return printed.err


def table(path: Path, rows: int = 120) -> Path:
    chance = np.random.default_rng(0)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "town", "bought"])
        for _ in range(rows):
            age, town = int(chance.integers(18, 90)), str(chance.choice(["Bonn", "Ulm", "Köln"]))
            writer.writerow([age, town, "yes" if age > 50 else "no"])
    return path


def photos(folder: Path) -> Path:
    for name, colour in (("red", (200, 30, 30)), ("blue", (30, 30, 200))):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            Image.new("RGB", (20 + number, 30), tuple(each + number for each in colour)).save(
                folder / name / f"{number}.png"
            )
    return folder


def test_from_a_table_to_score_answers_comparison_and_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(table(tmp_path / "shop.csv"))
    trained = answer(
        capsys, "train", "tabular", "--data", data, "--target", "bought", "--name", "shop", "--steps", "300"
    )
    assert trained["scores"] and trained["folder"] == "runs/shop"
    judged = answer(capsys, "evaluate", "shop")
    assert judged["evaluation"]["metrics"]["accuracy"]["value"] > 0.8  # type: ignore[index]
    assert {each["name"] for each in judged["baselines"]} >= {"linear"}  # type: ignore[union-attr]
    answers = answer(capsys, "predict", "shop", data)
    assert len(answers["rows"]) == 120  # type: ignore[arg-type]
    assert main(["train", "softmax", "--data", data, "--target", "bought", "--name", "line", "--epochs", "2"]) == 0
    compared = answer(capsys, "compare", "shop", "line")
    assert compared["comparisons"][0]["names"] == ["shop", "line"]  # type: ignore[index]
    report = Path(str(answer(capsys, "report", "shop")["report"]))
    assert "bought" in report.read_text(encoding="utf-8")
    assert {each["run"] for each in answer(capsys, "list", "runs")} == {"shop", "line"}  # type: ignore[index]


def test_answers_are_written_as_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(table(tmp_path / "shop.csv"))
    assert main(["train", "tabular", "--data", data, "--target", "bought", "--epochs", "1"]) == 0
    assert main(["predict", "last", data, "--out", "answers.csv", "--probabilities"]) == 0
    rows = list(csv.DictReader(Path("answers.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 120
    for row in rows:
        shares = [float(row["probability of no"]), float(row["probability of yes"])]
        assert abs(sum(shares) - 1) < 1e-5 and row["bought"] == ("no" if shares[0] > shares[1] else "yes")


def test_folder_of_pictures_needs_no_other_flag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = photos(tmp_path / "photos")
    answer(capsys, "train", "cnn", "--data", str(folder), "--epochs", "2", "--width", "4")
    answers = answer(capsys, "predict", "last", str(folder / "red" / "3.png"))
    assert set(answers["rows"][0]["probabilities"]) == {"red", "blue"}  # type: ignore[index]


def test_gate_decides_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "softmax", "--steps", "5", "--require", "accuracy>=2"]) == 1
    assert main(["evaluate", "--require", "accuracy>=0", "log_loss<100"]) == 0
    assert "E-GATE" in complaint(capsys, "train", "softmax", "--require", "accuracy=0.9", code=2)
    assert len(list(Path("runs").iterdir())) == 1, "a bad gate must be seen before the training"


@pytest.mark.parametrize(
    ("gate", "met"), [("accuracy>=0.9", True), ("accuracy<0.9", False), ("valid-loss<=1e-1", True), ("loss>.5", False)]
)
def test_gates(gate: str, met: bool) -> None:
    assert check(gate, {"valid_accuracy": 0.9, "valid_loss": 0.1})[0] is met


def test_gate_on_an_unknown_score_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="accuracy"):
        check("acuracy>1", {"accuracy": 0.9})


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["trian"], 2, "did you mean 'train'"),
        (["train"], 2, "which recipe"),
        (["train", "lennet"], 2, "'lenet'"),
        (["train", "./absent.py"], 2, "no file"),
        (["train", "lenet", "--batch", "0"], 2, "--batch"),
        (["train", "lenet", "--rate", "nan"], 2, "--rate"),
        (["train", "lenet", "--seed", "-1"], 2, "--seed"),
        (["train", "lenet", "--minutes", "0"], 2, "--minutes"),
        (["train", "lenet", "--device", "warp"], 2, "cpu"),
        (["train", "lenet", "--device", "cuda:7"], 5, "devices: cpu"),
        (["train", "lenet", "--name", "a/b"], 2, "letters"),
        (["train", "lenet", "--data", "digitz"], 3, "'digits'"),
        (["train", "lenet", "--data", "absent.csv"], 3, "absent.csv"),
        (["train", "lenet", "--data", "wine"], 3, "pictures"),
        (["evaluate"], 4, "no run"),
        (["evaluate", "nothing"], 4, "nothing"),
        (["report", "nothing"], 4, "nothing"),
        (["predict", "last"], 2, "which files"),
        (["compare", "one"], 2, "which runs"),
        (["list", "recipies"], 2, "recipes"),
        (["show", "lenett"], 2, "'lenet'"),
        (["data", "get", "mnits"], 3, "mnist"),
        (["data", "got"], 2, "get, preview"),
    ],
)
def test_wrong_words_get_a_message_that_can_be_acted_on(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert words in complaint(capsys, *arguments, code=code)
    assert not Path("runs").exists()


def test_unknown_flag_names_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean '--batch'" in complaint(capsys, "train", "lenet", "--bathc", "3", code=2)


def test_errors_are_json_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    error = answer(capsys, "train", "lenet", "--data", "absent.csv", code=3)["error"]
    assert error["code"] == "E-DATA-PATH" and "absent.csv" in error["message"]  # type: ignore[index]


def test_dry_run_trains_nothing_and_counts_everything(capsys: pytest.CaptureFixture[str]) -> None:
    facts = answer(capsys, "train", "lenet", "--dry-run")
    assert facts["cost"]["parameters"] == 61_706  # type: ignore[index]
    assert sum(row["parameters"] for row in facts["layers"]) == 61_706  # type: ignore[union-attr, index, misc]
    assert not Path("runs").exists()


def test_overfitting_a_few_examples_shows_that_the_network_can_learn(capsys: pytest.CaptureFixture[str]) -> None:
    scores = answer(capsys, "train", "lenet", "--overfit", "16", "--steps", "60")["scores"]
    assert scores["valid_accuracy"] == 1.0  # type: ignore[index]


def test_minutes_choose_the_number_of_updates(capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.perf_counter()
    facts = answer(capsys, "train", "softmax", "--minutes", "0.05")
    assert facts["step"] >= 100 and time.perf_counter() - begun < 30  # type: ignore[operator]


def test_start_from_repeats_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "lenet", "--steps", "3", "--rate", "0.001", "--seed", "5", "--name", "a"]) == 0
    assert main(["train", "lenet", "--start-from", "runs/a/recipe.json", "--name", "b"]) == 0
    recipes = [json.loads(Path(f"runs/{name}/recipe.json").read_text())["fields"] for name in "ab"]
    assert recipes[0] == recipes[1]
    weights = [load_file(f"runs/{name}/checkpoints/step-000000003/learner.safetensors") for name in "ab"]
    assert all(np.array_equal(weights[0][key], weights[1][key]) for key in weights[0])


def test_resume_can_train_longer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "lenet", "--steps", "3", "--name", "a"]) == 0
    assert answer(capsys, "resume", "a", "--steps", "6")["step"] == 6


def test_a_run_goes_back_to_an_older_checkpoint_and_learns_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "lenet", "--steps", "3", "--name", "a"]) == 0
    assert main(["resume", "a", "--steps", "6"]) == 0
    kept = Path("runs/a/checkpoints/step-000000006/learner.safetensors")
    first, curves = load_file(kept), Path("runs/a/metrics.jsonl").read_text().count("\n")
    older = min(kept.parents[1].iterdir()).name.removeprefix("step-").lstrip("0")
    assert answer(capsys, "resume", "a", "--back-to", older)["step"] == 6
    assert all(np.array_equal(first[key], again) for key, again in load_file(kept).items())
    assert Path("runs/a/metrics.jsonl").read_text().count("\n") == curves
    undone = load_file(next(Path("runs/a/undone").glob("phase-0-step-6-*")) / "learner.safetensors")
    assert all(np.array_equal(undone[key], before) for key, before in first.items())
    with locked(Path("runs/a")):
        assert main(["resume", "a", "--back-to", older]) == 7
    assert "another process" in capsys.readouterr().err
    assert kept.exists()
    assert main(["resume", "a", "--back-to", "9"]) == 4
    assert "cannot go back to a checkpoint of update 9: there is none. It has those of " in capsys.readouterr().err


COMMAND = [sys.executable, "-m", "etude.cli.main"]
TRAINING = ["train", "cnn", "--width", "4", "--steps", "60", "--batch", "64"]
END = "checkpoints/step-000000060"
ALONE = os.environ | {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a training that nobody stopped."""
    folder = tmp_path_factory.mktemp("whole")
    program = [*COMMAND, *TRAINING, "--name", "whole"]
    subprocess.run(program, check=True, capture_output=True, env=ALONE, cwd=folder)
    return folder / "runs" / "whole"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_stopped_training_resumes_to_the_same_bits(whole: Path, number: signal.Signals, code: int) -> None:
    process = subprocess.Popen([*COMMAND, *TRAINING, "--name", "parts"], env=ALONE, stdout=subprocess.DEVNULL)
    parts = Path("runs/parts")
    curves = parts / "metrics.jsonl"
    deadline = time.monotonic() + 60
    while (not curves.exists() or curves.read_text().count("\n") < 5) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(number)
    assert process.wait(timeout=60) == code
    assert not (parts / END).exists(), "it was over before the signal came"
    assert main(["resume", "parts"]) == 0
    states = [load_file(folder / END / "learner.safetensors") for folder in (whole, parts)]
    assert states[0].keys() == states[1].keys()
    assert all(np.array_equal(states[0][key], states[1][key]) for key in states[0])


MINE = '''"""A line through the digits."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.load import load
from etude.layers.inputs import flat_input
from etude.layers.outputs import answer_layer
from etude.optim import Optimizer, adam
from etude.training.experiment import Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class Mine(Recipe):
    """A line through the digits."""

    epochs: int = 2
    """passes"""
    batch: int = 64
    """examples in an update"""
    tiny: ClassVar = {"steps": 2}

    def network(self, schema):
        features = flat_input(schema.inputs)
        return nn.Sequential(features, answer_layer(features.width, schema.target))

    def experiments(self):
        yield supervised(self, load(self.source), optimizer=descent)


def descent(network, steps):
    return Optimizer(adam(network.parameters(), rate=1e-2))
'''


def test_recipe_in_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    program = (
        "from pathlib import Path; from etude.testing import check_recipe; check_recipe('./mine.py', Path('checked'))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert answer(capsys, "train", "./mine.py", "--name", "mine")["scores"]["valid_accuracy"] > 0.9  # type: ignore[index]
    (tmp_path / "mine.py").rename(tmp_path / "moved.py")
    assert "--recipe" in complaint(capsys, "evaluate", "mine", code=4)
    assert main(["evaluate", "mine", "--recipe", "runs/mine/recipe.py"]) == 0


def test_changed_data_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = table(tmp_path / "shop.csv")
    assert main(["train", "tabular", "--data", str(data), "--target", "bought", "--epochs", "1"]) == 0
    data.write_text(data.read_text().replace("Bonn", "Ulm", 3))
    assert "E-DATA-CHANGED" in complaint(capsys, "evaluate", code=3)


def test_every_verb_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("train", "resume", "evaluate", "predict", "compare", "report", "list", "show", "data"):
        try:
            assert main([verb, "--help"]) == 0
        except SystemExit as ended:
            assert ended.code == 0
        assert "usage" in capsys.readouterr().out


def test_a_bug_of_ours_leaves_its_traceback_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("etude.cli.show.entry", lambda name: 1 / 0)
    error = complaint(capsys, "show", "lenet", code=70)
    path = Path(error.split("traceback: ")[1].strip())
    assert "ZeroDivisionError" in path.read_text()
    path.unlink()


@pytest.mark.parametrize(
    ("ask", "size"),
    [
        (lambda _: torch.empty(2**48, dtype=torch.uint8), "262144.00 GiB"),
        (lambda _: np.empty(2**48, dtype=np.uint8), "256. TiB"),
        (lambda _: bytearray(2**48), "more than is left"),
    ],
)
def test_memory_that_is_not_to_be_had_is_no_bug_of_ours(
    ask: Callable[[str], object], size: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real refusals of torch, NumPy and Python."""
    monkeypatch.setattr("etude.cli.show.entry", ask)
    said = complaint(capsys, "show", "lenet", code=5)
    assert f"the memory of this machine is full: {size} was asked for" in said and "[E-MEMORY]" in said
