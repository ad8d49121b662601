"""Runs that are over, looked into again: data, copies, augmentation, layers, and what is said where that fails."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from fastapi.testclient import TestClient
from safetensors.torch import load_file
from sklearn.datasets import load_digits

from etude.data.load import load
from etude.source import Source
from etude.training.phases import train
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start
from etude.verbs.trained import load_trained
from etude.web import opened
from etude.web.app import create_app
from etude.web.live import LiveTraining
from etude.web.opened import OpenedRun, OpenedRuns
from tests.test_web_runs import HOME, PORT, TOKEN, unpacked


def made(name: str, folder: Path, run: str, **settings: Any) -> Path:
    """A short training."""
    recipe = fill_recipe(default_recipe(name), {"steps": 3} | settings)
    experiments, training = start(name, recipe, run_name=run, out=folder)
    for _ in train(experiments, training):
        pass
    return training.folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures, a table in a file, one whose rows stand there twice, texts, and a training of several phases."""
    folder = tmp_path_factory.mktemp("runs")
    chance = np.random.default_rng(0)
    values = chance.normal(size=(90, 2)).round(6)
    frame = pl.DataFrame({"width": values[:, 0], "height": values[:, 1], "kind": ["a", "b", "c"] * 30})
    frame.write_csv(folder / "table.csv")
    pl.concat([frame, frame]).write_csv(folder / "twice.csv")
    made("lenet", folder, "digits")
    made("cnn", folder, "moved", width=4, batch=16)
    made("tabular", folder, "table", data=str(folder / "table.csv"), target="kind")
    made("tabular", folder, "twice", data=str(folder / "twice.csv"), target="kind")
    words = ["red", "green", "blue", "old", "new", "cat", "dog"]
    texts = [" ".join(words[(k * j) % 7] for j in range(1, 6)) for k in range(60)]
    pl.DataFrame({"text": texts, "kind": ["a", "b", "c"] * 20}).write_csv(folder / "texts.csv")
    made("textcnn", folder, "texts", data=str(folder / "texts.csv"))
    made("stacked-autoencoder", folder, "phases", hidden=(8, 4), pretraining=1)
    return folder


@pytest.fixture
def client(runs: Path) -> Iterator[TestClient]:
    with TestClient(create_app(TOKEN, port=PORT, runs=runs), base_url=HOME) as client:
        client.cookies.set(f"etude_token_{PORT}", TOKEN)
        yield client


def figures(client: TestClient, path: str, **query: str) -> dict[str, Any]:
    """What comes back."""
    answer = client.get(f"/api/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return unpacked(answer.content)


def test_the_data_of_pictures_are_read_once_more(client: TestClient) -> None:
    found = figures(client, "data", run="digits")
    assert found["balance"]["values"].sum(axis=1).tolist() == np.bincount(load_digits().target).tolist()
    assert found["samples"]["pixels"].shape == (80, 1, 28, 28)
    assert "none of them in the training part too" in found["copies"]["body"]
    assert "Near copies across the parts" in figures(client, "copies", run="digits")["near copies"]["title"]


def test_rows_that_stand_there_twice_are_found(client: TestClient, runs: Path) -> None:
    assert list(figures(client, "data", run="table")) == ["balance", "column width", "column height", "copies"]
    assert "none among 63 train" in figures(client, "copies", run="table")["near copies"]["title"]
    splits = load(Source(str(runs / "twice.csv"), target="kind"))
    train, valid, test = (set(map(tuple, part.x.tolist())) for part in (splits.train, splits.valid, splits.test))
    across = sum(
        tuple(row) in known
        for known, part in ((train, splits.valid), (train, splits.test), (valid, splits.test))
        for row in part.x.tolist()
    )
    title = figures(client, "copies", run="twice")["near copies"]["title"]
    assert len(test) and title.startswith(f"Near copies across the parts: {across} among 126 train")


def test_pictures_change_as_strongly_as_somebody_wants(client: TestClient) -> None:
    assert client.get("/api/strengths", params={"run": "moved"}).json() == {"shift": {"now": 2, "most": 12}}
    shown = figures(client, "augmented", run="moved", shift="0")["augmented"]
    assert np.array_equal(shown["pixels"][:, :, :32], shown["pixels"][:, :, 34:])  # shift 0 leaves them alone
    assert client.get("/api/strengths", params={"run": "digits"}).json() == {}


def test_the_inside_is_that_of_the_checkpoint_asked_about_the_validation_part(client: TestClient, runs: Path) -> None:
    folder = runs / "digits"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    layers = client.get("/api/layers", params={"run": "digits"}).json()
    last = [name for name, kind in layers.items() if kind == "Linear"][-1]
    found = figures(client, "layer", run="digits", name=last)
    trained = load_trained(str(folder))
    valid = load(trained.recipe.source).valid.x[:32]
    with torch.no_grad():
        wanted = trained.predictor.network.eval()(valid)
    np.testing.assert_allclose(found["output"]["values"], wanted.numpy(), rtol=1e-5, atol=1e-5)
    saved = load_file(trained.run.checkpoint(trained.step) / "learner.safetensors")
    np.testing.assert_array_equal(found["weight"]["values"], saved[f"{last}.weight"].numpy()[:, :64])
    inside = figures(client, "inside", run="digits")
    assert list(inside) == ["words", "layers"] and "update" not in inside["words"]["body"]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize("run", ["texts", "phases", "table", "moved"])
def test_every_kind_of_run_is_looked_into_without_touching_chance(client: TestClient, run: str) -> None:
    before = torch.get_rng_state()
    layers = client.get("/api/layers", params={"run": run}).json()
    drawn = figures(client, "inside", run=run)["layers"]["layers"]
    assert drawn and {each["name"] for each in drawn} & set(layers)
    for name in layers:
        answer = client.get("/api/layer", params={"run": run, "name": name})
        assert answer.status_code == 200 or answer.json()["code"] == "E-LAYER"
    assert torch.equal(torch.get_rng_state(), before)


def test_data_that_are_gone_or_changed_are_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "REFUSED", 0.0)
    table = tmp_path / "table.csv"
    pl.DataFrame({"x": [float(k) for k in range(60)], "y": ["a", "b"] * 30}).write_csv(table)
    made("tabular", tmp_path / "runs", "one", data=str(table))
    content = table.read_bytes()
    with TestClient(create_app(TOKEN, port=PORT, runs=tmp_path / "runs"), base_url=HOME) as client:
        client.cookies.set(f"etude_token_{PORT}", TOKEN)

        def asked(path: str) -> tuple[int, str]:
            answer = client.get(f"/api/{path}", params={"run": "one"})
            return answer.status_code, answer.json()["message"] if answer.status_code != 200 else ""

        for changed, words in (
            (None, "the data of this run cannot be read again: there is no file or folder"),
            (content.replace(b"7.0", b"7.5"), "the data are not those that this run was trained on"),
            (content.replace(b"8.0,a\n", b""), "the data are not those that this run was trained on"),
            (b"", "the data of this run cannot be read again"),
        ):
            table.unlink() if changed is None else table.write_bytes(changed)
            for path in ("data", "copies", "augmented", "layers", "inside"):
                status, message = asked(path)
                assert status == 422 and message.startswith(words), (path, message)
        table.write_bytes(content)
        assert asked("data") == (200, "")
        assert asked("augmented") == (400, "this recipe learns from its pictures as they are.")
        table.unlink()
        assert asked("copies") == (200, "")  # they are still in memory


