"""What the browser may ask of this machine: one page, its files, and one socket; all of it only with the token."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.requests import HTTPConnection

from etude.errors import CheckpointError, EtudeError, UsageError
from etude.web import api, looking
from etude.web.live import LiveTraining
from etude.web.nearby import Nearby
from etude.web.opened import OpenedRuns
from etude.web.runs import Runs
from etude.web.session import Session

STATIC = Path(__file__).parent / "static"
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
LONGEST = 1_000_000
"""characters of a message"""


PAGES = {"": "index.html", "runs": "runs.html"}
"""paths, and the files that are shown there"""
STATUS = {UsageError: 400, CheckpointError: 404}
"""of errors that somebody can do something about; others of them are 409"""


def create_app(token: str, *, port: int, runs: Path, live: LiveTraining | None = None) -> FastAPI:
    """The application, for one user on this machine who knows `token`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.gate, app.state.runs, app.state.live = Gate(token, port), Runs(runs), live
    app.state.nearby, app.state.opened, app.state.turn = Nearby(), OpenedRuns(), asyncio.Lock()
    app.middleware("http")(guard)
    app.add_exception_handler(EtudeError, explain)
    for path in PAGES:
        app.get(f"/{path}")(page)
    app.get("/static/{name}")(static)
    app.websocket("/live")(lesson)
    for each in (api, looking):
        app.include_router(each.router)
    return app


async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Nobody else comes in, and the page does nothing but what it is for."""
    response = request.app.state.gate.refusal(request) or await answer(request)
    response.headers.update(HEADERS)
    return response


async def explain(request: Request, error: Exception) -> Response:
    """What was got, what was wanted, what to do, as on the command line."""
    assert isinstance(error, EtudeError)
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
    return JSONResponse({"code": error.code, "message": error.message}, status_code=status)


async def page(request: Request) -> Response:
    """A page; the token moves from the address to a cookie, so that an address can be shared."""
    path = request.url.path
    if "token" not in request.query_params:
        return FileResponse(STATIC / PAGES[path.removeprefix("/")], media_type="text/html")
    gate: Gate = request.app.state.gate
    response = RedirectResponse(path)  # the browser keeps what stands behind the #
    response.set_cookie(gate.cookie, gate.token, httponly=True, samesite="strict")
    return response


async def static(name: str) -> Response:
    """One of the page's own files."""
    files = {path.name: path for path in STATIC.iterdir() if path.suffix in KINDS}
    if name not in files:
        return PlainTextResponse("there is no such file\n", status_code=404)
    return FileResponse(files[name], media_type=KINDS[files[name].suffix])


async def lesson(socket: WebSocket) -> None:
    """One session for each playground that is open."""
    if socket.app.state.gate.refusal(socket) or "origin" not in socket.headers:
        await socket.close(code=1008)
    else:
        await socket.accept()
        await converse(socket)


@dataclass(frozen=True)
class Gate:
    """Who may come in."""

    token: str
    port: int

    @property
    def cookie(self) -> str:
        """Its name; cookies of 127.0.0.1 are seen at every port."""
        return f"etude_token_{self.port}"

    def refusal(self, asker: HTTPConnection) -> Response | None:
        """Why not: against addresses that were bent to this machine, foreign pages, and strangers."""
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        origin = asker.headers.get("origin")
        if asker.headers.get("host") not in hosts or (origin and origin.removeprefix("http://") not in hosts):
            return PlainTextResponse("this page is for this machine only\n", status_code=403)
        given = (asker.query_params.get("token"), asker.cookies.get(self.cookie))
        if any(secrets.compare_digest(self.token.encode(), each.encode()) for each in given if each is not None):
            return None
        return PlainTextResponse("open the address that etude printed\n", status_code=403)


async def converse(socket: WebSocket) -> None:
    """Answer message after message, each in turn: who asks for a frame gets one, and asks again when it is drawn."""
    session = Session()
    try:
        while (text := await heard(socket)) is not None:
            for answer in await asyncio.wrap_future(session.hear(text)):
                if isinstance(answer, bytes):
                    await socket.send_bytes(answer)
                else:
                    await socket.send_text(json.dumps(answer))
    except WebSocketDisconnect:
        pass
    finally:
        session.close()


async def heard(socket: WebSocket) -> str | None:
    """The next message; None if the page is gone, or if the socket was closed upon what it said."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text: str | None = message.get("text")
    if text is not None and len(text) <= LONGEST:
        return text
    await socket.close(code=1003 if text is None else 1009)
    return None
