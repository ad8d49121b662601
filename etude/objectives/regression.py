"""How far predicted quantities are from the true ones: the losses of regression, from predictions (batch,)."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Labelled
from etude.types import Loss


def mean_squared_error(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of (prediction - y)^2: its best constant is the mean."""
    prediction, y = pair(model, batch)
    return Loss(F.mse_loss(prediction, y), len(batch))


def mean_absolute_error(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of |prediction - y|: its best constant is the median, so outliers pull less."""
    prediction, y = pair(model, batch)
    return Loss(F.l1_loss(prediction, y), len(batch))


def mean_squared_log_error(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of (log(1 + prediction) - log(1 + y))^2: errors of size, for quantities such as prices and counts.

    Both must be above -1, so y is no standardised quantity, and the network ends in something positive, as softplus.
    """
    prediction, y = pair(model, batch)
    return Loss(F.mse_loss(prediction.log1p(), y.log1p()), len(batch))


@dataclass(frozen=True)
class Huber:
    """Half the squared error up to `delta`, then a line of slope `delta` (Huber 1964, doi:10.1214/aoms/1177703732)."""

    delta: float = 1.0
    """in units of y: standard deviations, where y is standardised"""

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        prediction, y = pair(model, batch)
        return Loss(F.huber_loss(prediction, y, delta=self.delta), len(batch))


def pair(model: nn.Module, batch: Labelled) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """Predictions and targets of one shape and type; ValueError for two shapes, which torch would broadcast."""
    prediction: Tensor = model(batch.x)
    if prediction.shape != batch.y.shape:
        raise ValueError(
            f"predictions {tuple(prediction.shape)} and targets {tuple(batch.y.shape)} must have one shape"
        )
    return prediction, batch.y.to(prediction.dtype)