def test_what_was_refused_is_not_read_again_for_each_stroke(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def refused(trained: Any) -> None:
        asked.append(trained.run.folder)
        raise opened.DataError("E-DATA-PATH", "gone.")

    monkeypatch.setattr(opened, "OpenedRun", refused)
    looks = OpenedRuns()
    for _ in range(3):
        with pytest.raises(opened.DataError, match="cannot be read again: gone"):
            looks.open(runs / "digits")
    assert asked == [runs / "digits"]


def test_a_handful_of_runs_is_kept_and_a_new_run_of_the_same_name_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "KEPT", 2)
    folders = [made("xor", tmp_path, f"run{k}", steps=1) for k in range(3)]
    looks = OpenedRuns()
    first = looks.open(folders[0])
    assert looks.open(folders[0]) is first
    for folder in folders[1:]:
        looks.open(folder)
    assert len(looks.kept) == 2 and looks.open(folders[0]) is not first
    again = looks.open(folders[0])
    (folders[0] / "recipe.json").touch()
    assert looks.open(folders[0]) is not again


def test_nobody_waits_while_data_are_read(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(trained: Any) -> OpenedRun:
        begun.set()
        assert go_on.wait(20)
        return OpenedRun(trained)

    monkeypatch.setattr(opened, "OpenedRun", slow)
    answers: list[int] = []
    reader = threading.Thread(
        target=lambda: answers.append(client.get("/api/data", params={"run": "texts"}).status_code)
    )
    reader.start()
    assert begun.wait(20)
    asked = time.perf_counter()
    assert client.get("/api/facts", params={"run": "digits"}).status_code == 200
    assert time.perf_counter() - asked < 5 and answers == []
    go_on.set()
    reader.join(20)
    assert answers == [200]


def test_another_run_is_opened_beside_a_training_that_does_not_feel_it(runs: Path, tmp_path: Path) -> None:
    def trained(watching: bool) -> list[float]:
        recipe = fill_recipe(default_recipe("mlp"), {"steps": 3, "hidden": (8,), "dropout": 0.5})
        experiments, run = start("mlp", recipe, run_name=f"live{watching}", out=tmp_path)
        live, looks, losses = LiveTraining(run, stop=lambda: None), OpenedRuns(), []
        for event in train(live.follow(experiments), run):
            answer = live.look(lambda: looks.open(runs / "moved").inside(), now=True) if watching else None
            live.between(event, stopped=lambda: False)
            assert answer is None or "layers" in answer.result(timeout=0)
            losses.append(float(event.logs["loss"]))
        return losses

    assert trained(watching=True) == trained(watching=False)
