"""Downloads against a server on this machine that breaks the line, lies, or is dead."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from etude.data import download as module
from etude.data.download import RemoteFile, download
from etude.errors import DataError, ResourceError

CONTENT = np.random.default_rng(0).bytes(300_000)


@dataclass
class Server:
    """What it sends for each path, and what it was asked."""

    home: str
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def file(self, *paths: str, content: bytes = CONTENT) -> RemoteFile:
        return RemoteFile(
            "a.bin", tuple(self.home + path for path in paths), hashlib.sha256(content).hexdigest(), len(content)
        )


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            known.asked.append((self.path, wanted))
            if self.path == "/gone":
                return self.send_error(404)
            if self.path == "/elsewhere":
                self.send_response(302)
                self.send_header("Location", "http://example.invalid/a.bin")
                return self.end_headers()
            content = {"/wrong": CONTENT[::-1], "/long": CONTENT * 2}.get(self.path, CONTENT)
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.path != "/whole" else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start : 200_000 if self.path == "/breaks" else None])
            return None

        def log_message(self, format: str, *arguments: object) -> None:
            """Silent."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Server(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    http.shutdown()
    thread.join()
    http.server_close()


def test_a_file_is_fetched_once(server: Server, tmp_path: Path) -> None:
    file = server.file("/good")
    seen = list(download(file, tmp_path / "new"))
    assert seen == sorted(seen) and seen[-1] == len(CONTENT)
    assert (tmp_path / "new" / "a.bin").read_bytes() == CONTENT
    assert list(download(file, tmp_path / "new")) == [] and len(server.asked) == 1
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["a.bin"]


def test_a_broken_line_is_resumed_where_it_broke(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the line broke after 200,000 of 300,000 bytes|IncompleteRead"):
        list(download(server.file("/breaks"), tmp_path))
    assert not (tmp_path / "a.bin").exists() and (tmp_path / "a.bin.part").stat().st_size == 200_000
    list(download(server.file("/good"), tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert server.asked[-1] == ("/good", "bytes=200000-")


def test_a_download_that_was_interrupted_is_resumed(server: Server, tmp_path: Path) -> None:
    arriving = download(server.file("/good"), tmp_path)
    next(arriving)
    arriving.close()
    list(download(server.file("/good"), tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT and server.asked[-1][1] is not None


def test_a_server_that_cannot_resume_sends_all_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.bin.part").write_bytes(CONTENT[:1000])
    list(download(server.file("/whole"), tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_spoilt_beginning_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.bin.part").write_bytes(b"x" * 1000)
    list(download(server.file("/good"), tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert server.asked == [("/good", "bytes=1000-"), ("/good", None)]


def test_mirrors_are_tried_in_turn(server: Server, tmp_path: Path) -> None:
    dead = RemoteFile(
        "a.bin",
        ("http://127.0.0.1:9/a", *server.file("/gone", "/wrong", "/good").urls),
        server.file("/good").sha256,
        len(CONTENT),
    )
    list(download(dead, tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert [path for path, _ in server.asked] == ["/gone", "/wrong", "/good"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/wrong", "300,000 bytes whose SHA-256 is not the published one"),
        ("/gone", "404"),
        ("/elsewhere", "led on to http://example.invalid/a.bin, which is not https"),
    ],
)
def test_nothing_unverified_is_left_under_the_name(server: Server, tmp_path: Path, path: str, says: str) -> None:
    with pytest.raises(DataError) as caught:
        list(download(server.file(path), tmp_path))
    assert caught.value.code == "E-DOWNLOAD" and says in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_no_more_than_the_known_size_is_taken(server: Server, tmp_path: Path) -> None:
    list(download(server.file("/long"), tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_damaged_file_under_the_name_is_replaced(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"old")
    list(download(server.file("/good"), tmp_path))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_full_disk_is_said_before_anything_is_asked(server: Server, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(ResourceError, match=r"0\.3 MB") as caught:
        list(download(server.file("/good"), tmp_path))
    assert caught.value.exit_code == 5 and server.asked == []


@pytest.mark.parametrize("url", ["http://example.org/a", "ftp://example.org/a", "file:///etc/passwd"])
def test_only_https_is_ever_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="is not https"):
        list(download(RemoteFile("a.bin", (url,), "0" * 64, 10), tmp_path))
