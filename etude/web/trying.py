"""Something that somebody draws, writes or drops, and what a network says of it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etude.data.new import read_new
from etude.errors import DataError
from etude.evaluation.predictor import evaluating
from etude.figures import Figure
from etude.inside.why import why_figures
from etude.layers.inputs import PictureInput
from etude.schema import Category, Classes, Column, Number, Pictures, Schema, Table, Text
from etude.training.abilities import Answering
from etude.verbs.predict import predict
from etude.verbs.trained import Trained

SUFFIXES = {".png", ".jpg", ".jpeg", ".txt", ".csv"}
"""of what somebody may send"""
MOST = 5_000_000
"""bytes"""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was sent."""

    content: bytes
    suffix: str

    def __post_init__(self) -> None:
        """DataError E-TRY for what nobody would answer."""
        if self.suffix not in SUFFIXES:
            raise DataError("E-TRY", f"files {self.suffix!r} are not read here; wanted: {', '.join(sorted(SUFFIXES))}.")
        if not 0 < len(self.content) <= MOST:
            raise DataError("E-TRY", f"{len(self.content):,} bytes were sent; 1 to {MOST:,} are read here.")


def form(schema: Schema, recipe: object) -> dict[str, Any]:
    """What the page has to offer so that somebody can try this kind of input; kind None where nothing is answered."""
    match schema.inputs:
        case Table() as table if schema.target.kind in ("classes", "quantity"):
            return {"kind": "table", "columns": [column(each) for each in table.columns]}
        case Pictures() as pictures if schema.target.kind in ("classes", "quantity"):
            return {"kind": "pictures", "channels": pictures.channels}
        case Text():
            answers = schema.target.kind in ("classes", "quantity") or isinstance(recipe, Answering)
            return {"kind": "text" if answers else None}
        case _:
            return {"kind": None}


def column(each: Column) -> dict[str, Any]:
    """A field of a form."""
    usual = f"{each.mean:.4g}" if isinstance(each, Number) else ""
    return {"name": each.name, "values": each.values if isinstance(each, Category) else None, "usual": usual}


def answers(trained: Trained, trial: Trial) -> tuple[dict[str, Any], dict[str, Figure]]:
    """What the network says, and figures of why where there are some."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"input{trial.suffix}"
        path.write_bytes(trial.content)
        said = asdict(predict(trained, [path]))
        return said, why(trained, path)


def why(trained: Trained, path: Path) -> dict[str, Figure]:
    """For pictures of classes, the pixels and places that the answer hangs on."""
    network, schema = trained.predictor.network, trained.schema
    looks = any(isinstance(each, PictureInput) for each in network.modules())
    if not (isinstance(schema.inputs, Pictures) and isinstance(schema.target, Classes) and looks):
        return {}
    x = read_new(schema, trained.recipe.source, [path]).x[:1].to(trained.predictor.device)
    with evaluating(network):
        return dict(why_figures(network, x, schema.target.names))
