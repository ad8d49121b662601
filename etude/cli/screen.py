"""Progress on stderr: a moving line on a terminal, a plain line every half minute elsewhere."""

import os
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from etude.training.clock import CLOCK
from etude.training.fit import Event

PLAIN_EVERY = 30.0
"""seconds between two lines where nobody watches"""


class Listened(Console):
    """stderr, whose reader may go away: then a training goes on in silence."""

    def on_broken_pipe(self) -> None:
        """Nobody listens any more; rich would end the program."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


class Screen:
    """Shows the events of a training; reads a number from the device only when it draws one."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Listened(stderr=True, quiet=quiet)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
            get_time=CLOCK.now,
        )
        self.task = self.progress.add_task("training", total=None)
        self.scores: dict[str, float] = {}
        self.drawn = CLOCK.now()

    def __enter__(self) -> None:
        self.progress.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def note(self, text: str) -> None:
        """A line that stays."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def update(self, event: Event) -> None:
        """Show one event, if it is time to."""
        self.scores = event.scores or self.scores
        if event.note:
            self.note(event.note)
        now = CLOCK.now()
        if now - self.drawn < (0.1 if self.console.is_terminal else PLAIN_EVERY) and event.step < event.steps:
            return
        self.drawn = now
        line = words({"loss": float(event.logs["loss"])} if "loss" in event.logs else {}) + words(self.scores)
        if self.console.is_terminal:
            self.progress.update(self.task, completed=event.step, total=event.steps, description=line)
        else:
            self.note(f"update {event.step} of {event.steps}{line}")


def words(scores: dict[str, float]) -> str:
    """' loss 0.1234 valid accuracy 0.98'"""
    return "".join(f"  {name.replace('_', ' ')} {value:.4g}" for name, value in scores.items())
