"""Environments by name, or from a map of the user's own."""

from collections.abc import Callable
from pathlib import Path

from etude.environments.acrobot import Acrobot
from etude.environments.base import Dynamics, Environment, Simulation
from etude.environments.cartpole import CartPole
from etude.environments.grids import Grid, frozen_lake, grid_world, large_frozen_lake, read_grid
from etude.environments.gym import GymCopies, gym_names
from etude.errors import DataError, nearest
from etude.schema import Actions, Observations, Schema

DYNAMICS: dict[str, Callable[[], Dynamics]] = {
    "CartPole-v1": CartPole,
    "Acrobot-v1": Acrobot,
    "FrozenLake-v1": frozen_lake,
    "FrozenLake8x8-v1": large_frozen_lake,
    "grid-world": grid_world,
}
"""what runs here as tensors; every other name is asked of Gymnasium"""


def environment(name: str, copies: int) -> Environment:
    """Copies of the environment of this name; a file wins over a name. DataError E-ENV-NAME for an unknown one."""
    if Path(name).expanduser().is_file() or name in DYNAMICS:
        return Simulation(dynamics(name), copies)
    elsewhere = gym_names()
    if name in elsewhere:
        return GymCopies(name, copies)
    close = nearest(name, dict.fromkeys([*DYNAMICS, *elsewhere]))
    hint = "" if elsewhere else " pip install 'etude[rl]' adds those of Gymnasium."
    raise DataError("E-ENV-NAME", f"no environment {name!r}{close} Here: {', '.join(DYNAMICS)}.{hint}")


def dynamics(name: str) -> Dynamics:
    """The laws of an environment that runs here."""
    path = Path(name).expanduser()
    return read_grid(path) if path.is_file() else DYNAMICS[name]()


def known_grid(name: str, recipe: str) -> Grid:
    """A world whose laws are tables; DataError E-ENV-KIND where they are none."""
    if Path(name).expanduser().is_file() or name in DYNAMICS:
        found = dynamics(name)
        if isinstance(found, Grid):
            return found
    worlds = [each for each, make in DYNAMICS.items() if isinstance(make(), Grid)]
    raise DataError(
        "E-ENV-KIND",
        f"{recipe} computes with the laws of a world of finitely many states; {name!r} is none. "
        f"Take {', '.join(worlds)}, or a map in a file; agents that learn by trying: ppo, dqn, reinforce.",
    )


def schema_of(world: Environment) -> Schema:
    """What a network for this environment sees and answers."""
    return Schema(Observations(world.name, world.shape), Actions("action", world.actions))
