"""Graphs by name: one that comes with etude, and those whose files are looked for."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from etude.data.entries import Entry, Layout
from etude.data.graph_files import RawGraph, identity, read_arrays
from etude.source import Source

FRIENDS = {
    1: (2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 22, 32),
    2: (3, 4, 8, 14, 18, 20, 22, 31),
    3: (4, 8, 9, 10, 14, 28, 29, 33),
    4: (8, 13, 14),
    5: (7, 11),
    6: (7, 11, 17),
    7: (17,),
    9: (31, 33, 34),
    10: (34,),
    14: (34,),
    15: (33, 34),
    16: (33, 34),
    19: (33, 34),
    20: (34,),
    21: (33, 34),
    23: (33, 34),
    24: (26, 28, 30, 33, 34),
    25: (26, 28, 32),
    26: (32,),
    27: (30, 34),
    28: (34,),
    29: (32, 34),
    30: (33, 34),
    31: (33, 34),
    32: (33, 34),
    33: (34,),
}
"""who of the karate club met whom outside it (Zachary 1977, doi:10.1086/jar.33.4.3629752, figure 1)"""

INSTRUCTORS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 20, 22)
"""the members who went with the instructor, Mr. Hi, when the club broke apart (table 3)"""


def karate() -> RawGraph:
    """34 members of a karate club and their 78 friendships: whom will each follow? (Zachary 1977)."""
    edges = torch.tensor([[member - 1, other - 1] for member, others in FRIENDS.items() for other in others])
    clubs = tuple("instructor" if member in INSTRUCTORS else "officers" for member in range(1, 35))
    part = np.full(34, 2, dtype=np.int8)
    part[[0, 33]] = 0  # the instructor and the president: all others are asked for
    return RawGraph(identity(34), edges, clubs, tuple(map(str, range(1, 35))), "club", part)


SUBJECTS = (
    "theory",
    "reinforcement learning",
    "genetic algorithms",
    "neural networks",
    "probabilistic methods",
    "case based",
    "rule learning",
)
"""of the papers of Cora, in the order of their indices"""


def cora(paths: tuple[Path, ...], source: Source, size: int) -> RawGraph:
    """Papers, their words and who cites whom, with the split of Yang et al."""
    return read_arrays(paths[0], SUBJECTS)


EMBEDDED_GRAPHS: dict[str, Callable[[], RawGraph]] = {"karate": karate}
GRAPHS: dict[str, Entry[RawGraph]] = {
    "cora": Entry(
        "2,708 papers by 1,433 words and 5,278 citations: which of 7 subjects? Split of Yang et al. 2016, 20 of each",
        "none stated",
        "https://linqs.org/datasets/#cora",
        (Layout("graphs", ("cora.npz",), cora),),
    ),
}
