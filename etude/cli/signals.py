"""Ctrl-C and SIGTERM end a training between two updates, so that what was learnt is saved.

A terminal that is closed does not end it; the time in which it is stopped (Ctrl-Z) does not count.
"""

import os
import signal
import stat
from contextlib import suppress
from types import FrameType, TracebackType

from etude.training.clock import CLOCK


class Interrupts:
    """Notes the first Ctrl-C or SIGTERM; a second one acts at once."""

    def __init__(self) -> None:
        self.received: int | None = None

    def __enter__(self) -> None:
        self.before = {number: signal.signal(number, self.note) for number in (signal.SIGINT, signal.SIGTERM)}
        self.before[signal.SIGHUP] = signal.signal(signal.SIGHUP, silence)
        self.before[signal.SIGCONT] = signal.signal(signal.SIGCONT, gone_on)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def note(self, number: int, frame: FrameType | None) -> None:
        """Remember the signal, and let the next one of its kind through."""
        self.received = number
        signal.signal(number, self.before[signal.Signals(number)])

    @property
    def exit_code(self) -> int:
        """128 and the signal's number, as shells count; 0 if none came."""
        return 128 + self.received if self.received is not None else 0


def gone_on(number: int, frame: FrameType | None) -> None:
    """After Ctrl-Z and fg."""
    CLOCK.back()


def silence(number: int, frame: FrameType | None) -> None:
    """The terminal is gone: what is written to it goes nowhere, instead of failing."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        with suppress(OSError):  # a handle that was closed
            if stat.S_ISCHR(os.fstat(handle).st_mode):  # isatty says no of one that hung up
                os.dup2(nowhere, handle)
    os.close(nowhere)
