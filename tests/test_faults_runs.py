"""No fault loses a run, seen from outside: kills, other machines, other hands, closed terminals, broken recipes."""

import json
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from etude.cli.main import main
from etude.errors import CheckpointError
from etude.training import saving
from etude.training.describe import elsewhere, environment
from etude.training.fit import fit
from etude.training.run import Run
from etude.training.store import locked, read_json, write_json
from etude.verbs.folders import find_run
from etude.verbs.results import result
from tests.killed_training import SERVER
from tests.test_cli import MINE, complaint
from tests.test_training_fit import experiment, state

KILLS = 12
STOPPED = 3.0
"""seconds"""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_killed_again_and_again_at_any_moment_a_training_ends_with_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unchecked: None
) -> None:
    """Dropout, batch norm, augmentation, a schedule; every update is written, so most kills come while one is."""
    monkeypatch.setattr(saving, "LONGEST", 0.0)
    whole, folder = experiment(), empty(tmp_path / "killed")
    chance, kills = random.Random(0), 0
    while kills < KILLS:
        ended = train_in_child(folder, chance.uniform(0.0, 0.05))
        if ended == 0:  # it was faster; another one
            shutil.rmtree(folder)
            empty(folder)
        kills += ended == -signal.SIGKILL
    assert train_in_child(folder, None) == 0
    list(fit(whole, Run(empty(tmp_path / "whole"))))
    resumed = experiment()
    assert Run(folder).load(resumed.learner) == 20
    assert all(torch.equal(tensor, state(resumed)[name]) for name, tensor in state(whole).items())
    rows = [[row | {"seconds": 0} for row in Run(each).curves()] for each in (folder, tmp_path / "whole")]
    assert rows[0] == rows[1]


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def train_in_child(folder: Path, seconds: float | None) -> int:
    """Go on with it in a child, which is killed after some seconds; how that ended."""
    child = os.fork()
    if not child:
        try:
            with locked(folder):
                list(fit(experiment(), Run(folder)))
            os._exit(0)
        except BaseException:
            os._exit(99)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three updates."""
    folder = tmp_path_factory.mktemp("trained")
    assert main(["train", "xor", "--steps", "3", "--name", "a", "--out", str(folder)]) == 0
    return folder / "a"


@pytest.fixture
def run(trained: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(trained, Path("runs/a"))


def change(path: Path, **facts: object) -> None:
    """Edit a JSON file by hand."""
    write_json(path, read_json(path) | facts)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "recipe.json").write_text("{"), "runs/a/recipe.json is damaged"),
        (lambda folder: (folder / "recipe.json").write_text("[]"), "runs/a has a damaged file"),
        (lambda folder: (folder / "metrics.jsonl").write_text("{\n"), "runs/a/metrics.jsonl is damaged"),
        (lambda folder: (folder / "data.json").symlink_to("elsewhere"), "runs/a/data.json is a link"),
    ],
)
def test_one_run_that_cannot_be_read_hides_no_other(
    spoil: Callable[[Path], object], reason: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = shutil.copytree(run, Path("runs/whole"))
    (run / "data.json").unlink()
    spoil(run)
    os.utime(run / "recipe.json", ns=(0, 0))
    assert main(["list", "runs", "--json"]) == 0
    damaged, other = json.loads(capsys.readouterr().out)
    assert (damaged["run"], other["run"], other["updates"]) == ("a", "whole", "3")
    assert damaged["best"].startswith(f"cannot be read: {reason}")
    assert find_run("best").folder == whole
    with pytest.raises(CheckpointError, match=reason):
        result(find_run("a").folder)


def test_settings_that_were_edited_by_hand_stop_a_run_with_what_differs(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = read_json(run / "recipe.json")["fields"]
    change(run / "recipe.json", fields=fields | {"rate": 0.5, "steps": 6})
    said = complaint(capsys, "resume", "a", code=4)
    assert f"rate {fields['rate']} -> 0.5" in said and "steps" not in said.split("--start-from")[0]
    change(run / "recipe.json", fields=fields | {"steps": 6})
    assert main(["resume", "a"]) == 0


def test_a_run_of_a_newer_etude_says_which_one_to_install(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(run / "recipe.json", format=7)
    versions = read_json(run / "environment.json")["versions"]
    change(run / "environment.json", versions=versions | {"etude": "9.4"})
    for verb in ("resume", "evaluate"):
        said = complaint(capsys, verb, "a", code=4)
        assert "has format 7" in said and "reads format 1" in said and "written by etude 9.4. Install that one" in said
    assert read_json(run / "recipe.json")["format"] == 7, "the folder is as it was"


def test_another_machine_is_told_that_the_same_bits_are_not_promised(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resume", "a", "--steps", "4"]) == 0
    assert "not promised" not in capsys.readouterr().err
    versions = read_json(run / "environment.json")["versions"]
    change(run / "environment.json", versions=versions | {"torch": "1.0"}, threads=64)
    assert main(["resume", "a", "--steps", "5"]) == 0
    said = capsys.readouterr().err
    assert f"The same bits are not promised any more: torch 1.0 -> {versions['torch']}, threads 64 -> 1." in said


@pytest.mark.parametrize(
    ("place", "facts", "said"),
    [
        ("versions", {"etude": "9.4"}, "etude 9.4 -> "),
        ("versions", {"python": "3.9.1"}, "python 3.9.1 -> "),
        ("versions", {"numpy": "1.0"}, "numpy 1.0 -> "),
        ("machine", {"processor": "abacus"}, "processor abacus -> "),
        (None, {"devices": ["a card"]}, "devices a card -> "),
        ("machine", {"cores": 999}, ""),
    ],
)
def test_each_fact_of_another_machine_is_told(place: str | None, facts: dict[str, object], said: str) -> None:
    Path("run").mkdir()
    known = environment()
    write_json(Path("run/environment.json"), known | (facts if place is None else {place: known[place] | facts}))
    told = elsewhere(Path("run"))
    assert said in told and bool(told) == bool(said)


ROWS = "a,b,label\n" + "".join(f"{k * 7 % 11},{k % 5}.5,{'xy'[k % 2]}\n" for k in range(40))


def table_run() -> None:
    Path("t.csv").write_text(ROWS)
    assert main(["train", "softmax", "--data", "t.csv", "--steps", "2", "--name", "t"]) == 0


def test_other_data_stop_a_run_unless_they_are_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    table_run()
    before = read_json(Path("runs/t/data.json"))
    Path("t.csv").write_text(ROWS + "3,1.5,x\n")
    said = complaint(capsys, "resume", "t", "--steps", "4", code=3)
    assert "E-DATA-CHANGED" in said and "etude resume --accept-data-change" in said
    assert read_json(Path("runs/t/data.json")) == before
    assert main(["resume", "t", "--steps", "4", "--accept-data-change"]) == 0
    assert "from update 2 on the data are others" in capsys.readouterr().err
    after = read_json(Path("runs/t/data.json"))
    assert after["fingerprint"] != before["fingerprint"] and sum(after["parts"].values()) == 41
    assert [read_json(path) for path in Path("runs/t/undone").glob("data-*.json")] == [before]
    assert main(["resume", "t", "--steps", "5"]) == main(["evaluate", "t"]) == 0, "they are the run's data now"
    assert "from update 2 on the data are others" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "difference"),
    [
        (ROWS + "3,0.5,z\n" * 5, "target names was ('x', 'y') and is ('x', 'y', 'z')"),
        (ROWS.replace("b,label", "b,c,label").replace(".5,", ".5,2.25,"), "inputs columns was ({'name': 'a'"),
    ],
)
def test_data_of_another_kind_are_not_accepted(rows: str, difference: str, capsys: pytest.CaptureFixture[str]) -> None:
    table_run()
    before = read_json(Path("runs/t/data.json"))
    Path("t.csv").write_text(rows)
    said = complaint(capsys, "resume", "t", "--steps", "4", "--accept-data-change", code=3)
    assert "E-DATA-OTHER" in said and difference in said and "--start-from" in said
    assert read_json(Path("runs/t/data.json")) == before


def test_too_little_space_is_told_before_a_training_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    free = shutil.disk_usage(".")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free._replace(free=700))
    assert main(["train", "xor", "--steps", "2", "--name", "d"]) == 0
    said = capsys.readouterr().err
    assert "W-DISK: 0.0 MB are free for runs/d, and its checkpoints may take 0.0 MB" in said


def test_a_run_that_stopped_without_notice_says_what_is_made_again(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (run / "metrics.jsonl").open("a") as file:
        file.write(json.dumps({"step": 5, "phase": 0, "seconds": 1.0, "loss": 1.0}) + "\n")
    assert main(["resume", "a", "--steps", "200"]) == 0
    assert "going on after update 3: the training had stopped without notice at about update 5; 2 updates" in (
        capsys.readouterr().err
    )


BROKEN = (
    MINE.replace(
        "    yield supervised(self, load(self.source), optimizer=descent)",
        "    built = supervised(self, load(self.source), optimizer=descent)\n"
        "        built.learner.objective = broken\n"
        "        yield built",
    )
    + "\n\ndef broken(model, batch):\n    return model.no_such_layer(batch.x)\n"
)


def test_an_error_in_somebodys_own_recipe_shows_their_line_first(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(BROKEN)
    said = complaint(capsys, "train", "./mine.py", code=1)
    line = 1 + BROKEN.split("\n").index("    return model.no_such_layer(batch.x)")
    first, *rest = said[said.index("etude: ") :].split("\n")
    assert first.endswith(
        f"mine.py, line {line}, in broken: AttributeError: 'Sequential' object has no attribute 'no_such_layer'"
    )
    assert rest[0].endswith(f'mine.py", line {line}, in broken') and "etude resume" in said


def test_a_terminal_that_is_closed_does_not_end_a_training() -> None:
    """Nor does a bare environment: no home, no locale, a terminal that can do nothing."""
    reader, writer = pty.openpty()
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C", "TERM": "dumb"}
    process = subprocess.Popen(
        [sys.executable, "-m", "etude.cli.main", "train", "xor", "--steps", "5000", "--name", "b"],
        stdin=writer,
        stdout=writer,
        stderr=writer,
        env=bare | {"OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )
    os.close(writer)
    drain = threading.Thread(target=read_until, args=(reader, Path("runs/b/metrics.jsonl")))
    drain.start()
    drain.join()
    process.send_signal(signal.SIGHUP)
    os.close(reader)
    assert process.wait(timeout=60) == 0
    assert Run(Path("runs/b")).steps()[-1] == 5000


def test_a_reader_that_goes_away_does_not_end_a_training() -> None:
    """As in `etude train xor 2>&1 | head -1`."""
    reader, writer = os.pipe()
    words = [sys.executable, "-m", "etude.cli.main", "train", "xor", "--steps", "1500", "--name", "e", "--no-doctor"]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(words, stdout=writer, stderr=writer, env=os.environ | paths)
    os.close(writer)
    assert os.read(reader, 1)
    os.close(reader)
    assert process.wait(timeout=60) == 0
    assert Run(Path("runs/e")).steps()[-1] == 1500


def read_until(reader: int, path: Path) -> None:
    """Look at the terminal until the training has begun."""
    while not path.exists():
        os.set_blocking(reader, False)
        try:
            os.read(reader, 1000)
        except (BlockingIOError, OSError):
            time.sleep(0.01)


def test_the_time_in_which_a_training_was_stopped_does_not_count() -> None:
    process = SERVER.Process(target=main, args=(["train", "xor", "--steps", "3000", "--name", "c", "--no-doctor"],))
    process.start()
    while not Path("runs/c/metrics.jsonl").exists():
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGSTOP)
    time.sleep(STOPPED)
    os.kill(process.pid or 0, signal.SIGCONT)
    process.join()
    run = Run(Path("runs/c"))
    assert run.steps()[-1] == 3000
    seconds = [0.0, *(row["seconds"] for row in run.curves())]
    assert max(later - earlier for earlier, later in pairwise(seconds)) < STOPPED / 2
