"""LeNet-5, the convolutional network that read cheques."""

from jaxtyping import Float
from torch import Tensor, nn


class LeNet(nn.Module):
    """LeCun, Bottou, Bengio and Haffner 1998 (doi:10.1109/5.726791), figure 2, with ReLU and max-pooling.

    Pictures are 28 x 28 and padded to the paper's 32 x 32 by the first convolution. For ten classes it has 61,706
    parameters with one channel, and 62,006 with three (456 + 2,416 + 48,120 + 10,164 + 850): that is the `Net` of
    PyTorch's 60-minute tutorial and of the courses, which takes 32 x 32 pixels and pads nothing.

    Pooling stands before ReLU: both orders give the same numbers, since ReLU is monotone, and this one bends four
    times fewer of them.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 6, 5, padding=2),  # (batch, 6, 28, 28)
            nn.MaxPool2d(2),
            nn.ReLU(),
            nn.Conv2d(6, 16, 5),  # (batch, 16, 10, 10)
            nn.MaxPool2d(2),
            nn.ReLU(),
        )
        self.classify = nn.Sequential(
            nn.Flatten(),
            nn.Linear(16 * 5 * 5, 120),
            nn.ReLU(),
            nn.Linear(120, 84),
            nn.ReLU(),
            nn.Linear(84, classes),
        )

    def forward(self, x: Float[Tensor, "batch channel 28 28"]) -> Float[Tensor, "batch class"]:
        logits: Tensor = self.classify(self.features(x))
        return logits
