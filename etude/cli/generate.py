"""etude generate [RUN]: new texts, pictures or points."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from etude.cli.flags import parse_both, show
from etude.figures import Figure, Text
from etude.report.draw import write_png, write_svg
from etude.training.drawings import plain
from etude.verbs.generate import generate, wishes_of
from etude.verbs.trained import load_trained


@dataclass(frozen=True)
class Flags:
    """What belongs to every generation."""

    run: Annotated[str, tyro.conf.Positional] = "last"
    """run folder, its name in runs/, last or best"""
    out: Path | None = None
    """write to this file: .txt, .png or .svg; default: text is printed, pictures go into the run folder"""
    use: Literal["best", "last"] = "best"
    """checkpoint with the best validation score, or the last one"""
    recipe: Path | None = None
    """recipe file that you have read and trust, for a run whose own one is gone"""
    json: bool = False
    """print the result as JSON"""


HELP = """usage: etude generate [RUN] [flags]

New texts, pictures or points from a run that makes some (gpt, char-rnn, names, vae, gan, ddpm, ...).
`etude generate RUN --help` shows what can be asked of that run: --n, --seed, --temperature, --prompt, ...
"""


def command(arguments: list[str]) -> int:
    """The verb; the first word, if it is no flag, is the run, whose recipe decides which flags there are."""
    named = bool(arguments) and not arguments[0].startswith("-")
    if not named and set(arguments) & {"-h", "--help"}:
        print(HELP, end="")
        return 0
    chosen = arguments[0] if named else "last"
    asked = Path(arguments[arguments.index("--recipe") + 1]) if "--recipe" in arguments[:-1] else None
    trained = load_trained(chosen, use="last" if "last" in value_of("--use", arguments) else "best", trusted=asked)
    wish, flags = parse_both(wishes_of(trained)(), Flags, arguments, verb="generate")
    figure = generate(trained, wish)
    words = written(figure, flags.out or default_place(figure, trained.run.folder))
    show({"figure": plain(figure)}, words, as_json=flags.json)
    return 0


def value_of(flag: str, arguments: list[str]) -> str:
    """What stands behind a flag, or nothing; needed before the flags of the run are known."""
    for position, argument in enumerate(arguments):
        if argument == flag:
            return "".join(arguments[position + 1 : position + 2])
        if argument.startswith(f"{flag}="):
            return argument.partition("=")[2]
    return ""


def default_place(figure: Figure, folder: Path) -> Path | None:
    """Where a figure goes if nobody says; None: to the screen."""
    return None if isinstance(figure, Text) else folder / "generated.png"


def written(figure: Figure, path: Path | None) -> str:
    """The text itself, or the name of the file that was written."""
    if isinstance(figure, Text) and (path is None or path.suffix == ".txt"):
        if path is None:
            return figure.body
        path.write_text(figure.body + "\n", encoding="utf-8")
    elif path is not None:
        (write_svg if path.suffix == ".svg" else write_png)(figure, path)
    print(f"{figure.title}: {path}", file=sys.stderr)
    return str(path)
