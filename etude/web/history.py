"""The past of a lesson: states to go back to, and what was changed by hand in between, so that all can be redone."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from etude.playground.lesson import Lesson
from etude.playground.scores import Rule
from etude.playground.tuning import tune
from etude.training.checkpoint import flat, optimizer_state, restore_optimizer
from etude.training.store import Json

RECENT = 1000
"""latest states that are all kept"""
MOST = 30_000_000
"""bytes of all states"""
OVERHEAD = 1000
"""bytes of a state beside its numbers"""
SPREAD = 9
"""times as many states as are recent, at most: half as many again for each doubling of 100,000 epochs"""


@dataclass(frozen=True)
class State:
    """All that the next update depends on; its chance follows from its number."""

    step: int
    lesson: Lesson
    """with the rate, weight decay and dropout of now"""
    learner: dict[str, Tensor]
    moments: dict[str, Tensor]
    optimizers: dict[str, Json]

    @property
    def size(self) -> int:
        """Bytes."""
        tensors = [*self.learner.values(), *self.moments.values()]
        return OVERHEAD + sum(each.numel() * each.element_size() for each in tensors)


def state_of(rule: Rule, lesson: Lesson, step: int) -> State:
    """A copy of the state after so many updates."""
    moments, optimizers = dict[str, Tensor](), dict[str, Json]()
    for name, optimizer in rule.optimizers().items():
        plain, found = optimizer_state(optimizer)
        optimizers[name] = plain | {"base_rates": [*plain["base_rates"]]}
        moments |= {f"{name}/{key}": tensor for key, tensor in flat(found).items()}
    return State(step, lesson, flat(rule.state_dict()), moments, optimizers)


def restore(rule: Rule, state: State) -> None:
    """Be as then."""
    rule.load_state_dict(state.learner)
    moments = flat(state.moments)
    for name, optimizer in rule.optimizers().items():
        plain = state.optimizers[name]
        own = {key.removeprefix(f"{name}/"): each for key, each in moments.items() if key.startswith(f"{name}/")}
        restore_optimizer(optimizer, plain | {"base_rates": [*plain["base_rates"]]}, own)
    tune(rule, state.lesson)


class History:
    """States at the ends of epochs: the latest all, older ones the sparser the older they are.

    An epoch of age a is kept as long as its number is divisible by the power of 2 that a is of the recent ones, so
    that what is dropped depends on no earlier dropping; epoch 0 stays for ever.
    """

    def __init__(self, first: State, *, epoch_steps: int) -> None:
        self.epoch_steps = epoch_steps
        self.states = {0: first}
        self.last = 0
        """updates behind the latest state"""
        self.edits: list[tuple[int, Callable[[], None]]] = []
        """what was changed by hand, and after how many updates"""
        self.recent = max(1, min(RECENT, MOST // (first.size * SPREAD)))

    @property
    def seen(self) -> int:
        """The latest epoch that can be gone to."""
        return self.last // self.epoch_steps

    def add(self, state: State) -> None:
        """Keep one more, the latest."""
        self.states[state.step] = state
        self.last = state.step
        if state.step // self.epoch_steps % (self.recent // 8 + 1) == 0:
            self.thin()

    def thin(self) -> None:
        """Drop what is too old for its number."""
        last = self.seen
        self.states = {
            step: state for step, state in self.states.items() if self.is_kept(step // self.epoch_steps, last)
        }

    def is_kept(self, epoch: int, last: int) -> bool:
        """Whether an epoch still has its state when the last one is `last`."""
        age = last - epoch
        return age < self.recent or epoch % 2 ** (math.floor(math.log2(age / self.recent)) + 1) == 0

    def edit(self, step: int, act: Callable[[], None]) -> None:
        """Change something by hand, now and whenever this place is passed again."""
        self.forget(step)
        self.edits.append((step, act))
        act()

    def edited(self, step: int) -> None:
        """Change again what was changed after so many updates."""
        for when, act in self.edits:
            if when == step:
                act()

    def before(self, step: int) -> State:
        """The latest state that is kept, until so many updates."""
        return self.states[max(each for each in self.states if each <= step)]

    def forget(self, step: int) -> None:
        """Everything that came after so many updates."""
        if self.edits and self.edits[-1][0] > step:
            self.edits = [(when, act) for when, act in self.edits if when <= step]
        if self.last > step:
            self.states = {each: state for each, state in self.states.items() if each <= step}
            self.last = max(self.states)
