"""What the page of the runs asks for: run folders, and the training of now if this process trains."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from etude.errors import UsageError
from etude.figures import Figure
from etude.inside.words import learning_by_heart
from etude.report.facts import read_facts
from etude.training.describe import read_schema
from etude.verbs.recipes import read_recipe
from etude.verbs.trained import load_trained
from etude.web.asking import done, drawn, is_live, live_of, runs_of
from etude.web.gate import body_of
from etude.web.live import LiveTraining
from etude.web.messages import number, parsed, truth, whole
from etude.web.runs import curves, figures, settings
from etude.web.trying import Trial, answers, form
from etude.web.wire import packed

MOST = 10
"""runs side by side: more lines than that nobody tells apart"""
MOST_FACTOR = 100.0
"""by which a rate may be multiplied at once"""
router = APIRouter(prefix="/api")


def chosen(names: str) -> list[str]:
    """The names of the runs that are to be shown together."""
    found = names.split(",")
    if len(found) > MOST:
        raise UsageError("E-RUNS", f"{len(found)} runs at once; at most {MOST} can be told apart.")
    return found


@router.get("/runs")
def table(request: Request) -> dict[str, Any]:
    """Every run in a few words."""
    live: LiveTraining | None = request.app.state.live
    return {"live": live.run.folder.name if live is not None else None, "runs": runs_of(request).rows()}


@router.get("/facts")
def facts(request: Request, run: str) -> dict[str, Any]:
    """Settings and diary of a run."""
    known = read_facts(runs_of(request).find(run))
    notes = known.data.notes if known.data is not None else ()
    remark = learning_by_heart(known.last_phase())
    return {
        "title": known.title,
        "settings": settings(known),
        "notes": notes,
        "events": known.events,
        "remark": remark,
    }


@router.get("/settings")
def differing(request: Request, names: str) -> dict[str, Any]:
    """The settings in which runs differ, one value for each run."""
    every = {run: settings(read_facts(runs_of(request).find(run))) for run in chosen(names)}
    fields = dict.fromkeys(field for each in every.values() for field in each)
    rows = {field: [each.get(field) for each in every.values()] for field in fields}
    return {"runs": list(every), "rows": {name: row for name, row in rows.items() if row.count(row[0]) < len(row)}}


@router.get("/curves")
def drawn_curves(request: Request, names: str) -> Response:
    """The curves of one run, or of several in common drawings."""
    return drawn(curves([runs_of(request).find(run) for run in chosen(names)]))


@router.get("/figures")
def drawn_figures(request: Request, run: str) -> Response:
    """What the run folder holds."""
    return drawn(figures(runs_of(request).find(run)))


@router.get("/try")
def offered(request: Request, run: str) -> dict[str, Any]:
    """How this kind of input can be tried."""
    folder = runs_of(request).find(run)
    if not (folder / "data.json").exists():
        return {"kind": None}
    return form(read_schema(folder), read_recipe(folder))


@router.post("/try")  # not `now`: the same again, when the training can spare the time
async def tried(request: Request, run: str, suffix: str, now: bool = True) -> Response:
    """What the network of a run says of the body of this message; of the training of now, as it is now."""
    trial, live, folder = Trial(await body_of(request), suffix), request.app.state.live, runs_of(request).find(run)

    def wish() -> tuple[dict[str, Any], dict[str, Figure]]:
        return answers(live.answering() if is_live(request, run) else load_trained(str(folder)), trial)

    if live is None:  # no data are needed, so it waits for nobody
        said, figures = await run_in_threadpool(wish)
    else:
        said, figures = await done(request, wish, now=now)
    return Response(packed(figures, said=said), media_type="application/octet-stream")


@router.get("/live")
async def state(request: Request) -> dict[str, Any]:
    """Where the training stands."""
    return live_of(request).state()


@router.get("/live/view")
async def view(request: Request, name: str, now: bool = False) -> Response:
    """A figure of the recipe, drawn from the network of now."""
    live = live_of(request)
    return drawn({name: await asyncio.wrap_future(live.look(lambda: live.view(name), now=now))})


@router.get("/live/batch")
async def batch(request: Request, now: bool = False) -> Response:
    """The latest batch."""
    live = live_of(request)
    return drawn(await asyncio.wrap_future(live.look(live.latest, now=now)))


@router.post("/live/{act}")
async def control(request: Request, act: str) -> dict[str, Any]:
    """Have the training stand, go on, slow down, be saved or end."""
    live = live_of(request)
    acts: dict[str, Callable[[Mapping[str, Any]], Callable[[], None]]] = {
        "play": lambda said: partial(live.play, on=truth(said, "on")),
        "rate": lambda said: partial(live.slow, number(said, "factor", least=0.0, most=MOST_FACTOR)),
        "save": lambda said: live.save,
        "back": lambda said: partial(live.roll_back, whole(said, "step")),
        "stop": lambda said: live.stop,
    }
    if act not in acts:
        raise UsageError("E-ACT", f"a training cannot {act!r}; it can {', '.join(acts)}.")
    try:
        said = parsed(await body_of(request))
        wish = acts[act](said if isinstance(said, dict) else {})
    except ValueError as error:
        raise UsageError("E-ACT", f"{act}: {error}") from None
    await asyncio.wrap_future(live.act(wish))
    return live.state()
