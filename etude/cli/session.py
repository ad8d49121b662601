"""A training that somebody watches: the run folder is held, the screen shows it, Ctrl-C ends it between two updates."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from types import TracebackType
from typing import TypeVar

from etude.cli.flags import show
from etude.cli.gates import failed_gates
from etude.cli.screen import Screen
from etude.cli.signals import Interrupts
from etude.inside.doctor.finding import Finding
from etude.training.fit import Event
from etude.training.run import Run
from etude.training.store import locked
from etude.verbs.doubts import noted_doubts
from etude.verbs.results import Result, result

_Self = TypeVar("_Self", bound="Session")  # typing.Self defeats the run-time checker of the tests


class Session:
    """Opened before the first update of a run and closed after its last one."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.screen, self.interrupts, self.open = Screen(), Interrupts(), ExitStack()

    def __enter__(self: _Self) -> _Self:
        for each in (locked(self.run.folder), self.screen, self.interrupts):
            self.open.enter_context(each)
        for note in (*result(self.run.folder).notes, *noted_doubts(self.run)):
            self.screen.note(f"  {note}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.open.close()

    def tell(self, findings: Sequence[Finding]) -> None:
        """What is doubtful about a training that begins all the same."""
        for each in findings:
            self.screen.note(f"  doctor: {each.sentence}")

    def stops_after(self, event: Event) -> bool:
        """Show an event; whether somebody wants the training to end with it."""
        self.screen.update(event)
        return self.interrupts.received is not None

    def finish(self, *, require: tuple[str, ...], as_json: bool) -> int:
        """Say how it ended; the exit code."""
        outcome = result(self.run.folder)
        if self.interrupts.received is not None:
            stopped = f"stopped after update {outcome.step}; go on with: etude resume {outcome.folder}"
            show(asdict(outcome), stopped, as_json=as_json)
            return self.interrupts.exit_code
        failed = failed_gates(require, outcome.best_scores)
        show(asdict(outcome) | {"failed": failed}, summary(outcome, failed), as_json=as_json)
        return 1 if failed else 0


def summary(outcome: Result, failed: list[str]) -> str:
    """The last lines of a training."""
    scores = {name: value for name, value in outcome.best_scores.items() if outcome.best_scores != outcome.scores}
    early = f" of {outcome.steps:,}, as the score got no better" if outcome.step < outcome.steps else ""
    lines = [
        f"trained {outcome.recipe} on {outcome.data}: {outcome.step:,} updates{early} in {outcome.seconds:.1f} s",
        *(f"  {name.replace('_', ' ')} {value:.4g}" for name, value in outcome.scores.items()),
        *([f"best, after update {outcome.best_step:,}"] if scores else []),
        *(f"  {name.replace('_', ' ')} {value:.4g}" for name, value in scores.items()),
        *(f"  gate not met: {gate}" for gate in failed),
        f"run folder: {outcome.folder}",
        "next: etude evaluate    (the honest score, on the test part)",
    ]
    return "\n".join(lines)
