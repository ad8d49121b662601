"""A number that a recipe must reach."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """A number that a recipe must reach on the test part."""

    recipe: str
    data: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    headline: bool = False
    """the number that `etude list` shows"""
    label: str = ""
    """tells apart rows of one recipe on one data set"""
    seeds: tuple[int, ...] = (0, 1, 2)
    why: str = ""
    """the reason, where the goal is missed"""
    against_linear: bool = False
    """the goal is a share of what the linear baseline reaches"""

    @property
    def name(self) -> str:
        """Of the row."""
        return "-".join(word for word in (self.recipe, self.data, self.label) if word)

    @property
    def where(self) -> str:
        """'digits', 'names transformer'"""
        return " ".join(word for word in (self.data, self.label) if word)

    def met(self, value: float) -> bool:
        """Whether the mean over the seeds is inside the bounds."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def words(self) -> str:
        """'at least 0.989'"""
        unit = " of the linear baseline's" if self.against_linear else ""
        bounds = [f"at least {self.at_least:g}"] if self.at_least is not None else []
        bounds += [f"at most {self.at_most:g}{unit}"] if self.at_most is not None else []
        return " and ".join(bounds)
