"""The flags of a training that may be watched, and the training with its page or without."""

import importlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from etude.cli.signals import Interrupts
from etude.training.experiment import Experiment
from etude.training.fit import Event
from etude.training.phases import train
from etude.training.run import Run


@dataclass(frozen=True)
class PageFlags:
    """A page in the browser beside the training."""

    watch: bool = False
    """show the training from inside, on a page in the browser; when it is over, Ctrl-C closes the page"""
    port: int = 0
    """of that page on 127.0.0.1; 0 takes a free one"""
    browser: bool = True
    """open that page; with --no-browser only its address is printed"""


def reserved(flags: PageFlags) -> socket | None:
    """The port of the page, had before anything else is done; None where no page is wanted."""
    if not flags.watch:
        return None
    server = importlib.import_module("etude.web.server")  # a web server, which other trainings do not wait for
    listener: socket = server.listening(flags.port)
    return listener


def trained(
    experiments: Iterable[Experiment[Any]],
    run: Run,
    interrupts: Interrupts,
    *,
    listener: socket | None,
    browser: bool,
    recipe: Path | None = None,
) -> Generator[Event, None, None]:
    """The events of the training, with its page where it has a port; `recipe` is a file that somebody trusts."""
    if listener is None:
        return train(experiments, run)
    page = importlib.import_module("etude.cli.watching")
    events: Generator[Event, None, None] = page.watched(
        experiments, run, interrupts, listener=listener, browser=browser, recipe=recipe
    )
    return events
