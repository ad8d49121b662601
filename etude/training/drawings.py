"""Figures as JSON files of a run folder: plain numbers that the report, the page and scripts read without etude."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from etude import figures
from etude.errors import CheckpointError
from etude.figures import Figure
from etude.training.store import Json, read_json, write_json

KINDS: Mapping[str, type] = {
    each.__name__: each
    for each in (
        figures.Curve,
        figures.Line,
        figures.Images,
        figures.Matrix,
        figures.Points,
        figures.Grid,
        figures.Histogram,
        figures.Network,
        figures.LayerBox,
        figures.Text,
    )
}


def save_figures(folder: Path, drawn: Mapping[str, Figure]) -> None:
    """Write each figure to figures/NAME.json of a run folder."""
    for name, figure in drawn.items():
        (folder / "figures").mkdir(exist_ok=True)
        write_json(folder / "figures" / f"{name.replace(' ', '-')}.json", plain(figure))


def read_figures(folder: Path) -> dict[str, Figure]:
    """The figures of a run folder by name; CheckpointError E-RUN-DAMAGED if a file holds something else."""
    found: dict[str, Figure] = {}
    for path in sorted((folder / "figures").glob("*.json")):
        try:
            found[path.stem] = revived(read_json(path))
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError("E-RUN-DAMAGED", f"{path} holds no figure: {error}. Remove it.") from None
    return found


def plain(value: Any) -> Json:
    """JSON of a figure or of a part of one; undefined numbers are null."""
    if isinstance(value, Tensor):
        numbers = value.detach().cpu().flatten()
        values = [each if math.isfinite(each) else None for each in numbers.tolist()]
        return {"dtype": str(value.dtype).removeprefix("torch."), "shape": list(value.shape), "values": values}
    if is_dataclass(value):
        parts = {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        return {"figure": type(value).__name__, **parts}
    if isinstance(value, Mapping):
        return {"names": list(value), "values": [plain(each) for each in value.values()]}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def revived(value: Json) -> Any:
    """The figure, or the part of one, that `plain` wrote."""
    if isinstance(value, list):
        return tuple(revived(each) for each in value)
    if not isinstance(value, dict):
        return value
    if "dtype" in value:
        numbers = [float("nan") if each is None else each for each in value["values"]]
        return torch.tensor(numbers, dtype=getattr(torch, value["dtype"])).reshape(value["shape"])
    if "names" in value and "figure" not in value:
        return dict(zip(value["names"], (revived(each) for each in value["values"]), strict=True))
    return KINDS[value["figure"]](**{name: revived(each) for name, each in value.items() if name != "figure"})
