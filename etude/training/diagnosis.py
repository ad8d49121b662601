"""An autopsy in words."""

import math
from collections.abc import Sequence
from typing import Any

from etude.learners.base import Learner
from etude.schema import Pictures, Schema, Table
from etude.training.finding import NAMED, Finding, Range
from etude.training.remedies import Trial
from etude.training.replay import BadUpdate

REASONS = {
    "data": "the data hold a number that is none",
    "log": "the logarithm of 0 or of a negative number",
    "exp": "the exponential of a number above 88 is no float32 any more",
    "root": "the root of a negative number",
    "slope of a root": "its argument is 0 there, where the slope of a root is infinite",
    "division": "a division by 0",
    "no variance": "a division by a deviation of 0: what is normalised is constant over the batch",
    "half precision": "float16 ends at 65,504",
    "mask": "a softmax over a row that is masked as a whole",
    "huge input": "the numbers of the data are so large that their products are infinite: standardise them",
    "unknown": "the numbers became too large for their products and sums",
}


def headline(bad: BadUpdate[Any]) -> str:
    """'loss is nan after update 57'"""
    logs = bad.trail[-1].logs
    lost = next((f"{name} is {value}" for name, value in logs.items() if not math.isfinite(value)), None)
    return f"{lost or 'weights are not finite'} after update {bad.step}"


def place(finding: Finding) -> str:
    """Where the first bad value is."""
    value = f"{finding.value:g}"
    layer = f"layer {finding.layer} ({', '.join([finding.kind, *details(finding)])})" if finding.layer else "the loss"
    match finding.place:
        case "data":
            return f"the data ({value} in {'the answers' if finding.part == 'y' else f'the input {finding.part}'})"
        case "layer":
            return f"{layer}: {finding.function} gave {value}"
        case "loss":
            return f"the loss{bracketed(details(finding))}: {finding.function} gave {value}"
        case "gradient" if finding.function:
            return f"the gradient, on the way back through {finding.function} in {layer}: {value}"
        case "gradient":
            return f"the gradient of {finding.part}: {value}"
        case "update":
            gradient = f" (gradient {between(finding.inputs)})" if finding.inputs else ""
            return f"the optimizer's step for {finding.part}{gradient}: {value}"
    return "a place that could not be found"


def details(finding: Finding) -> list[str]:
    """What the function was given."""
    weights = [] if finding.weights is None else [f"weights up to {finding.weights:.2g}"]
    return [*([f"input {between(finding.inputs)}"] if finding.inputs else []), *weights]


def bracketed(parts: Sequence[str]) -> str:
    """' (a, b)', or nothing."""
    return f" ({', '.join(parts)})" if parts else ""


def between(numbers: Range) -> str:
    """'-3.1 to 2.2'"""
    return f"{numbers.least:.2g} to {numbers.greatest:.2g}"


def reason(finding: Finding, bad: BadUpdate[Any], learner: Learner[Any]) -> str:
    """The likely cause, as a clause."""
    rates = ", ".join(f"{optimizer.rate:.2g}" for optimizer in learner.optimizers().values())
    first, before = bad.trail[0], bad.before_it
    match finding.cause:
        case "exploding weights":
            since = f"from {first.largest:.2g} after update {first.step} to {before.largest:.2g} ({before.layer})"
            return f"the weights exploded, {since} after update {before.step}: the learning rate of {rates} is too high"
        case "huge weights":
            return (
                f"weights of up to {before.largest:.2g} ({before.layer}), too large to learn from: start from smaller"
            )
        case "exploding gradient":
            size = f"from {finding.gradients[0]:.2g} to {max(finding.gradients):.2g} in {len(finding.gradients)} steps"
            deep = "the network is too deep, or the sequence too long, for weights of this size"
            return f"the gradient exploded on its way back, {size}: {deep}"
        case "learning rate":
            return f"the step is too large: the learning rate is {rates}"
    return REASONS[finding.cause]


def responsible(finding: Finding, bad: BadUpdate[Any], schema: Schema | None, names: Sequence[str]) -> str:
    """Which examples brought it, by their rows in the source and the names of their files."""
    if not finding.examples:
        constant = [feature(each, schema) for each in finding.positions]
        return f"constant: {', '.join(constant)}" if constant and finding.cause == "no variance" else ""
    shown = finding.examples[:NAMED]
    rows = [int(bad.rows[each]) for each in shown] if bad.rows is not None else list(shown)
    said = [f"{row} ({names[row]})" if bad.rows is not None and row < len(names) else str(row) for row in rows]
    if finding.place == "data" and finding.positions:
        said = [f"{row} at {feature(each, schema)}" for row, each in zip(said, finding.positions, strict=False)]
    more = f" and {len(finding.examples) - NAMED} more" if len(finding.examples) > NAMED else ""
    if bad.rows is None:
        return f"affected are the examples {', '.join(said)}{more} of the batch, counted from 0"
    return f"the batch of {len(bad.batch)} contains the rows of the data {', '.join(said)}{more}"


def feature(position: tuple[int, ...], schema: Schema | None) -> str:
    """Where a number stands within its example."""
    inputs = schema.inputs if schema is not None else None
    if isinstance(inputs, Table) and len(position) >= 1 and position[-1] < len(inputs.numeric):
        return f"column {inputs.numeric[position[-1]].name!r}"
    if isinstance(inputs, Pictures) and len(position) == 3:
        return f"pixel (row {position[1]}, column {position[2]})"
    return f"position {', '.join(map(str, position))}"


def outcome(trials: Sequence[Trial]) -> str:
    """The remedy, and what it was worth."""
    helped = next((each for each in trials if each.helped), None)
    if helped is not None:
        loss = f", loss {helped.first:.3g} to {helped.last:.3g}" if helped.first is not None else ""
        return (
            f"Remedy: {helped.remedy}. Tried over {helped.updates} updates from update {helped.start}: "
            f"it helped, everything stayed finite{loss}."
        )
    if not trials:
        return ""
    words = list(dict.fromkeys(each.remedy for each in trials))
    return f"Tried, none of it helped over 20 updates: {'; '.join(words)}."
