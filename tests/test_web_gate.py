"""Strangers, nonsense and noise at the door of the page: refused in words, never obeyed, never an error of ours."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from etude.playground.lesson import Lesson
from etude.web.app import LONGEST, create_app
from etude.web.session import ACTS, Session
from etude.web.stage import LessonStage

PORT, TOKEN = 4321, "the-right-one"
HOME = f"http://127.0.0.1:{PORT}"
COOKIE = f"etude_token_{PORT}"
NOISE = 100_000 if os.environ.get("ETUDE_ALL_NOISE") else 5_000
"""fuzzed messages"""
STRANGERS: list[tuple[str | None, dict[str, str]]] = [
    *(
        (token, {})
        for token in (
            None,
            "",
            "wrong",
            TOKEN[:-1],
            TOKEN.upper(),
            TOKEN + " ",
            "\udcff".encode("utf-8", "ignore").decode(),
        )
    ),
    *(
        (TOKEN, {"host": host})
        for host in ("", "evil.example", "127.0.0.1", f"127.0.0.1:{PORT + 1}", f"0.0.0.0:{PORT}", f"[::1]:{PORT}")
    ),
    *((TOKEN, {"host": f"127.0.0.1:{PORT}.evil.example"}), (TOKEN, {"host": f"evil.example@127.0.0.1:{PORT}"})),
    *(
        (TOKEN, {"origin": origin})
        for origin in ("null", "http://evil.example", f"https://127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT + 1}")
    ),
]
"""token and headers, each of them wrong in one way"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(TOKEN, port=PORT, runs=tmp_path)
    with TestClient(app, base_url=HOME, raise_server_exceptions=False) as client:
        yield client


def routes(client: TestClient) -> list[tuple[str, str]]:
    """Method and path of everything that the application answers."""
    found = []
    for route in flattened(client.app.routes):  # type: ignore[attr-defined]
        path = route.path.replace("{name}", "main.js").replace("{act}", "play")
        found += [(method, path) for method in getattr(route, "methods", None) or ["SOCKET"]]
    return found


def flattened(routes: list[Any]) -> Iterator[Any]:
    """Those of included routers too."""
    for route in routes:
        if hasattr(route, "path"):
            yield route
        yield from flattened(getattr(getattr(route, "original_router", None), "routes", []))


def test_the_walk_sees_pages_files_numbers_and_the_socket(client: TestClient) -> None:
    paths = {path for _, path in routes(client)}
    assert {"/", "/static/main.js", "/live", "/runs", "/api/runs", "/api/live/play"} <= paths


@pytest.mark.parametrize(("token", "headers"), STRANGERS)
def test_every_route_is_closed_to_every_stranger(
    client: TestClient, token: str | None, headers: dict[str, str]
) -> None:
    asked = {} if token is None else {"token": token}
    for method, path in routes(client):
        if method == "SOCKET":
            with pytest.raises(WebSocketDisconnect):
                client.websocket_connect(
                    f"ws://127.0.0.1:{PORT}{path}", params=asked, headers={"origin": HOME} | headers
                ).__enter__()
            continue
        answer = client.request(method, path, params=asked, headers=headers)
        wanted = 421 if "host" in headers else 403 if "origin" in headers else 401
        assert answer.status_code == wanted, (method, path)
        assert answer.headers["content-type"] == "application/json" or method == "HEAD"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert TOKEN not in answer.text and "set-cookie" not in answer.headers


def test_noise_in_paths_is_never_an_error_of_ours(client: TestClient) -> None:
    client.cookies.set(COOKIE, TOKEN)
    chance = random.Random(0)
    parts = [
        "static",
        "api",
        "runs",
        "facts?run=",
        "figures?run=",
        "curves?names=",
        "live",
        "..",
        "%2e%2e",
        "%00",
        "%ff",
        "a" * 300,
        "main.js",
        "?token=",
        "%2f",
        "é",
        "",
        "#",
        "//",
        "~",
        ":",
        "settings?names=,,,",
    ]
    statuses = set()
    for _ in range(600):
        path = "/" + "/".join(chance.choice(parts) for _ in range(chance.randint(1, 4)))
        method = chance.choice(["GET", "POST", "PUT", "HEAD", "OPTIONS"])
        answer = client.request(method, HOME + path, follow_redirects=False)
        assert answer.status_code < 500, path
        statuses.add(answer.status_code)
    assert {200, 404, 405} <= statuses


