"""What the page of the runs asks for: run folders, and the training of now if this process trains."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from etude.errors import UsageError
from etude.figures import Figure
from etude.inside.augmenting import augmented_figure, strengths
from etude.inside.copies import near_figure
from etude.inside.words import learning_by_heart
from etude.report.facts import read_facts
from etude.training.describe import read_schema
from etude.verbs.recipes import read_recipe
from etude.verbs.trained import Trained, load_trained
from etude.web.live import LiveTraining
from etude.web.messages import number, truth, whole
from etude.web.runs import Runs, curves, figures, settings
from etude.web.trying import Trial, answers, form, trained_now
from etude.web.wire import packed

T = TypeVar("T")
MOST = 10
"""runs side by side: more lines than that nobody tells apart"""
MOST_FACTOR = 100.0
"""by which a rate may be multiplied at once"""
router = APIRouter(prefix="/api")


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
    trial = Trial(await request.body(), suffix)
    said, figures = await asked(request, run, lambda trained, _: answers(trained, trial), now=now)
    return Response(packed(figures, said=said), media_type="application/octet-stream")


@router.post("/near")  # beside the answer, which need not wait for it
async def near(request: Request, run: str, suffix: str, now: bool = False) -> Response:
    """The training examples that are nearest to the body of this message."""
    trial, nearby = Trial(await request.body(), suffix), request.app.state.nearby
    return drawn(await asked(request, run, lambda trained, live: nearby.figures(trained, trial, live), now=now))


async def asked(request: Request, run: str, wish: Callable[[Trained, LiveTraining | None], T], *, now: bool) -> T:
    """What the network of a run says; it is asked between two updates if one is trained here, whichever is asked."""
    folder, live = runs_of(request).find(run), request.app.state.live
    if live is None:
        return await run_in_threadpool(lambda: wish(load_trained(str(folder)), None))
    if live.run.folder.name == run:
        return await asyncio.wrap_future(live.look(lambda: wish(trained_now(live), live), now=now))
    return await asyncio.wrap_future(live.look(lambda: wish(load_trained(str(folder)), None), now=now))


@router.get("/live")
async def state(request: Request) -> dict[str, Any]:
    """Where the training stands."""
    return live_of(request).state()


@router.get("/live/view")  # `now`: before it is its turn, as somebody has just asked for it
async def view(request: Request, name: str, now: bool = False) -> Response:
    """A figure of the recipe, drawn from the network of now."""
    live = live_of(request)
    return drawn({name: await asyncio.wrap_future(live.look(lambda: live.view(name), now=now))})


@router.get("/live/inside")
async def inside(request: Request, now: bool = False) -> Response:
    """The layers, and how far an update moves them."""
    live = live_of(request)
    return drawn(await asyncio.wrap_future(live.look(live.inside, now=now)))


@router.get("/live/data")  # beside the training, in another thread: it only reads examples, and may take seconds
def data(request: Request) -> Response:
    """What the training learns from."""
    return drawn(live_of(request).data())


@router.get("/live/copies")
def copies(request: Request) -> Response:
    """Examples that nearly stand in two parts."""
    experiment = live_of(request).experiment
    splits = experiment.splits if experiment is not None else None
    figure = near_figure(splits) if splits is not None else None
    return drawn({"near copies": figure} if figure is not None else {})


@router.get("/live/strengths")
def adjustable(request: Request) -> dict[str, dict[str, int]]:
    """The numbers by which the recipe changes its pictures."""
    return strengths(read_recipe(live_of(request).run.folder))


@router.get("/live/augmented")
def augmented(request: Request, draw: int = 0) -> Response:
    """Pictures under other strengths than those of the training, which does not feel it."""
    live = live_of(request)
    if live.experiment is None or live.experiment.splits is None:
        raise UsageError("E-FIGURE", "there are no pictures yet.")
    recipe = read_recipe(live.run.folder)
    figure = augmented_figure(recipe, live.experiment.splits, request.query_params, draw=draw)
    return drawn({"augmented": figure})


@router.get("/live/batch")
async def batch(request: Request, now: bool = False) -> Response:
    """The latest batch."""
    live = live_of(request)
    return drawn(await asyncio.wrap_future(live.look(live.latest, now=now)))


@router.get("/live/layer")
async def layer(request: Request, name: str, now: bool = False) -> Response:
    """What a layer says, and its weights."""
    live = live_of(request)
    return drawn(await asyncio.wrap_future(live.look(lambda: live.layer(name, now=now), now=now)))


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
        said = json.loads(await request.body())
        wish = acts[act](said if isinstance(said, dict) else {})
    except (ValueError, RecursionError) as error:
        raise UsageError("E-ACT", f"{act}: {error}") from None
    await asyncio.wrap_future(live.act(wish))
    return live.state()
