"""A training with a page in the browser that shows it from inside."""

import signal
import sys
import webbrowser
from collections.abc import Generator, Iterable
from contextlib import closing
from socket import socket
from typing import Any

from etude.cli.signals import Interrupts
from etude.training.experiment import Experiment
from etude.training.fit import Event
from etude.training.phases import train
from etude.training.run import Run
from etude.web.live import LiveTraining
from etude.web.server import PageServer


def watched(
    experiments: Iterable[Experiment[Any]], run: Run, interrupts: Interrupts, *, listener: socket, browser: bool
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

    with server.beside(), closing(live), closing(train(live.follow(experiments), run)) as events:
        for event in events:
            live.between(event, stopped=stopped)
            yield event
        if not stopped():
            print("the training is over; the page stays until Ctrl-C", file=sys.stderr, flush=True)
            live.linger(stopped=stopped)
            interrupts.received = None  # it closed the page and stopped nothing
