"""A thread that trains, and between two slices of time does what somebody asks of it."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar, runtime_checkable

T = TypeVar("T")
IDLE = 3600.0
"""seconds to wait for the next wish while nothing is to be done"""


@runtime_checkable
class Stage(Protocol):
    """What is driven."""

    playing: bool
    """whether it goes on by itself"""

    def advance(self) -> None:
        """Learn for a few milliseconds."""
        ...


class Drive(threading.Thread):
    """Everything that touches the training runs in this one thread, so nothing needs a lock.

    Who only looks asks too: what is asked while the training runs is answered between two updates and never slows it
    by more than the answer takes; without askers nothing is computed for them.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__(daemon=True, name="drive")
        self.stage = stage
        self.wishes: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()

    def ask(self, wish: Callable[[], T]) -> Future[T]:
        """Have this done between two updates; its result, or its error."""
        answer: Future[T] = Future()
        self.wishes.put((wish, answer))
        return answer

    def close(self) -> None:
        """Stop after the wishes that were asked before."""
        self.wishes.put(None)

    def run(self) -> None:
        while True:
            try:
                wish = self.wishes.get(timeout=0 if self.stage.playing else IDLE)
            except queue.Empty:
                if self.stage.playing:
                    self.stage.advance()
                continue
            if wish is None:
                return
            fulfil(*wish)


def fulfil(wish: Callable[[], Any], answer: Future[Any]) -> None:
    """Do it, and say what came of it."""
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(wish())
    except Exception as error:
        answer.set_exception(error)
