"""A small modern convolutional network."""

from jaxtyping import Float
from torch import Tensor, nn


def block(inputs: int, outputs: int) -> nn.Sequential:
    """Convolution, pooling to half the size, normalisation, ReLU: pooling first leaves a quarter of the work."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def refine(channels: int) -> nn.Sequential:
    """A convolution that keeps the size, normalised (Ioffe and Szegedy 2015, arXiv:1502.03167)."""
    return nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU())


class SmallCNN(nn.Module):
    """Three stages of doubling width, then the mean over all places, so pictures may have any size from 8 x 8.

    The mean is the global average pooling of Lin, Chen and Yan 2014 (arXiv:1312.4400), section 3.2.
    """

    def __init__(self, channels: int, classes: int, *, width: int = 32, dropout: float = 0.2) -> None:
        super().__init__()
        self.features = nn.Sequential(
            block(channels, width),
            block(width, 2 * width),
            refine(2 * width),
            block(2 * width, 4 * width),
            refine(4 * width),
        )
        self.classify = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(4 * width, classes)
        )

    def forward(self, x: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch class"]:
        logits: Tensor = self.classify(self.features(x))
        return logits
