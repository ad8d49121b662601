"""Recipes by name: found, filled with values, written to a run and read back."""

import dataclasses
import hashlib
import importlib
import importlib.util
import inspect
import sys
import threading
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from etude.catalogue import recipe_names
from etude.errors import CheckpointError, UsageError, nearest
from etude.source import Source
from etude.training.experiment import Recipe
from etude.training.run import FORMAT
from etude.training.store import Json, read_json, write_json, write_text
from etude.verbs.trust import is_known

CHANGEABLE = ("epochs", "steps", "device")
"""fields that may be others when a run goes on"""
ONE_AT_A_TIME = threading.Lock()
"""for who reads docstrings: two threads at once may end in a SystemError before Python 3.13 (cpython#106905)"""


def validated(kind: type[Recipe], fields: Json) -> Recipe:
    """A recipe with these fields, nested ones as dictionaries; pydantic's ValidationError if they do not fit."""
    with ONE_AT_A_TIME:
        adapter = reader(kind)
    recipe: Recipe = adapter.validate_python(fields)
    return recipe


@lru_cache(maxsize=64)  # a look at a training that goes on reads its recipe too, and building this takes 40 ms
def reader(kind: type[Recipe]) -> Any:
    """What reads and checks the fields of such recipes."""
    return TypeAdapter(kind)


def find_recipe(name: str) -> type[Recipe]:
    """A recipe of etude or of an installed package by its short name, any importable module, or a Python file."""
    module = load_module(name)
    own = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Recipe) and value.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise UsageError(
            "E-RECIPE", f"{name} defines {len(own)} subclasses of etude.Recipe; a recipe file has exactly one."
        )
    return own[0]


def load_module(name: str) -> ModuleType:
    """The module that `name` stands for."""
    if name.endswith(".py"):
        return load_file(Path(name))
    if name in recipe_names():
        return importlib.import_module(f"etude.recipes.{name.replace('-', '_')}")
    installed = plugins()
    if name in installed:
        return importlib.import_module(installed[name])
    if "." in name and importlib.util.find_spec(name.split(".")[0]) is not None:
        return importlib.import_module(name)
    close = nearest(name, [*recipe_names(), *installed])
    raise UsageError("E-RECIPE", f"no recipe {name!r}{close} `etude list` shows all; a file of your own ends in .py.")


@cache  # who looks reads the names of all packages that are installed
def plugins() -> dict[str, str]:
    """Modules of the recipes that other packages bring, by their short names."""
    return {each.name: each.value for each in entry_points(group="etude.recipes")}


def load_file(path: Path) -> ModuleType:
    """The module in a file of the user's own."""
    if not path.is_file():
        raise UsageError("E-RECIPE", f"there is no file {path}.")
    name = f"etude_recipe_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # the name ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def default_recipe(name: str, origin: Path | None = None) -> Recipe:
    """The recipe of this name with its defaults, or with the values that `origin`, the recipe.json of a run, holds."""
    kind = find_recipe(name)
    if origin is not None:
        return validated(kind, read_json(origin)["fields"])
    try:
        return kind()
    except TypeError as error:
        raise UsageError("E-RECIPE", f"every field of {name} needs a default: {error}.") from None


