"""A training with a page in the browser that shows it from inside."""

import signal
import sys
import webbrowser
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path
from socket import socket
from typing import Any

from etude.cli.signals import Interrupts
from etude.training.experiment import Experiment
from etude.training.fit import Event
from etude.training.phases import train
from etude.training.run import Run
from etude.verbs.train import restart
from etude.web.live import LiveTraining
from etude.web.server import PageServer


def watched(
    experiments: Iterable[Experiment[Any]],
    run: Run,
    interrupts: Interrupts,
    *,
    listener: socket,
    browser: bool,
    recipe: Path | None,
) -> Generator[Event, None, None]:
    """The events of `train`, between which the page is answered; when they are over, until Ctrl-C."""
    live = LiveTraining(run, stop=lambda: signal.raise_signal(signal.SIGINT))
    server = PageServer(listener, runs=run.folder.parent, live=live)
    address = f"{server.address('runs')}#{run.folder.name}"
    print(f"page: {address}", file=sys.stderr, flush=True)
    if browser:
        webbrowser.open(address)

    def stopped() -> bool:
        return interrupts.received is not None

    with server.beside(), closing(live):
        yield from lived(live, experiments, stopped=stopped, recipe=recipe)
        if not stopped():
            print("the training is over; the page stays until Ctrl-C", file=sys.stderr, flush=True)
            live.linger(stopped=stopped)
            interrupts.received = None  # it closed the page and stopped nothing


def lived(
    live: LiveTraining, experiments: Iterable[Experiment[Any]], *, stopped: Callable[[], bool], recipe: Path | None
) -> Generator[Event, None, None]:
    """The events of `train`; who rolls back stops the training and resumes it from an older checkpoint."""
    while True:
        with closing(train(live.follow(experiments), live.run)) as events:
            for event in events:
                live.between(event, stopped=stopped)
                yield event
                if live.back_to is not None:
                    break
        if live.back_to is None or stopped():
            return
        experiments, _ = restart(str(live.run.folder), back_to=live.back_to, trusted=recipe)
        live.back_to = None
