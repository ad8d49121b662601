"""etude train RECIPE [flags]: from data to a trained run folder."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from etude.catalogue import entries
from etude.cli.flags import parse_both, show
from etude.cli.gates import check_gates
from etude.cli.page import PageFlags, reserved, trained
from etude.cli.session import Session
from etude.errors import UsageError
from etude.verbs.doctor import looked_over
from etude.verbs.dry_run import rehearse
from etude.verbs.recipes import default_recipe
from etude.verbs.train import start


@dataclass(frozen=True)
class Flags:
    """What belongs to every training."""

    name: str | None = None
    """of the run folder; default: recipe, data and a number"""
    out: Path = Path("runs")
    """folder of run folders"""
    minutes: float | None = None
    """train for as many updates as fit into this time, measured before the start"""
    require: tuple[str, ...] = ()
    """gates on validation scores, such as 'accuracy>=0.97'; exit code 1 if one is not met"""
    start_from: Path | None = None
    """recipe.json of another run, whose values become the defaults here"""
    page: PageFlags = field(default_factory=PageFlags)
    doctor: bool = True
    """look the training over before it begins, in a tenth of its time at most; --no-doctor begins at once"""
    dry_run: bool = False
    """show the settings, shapes, parameters and measured cost, and train nothing"""
    json: bool = False
    """print the result as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    if not arguments or arguments[0].startswith("-"):
        return introduce(asked=bool(arguments) and arguments[0] in ("-h", "--help"))
    name, *rest = arguments
    refuse_two_lengths(rest)
    settings = default_recipe(name, origin(rest))
    recipe, flags = parse_both(settings, Flags, rest, verb=f"train {name}")
    if flags.dry_run:
        facts, text = rehearse(recipe)
        show(facts, text, as_json=flags.json)
        return 0
    check_gates(flags.require)
    listener = reserved(flags.page)
    experiments, run = start(name, recipe, run_name=flags.name, minutes=flags.minutes, out=flags.out)
    with Session(run) as session:
        if flags.doctor:
            experiments, findings = looked_over(experiments, run)
            session.tell(findings)
        events = trained(experiments, run, session.interrupts, listener=listener, browser=flags.page.browser)
        with closing(events):
            for event in events:
                if session.stops_after(event):
                    break
    return session.finish(require=flags.require, as_json=flags.json)


def refuse_two_lengths(arguments: list[str]) -> None:
    """UsageError E-CFG-BOTH for flags that contradict each other."""
    given = {each.partition("=")[0] for each in arguments}
    for other in ("--steps", "--epochs"):
        if {"--minutes", other} <= given:
            raise UsageError("E-CFG-BOTH", f"--minutes and {other} both say how long to train: leave one of them away.")


def origin(arguments: list[str]) -> Path | None:
    """The value of --start-from, which gives the defaults of all other flags and so must be known first."""
    for position, argument in enumerate(arguments):
        if argument == "--start-from" and position + 1 < len(arguments):
            return Path(arguments[position + 1])
        if argument.startswith("--start-from="):
            return Path(argument.partition("=")[2])
    return None


def introduce(*, asked: bool) -> int:
    """What to train, for those who did not say."""
    recipes = "\n".join(f"  {each.name:<12}{each.about}" for each in entries())
    text = (
        f"usage: etude train RECIPE [flags]\n\nrecipes:\n{recipes}\n  ./mine.py   a recipe in a file of your own\n\n"
        "`etude train RECIPE --help` shows its flags. Those that belong to every training on data are\n"
        "--data, --target, --epochs, --steps, --minutes, --seed, --device, --name, --out, --require, --dry-run."
    )
    if not asked:
        raise UsageError("E-RECIPE", f"which recipe?\n{text}")
    print(text)
    return 0
