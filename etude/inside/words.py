"""What stands out in a training, in words: units that say nothing, parameters that rest or leap, learning by heart."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from etude.figures import Text
from etude.inside.layers import EXPLODING, VANISHING, moved, weights
from etude.inside.rehearsal import Rehearsal

RECTIFIER = "ReLU"
"""the kind of layer whose units can die"""
SILENT = 0.5
"""share of the units of a layer that say 0 to every example, from which on it is told"""
WORSE = 1.05
"""times the best validation loss, from which on a later one is told"""
LATER = 3
"""evaluations after the best one, at least"""


def standing_out(seen: Rehearsal) -> Text:
    """What one update shows; a sentence if it shows nothing."""
    lines = [*silent_layers(seen), *(odd_steps(seen) if seen.moves else [])]
    well = "every layer says something" + (", all weights move well" if seen.moves else "")
    return Text("What stands out", "\n".join(lines) or f"Nothing: {well}.")


def silent_layers(seen: Rehearsal) -> list[str]:
    """Rectifiers most of whose units say 0 to every example of the batch."""
    found: list[str] = []
    for name, passage in seen.passages.items():
        share = silent(passage.output)
        if passage.kind == RECTIFIER and share >= SILENT:
            found.append(
                f"{name}: {share:.0%} of its units say 0 to every example of the batch. If it stays so, they are dead: "
                "lower the learning rate, or use an activation that leaks."
            )
    return found


def silent(output: Tensor) -> float:
    """The share of units that are 0 everywhere; channels are the units of feature maps, the last axis else."""
    if output.ndim < 2 or not output.is_floating_point() or len(output) < 2:
        return 0.0
    units = output.movedim(1, -1) if output.ndim == 4 else output
    return float((units.flatten(0, -2) == 0).all(dim=0).double().mean())


def odd_steps(seen: Rehearsal) -> list[str]:
    """Weights that an update leaves where they are, or that it throws far."""
    found: list[str] = []
    for name, change in weights(seen).items():
        share = moved(change)
        if not bool(change.after.isfinite().all()):
            found.append(f"{name}: holds numbers that are not finite. Go back to a checkpoint, with a lower rate.")
        elif share < VANISHING:
            found.append(f"{name}: an update moves it by {share:.1g} of its size: it hardly learns.")
        elif share > EXPLODING:
            found.append(f"{name}: an update moves it by {share:.1g} of its size: lower the learning rate.")
    return found


def learning_by_heart(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """A validation loss that has long been rising while the training loss falls."""
    judged = [row for row in rows if isinstance(row.get("valid_loss"), float) and isinstance(row.get("loss"), float)]
    if len(judged) <= LATER:
        return None
    best = min(range(len(judged)), key=lambda k: judged[k]["valid_loss"])
    then, now = judged[best], judged[-1]
    if len(judged) - 1 - best < LATER or now["valid_loss"] < WORSE * then["valid_loss"] or now["loss"] >= then["loss"]:
        return None
    return (
        f"The validation loss was best after update {then['step']:,} ({then['valid_loss']:.3g}) and is "
        f"{now['valid_loss']:.3g} now, while the training loss falls: the network learns its examples by heart. "
        "Stop here, regularise more, or get more data; the best checkpoint is kept."
    )
