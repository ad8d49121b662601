"""Who may ask, how much at once, and in which words everybody else is refused: a code and a sentence, as JSON."""

import secrets
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection

from etude.errors import CheckpointError, DataError, EtudeError, UsageError

LARGEST = 5_000_000
"""bytes of what is tried: a picture, a sound, a text"""
STATUS = {UsageError: 400, CheckpointError: 404, DataError: 422}
"""of errors that somebody can do something about; others of them are 409"""


def refusal(status: int, code: str, message: str) -> Response:
    """The only form that an error has."""
    return JSONResponse({"code": code, "message": message}, status_code=status)


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
        """Why not: against addresses bent to this machine, foreign pages, strangers, and lengths told twice."""
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        origin = asker.headers.get("origin")
        if asker.headers.get("host") not in hosts:
            return refusal(421, "E-WEB-HOST", "this page is for this machine only.")
        if origin and origin.removeprefix("http://") not in hosts:
            return refusal(403, "E-WEB-ORIGIN", "another page may not ask for this.")
        if {"content-length", "transfer-encoding"} <= set(asker.headers.keys()):
            return refusal(400, "E-WEB-BODY", "a body has one length, told once.")
        given = (asker.query_params.get("token"), asker.cookies.get(self.cookie))
        if any(secrets.compare_digest(self.token.encode(), each.encode()) for each in given if each is not None):
            return None
        return refusal(401, "E-WEB-TOKEN", "open the address that etude printed.")


async def body_of(request: Request) -> bytes:
    """What somebody sends, as long as it is not too much."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST:
            raise HTTPException(413, f"this is longer than {LARGEST / 1e6:.0f} MB.")
    return bytes(found)


async def in_words(request: Request, error: Exception) -> Response:
    """What was got, what was wanted, what to do, as on the command line."""
    if isinstance(error, EtudeError):
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
        return refusal(status, error.code, error.message)
    if isinstance(error, HTTPException):
        return refusal(error.status_code, "E-WEB-BODY" if error.status_code == 413 else "E-WEB-PATH", error.detail)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        return refusal(422, "E-WEB-QUERY", f"{'.'.join(map(str, first['loc']))}: {first['msg']}.")
    return refusal(400, "E-WEB-BODY", "the connection was cut before all was said.")


IN_WORDS = (EtudeError, HTTPException, RequestValidationError, ClientDisconnect)
"""what is no fault of ours"""
