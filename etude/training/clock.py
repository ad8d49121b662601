"""Seconds at work: a process that was stopped by Ctrl-Z or SIGSTOP stands still, and so does this clock.

A machine that sleeps stops it too, by what `time.perf_counter` is on Linux and macOS.
"""

import time


class Clock:
    """Counts like `time.perf_counter`, without what `back` was told to leave out."""

    def __init__(self) -> None:
        self.away = 0.0
        """seconds in which the process was stopped"""
        self.looked = time.perf_counter()
        """when somebody asked last"""

    def now(self) -> float:
        """Seconds since some moment."""
        self.looked = time.perf_counter()
        return self.looked - self.away

    def back(self) -> None:
        """The process goes on after a stop, which began after somebody asked last: a training asks at every update."""
        now = time.perf_counter()
        self.away += now - self.looked
        self.looked = now


CLOCK = Clock()
"""of this process"""
