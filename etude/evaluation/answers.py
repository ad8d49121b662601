"""What a network says of new examples, as `etude predict` prints it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network says of one example."""

    name: str
    """the file, the row of a table, or the text itself"""
    answer: str | float
    """a class, a text, or a quantity in the unit of the target"""
    probabilities: dict[str, float]
    """of every class, most probable first; empty where the answer is no class"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network says of some examples."""

    target: str
    rows: tuple[Answer, ...]
    notes: tuple[str, ...]
    """what was odd about the files, such as categories that training never saw"""
