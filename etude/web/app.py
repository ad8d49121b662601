"""What the browser may ask of this machine: one page, its files, and one socket; all of it only with the token."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse
from starlette.requests import HTTPConnection

from etude.web.session import Session

STATIC = Path(__file__).parent / "static"
COOKIE = "etude_token"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""told by us: on some systems the registry says something else of .js"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
LONGEST = 100_000
"""bytes of a message"""


def create_app(token: str, *, port: int) -> FastAPI:
    """The application, for one user on this machine who knows `token`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gate = Gate(token, port)

    @app.middleware("http")
    async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        """Nobody else comes in, and the page does nothing but what it is for."""
        response = gate.refusal(request) or await answer(request)
        response.headers.update(HEADERS)
        return response

    @app.get("/")
    async def page(request: Request) -> Response:
        """The page; the token moves from the address to a cookie, so that an address can be shared."""
        if "token" not in request.query_params:
            return FileResponse(STATIC / "index.html", media_type="text/html")
        response = RedirectResponse("/")  # the browser keeps what stands behind the #
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict")
        return response

    @app.get("/static/{name}")
    async def static(name: str) -> Response:
        """One of the page's own files."""
        path = STATIC / name
        if path.parent != STATIC or path.suffix not in KINDS or not path.is_file():
            return PlainTextResponse("there is no such file\n", status_code=404)
        return FileResponse(path, media_type=KINDS[path.suffix])

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        """One session for each page that is open."""
        if gate.refusal(socket) or "origin" not in socket.headers:
            await socket.close(code=1008)
        else:
            await socket.accept()
            await converse(socket)

    return app


@dataclass(frozen=True)
class Gate:
    """Who may come in."""

    token: str
    port: int

    def refusal(self, asker: HTTPConnection) -> Response | None:
        """Why not: against addresses that were bent to this machine, foreign pages, and strangers."""
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        origin = asker.headers.get("origin")
        if asker.headers.get("host") not in hosts or (origin and origin.removeprefix("http://") not in hosts):
            return PlainTextResponse("this page is for this machine only\n", status_code=403)
        given = (asker.query_params.get("token"), asker.cookies.get(COOKIE))
        if any(secrets.compare_digest(self.token.encode(), each.encode()) for each in given if each is not None):
            return None
        return PlainTextResponse("open the address that `etude playground` printed\n", status_code=403)


async def converse(socket: WebSocket) -> None:
    """Answer message after message, each in turn: who asks for a frame gets one, and asks again when it is drawn."""
    session = Session()
    try:
        while len(text := await socket.receive_text()) <= LONGEST:
            for answer in await asyncio.wrap_future(session.hear(text)):
                if isinstance(answer, bytes):
                    await socket.send_bytes(answer)
                else:
                    await socket.send_text(json.dumps(answer))
        await socket.close(code=1009)
    except WebSocketDisconnect:
        pass
    finally:
        session.close()
