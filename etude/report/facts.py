"""What a run folder says of itself, read without its training data; whatever is missing is None or empty."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from etude.errors import CheckpointError
from etude.evaluation.records import Judgement, from_json
from etude.figures import Figure
from etude.schema import Schema
from etude.training.describe import schema_reader
from etude.training.drawings import read_figures
from etude.training.intact import intact


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What `data.json` holds."""

    schema: Schema
    rule: str
    parts: dict[str, int]
    """examples in each part"""
    notes: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the report can say."""

    folder: Path
    recipe: str
    fields: Mapping[str, Any]
    """of the recipe, nested where the recipe nests"""
    data: DataFacts | None
    environment: Mapping[str, Any]
    phases: tuple[Mapping[str, Any], ...]
    """what `experiment-0.json`, `experiment-1.json`, ... hold"""
    rows: tuple[Mapping[str, Any], ...]
    """of the curves, oldest first"""
    events: tuple[Mapping[str, Any], ...]
    judgements: tuple[Judgement, ...]
    """the test part first, if it was evaluated"""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """what the recipe drew of its training and of its evaluation"""
    autopsy: Mapping[str, Any] = field(default_factory=dict)
    """why the training left the finite numbers; empty where it did not"""

    @property
    def title(self) -> str:
        """What was trained on what."""
        source = self.fields.get("source")
        data = source.get("data") if isinstance(source, Mapping) else self.fields.get("data")
        return f"{Path(self.recipe).stem} on {Path(str(data)).name}" if data else Path(self.recipe).stem

    def looks(self, part: str) -> int:
        """How often this part was evaluated."""
        return sum(each.get("event") == "evaluate" and each.get("part") == part for each in self.events)

    def last_phase(self) -> tuple[Mapping[str, Any], ...]:
        """The rows of the last experiment of the run."""
        last = max((row.get("phase", 0) for row in self.rows), default=0)
        return tuple(row for row in self.rows if row.get("phase", 0) == last)


def read_facts(folder: Path) -> Facts:
    """Read a run folder; E-RUN-FILE if it is none, E-RUN-DAMAGED if a file of it cannot be read."""
    if not (folder / "recipe.json").is_file():
        raise CheckpointError("E-RUN-FILE", f"{folder} has no recipe.json: it is not a run folder.")
    with intact(folder):
        return _read_facts(folder)


def _read_facts(folder: Path) -> Facts:
    recipe = read(folder / "recipe.json")
    return Facts(
        folder=folder,
        recipe=str(recipe.get("recipe", "")),
        fields=recipe.get("fields", {}),
        data=read_data(folder / "data.json"),
        environment=read(folder / "environment.json"),
        phases=tuple(read(path) for path in sorted(folder.glob("experiment-*.json"))),
        rows=read_lines(folder / "metrics.jsonl"),
        events=read_lines(folder / "events.jsonl"),
        judgements=read_judgements(folder),
        figures=read_figures(folder),
        autopsy=read(folder / "autopsy.json"),
    )


def read(path: Path) -> dict[str, Any]:
    """A JSON object; empty if there is no such file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        raise damaged(path, error) from None
    if not isinstance(found, dict):
        raise damaged(path, "it holds no object")
    return found


def read_lines(path: Path) -> tuple[dict[str, Any], ...]:
    """JSON objects, one a line; none if there is no such file. A last line that was cut off is left out."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(json.loads(line))
        except ValueError as error:
            if number < len(lines):
                raise damaged(path, f"line {number}: {error}") from None
    return tuple(found)


def read_data(path: Path) -> DataFacts | None:
    """The data card; None for a run whose examples are not a data set."""
    found = read(path)
    if not found:
        return None
    try:
        schema = schema_reader().validate_python(found["schema"])
    except (KeyError, ValidationError) as error:
        raise damaged(path, error) from None
    notes = tuple(str(each) for each in found.get("notes", ()))
    return DataFacts(
        schema, str(found.get("rule", "")), found.get("parts", {}), notes, str(found.get("fingerprint", ""))
    )


def read_judgements(folder: Path) -> tuple[Judgement, ...]:
    """Every evaluation, that of the test part first."""
    paths = sorted(folder.glob("evaluation-*.json"), key=lambda path: (path.stem != "evaluation-test", path.stem))
    found: list[Judgement] = []
    for path in paths:
        try:
            found.append(from_json(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise damaged(path, error) from None
    return tuple(found)


def damaged(path: Path, reason: object) -> CheckpointError:
    """The error of a file that is there and cannot be read."""
    return CheckpointError("E-RUN-DAMAGED", f"{path} is damaged: {reason}. Restore it, or evaluate the run again.")