@pytest.mark.parametrize("name", ["a" * 300, "é" * 200, "..", ".", "a/b", "a\0b", "%", " ", "\n"])
def test_odd_names_of_runs_are_refused_in_words(client: TestClient, name: str) -> None:
    client.cookies.set(COOKIE, TOKEN)
    for path, key in (("facts", "run"), ("figures", "run"), ("curves", "names"), ("settings", "names")):
        answer = client.get(f"/api/{path}", params={key: name})
        assert answer.status_code == 404 and "there is no run" in answer.json()["message"]


def nonsense(chance: random.Random) -> Any:
    """Any JSON, and a little that is none."""
    leaves = [
        None,
        True,
        -1,
        0,
        3,
        2**63,
        -(10**30),
        0.5,
        1e308,
        float("nan"),
        float("inf"),
        "",
        "x",
        "\ud800",
        "dataset=spiral",
        [],
        {},
    ]
    if chance.random() < 0.7:
        return chance.choice(leaves)
    if chance.random() < 0.5:
        return [nonsense(chance) for _ in range(chance.randint(0, 3))]
    return {chance.choice(["t", "value", "layer", "id", ""]): nonsense(chance) for _ in range(chance.randint(0, 3))}


def message(chance: random.Random, kinds: list[str]) -> str:
    """What a broken or hostile page might say."""
    if chance.random() < 0.05:
        return chance.choice(["", "{", "nul", "[" * 5000, '{"t": "frame"', "\x00", '"' + "é" * 500, "9" * 5000])
    said = {
        key: nonsense(chance)
        for key in ("value", "layer", "unit", "source", "on", "address", "id", "point", "at")
        if chance.random() < 0.8
    }
    return json.dumps(said | {"t": chance.choice(kinds) if chance.random() < 0.9 else nonsense(chance)})


def test_noise_that_only_looks_leaves_the_weights_bit_for_bit() -> None:
    chance, session, untouched = random.Random(1), Session(), LessonStage(Lesson(seed="0.7"))
    session.stage = session.drive.stage = LessonStage(Lesson(seed="0.7"))
    refused = 0
    for start in range(0, NOISE, 500):
        texts = [refusable(chance) for _ in range(start, min(NOISE, start + 500))]
        for text, answer in [(text, session.hear(text)) for text in texts]:
            (said, *_) = answer.result(timeout=60)
            assert isinstance(said, bytes) == (text == '{"t": "frame"}'), text
            refused += isinstance(said, dict) and said["t"] == "error" and len(said["message"]) < 300
    assert refused > 0.9 * NOISE and session.drive.is_alive()
    for one, other in zip(untouched.rule.parameters(), session.stage.rule.parameters(), strict=True):
        assert torch.equal(one, other)
    session.close()


def refusable(chance: random.Random) -> str:
    """A frame now and then; otherwise a message whose every value is wrong."""
    if chance.random() < 0.02:
        return '{"t": "frame"}'
    wrong = {
        "weight": {"layer": 0, "unit": 0, "value": 1.0}
        | chance.choice(
            [
                {"layer": -1},
                {"layer": 3},
                {"layer": 10**12},
                {"unit": -1},
                {"unit": 4},
                {"source": -1},
                {"source": 2},
                {"source": "0"},
                {"layer": True},
                {"unit": 0.0},
                {"value": float("nan")},
                {"value": float("-inf")},
                {"value": 1e300},
                {"value": "1"},
                {"value": None},
            ]
        ),
        "rate": {"value": chance.choice([float("nan"), float("inf"), -1, 1e9, 10**400, "0.1", None, [], True])},
        "play": {"on": chance.choice([0, 1, "true", None, []])},
        "lesson": {"address": chance.choice([None, 7, ["seed=1"], {}, True, "seed=\ud800"])},
        "points": {"address": chance.choice([None, 7, "networkShape=64,64", "x=false", "\udfff"])},
        "epoch": {"id": chance.choice([[], {}, 0.5, float("nan")])},
        "trace": chance.choice(
            [{}, {"point": 0.5}, {"point": None}, {"at": [1]}, {"at": [0, float("nan")]}, {"at": "12"}]
        ),
        "learn": {"point": chance.choice([-1, 250, 10**30, 0.0, "0", None, True])},
    }
    kind = chance.choice([*wrong, "nonsense"])
    said = message(chance, ["?"]) if kind == "nonsense" else json.dumps({"t": kind} | wrong[kind])
    return "{}" if '"t": "frame"' in said else said


