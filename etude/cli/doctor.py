"""etude doctor RECIPE [flags], etude doctor RUN, etude doctor --env: what is wrong, before it costs an hour."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from etude.catalogue import recipe_names
from etude.cli.flags import parse, parse_both, show
from etude.cli.train import origin
from etude.errors import UsageError
from etude.inside.doctor.finding import Diagnosis, Verdict
from etude.verbs.doctor import diagnose, diagnose_machine, diagnose_run
from etude.verbs.folders import find_run
from etude.verbs.recipes import default_recipe

HELP = """usage: etude doctor RECIPE [flags]   what is wrong with a network, its data, its loss and its optimizer
       etude doctor RUN              what the curves and the network of a run say, finished or not
       etude doctor --env            whether this machine is fit
Each takes --json; the exit code is 1 if something is wrong. `etude doctor RECIPE --help` shows the flags of a recipe.
The quick questions are asked before every `etude train` (--no-doctor leaves them out).
"""


@dataclass(frozen=True)
class Flags:
    """What belongs to every check of a recipe."""

    seconds: float = 60.0
    """longest time for all questions; those that would take longer are left out"""
    start_from: Path | None = None
    """recipe.json of another run, whose values become the defaults here"""
    json: bool = False
    """print the verdicts as JSON"""


@dataclass(frozen=True)
class RunFlags:
    """Ask the curves of a run, and one more update of a copy of its network."""

    run: Annotated[str, tyro.conf.Positional] = "last"
    """run folder, its name in runs/, last or best"""
    json: bool = False
    """print the verdicts as JSON"""


def command(arguments: list[str]) -> int:
    """The verb: its first word says what is looked at."""
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help"):
        print(HELP, end="")
        return 0
    if name == "--env":
        return told(diagnose_machine(), "this machine", as_json=machine_flags(rest))
    if name.endswith(".py") or name in recipe_names():
        recipe, flags = parse_both(default_recipe(name, origin(rest)), Flags, rest, verb=f"doctor {name}")
        diagnosis = diagnose(recipe, seconds=flags.seconds)
        return told(diagnosis, f"{name} on {recipe.source.data}", as_json=flags.json)
    asked = parse(RunFlags, arguments, verb="doctor")
    run = find_run(asked.run)
    return told(diagnose_run(run), str(run.folder), as_json=asked.json)


def machine_flags(rest: list[str]) -> bool:
    """Whether JSON is wanted."""
    if set(rest) - {"--json"}:
        raise UsageError("E-CFG-NAME", f"etude doctor --env takes --json and nothing else, got {' '.join(rest)}.")
    return "--json" in rest


def told(diagnosis: Diagnosis, what: str, *, as_json: bool) -> int:
    """Print the verdicts; the exit code."""
    n, skipped = len(diagnosis.findings), sum(bool(each.skipped) for each in diagnosis.verdicts)
    left_out = f", {skipped} left out" if skipped else ""
    end = f"{'nothing wrong' if n == 0 else f'{n} found'}, {len(diagnosis.verdicts)} asked{left_out}"
    lines = [what, *(line for each in diagnosis.verdicts for line in verdict_lines(each))]
    text = "\n".join([*lines, f"{end}, {diagnosis.seconds:.1f} s"])
    show(diagnosis.plain() | {"of": what}, text, as_json=as_json)
    return 0 if diagnosis.ok else 1


def verdict_lines(verdict: Verdict) -> list[str]:
    """One line for the verdict, and one for each thing that was found."""
    word = "wrong" if verdict.findings else verdict.word
    why = verdict.skipped or verdict.told
    lines = [f"  {word:<9}{verdict.check}{f': {why}' if why else ''}"]
    return lines + [f"  {'':<9}  {each.sentence}" for each in verdict.findings]
