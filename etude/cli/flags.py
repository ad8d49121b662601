"""Flags from dataclasses: one field, one flag, one sentence of help."""

import contextlib
import dataclasses
import io
import json
import re
import sys
from collections.abc import Sequence
from typing import Any, TypeVar, get_type_hints

import tyro

from etude.errors import UsageError, nearest

PLAINER = (
    (r"Error parsing (\S+): invalid literal for int\(\) with base 10: (.+)", r"\1 \2: a whole number is wanted"),
    (r"Error parsing (\S+): could not convert string to float: (.+)", r"\1 \2: a number is wanted"),
    (r"invalid choice (.+) for argument '(.+)'\. Expected one of \((.+)\)", r"\2 \1: wanted is one of \3"),
    (r"Missing value for argument '(.+)'\. Expected (\d+) values", r"\1 wants \2 values"),
    (r"wants 1 values", "wants a value"),
)
"""sentences of tyro, and how they are said here"""

F = TypeVar("F")
G = TypeVar("G")


def parse(kind: type[F], arguments: Sequence[str], *, verb: str) -> F:
    """The flags of a verb; UsageError E-FLAG, with the nearest right one, for wrong ones. `--help` ends the program."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            return tyro.cli(kind, args=list(arguments), prog=f"etude {verb}", config=(tyro.conf.OmitArgPrefixes,))
    except SystemExit as ended:
        if not ended.code:
            raise
        sentence = in_short(said.getvalue(), known=options(kind))
        raise UsageError("E-FLAG", f"{sentence} `etude {verb} --help` shows all flags.") from None


def options(kind: type) -> list[str]:
    """All flags of a dataclass, and of those that are its fields."""
    found, hints = list[str](), get_type_hints(kind)
    for each in dataclasses.fields(kind):
        inner = hints[each.name]
        if isinstance(inner, type) and dataclasses.is_dataclass(inner):
            found += options(inner)
        else:
            found.append(f"--{each.name.replace('_', '-')}")
    return found


def in_short(box: str, *, known: Sequence[str]) -> str:
    """What tyro says in a frame of ten lines, as one sentence."""
    lines = [line.strip("│ ") for line in box.splitlines()]
    rules = [number for number, line in enumerate(lines) if not line.strip("─-╭╰╮╯ ")]
    body = " ".join(line for line in lines[1 : next((each for each in rules if each > 1), None)] if line.strip("─- "))
    for pattern, plain in PLAINER:
        body = re.sub(pattern, plain, body)
    wrong = re.match(r"Unrecognized options: ([^,]+)", body)
    body = body.replace("Unrecognized options:", "there is no option").rstrip(".")
    return f"{body}{nearest(wrong[1], known)}" if wrong else f"{body}."


def parse_both(settings: F, flags: type[G], arguments: Sequence[str], *, verb: str) -> tuple[F, G]:
    """Flags for a recipe, whose values of now are the defaults, and for the verb, from one line."""
    both = dataclasses.make_dataclass(
        "Both",
        [
            ("training", flags, dataclasses.field(default_factory=flags)),
            ("recipe", type(settings), dataclasses.field(default=settings)),
        ],
        frozen=True,
    )
    both.__doc__ = type(settings).__doc__
    parsed: Any = parse(both, arguments, verb=verb)
    return parsed.recipe, parsed.training


def show(facts: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print a result on stdout: for scripts or for people."""
    print(json.dumps(facts, ensure_ascii=False, indent=2) if as_json else text)
    sys.stdout.flush()
