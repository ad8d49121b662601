"""The catalogue of bad inputs: each is refused with its code and in words, on few lines, without a traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from etude.cli.main import main
from etude.data.load import load
from etude.errors import DataError
from etude.explanations import pages
from etude.source import Source
from tests.catalogue import commands, pictures, structures, tables
from tests.catalogue.row import Command, Row


def refused(row: Row, folder: Path, read: Callable[[Source], object], *, given: str) -> None:
    """Write the file, read what is `given`, and see what is said."""
    path = folder / row.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(row.bytes)
    with pytest.raises(DataError) as caught:
        read(Source(str(folder / given)))
    error = caught.value
    assert error.code == row.code and row.said in error.message
    assert error.code in pages() and error.exit_code == 3
    assert error.message.count("\n") + 1 == row.lines and " object at 0x" not in error.message
    assert str(folder) not in error.message.replace(str(path), "")


@pytest.mark.parametrize("row", tables.REFUSED, ids=str)
def test_a_bad_table_is_refused_in_words(row: Row, tmp_path: Path) -> None:
    refused(row, tmp_path, load, given=row.file)


@pytest.mark.parametrize("row", pictures.REFUSED, ids=str)
def test_a_bad_picture_is_named_with_its_fault(row: Row, tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(5):
            Image.new("RGB", (8, 8), (number, 9, 9)).save(tmp_path / name / f"{number}.png")
    refused(row, tmp_path, lambda source: load(source, size=8), given="")


@pytest.mark.parametrize(("read", "row"), structures.REFUSED, ids=[str(row) for _, row in structures.REFUSED])
def test_a_bad_text_or_graph_is_refused_in_words(read: Callable[[Source], object], row: Row, tmp_path: Path) -> None:
    refused(row, tmp_path, read, given=row.file)


@pytest.mark.parametrize("command", commands.REFUSED, ids=str)
def test_a_bad_command_is_refused_in_words(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("age,income\n" + "".join(f"{k},{'ab'[k % 2]}\n" for k in range(40)))
    assert main(list(command.words)) == command.exit_code
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("etude: ") and said.err.endswith(f" [{command.code}]\n")
    assert command.said in said.err and command.code in pages()
    assert len(said.err.splitlines()) <= 4 and len(said.err) < 800 and said.err.strip().isprintable()
    assert {path.name for path in tmp_path.iterdir()} <= {"people.csv", "runs"}


def test_a_script_gets_the_same_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "lenet", "--batch", "big", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "E-FLAG"


def test_what_a_file_says_cannot_move_the_cursor(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,label\n" + "1,x\n2,y\n" * 10 + "3,\x1b[2J\u202e\n")
    with pytest.raises(DataError) as caught:
        load(Source(str(path)))
    assert r"\x1b[2J\u202e" in caught.value.message and caught.value.message.isprintable()


def test_a_class_of_many_lines_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,label\n" + "1,x\n2,y\n" * 10 + '3,"' + "a,b\n" * 300 + '"\n')
    with pytest.raises(DataError) as caught:
        load(Source(str(path)))
    assert "\n" not in caught.value.message and len(caught.value.message) < 300
