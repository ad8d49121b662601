"""The page of the runs: what the server answers, and what it refuses."""

import json
import shutil
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from PIL import Image
from sklearn.datasets import load_digits

from etude.cli.watching import lived
from etude.errors import CheckpointError
from etude.figures import Curve, Figure, Grid, Histogram, Images, LayerBox, Line, Matrix, Network, Points, Text
from etude.training.fit import Event
from etude.training.phases import train
from etude.verbs.predict import predict
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import restart, start
from etude.verbs.trained import load_trained
from etude.web.app import create_app
from etude.web.live import LiveTraining
from etude.web.nearby import Nearby
from etude.web.trying import Trial, answers
from etude.web.wire import packed

PORT, TOKEN = 4322, "the-right-one"
HOME = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short trainings that differ in their rate, a folder that is damaged, and one with a link to another place."""
    folder = tmp_path_factory.mktemp("runs")
    for name, rate in (("first", 0.001), ("second", 0.002)):
        recipe = fill_recipe(default_recipe("lenet"), {"steps": 20, "rate": rate})
        experiments, run = start("lenet", recipe, run_name=name, out=folder)
        for _ in train(experiments, run):
            pass
    (folder / "broken").mkdir()
    (folder / "broken" / "recipe.json").write_text("{", encoding="utf-8")
    (shutil.copytree(folder / "first", folder / "linked") / "link").symlink_to(folder / "second")
    return folder


@pytest.fixture
def client(runs: Path) -> Iterator[TestClient]:
    with TestClient(create_app(TOKEN, port=PORT, runs=runs), base_url=HOME) as client:
        client.cookies.set(f"etude_token_{PORT}", TOKEN)
        yield client


def unpacked(data: bytes) -> dict[str, Any]:
    """As the page reads it."""
    length = struct.unpack_from("<I", data)[0]
    start = -(-(4 + length) // 8) * 8
    types = {"u8": np.uint8, "f32": np.float32, "i32": np.int32}

    def revived(value: dict[str, Any]) -> Any:
        if "at" not in value:
            return value
        count = int(np.prod(value["shape"]))
        return np.frombuffer(data, types[value["type"]], count, start + value["at"]).reshape(value["shape"])

    found: dict[str, Any] = json.loads(data[4 : 4 + length], object_hook=revived)
    return found


def test_every_kind_of_figure_comes_over_the_wire_as_it_was() -> None:
    numbers = torch.tensor([1.5, -2.0, torch.nan])
    figures: dict[str, Figure] = {
        "curve": Curve("c", {"one": Line(numbers, numbers, numbers, numbers)}, "x", "y"),
        "images": Images("i", torch.arange(18).byte().reshape(2, 1, 3, 3), ("a", "b")),
        "matrix": Matrix("m", torch.tensor([[1, 2], [3, 4]]), ("a", "b"), ("c", "d"), "r", "c"),
        "points": Points("p", numbers, numbers, "x", "y", background=Grid(torch.zeros(2, 3), (0.0, 1.0), (2.0, 3.0))),
        "histogram": Histogram("h", torch.tensor([0.0, 1.0, 2.0]), {"n": torch.tensor([3, 4])}, "x"),
        "network": Network("n", (LayerBox("layer", (3, 4), 12),)),
        "text": Text("t", "a line\nanother, with ü"),
    }
    found = unpacked(packed(figures))
    assert list(found) == list(figures)
    line = found["curve"]["lines"]["values"][0]
    np.testing.assert_array_equal(line["y"], np.array([1.5, -2.0, np.nan], dtype=np.float32))
    assert found["images"]["pixels"].tolist() == torch.arange(18).reshape(2, 1, 3, 3).tolist()
    assert found["matrix"]["values"].tolist() == [[1, 2], [3, 4]]
    assert found["points"]["background"]["y"] == [2.0, 3.0] and found["points"]["classes"] is None
    assert found["histogram"]["counts"] == {"names": ["n"], "values": [pytest.approx(np.array([3, 4]))]}
    assert found["network"]["layers"][0] == {"figure": "LayerBox", "name": "layer", "shape": [3, 4], "parameters": 12}
    assert found["text"]["body"] == "a line\nanother, with ü"


def test_the_table_tells_every_run_the_damaged_one_too(client: TestClient) -> None:
    said = client.get("/api/runs").json()
    rows = {row["name"]: row for row in said["runs"]}
    assert said["live"] is None and set(rows) == {"first", "second", "broken", "linked"}
    assert rows["first"]["step"] == 20 and rows["first"]["state"] == "done"
    assert rows["broken"]["state"] == "damaged" and "is damaged" in rows["broken"]["trouble"]
    assert rows["linked"]["state"] == "damaged" and "is a link" in rows["linked"]["trouble"]


def test_curves_of_one_run_and_of_two(client: TestClient, runs: Path) -> None:
    one = unpacked(client.get("/api/curves", params={"names": "first"}).content)
    written = [json.loads(line) for line in (runs / "first" / "metrics.jsonl").read_text().splitlines()]
    loss = dict(zip(one["Loss"]["lines"]["names"], one["Loss"]["lines"]["values"], strict=True))
    assert loss["training"]["y"] == pytest.approx([row["loss"] for row in written], rel=1e-6)
    two = unpacked(client.get("/api/curves", params={"names": "first,second"}).content)
    assert two["valid_accuracy"]["lines"]["names"] == ["first", "second"]


def test_only_what_differs_stands_in_the_comparison(client: TestClient) -> None:
    said = client.get("/api/settings", params={"names": "first,second"}).json()
    assert said == {"runs": ["first", "second"], "rows": {"rate": [0.001, 0.002]}}


def test_the_figures_of_a_finished_run(client: TestClient) -> None:
    found = unpacked(client.get("/api/figures", params={"run": "first"}).content)
    assert found["confusion"]["values"].sum() == 358  # the validation part of the digits


@pytest.mark.parametrize("name", ["", "nothing", "..", "../first", ".hidden", "first/../second", "broken", "linked"])
def test_a_run_that_is_none_is_refused_in_words(client: TestClient, name: str) -> None:
    for path, query in (("facts", "run"), ("figures", "run"), ("curves", "names")):
        answer = client.get(f"/api/{path}", params={query: name})
        assert answer.status_code == 404, answer.text
        assert answer.json()["code"].startswith("E-RUN")


def test_nothing_is_live_here(client: TestClient) -> None:
    for answer in (
        client.get("/api/live"),
        client.get("/api/live/view", params={"name": "confusion"}),
        client.post("/api/live/stop", json={}),
    ):
        assert answer.status_code == 400 and answer.json()["code"] == "E-LIVE"


@pytest.mark.parametrize("path", ["/runs", "/api/runs", "/api/live", "/api/facts", "/api/curves", "/api/live/view"])
def test_strangers_see_no_runs(runs: Path, path: str) -> None:
    with TestClient(create_app(TOKEN, port=PORT, runs=runs), base_url=HOME) as client:
        assert client.get(path, params={"token": "wrong"}).status_code == 401
        evil = {"origin": "http://evil.example"}
        assert client.post("/api/live/stop", params={"token": TOKEN}, headers=evil, json={}).status_code == 403


def begun(folder: Path, **settings: Any) -> tuple[LiveTraining, Iterator[Event]]:
    """A training of LeNet that somebody may watch."""
    recipe = fill_recipe(default_recipe("lenet"), {"steps": 40} | settings)
    experiments, run = start("lenet", recipe, run_name="live", out=folder)
    live = LiveTraining(run, stop=lambda: None)
    return live, train(live.follow(experiments), run)


def test_wishes_take_effect_between_two_updates(tmp_path: Path) -> None:
    live, events = begun(tmp_path, rate=0.01)
    event = next(events)
    assert live.experiment is not None
    optimizer = next(iter(live.experiment.learner.optimizers().values()))
    before = list(optimizer.base_rates)
    for wish in (live.save, lambda: live.slow(0.5), lambda: live.play(on=False)):
        live.act(wish)
    asked: list[float] = []

    def stopped() -> bool:
        """Somebody has it go on after a while."""
        asked.append(time.perf_counter())
        if len(asked) == 3:
            live.act(lambda: live.play(on=True))
        return False

    live.between(event, stopped=stopped)
    assert len(asked) >= 3 and live.stood > 0.1  # it stood until then
    assert optimizer.base_rates == [0.5 * rate for rate in before]
    assert (tmp_path / "live" / "checkpoints" / "step-000000001").is_dir()
    diary = (tmp_path / "live" / "events.jsonl").read_text()
    assert json.loads(diary.splitlines()[-1])["factor"] == 0.5
    assert next(events).step == 2


def test_who_rolls_back_goes_on_from_an_older_checkpoint(tmp_path: Path) -> None:
    live, _ = begun(tmp_path, steps=12)
    experiments, _ = restart(str(live.run.folder))
    passed: list[int] = []

    def stopped() -> bool:
        """Somebody goes back from update 7, where the training stands, to 5, and has it go on where it stands again."""
        assert live.event is not None
        if live.event.step == 7 and live.back_to is None:
            assert 5 in live.state()["checkpoints"]
            live.act(lambda: live.roll_back(5))
        elif live.event.step == 6:
            live.act(lambda: live.play(on=True))
        return False

    for event in lived(live, experiments, stopped=stopped, recipe=None):
        passed.append(event.step)
        if event.step == 4:
            live.act(live.save)
        if passed == [1, 2, 3, 4, 5, 6]:
            live.act(lambda: live.play(on=False))
    assert passed == [1, 2, 3, 4, 5, 6, 7, 6, 7, 8, 9, 10, 11, 12]
    diary = (tmp_path / "live" / "events.jsonl").read_text().splitlines()
    assert any(json.loads(line)["event"] == "roll back" for line in diary)
    with pytest.raises(CheckpointError, match="cannot go back to a checkpoint of update 3"):
        live.roll_back(3)


def test_a_look_that_waits_costs_a_twentieth_at_most(tmp_path: Path) -> None:
    live, events = begun(tmp_path)
    event = next(events)
    live.looked = 10.0  # far more than is allowed after so short a time
    waits = live.look(lambda: "drawn", now=False)
    live.between(event, stopped=lambda: False)
    assert not waits.done()
    at_once = live.look(lambda: "drawn", now=True)
    live.between(event, stopped=lambda: False)
    assert at_once.result(timeout=0) == "drawn" and not waits.done()
    live.looked = 0.0
    live.between(event, stopped=lambda: False)
    assert waits.result(timeout=0) == "drawn"


def test_nobody_waits_for_a_training_that_is_over(tmp_path: Path) -> None:
    live, events = begun(tmp_path)
    next(events)
    waits = live.look(lambda: "drawn", now=False)
    live.close()
    for answer in (waits, live.act(lambda: None)):
        with pytest.raises(Exception, match="training"):
            answer.result(timeout=0)


def test_what_cannot_be_shown_is_refused_in_words(tmp_path: Path) -> None:
    live, events = begun(tmp_path)
    live.event = next(events)
    for wish, words in (
        (lambda: live.view("confusoin"), "did you mean 'confusion'"),
        (lambda: live.layer("model.9", now=True), "nothing passes through a layer 'model.9'"),
    ):
        with pytest.raises(Exception, match=words):
            wish()


def test_what_somebody_draws_is_answered_as_predict_does(client: TestClient, runs: Path, tmp_path: Path) -> None:
    digit = Image.fromarray(np.pad(load_digits().images[0].astype(np.uint8) * 15, 4), mode="L")
    digit.save(tmp_path / "digit.png")
    assert client.get("/api/try", params={"run": "first"}).json() == {"kind": "pictures", "channels": 1}
    content = (tmp_path / "digit.png").read_bytes()
    answer = client.post("/api/try", params={"run": "first", "suffix": ".png"}, content=content)
    found = unpacked(answer.content)
    wanted = predict(load_trained(str(runs / "first")), [tmp_path / "digit.png"])
    assert found["said"]["rows"][0]["answer"] == wanted.rows[0].answer
    assert found["said"]["rows"][0]["probabilities"] == pytest.approx(wanted.rows[0].probabilities)
    for name in ("why", "integrated gradients", "grad-cam"):
        assert found[name]["pixels"].shape == (3, 3, 28, 28), name


def test_the_nearest_training_examples_stand_beside_the_answer(client: TestClient, tmp_path: Path) -> None:
    Image.fromarray(np.pad(load_digits().images[0].astype(np.uint8) * 15, 4), mode="L").save(tmp_path / "digit.png")
    content = (tmp_path / "digit.png").read_bytes()
    answer = client.post("/api/near", params={"run": "second", "suffix": ".png"}, content=content)
    near = unpacked(answer.content)["near"]
    assert near["pixels"].shape == (8, 1, 28, 28) and "of 1,260 training examples" in near["title"]
    refused = client.post("/api/near", params={"run": "second", "suffix": ".png"}, content=b"no picture")
    assert refused.status_code == 422 and refused.json()["code"].startswith("E-")


def test_other_strengths_are_shown_and_leave_the_training_alone(tmp_path: Path) -> None:
    recipe = fill_recipe(default_recipe("cnn"), {"steps": 5, "width": 4})
    experiments, run = start("cnn", recipe, run_name="live", out=tmp_path)
    live = LiveTraining(run, stop=lambda: None)
    next(train(live.follow(experiments), run))
    before = torch.get_rng_state()
    with TestClient(create_app(TOKEN, port=PORT, runs=tmp_path, live=live), base_url=HOME) as client:
        client.cookies.set(f"etude_token_{PORT}", TOKEN)
        assert client.get("/api/strengths", params={"run": "live"}).json() == {"shift": {"now": 2, "most": 12}}
        shown = unpacked(client.get("/api/augmented", params={"run": "live", "shift": "9", "draw": "1"}).content)[
            "augmented"
        ]
        assert shown["pixels"].shape == (8, 1, 66, 32) and shown["title"].endswith("--shift 9")
        refused = client.get("/api/augmented", params={"run": "live", "shift": "-3"})
        assert refused.status_code == 400 and "from 0 to 12" in refused.json()["message"]
    assert torch.equal(torch.get_rng_state(), before)


def test_looking_leaves_the_chance_of_the_training(tmp_path: Path) -> None:
    live, events = begun(tmp_path)
    event = next(events)
    drawn, before = live.look(lambda: torch.rand(3), now=True), torch.get_rng_state()
    live.between(event, stopped=lambda: False)
    assert drawn.done() and torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("content", "suffix"), [(b"", ".png"), (b"no picture", ".png"), (b"x", ".pkl"), (b"x", "")])
def test_what_is_no_picture_is_refused_in_words(client: TestClient, content: bytes, suffix: str) -> None:
    answer = client.post("/api/try", params={"run": "first", "suffix": suffix}, content=content)
    assert answer.status_code == 422 and answer.json()["code"].startswith("E-"), answer.text


def test_the_network_of_a_training_answers_as_it_is_now(tmp_path: Path) -> None:
    live, events = begun(tmp_path)
    picture = Image.new("RGB", (30, 20), "white")
    picture.save(tmp_path / "white.png")
    trial = Trial((tmp_path / "white.png").read_bytes(), ".png")
    shares, captions, nearby = [], [], Nearby()
    for event in events:
        live.event = event
        if event.step in (1, 40):
            said, figures = answers(live.answering(), trial)
            shares.append(said["rows"][0]["probabilities"])
            assert "why" in figures
            near = nearby.figures(live, trial)["near"]
            assert isinstance(near, Images) and near.pixels.shape == (8, 1, 28, 28)
            captions.append(near.captions)
    assert shares[0] != shares[1] and captions[0] != captions[1]
    assert live.experiment is not None and live.experiment.learner.network.training


@pytest.mark.parametrize(
    ("act", "body", "words"),
    [
        ("rate", '{"factor": -1}', "a number from 0 to 100 is wanted"),
        ("rate", '{"factor": NaN}', "NaN is no number that JSON knows"),
        ("rate", "{}", "factor is nothing"),
        ("play", '{"on": 1}', "true or false is wanted"),
        ("play", "[]", "on is nothing"),
        ("play", "{", "play: "),
        ("save", "", "save: "),
        ("back", '{"step": 1.5}', "a whole number is wanted"),
        ("fly", "{}", "it can play, rate, save, back, stop"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_in_words(tmp_path: Path, act: str, body: str, words: str) -> None:
    live, _ = begun(tmp_path)
    with TestClient(create_app(TOKEN, port=PORT, runs=tmp_path, live=live), base_url=HOME) as client:
        answer = client.post(f"/api/live/{act}", params={"token": TOKEN}, content=body)
        assert answer.status_code == 400 and words in answer.json()["message"], answer.text
