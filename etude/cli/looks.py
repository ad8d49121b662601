"""The figures of `etude explain RUN INPUTS`: why the network answers as it does."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from etude.cli.flags import parse, show
from etude.figures import Text
from etude.report.draw import write_svg
from etude.training.drawings import plain
from etude.verbs.explain import explain
from etude.verbs.trained import load_trained


@dataclass(frozen=True)
class Flags:
    """Draw what a network looks at: attention, neighbours, prototypes, probabilities.

    `etude explain E-CSV-RAGGED` explains an error instead, and `etude explain codes` lists all codes.
    """

    run: Annotated[str, tyro.conf.Positional] = "last"
    """run folder, its name in runs/, last or best"""
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """files, or the texts themselves in quotes"""
    out: Path | None = None
    """folder for the drawings; default: figures/ of the run"""
    use: Literal["best", "last"] = "best"
    """checkpoint with the best validation score, or the last one"""
    recipe: Path | None = None
    """recipe file that you have read and trust, for a run whose own one is gone"""
    json: bool = False
    """print the figures as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="explain")
    trained = load_trained(flags.run, use=flags.use, trusted=flags.recipe)
    figures = explain(trained, flags.inputs)
    folder = flags.out or trained.run.folder / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, figure in figures.items():
        if isinstance(figure, Text):
            lines.append(f"{figure.title}\n{figure.body}")
            continue
        path = folder / f"explained-{name.replace(' ', '-')}.svg"
        write_svg(figure, path)
        lines.append(f"{figure.title}: {path}")
    show({"figures": {name: plain(figure) for name, figure in figures.items()}}, "\n".join(lines), as_json=flags.json)
    return 0
