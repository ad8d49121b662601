"""A training that is watched: between two updates it does what somebody asks, and shows what somebody looks at."""

import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

import torch

from etude.errors import UsageError, nearest
from etude.evaluation.plane import steady
from etude.evaluation.predictor import Predictor, evaluating
from etude.figures import Figure, Points
from etude.inside.data import batch_figure
from etude.inside.rehearsal import Rehearsal, rehearse
from etude.learners.base import device_of
from etude.training.clock import CLOCK
from etude.training.describe import read_schema
from etude.training.experiment import Experiment
from etude.training.fit import Event
from etude.training.run import Run, open_run
from etude.types import B
from etude.verbs.recipes import read_recipe
from etude.verbs.trained import Trained
from etude.web.drive import fulfil
from etude.web.subject import Subject

T = TypeVar("T")
Wishes: TypeAlias = queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]]
SHARE = 0.05
"""of the time that looking may cost while the training goes on"""
PATIENCE = 0.1
"""seconds between two looks at whether somebody wants a standing training to end"""
FRESH = 1.0
"""seconds for which one rehearsal serves everybody who looks"""


class LiveTraining(Subject):
    """Stands beside the loop: `follow` sees each experiment before it begins, `between` is called after each update.

    Everything that is asked is done in the thread of the training, so nothing needs a lock. While the training goes on,
    drawings that somebody sees again wait until looking has cost at most `SHARE` of the time; without askers nothing is
    computed.
    """

    def __init__(self, run: Run, *, stop: Callable[[], None]) -> None:
        """`stop` ends the training as Ctrl-C does."""
        self.run, self.stop = run, stop
        self.playing, self.ended, self.closed = True, False, False
        self.experiment: Experiment[Any] | None = None
        self.batch: Any = None
        """the latest one"""
        self.event: Event | None = None
        self.seen: tuple[float, int, Rehearsal] | None = None
        """when, after which update, and what"""
        self.back_to: int | None = None
        """the update from whose checkpoint somebody wants to go on"""
        self.summits: dict[str, dict[str, Figure]] = {}
        """of the layer that somebody has asked for last: too dear to be drawn again and again"""
        self.planes: dict[str, Points] = {}
        """points of the plane as they were last seen"""
        self.acts: Wishes = queue.SimpleQueue()
        self.looks: Wishes = queue.SimpleQueue()
        self.began, self.stood, self.asked, self.looked = CLOCK.now(), 0.0, 0.0, 0.0
        """the start; seconds in which the training stood; while it went on, those for what somebody asked for, and for
        what is only shown again, which alone has to wait"""

    def follow(self, experiments: Iterable[Experiment[B]]) -> Iterator[Experiment[B]]:
        """The same experiments, whose batches are seen in passing."""
        for experiment in experiments:
            self.experiment, self.seen, self.summits = experiment, None, {}
            yield replace(experiment, batches=self.noting(experiment.batches))

    def noting(self, batches: Callable[[int], Iterator[B]]) -> Callable[[int], Iterator[B]]:
        """The same batches; the latest one is kept."""

        def noted(start: int) -> Iterator[B]:
            for batch in batches(start):
                self.batch = batch
                yield batch

        return noted

    def look(self, wish: Callable[[], T], *, now: bool) -> Future[T]:
        """Have this drawn between two updates, as soon as it may cost something or `now`; its result, or its error."""
        return self.put(self.acts if now else self.looks, lambda: self.timed(wish, now=now))

    def timed(self, wish: Callable[[], T], *, now: bool) -> T:
        """Its result; what it cost is noted, and the chance of the training does not feel it."""
        begun = CLOCK.now()
        try:
            with torch.random.fork_rng():
                return wish()
        finally:
            cost = CLOCK.now() - begun if self.playing else 0.0
            self.asked, self.looked = self.asked + cost * now, self.looked + cost * (not now)

    def act(self, wish: Callable[[], T]) -> Future[T]:
        """Have this done after the update of now."""
        return self.put(self.acts, wish)

    def put(self, wishes: Wishes, wish: Callable[[], T]) -> Future[T]:
        """A wish at the end of a queue."""
        answer: Future[T] = Future()
        if self.closed:
            answer.set_exception(UsageError("E-LIVE", "the training is over, and nothing answers any more."))
        else:
            wishes.put((wish, answer))
        return answer

    def close(self) -> None:
        """Answer nobody any more, not even those who wait."""
        self.closed = True
        for wishes in (self.acts, self.looks):
            while not wishes.empty():
                wishes.get()[1].set_exception(UsageError("E-LIVE", "the training has ended meanwhile."))

    def between(self, event: Event, *, stopped: Callable[[], bool]) -> None:
        """Do what was asked, and stand still until somebody wants to go on, or to end."""
        self.event = event
        while not self.acts.empty():
            fulfil(*self.acts.get())
        while not self.looks.empty() and self.looked <= SHARE * self.trained():
            fulfil(*self.looks.get())
        if not self.playing:
            self.stand(lambda: self.playing or self.back_to is not None or stopped())

    def linger(self, *, stopped: Callable[[], bool]) -> None:
        """The training is over; go on answering until somebody wants an end."""
        self.playing, self.ended = False, True
        self.stand(stopped)

    def stand(self, until: Callable[[], bool]) -> None:
        """Only answer."""
        begun = CLOCK.now()
        while not until():
            while not self.acts.empty():
                fulfil(*self.acts.get())
            try:
                fulfil(*self.looks.get(timeout=PATIENCE))
            except queue.Empty:
                continue
        self.stood += CLOCK.now() - begun

    def trained(self) -> float:
        """Seconds in which the training went on."""
        return CLOCK.now() - self.began - self.stood

    def state(self) -> dict[str, Any]:
        """What a page must know to draw the controls."""
        experiment, event = self.experiment, self.event
        if experiment is None or event is None:
            return {"run": self.run.folder.name, "ready": False}
        optimizers = experiment.learner.optimizers().items()
        return {
            "run": self.run.folder.name,
            "ready": True,
            "step": event.step,
            "steps": event.steps,
            "playing": self.playing,
            "ended": self.ended,
            "rates": {name: optimizer.rate for name, optimizer in optimizers},
            "checkpoints": [] if self.ended else open_run(self.run.folder).steps(),
            "cost": (self.asked + self.looked) / self.trained(),
            "views": list(experiment.views),
            "layers": self.layers(),
        }

    def view(self, name: str) -> Figure:
        """One of the figures that the recipe draws."""
        experiment = self.experiment
        views = experiment.views if experiment is not None else {}
        if experiment is None or name not in views:
            raise UsageError("E-FIGURE", f"this training draws no {name!r}{nearest(name, views)}")
        with evaluating(experiment.learner):
            figure = views[name]()
        if isinstance(figure, Points):
            figure = self.planes[name] = steady(figure, self.planes.get(name))
        return figure

    def latest(self) -> dict[str, Figure]:
        """The latest batch, where it can be drawn."""
        figure = batch_figure(self.batch, self.splits.schema.inputs) if self.splits is not None else None
        return {"batch": figure} if figure is not None else {}

    def answering(self) -> Trained:
        """The network of now, as if its training were over."""
        assert self.experiment is not None and self.event is not None
        schema, network = read_schema(self.run.folder), self.experiment.learner.network
        predictor = Predictor(network, schema, device=device_of(network))
        return Trained(self.run, read_recipe(self.run.folder), schema, predictor, self.event.step, "last")

    def rehearsal(self) -> Rehearsal:
        """One update of a copy, from the latest batch."""
        assert self.experiment is not None and self.event is not None  # wishes come after the first update
        now, step = CLOCK.now(), self.event.step
        if self.seen is None or (self.seen[1] != step and now - self.seen[0] > FRESH):
            self.seen = now, step, rehearse(self.experiment.learner, self.batch)
        return self.seen[2]

    def play(self, *, on: bool) -> None:
        """Go on, or stand."""
        self.playing = on and not self.ended

    def slow(self, factor: float) -> None:
        """Multiply every learning rate; the diary of the run remembers it."""
        assert self.experiment is not None and self.event is not None
        for optimizer in self.experiment.learner.optimizers().values():
            optimizer.base_rates = [factor * rate for rate in optimizer.base_rates]
        self.run.note("rate", factor=factor, step=self.event.step)

    def save(self) -> None:
        """Write a checkpoint now."""
        assert self.experiment is not None and self.event is not None
        open_run(self.run.folder).save(self.event.step, self.experiment.learner)

    def roll_back(self, step: int) -> None:
        """Go on from an older checkpoint; what came after it is put aside."""
        run = open_run(self.run.folder)
        if self.ended:
            raise UsageError("E-BACK", f"the training is over; `etude resume {run.folder.name} --back-to {step}`.")
        run.check(step)
        self.back_to, self.seen = step, None
