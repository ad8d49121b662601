"""What the browser may ask of this machine: one page, its files, and one socket; all of it only with the token."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, RedirectResponse

from etude.web import api, looking
from etude.web.gate import IN_WORDS, Gate, in_words, refusal
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


def create_app(token: str, *, port: int, runs: Path, live: LiveTraining | None = None) -> FastAPI:
    """The application, for one user on this machine who knows `token`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.gate, app.state.runs, app.state.live = Gate(token, port), Runs(runs), live
    app.state.nearby, app.state.opened, app.state.turn = Nearby(), OpenedRuns(), asyncio.Lock()
    app.middleware("http")(guard)
    for kind in IN_WORDS:
        app.add_exception_handler(kind, in_words)
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
        return refusal(404, "E-WEB-PATH", "there is no such file.")
    return FileResponse(files[name], media_type=KINDS[files[name].suffix])


async def lesson(socket: WebSocket) -> None:
    """One session for each playground that is open."""
    if socket.app.state.gate.refusal(socket) or "origin" not in socket.headers:
        await socket.close(code=1008)
    else:
        await socket.accept()
        await converse(socket)


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
