"""What can be moved on by its updates: by itself, or by an epoch."""

import time
from abc import ABC, abstractmethod

SLICE = 0.008
"""seconds between two looks at the wishes"""


class Moving(ABC):
    """Makes updates, as long as it has no trouble."""

    playing = False
    """whether it goes on by itself"""
    made = 0
    """updates"""
    why = ""
    """it cannot go on"""

    @property
    def step(self) -> int:
        """Updates made."""
        return self.made

    @property
    def trouble(self) -> str:
        """Why it cannot go on, in words."""
        return self.why

    @abstractmethod
    def update(self) -> bool:
        """One update; whether an epoch ended with it."""

    def advance(self) -> None:
        """Learn for a slice of time."""
        until = time.perf_counter() + SLICE
        while self.playing and time.perf_counter() < until:
            self.update()

    def play(self, on: bool) -> int:
        """Go on by itself, or not; the update at which that took effect."""
        self.playing = on and not self.trouble
        return self.step

    def one_epoch(self) -> int:
        """Stand still, one epoch later."""
        self.playing = False
        while not self.trouble and not self.update():
            pass
        return self.step
