"""etude resume [RUN]: go on with a training that was stopped."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from etude.cli.flags import parse
from etude.cli.gates import check_gates
from etude.cli.page import PageFlags, reserved, trained
from etude.cli.session import Session
from etude.training.describe import elsewhere
from etude.verbs.train import restart


@dataclass(frozen=True)
class Flags:
    """Go on from the last checkpoint of a run, as if it had never stopped: the same bits come out."""

    run: Annotated[str, tyro.conf.Positional] = "last"
    """run folder, its name in runs/, last or best"""
    epochs: int | None = None
    """train to so many epochs instead"""
    steps: int | None = None
    """train to so many updates instead"""
    back_to: int | None = None
    """go back to the checkpoint of this update; what was learnt after it is moved to the folder undone of the run"""
    accept_data_change: bool = False
    """go on although the data are not those that the run began with; they must be of the same kind"""
    require: tuple[str, ...] = ()
    """gates on validation scores, such as 'accuracy>=0.97'"""
    recipe: Path | None = None
    """recipe file that you have read and trust, for a run whose own one is gone"""
    page: PageFlags = field(default_factory=PageFlags)
    json: bool = False
    """print the result as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="resume")
    check_gates(flags.require)
    listener = reserved(flags.page)
    experiments, run = restart(
        flags.run,
        epochs=flags.epochs,
        steps=flags.steps,
        back_to=flags.back_to,
        trusted=flags.recipe,
        accept_data_change=flags.accept_data_change,
    )
    with Session(run) as session:
        if said := elsewhere(run.folder):
            session.screen.note(f"  {said}")
        events = trained(
            experiments, run, session.interrupts, listener=listener, browser=flags.page.browser, recipe=flags.recipe
        )
        with closing(events):
            for event in events:
                if session.stops_after(event):
                    break
    return session.finish(require=flags.require, as_json=flags.json)
