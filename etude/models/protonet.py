"""The embedding of prototypical networks: four blocks that each halve a picture."""

from jaxtyping import Float
from torch import Tensor, nn

from etude.models.cnn import block


class ProtoNet(nn.Module):
    """Snell, Swersky and Zemel 2017 (arXiv:1703.05175), section 3.1: 28 x 28 pixels become `width` numbers.

    A block is a convolution, normalisation, ReLU and pooling; here pooling stands first, which leaves a quarter of the
    work and changes nothing but the batch statistics.
    """

    def __init__(self, channels: int, *, width: int = 64) -> None:
        super().__init__()
        self.blocks = nn.Sequential(block(channels, width), *(block(width, width) for _ in range(3)))

    def forward(self, x: Float[Tensor, "batch channel 28 28"]) -> Float[Tensor, "batch width"]:
        z: Tensor = self.blocks(x)  # (batch, width, 1, 1)
        return z.flatten(1)
