"""Flags from dataclasses: one field, one flag, one sentence of help."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from typing import Any, TypeVar

import tyro

F = TypeVar("F")
G = TypeVar("G")


def parse(kind: type[F], arguments: Sequence[str], *, verb: str) -> F:
    """The flags of a verb; wrong ones end the program with code 2 and the nearest right one."""
    return tyro.cli(kind, args=list(arguments), prog=f"etude {verb}", config=(tyro.conf.OmitArgPrefixes,))


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
