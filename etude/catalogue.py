"""The recipes that etude ships, read from their files without running them."""

import ast
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of `etude list`."""

    name: str
    about: str
    """the first line of the file's docstring"""
    path: Path


@cache
def recipe_names() -> tuple[str, ...]:
    """The short names, in alphabetical order."""
    return tuple(sorted(path.stem.replace("_", "-") for path in RECIPES.glob("*.py") if path.stem != "__init__"))


def entries() -> list[Entry]:
    """Every recipe with its one sentence."""
    return [entry(name) for name in recipe_names()]


def entry(name: str) -> Entry:
    """One recipe with its sentence."""
    path = RECIPES / f"{name.replace('-', '_')}.py"
    about = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return Entry(name, about.splitlines()[0], path)


def references() -> dict[str, str]:
    """What each recipe has reached, from the table that `make results` writes: 'accuracy 0.9916 on mnist'."""
    path = Path(__file__).parent / "recipes" / "references.json"
    return {str(name): str(text) for name, text in json.loads(path.read_text(encoding="utf-8")).items()}
