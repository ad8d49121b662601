"""The server of the page, on this machine alone."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from etude.errors import UsageError
from etude.web.app import create_app
from etude.web.live import LiveTraining


class PageServer:
    """Listens from the beginning, answers once it runs."""

    def __init__(self, listener: socket.socket, *, runs: Path, live: LiveTraining | None = None) -> None:
        self.listener = listener
        self.port, self.token = listener.getsockname()[1], secrets.token_urlsafe(24)
        app = create_app(self.token, port=self.port, runs=runs, live=live)
        self.server = uvicorn.Server(
            uvicorn.Config(
                app, log_level="warning", ws_per_message_deflate=False, lifespan="off", timeout_graceful_shutdown=1
            )
        )

    def address(self, page: str = "") -> str:
        """Of one of the pages, with the token that opens it."""
        return f"http://127.0.0.1:{self.port}/{page}?token={self.token}"

    def run(self) -> None:
        """Answer until Ctrl-C."""
        self.server.run(sockets=[self.listener])

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Answer in a thread of its own, for as long as this is open."""
        thread = threading.Thread(target=self.run, name="page", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.server.should_exit = True
            thread.join()


def listening(port: int) -> socket.socket:
    """A socket on this machine alone; `port` 0 takes a free one; UsageError E-PORT if somebody else has it."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            "E-PORT", f"--port {port}: {str(error).rstrip('.')}; leave --port away to take a free one."
        ) from None
    return listener
