"""An LSTM that reads texts of different lengths forwards and backwards."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class TwoWayLSTM(nn.Module):
    """Two LSTMs (Schuster and Paliwal 1997): one reads from the first word, the other from each text's own last word.

    The same numbers as PyTorch's bidirectional LSTM on packed texts. Packing cuts the batch into pieces of each time
    step, whose gradients are slow to put together again; here padding comes last for both readers, where it cannot be
    seen by the words before it.
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.forth = nn.LSTM(width, hidden, batch_first=True)
        self.back = nn.LSTM(width, hidden, batch_first=True)

    def forward(
        self, x: Float[Tensor, "batch time width"], lengths: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch time state"]:
        """The states of both readers at each word; what stands behind a text's last word means nothing."""
        place = torch.arange(x.shape[1], device=x.device)
        mirrored = (lengths[:, None] - 1 - place) % x.shape[1]  # its own inverse on the words of a text
        forth, _ = self.forth(x)
        back, _ = self.back(turned(x, mirrored))
        return torch.cat([forth, turned(back, mirrored)], dim=2)


def turned(
    x: Float[Tensor, "batch time width"], places: Int[Tensor, "batch time"]
) -> Float[Tensor, "batch time width"]:
    """The vectors at other places of the same text."""
    return x.gather(1, places[:, :, None].expand_as(x))
