"""Any environment of Gymnasium with finitely many actions, by its name (Towers et al. 2024, arXiv:2407.17032)."""

import importlib
from types import ModuleType
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor
from torch.nn import functional as F

from etude.environments.base import Environment, Step
from etude.errors import DataError, ResourceError

DEFAULT_LIMIT = 1000
"""steps of an episode where Gymnasium sets no limit"""


class GymCopies(Environment):
    """Copies of a Gymnasium environment, stepped one after the other.

    Its state lies outside of torch: a training that is resumed begins new episodes, so that its curves go on but not
    to the bit. Its chance comes from the seed that `reset` draws; later numbers are not asked for.
    """

    draws = 1

    def __init__(self, name: str, copies: int) -> None:
        super().__init__()
        gymnasium = gymnasium_module()
        spec = gymnasium.spec(name)
        self.name, self.copies = name, copies
        self.limit = spec.max_episode_steps or DEFAULT_LIMIT
        self.worlds = gymnasium.make_vec(
            name,
            num_envs=copies,
            vectorization_mode="sync",
            vector_kwargs={"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP},
            max_episode_steps=self.limit,
        )
        action, view = self.worlds.single_action_space, self.worlds.single_observation_space
        if not isinstance(action, gymnasium.spaces.Discrete):
            raise DataError(
                "E-ENV-ACTIONS", f"{name} wants actions of {action}; agents here choose among finitely many."
            )
        if not isinstance(view, gymnasium.spaces.Discrete | gymnasium.spaces.Box):
            raise DataError(
                "E-ENV-VIEW", f"{name} shows {view}; agents here see numbers (Box) or one state (Discrete)."
            )
        self.first_action = int(action.start)
        self.actions = tuple(f"action {number}" for number in range(int(action.n)))
        self.states = int(view.n) if isinstance(view, gymnasium.spaces.Discrete) else 0
        self.shape = (self.states,) if self.states else view.shape
        self.register_buffer("view", torch.zeros(copies, *self.shape))
        self.register_buffer("total", torch.zeros(copies))
        self.fresh = True

    view: Tensor
    total: Tensor

    def reset(self, chance: Float[Tensor, "copy draw"]) -> Float[Tensor, "copy ..."]:
        seeds = (chance[:, 0] * 2**31).long().tolist()
        seen, _ = self.worlds.reset(seed=seeds)
        self.view, self.total, self.fresh = self.encoded(seen), torch.zeros_like(self.total), False
        return self.view

    def seen(self) -> Float[Tensor, "copy ..."]:
        return self.view

    def step(self, action: Int[Tensor, " copy"], chance: Float[Tensor, "copy draw"]) -> Step:
        if self.fresh:  # resumed: the worlds were never reset in this process
            self.reset(chance)
        seen, reward, terminated, truncated, facts = self.worlds.step(action.cpu().numpy() + self.first_action)
        x, device = self.encoded(seen), self.view.device
        last = self.encoded(self.led_to(seen, facts))
        earned = torch.as_tensor(reward, dtype=torch.float32, device=device)
        over = torch.as_tensor(terminated, device=device), torch.as_tensor(truncated, device=device)
        total = self.total + earned
        self.view, self.total = x, total * ~(over[0] | over[1])
        return Step(x, earned, over[0], over[1], last, total)

    def led_to(self, seen: Shaped[np.ndarray, "copy ..."], facts: dict[str, Any]) -> Shaped[np.ndarray, "copy ..."]:
        """What the actions led to: what is seen now, but the true last sight where an episode ended."""
        if "final_obs" not in facts:
            return seen
        last = np.array(seen)
        for copy in np.flatnonzero(facts["_final_obs"]):
            last[copy] = facts["final_obs"][copy]
        return last

    def encoded(self, seen: Shaped[np.ndarray, "copy ..."]) -> Float[Tensor, "copy ..."]:
        """Numbers as float32, a state as a one-hot vector."""
        x = torch.as_tensor(np.asarray(seen), device=self.view.device)
        return F.one_hot(x.long(), self.states).float() if self.states else x.float()


def gymnasium_module() -> ModuleType:
    """Gymnasium; ResourceError E-EXTRA where it is not installed."""
    try:
        return importlib.import_module("gymnasium")
    except ImportError:
        raise ResourceError("E-EXTRA", "this environment comes from Gymnasium: pip install 'etude[rl]'.") from None


def gym_names() -> tuple[str, ...]:
    """The names that Gymnasium knows here; none where it is not installed."""
    try:
        return tuple(gymnasium_module().registry)
    except ResourceError:
        return ()
