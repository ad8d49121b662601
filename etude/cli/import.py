"""etude import FILE: weights of strangers as safetensors, without running what may be hidden in them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import tyro

from etude.cli.flags import parse, show
from etude.verbs.weights import Weights, import_weights


@dataclass(frozen=True)
class Flags:
    """Convert weights (.pt, .pth, .bin) to safetensors. A file of torch is a program; one that does more is refused."""

    file: Annotated[Path, tyro.conf.Positional]
    """weights; a .safetensors file is looked through"""
    out: Path | None = None
    """file to write; default: the same name with .safetensors"""
    allow_nonfinite: bool = False
    """take weights that hold NaN or infinity"""
    json: bool = False
    """print the table as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="import")
    found = import_weights(flags.file, out=flags.out, allow_lost=flags.allow_nonfinite)
    show(asdict(found) | {"numbers": found.numbers}, table(found), as_json=flags.json)
    return 0


def table(found: Weights) -> str:
    """Every tensor with its shape and kind."""
    rows = [(name, " x ".join(map(str, shape)) or "one number", kind) for name, shape, kind in found.tensors]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"  {name:<{widths[0]}}  {shape:<{widths[1]}}  {kind}" for name, shape, kind in rows]
    total = f"{len(rows)} tensors, {found.numbers:,} numbers"
    return "\n".join([*lines, *(f"not finite: {name}" for name in found.lost), total, f"file: {found.file}"])
