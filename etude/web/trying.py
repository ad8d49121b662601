"""Something that somebody draws, writes or drops, and what a network says of it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etude.data.new import read_new
from etude.errors import DataError
from etude.evaluation.predictor import evaluating
from etude.figures import Figure
from etude.inside.series import series_figures
from etude.inside.why import why_figures
from etude.layers.inputs import PictureInput, SignalInput
from etude.schema import Category, Classes, Column, Number, Pictures, Quantity, Schema, Signals, Table, Text
from etude.training.abilities import Answering
from etude.verbs.predict import predict
from etude.verbs.trained import Trained

SUFFIXES = {".png", ".jpg", ".jpeg", ".txt", ".csv", ".npz", ".wav"}
"""of what somebody may send"""
SOUND = 1_000
"""samples from which on a series may be a sound"""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was sent."""

    content: bytes
    suffix: str

    def __post_init__(self) -> None:
        """DataError E-TRY for what nobody would answer."""
        if self.suffix not in SUFFIXES:
            raise DataError("E-TRY", f"files {self.suffix!r} are not read here; wanted: {', '.join(sorted(SUFFIXES))}.")
        if not self.content:
            raise DataError("E-TRY", "nothing was sent: an empty file, or an empty text.")


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
        case Signals() as signals if schema.target.kind in ("classes", "quantity"):
            return {"kind": "series", "length": signals.length, "sound": signals.length >= SOUND}
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
    """For pictures of classes, the pixels and places that the answer hangs on; for series, the samples."""
    network, schema = trained.predictor.network, trained.schema
    first = {type(each) for each in network.modules()} & {PictureInput, SignalInput}
    if not first or isinstance(trained.recipe, Answering):
        return {}
    x = read_new(schema, trained.recipe.source, [path]).x[:1].to(trained.predictor.device)
    with evaluating(network):
        match schema.inputs, schema.target:
            case Pictures(), Classes() as classes:
                return dict(why_figures(network, x, classes.names))
            case Signals() as signals, (Classes() | Quantity()) as target:
                return dict(series_figures(network, x, signals, target))
            case _:
                return {}
