"""Every command in the README and in CONTRIBUTING does what it says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from PIL import Image

from etude.cli.main import main

ROOT = Path(__file__).parent.parent


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of a Markdown file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [dedent(each) for each in re.findall(rf" *```{language}\n(.*?)```", text, flags=re.DOTALL)]


def commands(name: str) -> list[list[str]]:
    """The lines of the console blocks that begin with `$ etude`."""
    lines = [line.strip() for block in blocks(name, "console") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[2:] for line in lines if line.startswith("$ etude")]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the README speaks of."""
    monkeypatch.chdir(tmp_path)
    chance = np.random.default_rng(0)
    rows = [
        f"{chance.integers(20, 60)},{chance.choice(['a', 'b'])},{chance.choice(['low', 'high'])}" for _ in range(90)
    ]
    for name in ("people.csv", "new.csv"):
        (tmp_path / name).write_text("\n".join(["age,job,income", *rows]) + "\n")
    (tmp_path / "novel.txt").write_text("She said that it rained. He said nothing at all.\n" * 200)
    verdicts = [
        f"a {chance.choice(['fine', 'dull'])} film about {number},{chance.choice(['good', 'bad'])}"
        for number in range(90)
    ]
    (tmp_path / "reviews.csv").write_text("\n".join(["text,verdict", *verdicts]) + "\n")
    for name, level in (("cats", 40), ("dogs", 200)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(8):
            Image.new("L", (16, 16), level + number).save(tmp_path / "photos" / name / f"{number}.png")
    return tmp_path


def test_commands_of_the_readme(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uvicorn.Server.run", lambda server, sockets: sockets[0].close())  # it would serve for ever
    monkeypatch.setattr("webbrowser.open", lambda address: True)
    monkeypatch.setattr("etude.web.live.LiveTraining.linger", lambda live, stopped: None)  # so would its page
    found = commands("README.md")
    assert len(found) >= 13
    for words in found:
        assert main([*words, *(["--steps", "3"] if words[0] == "train" else [])]) == 0, words


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"[`$] ?make (\w+)", (ROOT / "README.md").read_text()))
    assert targets >= {"demo", "test", "check"} and all(re.search(rf"^{name}:", makefile, re.M) for name in targets)


def test_python_of_the_readme(place: Path) -> None:
    (program,) = blocks("README.md", "python")
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert "Score(value=0." in done.stdout


def test_first_recipe_of_contributing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "mlp"]) == 0
    (place / "mine.py").write_text(capsys.readouterr().out)
    assert main(["train", "./mine.py", "--epochs", "2"]) == 0
    (program,) = blocks("CONTRIBUTING.md", "python")
    subprocess.run([sys.executable, "-c", program], check=True)
