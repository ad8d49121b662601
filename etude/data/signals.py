"""Series of equal length, in three parts."""

import numpy as np
import torch

from etude.data.assemble import assembled
from etude.data.raw import RawSignals
from etude.data.splits import Splits
from etude.errors import DataError
from etude.records import Labelled
from etude.schema import Signals
from etude.source import Source


def signal_splits(raw: RawSignals, source: Source) -> Splits[Labelled]:
    """The series as they are, float32; the schema holds mean and deviation of the training part.

    DataError E-NUM-NONFINITE for series with NaN or infinity.
    """
    x = finite(raw.values)

    def fit(train: np.ndarray) -> Signals:
        part = x[train].astype(np.float64)
        return Signals(length=x.shape[1], mean=float(part.mean()), deviation=float(part.std()) or 1.0)

    return assembled(torch.from_numpy(x), raw, source=source, fit=fit, notes=())


def finite(values: np.ndarray) -> np.ndarray:
    """The series as float32; DataError E-NUM-NONFINITE or E-NUM-RANGE if that cannot hold them."""
    wrong = ~np.isfinite(values).all(axis=1)
    if wrong.any():
        first = ", ".join(f"row {row + 1}" for row in np.flatnonzero(wrong)[:3])
        raise DataError(
            "E-NUM-NONFINITE",
            f"{wrong.sum()} of {len(values)} series hold NaN or infinity (first: {first}): mend or remove them",
        )
    with np.errstate(over="ignore"):
        narrow = np.ascontiguousarray(values, dtype=np.float32)
    if not np.isfinite(narrow).all():
        raise DataError("E-NUM-RANGE", f"series hold {np.abs(values).max():g}, which does not fit float32: scale them")
    return narrow
