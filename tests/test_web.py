"""The playground's server: who may come in, what it says, and that looking changes nothing."""

import json
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from etude.cli.main import main
from etude.playground.lesson import Lesson
from etude.web.app import create_app
from etude.web.drive import Drive
from etude.web.frame import HEADER, encode, schema
from etude.web.session import Session
from etude.web.stage import LessonStage
from etude.web.telling import drawable

PORT, TOKEN = 4321, "the-right-one"
HOME = f"http://127.0.0.1:{PORT}"


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(create_app(TOKEN, port=PORT, runs=Path("runs")), base_url=HOME) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/runs", "/static/main.js", "/static/../app.py", "/nothing"])
@pytest.mark.parametrize(
    ("token", "headers"),
    [
        (None, {}),
        ("", {}),
        ("wrong", {}),
        (TOKEN, {"host": "evil.example"}),
        (TOKEN, {"host": f"127.0.0.1:{PORT + 1}"}),
        (TOKEN, {"origin": "http://evil.example"}),
        (TOKEN, {"origin": "null"}),
    ],
)
def test_strangers_stay_outside(client: TestClient, path: str, token: str | None, headers: dict[str, str]) -> None:
    answer = client.get(path, params={} if token is None else {"token": token}, headers=headers)
    wanted = 421 if "host" in headers else 403 if "origin" in headers else 401
    assert answer.status_code == wanted and set(answer.json()) == {"code", "message"}
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_token_moves_into_a_cookie(client: TestClient) -> None:
    first = client.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (307, "/")
    assert "HttpOnly" in first.headers["set-cookie"] and "SameSite=strict" in first.headers["set-cookie"]
    page = client.get("/")
    assert page.status_code == 200 and "<title>etude playground" in page.text
    assert client.get("/static/main.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/static/../app.py").status_code == client.get("/static/nothing.js").status_code == 404


@pytest.mark.parametrize("headers", [{}, {"origin": "http://evil.example"}, {"origin": HOME, "host": "evil.example"}])
def test_the_socket_wants_its_own_page(client: TestClient, headers: dict[str, str]) -> None:
    client.cookies.set(f"etude_token_{PORT}", TOKEN)
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(f"ws://127.0.0.1:{PORT}/live", headers=headers):
        pass


def test_a_lesson_is_driven_over_the_socket(client: TestClient) -> None:
    client.cookies.set(f"etude_token_{PORT}", TOKEN)
    with client.websocket_connect(f"ws://127.0.0.1:{PORT}/live", headers={"origin": HOME}) as socket:
        socket.send_text(json.dumps({"t": "lesson", "address": "dataset=gauss&seed=0.5"}))
        lesson, live, _ = (json.loads(socket.receive_text()) for _ in range(3))
        assert lesson["lesson"]["dataset"] == "gauss" and "seed=0.5" in lesson["address"]
        assert len(socket.receive_bytes()) > HEADER.size
        socket.send_text(json.dumps({"t": "epoch", "id": 7}))
        assert json.loads(socket.receive_text()) == {"t": "done", "id": 7, "step": 25, "playing": False}
        socket.send_text(json.dumps({"t": "frame"}))
        frame = decoded(socket.receive_bytes(), live["arrays"])
        assert frame["answer"].shape == (100, 100)
        assert frame["losses"][-1, 0] == 1
        socket.send_text("{not json")
        assert json.loads(socket.receive_text())["t"] == "error"