def fill_recipe(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe with other values; names of the source (data, target, ...) and of the recipe stand side by side."""
    mine = {each.name for each in dataclasses.fields(recipe)} - {"source"}
    reading = {each.name for each in dataclasses.fields(Source)}
    for name in values:
        if name not in mine | reading:
            raise UsageError(
                "E-CFG-NAME", f"{type(recipe).__name__} has no setting {name!r}{nearest(name, mine | reading)}"
            )
    source = {name: value for name, value in values.items() if name in reading}
    changes = {name: value for name, value in values.items() if name in mine}
    if source:
        changes["source"] = dataclasses.replace(recipe.source, **source)
    return checked_recipe(dataclasses.replace(recipe, **changes))


def checked_recipe(recipe: Recipe) -> Recipe:
    """The same recipe, or an error that names the first field outside its range."""
    try:
        return validated(type(recipe), dataclasses.asdict(recipe))
    except ValidationError as error:
        first = error.errors()[0]
        flag = str(first["loc"][-1]).replace("_", "-") if first["loc"] else "recipe"
        if len(first["loc"]) > 1 and isinstance(first["loc"][-1], int):
            flag = str(first["loc"][-2])
        raise UsageError("E-CFG-RANGE", f"--{flag} {first['input']!r}: {first['msg'].lower()}.") from None


def write_recipe(folder: Path, name: str, recipe: Recipe) -> None:
    """Write recipe.json; a recipe in a file of the user's own is copied beside it."""
    fields = dataclasses.asdict(recipe)
    record: dict[str, Json] = {"format": FORMAT, "recipe": name, "fields": fields, "began": fields}
    if name.endswith(".py"):
        text = Path(name).read_text(encoding="utf-8")
        record |= {"recipe": str(Path(name).resolve()), "sha256": hashlib.sha256(text.encode()).hexdigest()}
        write_text(folder / "recipe.py", text)
    write_json(folder / "recipe.json", record)


def rewrite_recipe(folder: Path, recipe: Recipe) -> None:
    """Other values for a run that exists."""
    write_json(folder / "recipe.json", read_json(folder / "recipe.json") | {"fields": dataclasses.asdict(recipe)})


def refuse_edited(folder: Path) -> None:
    """CheckpointError E-RUN-EDITED where recipe.json was changed by hand in what a training cannot change midway."""
    path = folder / "recipe.json"
    record = read_json(path)
    fields, began = record["fields"], record.get("began", record["fields"])
    changed = [
        f"{key} {began.get(key)!r} -> {fields.get(key)!r}"
        for key in began | fields
        if fields.get(key) != began.get(key) and key not in CHANGEABLE
    ]
    if changed:
        raise CheckpointError(
            "E-RUN-EDITED",
            f"{path} is not what the run began with: {'; '.join(changed)}. A run goes on as it began; put that back, "
            f"or train another one: etude train {record['recipe']} --start-from {path}.",
        )


def read_recipe(folder: Path, *, trusted: Path | None = None) -> Recipe:
    """The recipe of a run, with all its fields.

    A recipe that lives in a file of the user's own is run from where it was. If it is not there any more, or if it was
    never trained here, it is code from a stranger until somebody has read it: `trusted` says that this was done.
    """
    record = read_json(folder / "recipe.json")
    if not isinstance(record, dict) or not isinstance(record.get("recipe"), str):
        raise CheckpointError("E-RUN-DAMAGED", f"{folder / 'recipe.json'} names no recipe.")
    name = record["recipe"]
    if not is_installed(name):
        name = str(trusted) if trusted is not None else known(name, str(record.get("sha256")), folder)
    try:
        return validated(find_recipe(name), record.get("fields"))
    except ValidationError as error:
        raise CheckpointError(
            "E-RUN-RECIPE",
            f"{folder}/recipe.json does not fit {name}: {error.errors()[0]['msg']} at "
            f"{'.'.join(map(str, error.errors()[0]['loc']))}.",
        ) from None


def is_installed(name: str) -> bool:
    """Whether a recipe came with etude or with a package that somebody installed for it."""
    return name in recipe_names() or name in plugins()


def known(name: str, sha256: str, folder: Path) -> str:
    """The file or module of a run, if this user has trained with it before; CheckpointError E-RUN-CODE if not."""
    if name.endswith(".py"):
        name = str(unchanged(Path(name), sha256, folder))
    if is_known(name):
        return name
    raise CheckpointError(
        "E-RUN-CODE",
        f"the run {folder} asks for the code of {name}, which you have never trained with here: it may do anything. "
        f"If you have read it and trust it, add --recipe {name}.",
    )


def unchanged(path: Path, sha256: str, folder: Path) -> Path:
    """The user's recipe file, if it is still what the run was made with."""
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
        return path
    raise CheckpointError(
        "E-RUN-CODE",
        f"this run was made by {path}, which is {'changed' if path.is_file() else 'not there'}. "
        f"The run keeps a copy of it: read {folder / 'recipe.py'}, then add --recipe {folder / 'recipe.py'}.",
    )
