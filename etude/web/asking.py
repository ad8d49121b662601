"""What the routes of the page share: whose run it is, in which thread it is looked at, and how figures go back."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from etude.errors import UsageError
from etude.figures import Figure
from etude.web.live import LiveTraining
from etude.web.opened import OpenedRuns
from etude.web.runs import Runs
from etude.web.subject import Subject
from etude.web.wire import packed

T = TypeVar("T")


def runs_of(request: Request) -> Runs:
    """The run folders that this page is about."""
    runs: Runs = request.app.state.runs
    return runs


def live_of(request: Request) -> LiveTraining:
    """The training in this process; UsageError E-LIVE if there is none."""
    live: LiveTraining | None = request.app.state.live
    if live is None:
        raise UsageError("E-LIVE", "nothing is trained here; `etude train RECIPE --watch` does.")
    return live


def drawn(shown: Mapping[str, Figure]) -> Response:
    """Figures as bytes."""
    return Response(packed(shown), media_type="application/octet-stream")


def is_live(request: Request, run: str) -> bool:
    """Whether it is trained in this process."""
    live: LiveTraining | None = request.app.state.live
    return live is not None and live.run.folder.name == run


async def done(request: Request, wish: Callable[[], T], *, now: bool) -> T:
    """Do what needs all chance and the network for itself: between two updates of the training if there is one here."""
    live: LiveTraining | None = request.app.state.live
    if live is not None:
        return await asyncio.wrap_future(live.look(wish, now=now))
    async with request.app.state.turn:
        return await run_in_threadpool(wish)


async def subject_of(request: Request, run: str, *, now: bool = True) -> Subject:
    """The training of now, or a run that is over, with its data, which may have to be read."""
    folder = runs_of(request).find(run)
    if not is_live(request, run):
        opened: OpenedRuns = request.app.state.opened
        return await done(request, lambda: opened.open(folder), now=now)
    live = live_of(request)
    if live.experiment is None:
        raise UsageError("E-LIVE", "the training begins; there is nothing to look into yet.")
    return live
