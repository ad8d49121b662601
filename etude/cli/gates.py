"""Gates for scripts: `--require accuracy>=0.97`."""

import operator
import re
from collections.abc import Mapping, Sequence

from etude.errors import UsageError, nearest

COMPARISONS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def failed_gates(gates: Sequence[str], scores: Mapping[str, float]) -> list[str]:
    """The gates that are not met, each with the score that was reached."""
    return [f"{gate} (is {value:.4g})" for gate in gates for met, value in [check(gate, scores)] if not met]


def check_gates(gates: Sequence[str]) -> None:
    """Refuse, before anything is trained, what is no gate."""
    for gate in gates:
        parts(gate)


def check(gate: str, scores: Mapping[str, float]) -> tuple[bool, float]:
    """Whether one gate is met, and the value of its score."""
    name, comparison, bound = parts(gate)
    known = {each.removeprefix("valid_"): value for each, value in scores.items()}
    if name not in known:
        raise UsageError("E-GATE", f"no score {name!r}{nearest(name, known)} Scores: {', '.join(known)}.")
    return bool(COMPARISONS[comparison](known[name], bound)), known[name]


def parts(gate: str) -> tuple[str, str, float]:
    """Name, comparison and bound: 'accuracy>=0.97' is ('accuracy', '>=', 0.97)."""
    found = re.fullmatch(r"\s*([\w-]+)\s*(>=|<=|>|<)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*", gate)
    if found is None:
        raise UsageError("E-GATE", f"--require {gate!r} is no gate; write for example 'accuracy>=0.97', in quotes.")
    name, comparison, bound = found.groups()
    return name.replace("-", "_").removeprefix("valid_"), comparison, float(bound)
