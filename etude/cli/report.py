"""etude report [RUN]: one page with everything a run has to say for itself."""

from dataclasses import dataclass
from typing import Annotated

import tyro

from etude.cli.flags import parse, show
from etude.report.report import write_report
from etude.verbs.folders import find_run


@dataclass(frozen=True)
class Flags:
    """Write report.html into the run folder: one file that opens offline, on any machine."""

    run: Annotated[str, tyro.conf.Positional] = "last"
    """run folder, its name in runs/, last or best"""
    json: bool = False
    """print the path as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="report")
    path = write_report(find_run(flags.run).folder)
    show({"report": str(path)}, f"report: {path}", as_json=flags.json)
    return 0
