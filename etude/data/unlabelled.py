"""Examples whose answers are left aside: what unsupervised methods learn from."""

from etude.data.splits import Splits
from etude.records import Inputs, Labelled


def unlabelled(splits: Splits[Labelled] | Splits[Inputs]) -> Splits[Inputs]:
    """The same examples in the same parts, without their answers; the schema still names them if there are any."""
    return Splits(
        train=Inputs(splits.train.x),
        valid=Inputs(splits.valid.x),
        test=Inputs(splits.test.x),
        schema=splits.schema,
        rows=splits.rows,
        rule=splits.rule,
        notes=splits.notes,
        fingerprint=splits.fingerprint,
    )