def test_any_noise_leaves_a_thread_that_answers() -> None:
    chance, session = random.Random(2), Session()
    kinds = [*ACTS, *["weight", "rate"] * 3]
    for _ in range(NOISE // 10):
        assert session.hear(message(chance, kinds)).result(timeout=60)
    assert session.drive.is_alive()
    told = session.hear('{"t": "lesson", "address": "seed=0.5"}').result(timeout=60)
    assert isinstance(told[0], dict) and told[0]["t"] == "lesson"
    assert isinstance(session.hear('{"t": "frame"}').result(timeout=60)[0], bytes)
    session.close()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('{"t": "rate", "value": NaN}', "NaN is no number that JSON knows."),
        ('{"t": "rate", "value": 1e999}', "value is Infinity; a number from 0 to 100 is wanted."),
        ('{"t": "weight", "layer": -1, "unit": 0, "value": 1}', "layer is -1; a whole number from 0 to 2 is wanted."),
        ('{"t": "weight", "layer": 0, "unit": 4, "value": 1}', "unit is 4; a whole number from 0 to 3 is wanted."),
        (
            '{"t": "weight", "layer": 0, "unit": 0, "source": 2, "value": 1}',
            "source is 2; a whole number from 0 to 1 is wanted.",
        ),
        ('{"t": "weight", "layer": 0, "unit": 0}', "value is nothing; a number from -1e+06 to 1e+06 is wanted."),
        ('{"t": "play", "on": true, "on": false}', '"on" stands there twice: which one is meant?'),
        ('{"t": "play", "on": 1}', "on is 1; true or false is wanted."),
        ('{"t": "lesson"}', "address is nothing; a text is wanted."),
        (
            '{"t": "fly"}',
            "a message is an object whose t is lesson, change, paint, table, points, frame,",
        ),
        ('{"t": "points", "address": "networkShape=1"}', "new points are for the network of now"),
    ],
)
def test_refusals_say_what_was_wanted(said: str, words: str) -> None:
    session = Session()
    (answer,) = session.obey(said)
    session.close()
    assert isinstance(answer, dict) and answer["t"] == "error" and answer["message"].startswith(words)


def test_a_lesson_with_huge_layers_is_cut_to_what_can_be_learnt() -> None:
    session = Session()
    told = session.obey(json.dumps({"t": "lesson", "address": f"networkShape={','.join(['1e300'] * 50)}"}))
    assert isinstance(told[0], dict) and tuple(told[0]["lesson"]["shape"]) == (64,) * 12
    session.close()


@pytest.mark.parametrize(("sent", "code"), [("x" * (LONGEST + 1), 1009), (b"bytes", 1003)])
def test_messages_that_cannot_be_taken_close_the_socket(client: TestClient, sent: str | bytes, code: int) -> None:
    client.cookies.set(COOKIE, TOKEN)
    with client.websocket_connect(f"ws://127.0.0.1:{PORT}/live", headers={"origin": HOME}) as socket:
        socket.send_text("x" * LONGEST)
        assert json.loads(socket.receive_text())["t"] == "error"
        if isinstance(sent, str):
            socket.send_text(sent)
        else:
            socket.send_bytes(sent)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == code
