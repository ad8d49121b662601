"""Examples whose answers are left aside: what unsupervised methods learn from."""

from etude.data.splits import Splits
from etude.records import Inputs, Labelled


def unlabelled(splits: Splits[Labelled]) -> Splits[Inputs]:
    """The same examples in the same parts, without their answers; the schema still names them."""
    parts = (Inputs(part.x) for part in (splits.train, splits.valid, splits.test))
    return Splits(*parts, splits.schema, splits.rows, splits.rule, splits.notes, splits.fingerprint)
