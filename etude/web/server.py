"""The server of the page, on this machine alone."""

import importlib
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etude.errors import UsageError

if TYPE_CHECKING:
    from etude.web.live import LiveTraining


class PageServer:
    """Listens from the beginning, answers once it runs: a browser opens and asks while the rest is still imported."""

    def __init__(self, listener: socket.socket, *, runs: Path, live: "LiveTraining | None" = None) -> None:
        self.listener, self.runs, self.live = listener, runs, live
        self.port, self.token = listener.getsockname()[1], secrets.token_urlsafe(24)

    def server(self) -> Any:
        """What answers."""
        uvicorn, web = importlib.import_module("uvicorn"), importlib.import_module("etude.web.app")
        app = web.create_app(self.token, port=self.port, runs=self.runs, live=self.live)
        return uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                ws_per_message_deflate=False,
                ws_max_size=4 * web.LONGEST,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )

    def address(self, page: str = "") -> str:
        """Of one of the pages, with the token that opens it."""
        return f"http://127.0.0.1:{self.port}/{page}?token={self.token}"

    def run(self) -> None:
        """Answer until Ctrl-C."""
        self.server().run(sockets=[self.listener])

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Answer in a thread of its own, for as long as this is open."""
        server = self.server()
        thread = threading.Thread(target=server.run, args=([self.listener],), name="page", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
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
