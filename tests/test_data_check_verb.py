"""etude data check from the shell, and the doubts that a training tells before it begins."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from etude.cli.main import main
from etude.data.load import load
from etude.data.splits import Splits
from etude.data.texts import load_texts
from etude.inside.check.labels import labels
from etude.inside.check.pictures import pictures
from etude.inside.check.quick import doubts, seconds_for
from etude.inside.check.structures import structures
from etude.inside.check.subject import Subject
from etude.inside.check.texts import texts
from etude.records import Labelled
from etude.source import Source
from etude.verbs import train as verb
from etude.verbs.check import check_data

SHIPPED = [
    *("iris", "wine", "breast-cancer", "diabetes", "digits", "mnist1d"),
    *("circles", "gaussians", "moons", "planes", "spiral", "xor", "8-gaussians", "25-gaussians"),
    *("swiss-roll", "two-spirals", "stdlib-packages"),
]


def leaky(path: Path, n: int = 300) -> Path:
    """A table with a column that is the answer, nearly, and a stand-in for missing values."""
    chance = np.random.default_rng(0)
    ill = chance.integers(0, 2, n)
    score = ill + chance.normal(0, 0.03, n)
    weight = chance.normal(70, 12, n).round(1)
    weight[::30] = -999
    rows = [f"{a},{b:.4f},{c}" for a, b, c in zip(weight, score, ill, strict=True)]
    path.write_text("\n".join(["weight,score,ill", *rows]) + "\n")
    return path


def test_what_must_be_mended_makes_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    leaky(tmp_path / "people.csv")
    assert main(["data", "check", "people.csv", "--target", "ill"]) == 1
    told = capsys.readouterr().out
    assert "1 thing to mend, 1 to know" in told and "W-LEAK  column score predicts ill perfectly" in told
    page = (tmp_path / "check.html").read_text()
    assert "Column score predicts ill perfectly" in page and "<svg" in page
    again = ["--target", "ill", "--drop", "score", "--json", "--out", "a/b.html"]
    assert main(["data", "check", "people.csv", *again]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert "W-COL-STANDIN" in [each["code"] for each in facts["findings"]] and (tmp_path / "a/b.html").exists()
    assert facts["verdict"].startswith("nothing to mend") and facts["parts"]["train"] == 210


def test_what_cannot_be_read_is_the_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["data", "check", "absent.csv"]) == 3
    for name in ("cats", "dogs"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for k in range(4):
            Image.new("L", (16, 16), 40 * k).save(tmp_path / "photos" / name / f"{k}.png")
        (tmp_path / "photos" / name / "broken.png").write_bytes(b"no picture")
    assert main(["data", "check", "photos"]) == 1
    assert "dogs/broken.png" in capsys.readouterr().out
    assert main(["data", "check", "CartPole-v1", "--recipe", "dqn"]) == 0
    assert "nothing is checked for this kind of data" in capsys.readouterr().out


def test_pictures_show_what_is_wrong_with_them(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    for name, size in (("cats", (24, 24)), ("dogs", (24, 28))):
        (tmp_path / name).mkdir()
        for k in range(100):
            noise = chance.integers(0, 255, size, dtype=np.uint8)
            shape = (8, 60) if (name, k) == ("cats", 7) else size
            pixels = np.full(size, 90, dtype=np.uint8) if k in (1, 2) else np.resize(noise, shape)
            Image.fromarray(pixels).save(tmp_path / name / f"patient{k // 3}_{k}.png")
    review, splits = check_data(Source(str(tmp_path)), size=20, recipe=None)
    assert splits is not None
    told = {each.code: each for each in review.findings}
    assert told["W-IMG-CONST"].said.startswith("4 pictures are of one colour")
    assert "cats/patient2_7.png: 60 x 8" in told["W-IMG-SHAPE"].examples[0]
    assert "size of a picture's file" in told["W-LEAK"].said and told["W-LEAK"].mend
    assert "W-SPLIT-GROUP" in told
    assert pictures(Subject(load(Source("digits")))) == []


def test_texts_show_what_is_wrong_with_them(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    words = ["the", "film", "was", "long", "and", "dull", "but", "music", "made", "up", "for", "it", "an", "end"]
    lines = ["text\tverdict"]
    for k in range(120):
        verdict = ("good", "bad")[k % 2]
        text = " ".join(chance.choice(words, 8)) + (" STARS5" if verdict == "good" else "")
        text = {3: "", 4: "cafe\u0301 " + text, 5: "zero\u200bwidth " + text, 6: "cafÃ© " + text}.get(k, text)
        text = {7: "это был хороший фильм и музыка"}.get(k, text)
        lines.append(f"{text}\t{verdict}")
    (tmp_path / "reviews.tsv").write_text("\n".join(lines))
    review, _ = check_data(Source(str(tmp_path / "reviews.tsv")), size=28, recipe="textcnn")
    found = {each.code for each in review.findings}
    assert found >= {"W-TEXT-EMPTY", "W-TEXT-UNICODE", "W-TEXT-ENCODING", "W-TEXT-SCRIPT", "W-LEAK"}
    assert any("'stars5'" in each.said for each in review.findings)
    assert texts(Subject(load_texts(Source("stdlib-packages")))) == []


def test_graphs_show_nodes_that_nothing_reaches(tmp_path: Path) -> None:
    nodes = "".join(f"n{k},{'ab'[k % 2]},{('train', 'valid', 'test')[k % 3]}\n" for k in range(12))
    (tmp_path / "nodes.csv").write_text("name,class,part\n" + nodes)
    (tmp_path / "edges.csv").write_text("from,to\n" + "".join(f"n{k},n{k + 1}\n" for k in range(8)) + "n9,n10\n")
    review, splits = check_data(Source(str(tmp_path), target="class"), size=28, recipe=None)
    assert splits is not None
    said = {each.code: each.said for each in review.findings}
    assert said["W-GRAPH-ALONE"].startswith("1 of 12 nodes")
    train = splits.rows[0]
    other = Splits(
        *(splits.train, splits.valid, splits.test), splits.schema, (train, splits.rows[1], train[:1]), "", (), ""
    )
    assert [each.mend for each in structures(Subject(other)) if each.code == "W-MASK-OVERLAP"] == [True]


@pytest.mark.parametrize("name", SHIPPED)
def test_no_training_on_what_comes_with_etude_begins_with_a_doubt(name: str) -> None:
    chance = torch.random.get_rng_state()
    assert doubts(load(Source(name)), seconds=10.0) == ()
    assert torch.equal(chance, torch.random.get_rng_state())


def test_doubts_keep_to_their_time() -> None:
    assert seconds_for(10**9) == 0.5 and seconds_for(100) == pytest.approx(0.002)
    splits = load(Source("gaussians"))
    one = Splits(
        Labelled(splits.train.x, splits.train.y), splits.valid, splits.test, splits.schema, splits.rows, "", (), ""
    )
    assert doubts(one, seconds=-1.0) == () and doubts(None, seconds=1.0) == ()
    assert labels(Subject(one)) == []


def test_a_training_tells_its_doubts_and_is_not_changed_by_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = str(leaky(tmp_path / "people.csv"))
    monkeypatch.setattr("etude.verbs.doubts.seconds_for", lambda steps: 5.0)
    given = ["--data", data, "--target", "ill", "--steps", "20", "--out", str(tmp_path / "runs")]
    assert main(["train", "logistic", *given, "--name", "told"]) == 0
    said = capsys.readouterr().err
    assert "W-LEAK: column score predicts ill perfectly" in said and "etude data check" in said
    diary = [json.loads(line) for line in (tmp_path / "runs/told/events.jsonl").read_text().splitlines()]
    assert [each["code"] for each in diary if each["event"] == "doubt"] == ["W-LEAK", "W-COL-STANDIN"]
    silent: Callable[..., None] = lambda *_, **__: None  # noqa: E731
    monkeypatch.setattr(verb, "note_doubts", silent)
    assert main(["train", "logistic", *given, "--name", "untold"]) == 0
    assert "W-LEAK" not in capsys.readouterr().err
    told, untold = (sorted((tmp_path / "runs" / name).rglob("step-*/*.safetensors")) for name in ("told", "untold"))
    assert told and [each.read_bytes() for each in told] == [each.read_bytes() for each in untold]