def decoded(data: bytes, described: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Read as the page reads it."""
    magic, version, _, _, _, _, length, _, _ = HEADER.unpack_from(data)
    assert (magic, version, len(data)) == (b"GR", 1, HEADER.size + length)
    found, at = {}, HEADER.size
    for place, each in enumerate(described):
        kind = {"u8": np.uint8, "f32": np.float32}[each["type"]]
        shape = [-1, *each["shape"][1:]] if place == len(described) - 1 else each["shape"]
        size = (len(data) - at) if -1 in shape else int(np.prod(shape)) * np.dtype(kind).itemsize
        found[each["name"]] = np.frombuffer(data[at : at + size], dtype=kind).reshape(shape)
        at += -(-size // 8) * 8
    return found


def test_golden_frame() -> None:
    arrays = {"a": np.array([1, 2, 3], dtype=np.uint8), "b": np.array([[0.5, -1.0]], dtype=np.float32)}
    frame = encode(3, 9, 41, arrays)
    assert frame[:16] == b"GR" + bytes([1, 0]) + struct.pack("<HHII", 3, 0, 9, 16)
    assert frame[32:] == bytes([1, 2, 3, 0, 0, 0, 0, 0]) + struct.pack("<ff", 0.5, -1.0)
    assert schema(3, arrays)["arrays"] == [
        {"name": "a", "type": "u8", "shape": [3]},
        {"name": "b", "type": "f32", "shape": [1, 2]},
    ]


def test_pictures_are_what_the_network_answers() -> None:
    stage = LessonStage(Lesson(seed="0.3", shape=(3,), features=("x", "xTimesY")))
    stage.one_epoch()
    arrays = stage.arrays()
    answers = stage.rule.model(stage.places.T.double()).detach().reshape(100, 100).numpy()
    np.testing.assert_allclose(arrays["answer"] / 127.5 - 1, answers, atol=0.5 / 127.5 + 1e-4)
    assert arrays["units"].shape == (3, 25, 25)
    assert stage.places[:, 0].tolist() == [-6, -36]  # x and x y of the upper left corner


def test_a_flood_of_wishes_leaves_the_weights_bit_for_bit() -> None:
    alone, watched = LessonStage(Lesson(seed="0.7")), LessonStage(Lesson(seed="0.7"))
    for _ in range(4):
        alone.one_epoch()
    session = Session()
    session.stage = session.drive.stage = watched
    answers = []
    for number in range(400):
        answers.append(session.hear('{"t": "epoch"}' if number % 100 == 50 else '{"t": "frame"}'))
        answers.append(session.hear('{"t": "nonsense"}'))
    assert all(answer.result(timeout=60) for answer in answers)
    session.close()
    for one, other in zip(alone.rule.parameters(), watched.rule.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_drive_trains_only_while_it_plays() -> None:
    stage = LessonStage(Lesson(seed="0.7"))
    drive = Drive(stage)
    drive.start()
    assert drive.ask(lambda: stage.step).result(timeout=30) == 0
    drive.ask(lambda: stage.play(True)).result(timeout=30)
    while drive.ask(lambda: stage.step).result(timeout=30) < 50:
        pass
    stopped = drive.ask(lambda: stage.play(False)).result(timeout=30)
    assert drive.ask(lambda: stage.step).result(timeout=30) == stopped
    with pytest.raises(ZeroDivisionError):
        drive.ask(lambda: 1 // 0).result(timeout=30)
    drive.close()
    drive.join(timeout=30)
    assert not drive.is_alive()


def test_a_lesson_that_breaks_says_so_and_stops() -> None:
    stage = LessonStage(Lesson(seed="0.7", activation="relu", problem="regression", rate=100.0))
    stage.play(True)
    for _ in range(200):
        stage.advance()
    assert not stage.playing and "left the finite numbers" in stage.trouble
    assert stage.play(True) == stage.step and not stage.playing


def test_weights_and_the_rate_change_by_hand() -> None:
    stage = LessonStage(Lesson(seed="0.7"))
    stage.set_weight(0, 1, 0, 2.5)
    stage.set_weight(1, 0, None, -1.0)
    assert stage.arrays()["weights"][2] == 2.5 and stage.arrays()["biases"][4] == -1.0
    stage.set_rate(0.0)
    before = [each.clone() for each in stage.rule.parameters()]
    stage.one_epoch()
    assert all(torch.equal(a, b) for a, b in zip(before, stage.rule.parameters(), strict=True))


def test_a_port_that_is_taken_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["playground", "--port", str(port), "--no-browser"]) == 2
    assert f"--port {port}" in capsys.readouterr().err
    assert main(["playground", "--port", "70000", "--no-browser"]) == 2


def test_new_points_keep_what_was_learnt_and_what_was_chosen() -> None:
    session = Session()
    session.obey('{"t": "lesson", "address": "dataset=gauss&seed=0.5"}')
    session.stage.one_epoch()
    learnt = [each.clone() for each in session.stage.rule.parameters()]
    told = session.obey('{"t": "points", "address": "dataset=gauss&learningRate=0.3&showTestData=true"}')
    assert isinstance(told[0], dict) and told[0]["lesson"]["rate"] == 0.3 and told[0]["view"]["show_test_data"]
    assert session.stage.lesson.seed != "0.5" and session.stage.step == 0
    assert all(torch.equal(a, b) for a, b in zip(learnt, session.stage.rule.parameters(), strict=True))
    (refused,) = session.obey('{"t": "points", "address": "networkShape=1"}')
    assert isinstance(refused, dict) and refused["t"] == "error"
    session.close()


def test_a_lesson_that_is_over_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etude.playground.lesson.EPOCHS", 2)
    stage = LessonStage(Lesson(seed="0.7"))
    stage.play(True)
    for _ in range(100):
        stage.advance()
    assert (stage.epoch, stage.playing) == (2, False)
    assert stage.trouble == "2 epochs are over; Reset starts again."


def test_a_trace_is_asked_by_number_or_by_place_and_changes_nothing() -> None:
    session = Session()
    session.obey('{"t": "lesson", "address": "points=0.9,-0.2,0;0.75,0.6,1&loss=bce&networkShape=&seed=1"}')
    before = session.stage.rule.flat.copy()
    (first,) = session.obey('{"t": "trace", "point": -2}')
    (second,) = session.obey('{"t": "trace", "at": [3.0, 3.0]}')
    assert isinstance(first, dict) and isinstance(second, dict)
    assert (first["point"], first["place"], first["points"]) == (0, (0.9, -0.2, 0.0), 2)
    assert (second["point"], second["place"]) == (1, (0.75, 0.6, 1.0))
    assert (session.stage.rule.flat == before).all()
    new = [line["result"]["value"] for line in second["lines"] if line["kind"] == "step"]
    session.obey('{"t": "learn", "point": 1}')
    matrix = session.stage.rule.matrices[0]
    np.testing.assert_allclose(new, [*matrix[0, 1:], matrix[0, 0]], rtol=1e-12)
    assert len(session.stage.losses) == 2 and session.stage.losses[1][1] != session.stage.losses[0][1]
    session.close()


def test_numbers_that_cannot_be_written_out_are_named() -> None:
    session = Session()
    session.obey('{"t": "lesson", "address": "networkShape=40,40"}')
    (long,) = session.obey('{"t": "trace", "point": 0}')
    assert isinstance(long, dict) and long["lines"] == [] and "1,801 weights" in long["why"]
    session.obey('{"t": "lesson", "address": "activation=relu&problem=regression"}')
    session.stage.rule.flat[:] = 1e200
    (lost,) = session.obey('{"t": "trace", "point": 0}')
    assert isinstance(lost, dict) and lost["lines"] == [] and "finite" in lost["why"]
    json.dumps(lost, allow_nan=False)
    session.close()


def test_answers_and_labels_from_0_to_1_take_the_whole_scale_of_colours() -> None:
    stage = LessonStage(Lesson(seed="0.3", loss="bce"))
    answers = stage.rule.model(stage.places.T.double()).detach().reshape(100, 100).numpy()
    np.testing.assert_allclose(stage.arrays()["answer"] / 255, answers, atol=0.5 / 255 + 1e-4)
    assert set(drawable(stage.lesson.points[0], stage.lesson)[:, 2].tolist()) == {-1.0, 1.0}
