"""A page whose server goes away says so, and goes on by itself when the server is back."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser

from etude.web.app import create_app
from tests.page_fixtures import MARKS, drawn, epoch, until

pytestmark = MARKS[:1]
TOKEN = "the-same-again"
LESSON = "#dataset=xor&seed=0.25&networkShape=3"


@contextmanager
def serving(port: int, runs: Path) -> Iterator[None]:
    """The page at a port, until this is left."""
    app = create_app(TOKEN, port=port, runs=runs)
    config = uvicorn.Config(app, port=port, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def test_the_lesson_begins_again_when_the_server_is_back(browser: Browser, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = browser.new_page()
    sockets: list[float] = []
    page.on("websocket", lambda _: sockets.append(time.monotonic()))
    with serving(port, tmp_path):
        page.goto(f"http://127.0.0.1:{port}/?token={TOKEN}{LESSON}")
        until(lambda: drawn(page) > 0)
        first = page.inner_text("#train-loss")
        page.click("#playButton")
        until(lambda: epoch(page) > 2)
    until(lambda: page.is_visible("#trouble"))
    assert page.inner_text("#trouble").startswith("The connection to etude is lost; trying again.")
    assert page.inner_text("#playButton .name") == "Train"
    end = time.monotonic() + 20
    while len(sockets) < 4 and time.monotonic() < end:
        page.wait_for_timeout(50)
    pauses = [after - before for before, after in pairwise(sockets[1:])]
    assert len(pauses) == 2 and pauses[1] > 1.5 * pauses[0]  # the first one waited for nothing
    with serving(port, tmp_path):
        end = time.monotonic() + 30
        while page.is_visible("#trouble") and time.monotonic() < end:
            page.wait_for_timeout(50)
        assert not page.is_visible("#trouble")
        until(lambda: epoch(page) == 0)
        assert page.inner_text("#train-loss") == first
        assert "dataset=xor" in page.evaluate("() => location.hash") and "seed=0.25" in page.url
        page.click("#stepButton")
        until(lambda: epoch(page) == 1)
        page.close()
