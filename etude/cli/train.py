"""etude train RECIPE [flags]: from data to a trained run folder."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etude.catalogue import entries
from etude.cli.flags import parse_both, show
from etude.cli.gates import failed_gates
from etude.cli.screen import Screen
from etude.cli.signals import Interrupts
from etude.errors import UsageError
from etude.training.experiment import Experiment
from etude.training.phases import train
from etude.training.run import Run
from etude.training.store import locked
from etude.verbs.dry_run import rehearse
from etude.verbs.recipes import default_recipe
from etude.verbs.results import Result, result
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
    dry_run: bool = False
    """show the settings, shapes, parameters and measured cost, and train nothing"""
    json: bool = False
    """print the result as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    if not arguments or arguments[0].startswith("-"):
        return introduce(asked=bool(arguments) and arguments[0] in ("-h", "--help"))
    name, *rest = arguments
    settings = default_recipe(name, origin(rest))
    recipe, flags = parse_both(settings, Flags, rest, verb=f"train {name}")
    if flags.dry_run:
        facts, text = rehearse(recipe)
        show(facts, text, as_json=flags.json)
        return 0
    experiments, run = start(name, recipe, run_name=flags.name, minutes=flags.minutes, out=flags.out)
    return watch(experiments, run, require=flags.require, as_json=flags.json)


def watch(experiments: Iterable[Experiment[Any]], run: Run, *, require: tuple[str, ...], as_json: bool) -> int:
    """Train, show how it goes, and say how it ended."""
    screen, interrupts = Screen(), Interrupts()
    with locked(run.folder), screen, interrupts:
        announce(screen, run)
        with closing(train(experiments, run)) as events:
            for event in events:
                screen.update(event)
                if interrupts.received is not None:
                    break
    outcome = result(run.folder)
    if interrupts.received is not None:
        show(
            asdict(outcome),
            f"stopped after update {outcome.step}; go on with: etude resume {run.folder}",
            as_json=as_json,
        )
        return interrupts.exit_code
    failed = failed_gates(require, outcome.scores)
    show(asdict(outcome) | {"failed": failed}, summary(outcome, failed), as_json=as_json)
    return 1 if failed else 0


def announce(screen: Screen, run: Run) -> None:
    """Say what was understood of the data before the first update."""
    for line in result(run.folder).notes:
        screen.note(f"  {line}")


def summary(outcome: Result, failed: list[str]) -> str:
    """The last lines of a training."""
    lines = [
        f"trained {outcome.recipe} on {outcome.data}: {outcome.step} updates in {outcome.seconds:.1f} s",
        *(f"  {name.replace('_', ' ')} {value:.4g}" for name, value in outcome.scores.items()),
        *(f"  gate not met: {gate}" for gate in failed),
        f"run folder: {outcome.folder}",
        "next: etude evaluate    (the honest score, on the test part)",
    ]
    return "\n".join(lines)


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
        "--data, --target, --epochs, --steps, --minutes, --seed, --device, --name, --out, --require, --dry-run, --overfit."
    )
    if not asked:
        raise UsageError("E-RECIPE", f"which recipe?\n{text}")
    print(text)
    return 0
