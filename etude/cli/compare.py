"""etude compare RUN RUN: which is better, and whether that is luck."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import tyro

from etude.cli.evaluate import cell
from etude.cli.flags import parse, show
from etude.errors import UsageError
from etude.evaluation.compare import Comparison
from etude.training.abilities import PartName
from etude.verbs.compare import compare_runs
from etude.verbs.trained import load_trained


@dataclass(frozen=True)
class Flags:
    """Let runs answer the same examples and judge the difference, pair by pair, against the first one."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """two or more run folders or their names in runs/"""
    on: PartName = "test"
    """part of the data they share"""
    use: Literal["best", "last"] = "best"
    """checkpoint with the best validation score, or the last one"""
    json: bool = False
    """print the result as JSON"""


def command(arguments: list[str]) -> int:
    """The verb."""
    flags = parse(Flags, arguments, verb="compare")
    if len(flags.runs) < 2:
        raise UsageError("E-COMPARE", "compare which runs? For example: etude compare lenet-digits-1 mlp-digits-1")
    first, *others = [load_trained(name, use=flags.use) for name in flags.runs]
    comparisons = [compare_runs(first, other, on=flags.on) for other in others]
    facts = {"comparisons": [asdict(each) for each in comparisons]}
    show(facts, "\n".join(page(each) for each in comparisons), as_json=flags.json)
    return 0


def page(comparison: Comparison) -> str:
    """The verdict, and the differences behind it."""
    lines = [f"  {name}: first minus second {cell(score)}" for name, score in comparison.differences.items()]
    return "\n".join([comparison.verdict, *lines])
