"""What the page asks of a training or of a run that is over, in the same words: its data and its inside."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from etude.errors import DataError, UsageError
from etude.inside.augmenting import augmented_figure, strengths
from etude.training.describe import read_schema
from etude.verbs.recipes import read_recipe
from etude.web.asking import done, drawn, runs_of, subject_of
from etude.web.gate import body_of
from etude.web.nearby import searchable, unknown
from etude.web.trying import Trial

router = APIRouter(prefix="/api")


@router.get("/layers")
async def kinds(request: Request, run: str) -> dict[str, str]:
    """The layers that can be looked at."""
    return (await subject_of(request, run)).layers()


@router.get("/inside")  # `now`: before it is its turn, as somebody has just asked for it
async def inside(request: Request, run: str, now: bool = False) -> Response:
    """The layers, and how far an update moves them."""
    subject = await subject_of(request, run)
    return drawn(await done(request, subject.inside, now=now))


@router.get("/layer")
async def layer(request: Request, run: str, name: str, now: bool = False) -> Response:
    """What a layer says, and its weights."""
    subject = await subject_of(request, run)
    return drawn(await done(request, lambda: subject.layer(name, now=now), now=now))


@router.get("/data")  # beside a training, in another thread: it only reads examples, and may take seconds
async def data(request: Request, run: str) -> Response:
    """What is learnt from."""
    subject = await subject_of(request, run)
    return drawn(await run_in_threadpool(subject.data))


@router.get("/copies")
async def copies(request: Request, run: str) -> Response:
    """Examples that nearly stand in two parts."""
    subject = await subject_of(request, run)
    return drawn(await run_in_threadpool(subject.copies))


@router.get("/strengths")
def adjustable(request: Request, run: str) -> dict[str, dict[str, int]]:
    """The numbers by which the recipe changes its pictures."""
    return strengths(read_recipe(runs_of(request).find(run)))


@router.get("/augmented")
async def augmented(request: Request, run: str, draw: int = 0) -> Response:
    """Pictures under other strengths than those of the training."""
    splits, recipe = (await subject_of(request, run)).splits, read_recipe(runs_of(request).find(run))
    if splits is None:
        raise UsageError("E-FIGURE", "this recipe learns from no data set that could be drawn.")
    figure = await run_in_threadpool(lambda: augmented_figure(recipe, splits, request.query_params, draw=draw))
    return drawn({"augmented": figure})


@router.post("/near")  # beside the answer, which need not wait for it
async def near(request: Request, run: str, suffix: str, now: bool = False) -> Response:
    """The training examples that are nearest to the body of this message; nothing where there are no single answers."""
    trial, nearby, folder = Trial(await body_of(request), suffix), request.app.state.nearby, runs_of(request).find(run)
    if not searchable(read_schema(folder), read_recipe(folder)):
        return drawn({})
    try:
        subject = await subject_of(request, run, now=now)
    except DataError as error:
        return drawn(unknown(error))
    return drawn(await done(request, lambda: nearby.figures(subject, trial), now=now))
