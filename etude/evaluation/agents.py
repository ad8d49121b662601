"""What there is to see of an agent: an episode, what it would do elsewhere, what it expects."""

from collections.abc import Callable

import torch
from torch import nn

from etude.chance import stream
from etude.environments.base import Dynamics
from etude.environments.grids import ARROWS, Grid
from etude.environments.named import dynamics
from etude.evaluation.episodes import lengths, played
from etude.figures import Curve, Figure, Line, Matrix, Text

CELLS = 25
"""of a picture of the phase plane, each way"""
PLANES = {
    "CartPole-v1": (("angle (rad)", 2, 0.21), ("angular speed (rad/s)", 3, 2.0)),
    "Acrobot-v1": (("angle of the first link (rad)", 0, 3.14), ("angle between the links (rad)", 1, 3.14)),
}
"""two quantities of the state with their largest values, the vertical one first; all others are 0"""


def episode(actor: nn.Module, name: str, *, chance: torch.Generator) -> Figure:
    """One episode: the way on a map, or what was seen over time."""
    taken = played(actor, name, chance=chance, episodes=1)
    n = int(lengths(taken)[0])
    total = float(taken.total[n - 1, 0])
    x, done = taken.x[:n, 0].cpu(), taken.action[:n, 0].tolist()
    title = f"An episode of {n} steps, return {total:g}"
    world = known(name)
    if isinstance(world, Grid):
        return Text(title, way(world, x.argmax(dim=1).tolist(), done))
    flat = x.flatten(1)
    names = world.quantities if world is not None else [f"number {number}" for number in range(flat.shape[1])]
    time = torch.arange(n).double()
    lines = {each: Line(time, column.double()) for each, column in zip(names, flat.unbind(1), strict=True)}
    return Curve(title, lines | {"action": Line(time, torch.tensor(done).double())}, "step", "observation")


def known(name: str) -> Dynamics | None:
    """The laws of an environment, if it runs here."""
    try:
        return dynamics(name)
    except KeyError:
        return None


def way(world: Grid, states: list[int], actions: list[int]) -> str:
    """Where it was and where it wanted to go, a line for each step."""
    width = len(world.rows[0])
    places = [f"row {state // width + 1}, column {state % width + 1}" for state in states]
    steps = enumerate(zip(places, actions, strict=True), start=1)
    return "\n".join(f"{number:>4}  {place}  {ARROWS[action]}" for number, (place, action) in steps)


def views(actor: nn.Module, name: str, *, seed: int) -> dict[str, Callable[[], Figure]]:
    """What to look at in every agent: an episode, and what it does where, if its world is plane."""
    found: dict[str, Callable[[], Figure]] = {
        "episode": lambda: episode(actor, name, chance=stream(seed, "shown episode"))
    }
    world = known(name)
    if isinstance(world, Grid):
        found["policy"] = lambda: arrows(actor, world)
    if name in PLANES and world is not None:
        found["policy"] = lambda: phase_plane(actor, world)
    return found


@torch.no_grad()
def phase_plane(actor: nn.Module, world: Dynamics) -> Matrix:
    """How much it prefers the last action to the first over two quantities of the state, the others being 0."""
    (row_name, row, row_most), (column_name, column, column_most) = PLANES[world.name]
    rows = torch.linspace(row_most, -row_most, CELLS, dtype=torch.float64)
    columns = torch.linspace(-column_most, column_most, CELLS, dtype=torch.float64)
    state = torch.zeros(CELLS, CELLS, 4, dtype=torch.float64)
    state[..., row], state[..., column] = rows[:, None], columns[None]
    answer = actor(world.observe(state.flatten(0, 1)).to(device_of(actor))).cpu()
    return Matrix(
        f"{world.actions[-1]} (blue) or {world.actions[0]} (orange)",
        (answer[:, -1] - answer[:, 0]).view(CELLS, CELLS),
        tuple(f"{each:.2f}" for each in rows.tolist()),
        tuple(f"{each:.2f}" for each in columns.tolist()),
        row_name,
        column_name,
    )


@torch.no_grad()
def arrows(actor: nn.Module, world: Grid) -> Text:
    """The map with what it would do in each cell; goals, holes and walls as letters."""
    answers = actor(world.observe(torch.arange(world.shape[0])).to(device_of(actor)))
    marks = [
        letter if letter in "GH#" else ARROWS[action]
        for letter, action in zip("".join(world.rows), answers.argmax(dim=1).tolist(), strict=True)
    ]
    width = len(world.rows[0])
    lines = [" ".join(marks[first : first + width]) for first in range(0, len(marks), width)]
    return Text("Policy: G goal, H hole, # wall", "\n".join(lines))


@torch.no_grad()
def expectations(actor: nn.Module, world: Grid) -> Matrix:
    """The value of each cell, that of its best action."""
    best = actor(world.observe(torch.arange(world.shape[0])).to(device_of(actor))).amax(dim=1).cpu()
    height, width = len(world.rows), len(world.rows[0])
    names = tuple(str(number) for number in range(1, max(height, width) + 1))
    return Matrix("Value of each cell", best.view(height, width), names[:height], names[:width], "row", "column")


def device_of(actor: nn.Module) -> torch.device:
    """Where its weights are."""
    return next(actor.parameters()).device
