"""Odd requests to the real server, by rows of the design: an answer in words, and the page is still there."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from etude.verbs.python import train
from etude.web.app import LONGEST
from etude.web.gate import LARGEST
from etude.web.server import PageServer, listening

IRIS = b"sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    runs = tmp_path_factory.mktemp("runs")
    train("softmax", "iris", name="first", out=runs, steps=1)
    server = PageServer(listening(0), runs=runs)
    with server.beside():
        while answer(server, said(server, "GET /"))[0] != 200:
            time.sleep(0.05)
        yield server


def said(server: PageServer, line: str, *headers: str, body: bytes = b"", length: int | None = None) -> bytes:
    """A request of the page itself."""
    own = [f"Host: 127.0.0.1:{server.port}", f"Cookie: etude_token_{server.port}={server.token}", "Connection: close"]
    told = [f"Content-Length: {len(body) if length is None else length}"] if length != -1 else []
    return "\r\n".join([f"{line} HTTP/1.1", *own, *told, *headers, "", ""]).encode("latin-1") + body


def answer(server: PageServer, request: bytes, *, cut: bool = False) -> tuple[int, bytes]:
    """Status and body; 0 where the connection was closed without a word."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        try:
            line.sendall(request)
            if cut:
                return 0, b""
            content = b"".join(iter(lambda: line.recv(1 << 16), b""))
        except (BrokenPipeError, ConnectionResetError):
            return 0, b""
    head, _, body = content.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head.startswith(b"HTTP/") else 0, body


POST = "POST /api/try?run=first&suffix=.csv"
CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("row", "line", "headers", "body", "length", "statuses"),
    [
        (119, "GET /nothing", (), b"", None, {404}),
        (119, "GET /static/nothing.js", (), b"", None, {404}),
        (119, "DELETE /", (), b"", None, {405}),
        (119, "GET /api/live/play", (), b"", None, {405}),
        (120, "GET /api/facts?run=%2e%2e%2foutside", (), b"", None, {404}),
        (120, "GET /api/facts?run=%D9%A1", (), b"", None, {404}),
        (120, "GET /api/facts", (), b"", None, {422}),
        (121, POST, (), b"x" * (LARGEST + 1), None, {413}),
        (121, POST, (CHUNKED,), b"%x\r\n%b\r\n0\r\n\r\n" % (LARGEST + 1, b"x" * (LARGEST + 1)), -1, {413}),
        (121, POST, ("Content-Length: x",), b"", -1, {400}),
        (121, POST, ("Content-Length: -5",), b"", -1, {400}),
        (121, POST, (CHUNKED,), b"zz\r\n", -1, {400}),
        (121, POST.replace("csv", "exe"), (), b"MZ", None, {422}),
        (122, "POST /api/live/play", (), b"[" * 10_000, None, {400}),
        (122, "POST /api/live/play", (), b'{"on": 1e400}', None, {400}),
        (122, "POST /api/live/play", (), b"\xff\xfe\x00", None, {400}),
        (125, "GET /static/main.js", ("Range: bytes=" + ",".join(["0-1"] * 5000),), b"", None, {200, 206, 400, 416}),
        (125, "GET /", ("X: " + "x" * 1_000_000,), b"", None, {400, 431, 0}),
        (125, "GET /" + "x" * 100_000, (), b"", None, {400, 404, 414, 0}),
        (125, "POST /api/try?run=first&suffix=.csv", ("Content-Length: 4", CHUNKED), b"0\r\n\r\n", -1, {400}),
        (126, POST, (), b"", None, {422}),
        (126, POST, (), b"GIF89a<script>alert(1)</script>", None, {422}),
        (126, POST.replace("suffix=.csv", "suffix=../../a.csv"), (), b"1", None, {422}),
        (128, POST, (), IRIS, None, {422}),
        (128, POST, (), IRIS + b"1,2,3,inf\n", None, {422}),
        (128, POST, (), b"petal length (cm)\n1\n", None, {422}),
        (128, POST, (), IRIS + b"1,2,3,red\n", None, {422}),
    ],
)
def test_it_is_answered_in_words(
    server: PageServer,
    row: int,
    line: str,
    headers: tuple[str, ...],
    body: bytes,
    length: int | None,
    statuses: set[int],
) -> None:
    status, content = answer(server, said(server, line, *headers, body=body, length=length))
    assert status in statuses, (row, status, content[:300])
    if status in (404, 405, 413, 422):
        assert set(json.loads(content)) == {"code", "message"}
    assert b"Traceback" not in content and b".py" not in content
    assert answer(server, said(server, "GET /"))[0] == 200


@pytest.mark.parametrize(
    "request_",
    [b"", b"GET /\r\n\r\n", b"\0" * 2000, b"GET / HTTP/1.1\r\nHost: [\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
)
def test_what_is_no_request_is_no_trouble(server: PageServer, request_: bytes) -> None:
    cut = not request_
    assert answer(server, request_, cut=cut)[0] in (0, 400, 421)
    assert answer(server, said(server, "GET /"))[0] == 200


def test_a_connection_that_is_cut_leaves_nothing(server: PageServer, capfd: pytest.CaptureFixture[str]) -> None:
    before = sorted(path for path in server.runs.rglob("*"))
    answer(server, said(server, POST, body=b"1,2", length=1000), cut=True)
    answer(server, said(server, POST, CHUNKED, body=b"5\r\n", length=-1), cut=True)
    assert answer(server, said(server, "GET /"))[0] == 200
    time.sleep(0.2)
    assert "Traceback" not in capfd.readouterr().err and sorted(server.runs.rglob("*")) == before


def test_two_hundred_who_say_nothing_do_not_shut_others_out(server: PageServer) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(200)]
    try:
        for line in silent[:100]:
            line.sendall(b"GET / HT")
        begun = time.perf_counter()
        assert answer(server, said(server, "GET /"))[0] == 200
        assert time.perf_counter() - begun < 5
    finally:
        for line in silent:
            line.close()


@pytest.mark.parametrize(
    ("messages", "code"),
    [((b"bytes",), 1003), (("x" * (LONGEST + 1),), 1009), ((["x" * 1_000_000] * 6,), 1009)],
)
def test_a_socket_that_says_too_much_is_closed(server: PageServer, messages: tuple[object, ...], code: int) -> None:
    """Bytes, a long message, and one in pieces that has no end."""
    home = f"http://127.0.0.1:{server.port}"
    cookie = {"Cookie": f"etude_token_{server.port}={server.token}"}
    with connect(f"{home.replace('http', 'ws')}/live", origin=home, additional_headers=cookie, max_size=None) as line:
        with pytest.raises(ConnectionClosed) as closed:
            for each in messages:
                line.send(each)  # type: ignore[arg-type]
            while True:
                line.recv(timeout=10)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == code


def test_the_folder_is_as_it_was(server: PageServer) -> None:
    assert [path.name for path in Path(server.runs).iterdir()] == ["first"]
