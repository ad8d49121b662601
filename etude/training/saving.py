"""States are written in a thread of their own, while the training goes on."""

import time
from collections.abc import Callable
from threading import Thread, current_thread

from etude.errors import ResourceError

LONGEST = 20.0
"""seconds of training between two checkpoints, at the evaluations and rows of the curves"""
SHARE = 50
"""times as long as it takes is trained before a state is written again"""
TRIES = 3
"""failures in a row that end a training"""


class Saver:
    """One writing at a time; what it costs, with the copy that is made for it, decides when the next one is due."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        """when the latest state was copied"""
        self.cost = 0.0
        """seconds that it took to copy and to write"""
        self.size = 0
        """bytes of what is written"""
        self.thread: Thread | None = None
        self.fault: Exception | None = None
        """of the latest writing"""
        self.failures = 0
        """in a row"""

    def is_due(self) -> bool:
        """A fiftieth of the time may go into writing, and some state is never older than `LONGEST`."""
        waited = time.perf_counter() - self.begun
        return waited > min(SHARE * self.cost, LONGEST) and (self.thread is None or not self.thread.is_alive())

    def write(self, act: Callable[[], None], *, begun: float) -> None:
        """Begin to write what was copied from the second `begun` on, once the writing before is over."""
        self.wait()
        self.begun = begun
        thread = Thread(target=self.written, args=(act,), name="saver")
        thread.start()
        self.thread = thread

    def written(self, act: Callable[[], None]) -> None:
        """In the thread."""
        try:
            act()
            self.fault, self.failures = None, 0
        except Exception as error:  # it is told by `failed` to whoever trains
            self.fault, self.failures = error, self.failures + 1
        self.cost = time.perf_counter() - self.begun

    def wait(self) -> None:
        """Until nothing is being written any more."""
        if self.thread is not None:
            if self.thread is not current_thread():  # where a training that nobody holds any more happens to be ended
                self.thread.join()
            self.thread = None

    def failed(self) -> ResourceError | None:
        """What the disk did not take since somebody asked last; raised if it is anything else, or once too often."""
        if self.thread is not None and self.thread.is_alive():
            return None
        fault, self.fault = self.fault, None
        if fault is not None and (not isinstance(fault, ResourceError) or self.failures >= TRIES):
            raise fault
        return fault
