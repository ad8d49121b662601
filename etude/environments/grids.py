"""Worlds on a map: the frozen lake of Gymnasium, the grid world of the textbook, and maps of the user's own."""

from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from etude.environments.tabular import Tabular
from etude.errors import DataError

DIRECTIONS = ((0, -1), (1, 0), (0, 1), (-1, 0))
"""(row, column) of each action; the two beside an action in this circle are those it may slip to"""
ARROWS = "←↓→↑"
LAKE = ("SFFF", "FHFH", "FFFH", "HFFG")
LARGE_LAKE = (
    "SFFFFFFF",
    "FFFFFFFF",
    "FFFHFFFF",
    "FFFFFHFF",
    "FFFHFFFF",
    "FHHFFFHF",
    "FHFFHFHF",
    "FFFHFFFG",
)
ROOM = ("FFFG", "F#FH", "SFFF")
LETTERS = {"S": "start", "F": "free", "G": "goal", "H": "hole", "#": "wall"}
MOST_CELLS = 1024
"""of a map: the table of transitions has four times their square"""


class Grid(Tabular):
    """A map of letters: S start, F free, G goal, H hole, # wall; states count its cells row by row.

    A step goes where it should with the chance `success`, else to one side or the other, each as likely; into a wall
    or off the map it stays. Goals and holes end the episode.
    """

    actions = ("left", "down", "right", "up")

    def __init__(
        self, name: str, rows: tuple[str, ...], *, success: float, cost: float, hole: float, limit: int
    ) -> None:
        """`cost` is paid for every step, `hole` in falling into one; reaching a goal earns 1."""
        letters = "".join(rows)
        worth = torch.tensor([{"G": 1.0, "H": hole}.get(letter, 0.0) for letter in letters], dtype=torch.float64)
        closed = torch.tensor([letter in "GH#" for letter in letters])
        first = torch.tensor([float(letter == "S") for letter in letters], dtype=torch.float64)
        payoff = (worth - cost).expand(len(letters), 4, -1) * ~closed[:, None, None]
        super().__init__(slips(rows, success), payoff, terminal=closed, start=first / first.sum())
        self.name, self.rows, self.limit = name, rows, limit


def slips(rows: tuple[str, ...], success: float) -> Float[Tensor, "state 4 state"]:
    """p(s' | s, a) on a map."""
    width, letters = len(rows[0]), "".join(rows)
    table = torch.zeros(len(letters), 4, len(letters), dtype=torch.float64)
    for cell, letter in enumerate(letters):
        if letter in "GH#":
            table[cell, :, cell] = 1
            continue
        reached = [neighbour(rows, *divmod(cell, width), direction) for direction in range(4)]
        for action in range(4):
            table[cell, action, reached[action]] += success
            table[cell, action, reached[action - 1]] += (1 - success) / 2
            table[cell, action, reached[(action + 1) % 4]] += (1 - success) / 2
    return table


def neighbour(rows: tuple[str, ...], row: int, column: int, direction: int) -> int:
    """The cell that a step in this direction ends on."""
    down, right = row + DIRECTIONS[direction][0], column + DIRECTIONS[direction][1]
    inside = 0 <= down < len(rows) and 0 <= right < len(rows[0])
    if not inside or rows[down][right] == "#":
        down, right = row, column
    return down * len(rows[0]) + right


def frozen_lake() -> Grid:
    """FrozenLake-v1 of Gymnasium, slippery: each step goes astray with chance 2/3, only the goal pays."""
    return Grid("FrozenLake-v1", LAKE, success=1 / 3, cost=0.0, hole=0.0, limit=100)


def large_frozen_lake() -> Grid:
    """FrozenLake8x8-v1 of Gymnasium."""
    return Grid("FrozenLake8x8-v1", LARGE_LAKE, success=1 / 3, cost=0.0, hole=0.0, limit=200)


def grid_world() -> Grid:
    """The 4 x 3 world of Russell and Norvig, "Artificial Intelligence: A Modern Approach", figure 17.1."""
    return textbook_grid("grid-world", ROOM)


def textbook_grid(name: str, rows: tuple[str, ...]) -> Grid:
    """A map under the rules of Russell and Norvig: 0.8 straight on, 0.04 for a step, -1 for a hole."""
    return Grid(name, rows, success=0.8, cost=0.04, hole=-1.0, limit=100)


def read_grid(path: Path) -> Grid:
    """A map of the user's own, a text file of LETTERS; DataError E-GRID if it is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("E-GRID", f"{path} cannot be read as a map: {error}.") from None
    rows = tuple(line.strip() for line in text.splitlines() if line.strip())
    fault = fault_of(rows)
    if fault:
        legend = ", ".join(f"{letter} {meaning}" for letter, meaning in LETTERS.items())
        raise DataError("E-GRID", f"{path} is no map: {fault}. Wanted: lines of equal length of the letters {legend}.")
    return textbook_grid(str(path), rows)


def fault_of(rows: tuple[str, ...]) -> str | None:
    """What is wrong with a map, in words."""
    if not rows:
        return "it is empty"
    for number, row in enumerate(rows, start=1):
        foreign = sorted(set(row) - set(LETTERS))
        if foreign:
            return f"line {number} holds {foreign[0]!r}"
        if len(row) != len(rows[0]):
            return f"line {number} has {len(row)} letters, line 1 has {len(rows[0])}"
    letters = "".join(rows)
    if len(letters) > MOST_CELLS:
        return f"it has {len(letters)} cells, at most {MOST_CELLS} are taken"
    missing = [LETTERS[letter] for letter in "SG" if letter not in letters]
    return f"it has no {missing[0]}" if missing else None
