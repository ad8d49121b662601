"""The first layer of every network: from what a schema encodes to standardised numbers."""

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from etude.schema import Inputs, Nodes, Observations, Pictures, Signals, Table, Text

BAG = 5000
"""words at most that a bag tells apart, the most frequent ones"""
SPECIAL = 4
"""ids that stand for no word"""


class PictureInput(nn.Module):
    """Bytes 0 to 255 to standardised channels, in the memory layout that convolutions like best."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.register_buffer("mean", 255 * torch.tensor(pictures.mean).view(-1, 1, 1))
        self.register_buffer("deviation", 255 * torch.tensor(pictures.deviation).view(-1, 1, 1))

    def forward(self, x: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch channel height width"]:
        scaled = (x.to(self.mean.dtype) - self.mean) / self.deviation
        return scaled.contiguous(memory_format=torch.channels_last)


class FlatPictures(nn.Module):
    """A picture as one row of standardised pixels."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.standardise = PictureInput(pictures)
        self.width = pictures.channels * pictures.height * pictures.width

    def forward(self, x: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch pixel"]:
        flat: Tensor = self.standardise(x).contiguous().flatten(1)
        return flat


class SignalInput(nn.Module):
    """A series on the scale of the training part."""

    def __init__(self, signals: Signals) -> None:
        super().__init__()
        self.mean, self.deviation, self.width = signals.mean, signals.deviation, signals.length

    def forward(self, x: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        return (x - self.mean) / self.deviation


class OneHotTable(nn.Module):
    """Numbers and indicators as they are, categories as one-hot vectors; unknown and missing are all zeros."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.sizes = tuple(len(each.values) for each in table.categorical)
        self.numeric = table.width - len(self.sizes)
        self.width = self.numeric + sum(self.sizes)

    def forward(self, x: Float[Tensor, "batch column"]) -> Float[Tensor, "batch width"]:
        codes = x[:, self.numeric :].long().unbind(1)
        hot = [F.one_hot(code, size + 1)[:, 1:].to(x.dtype) for code, size in zip(codes, self.sizes, strict=True)]
        return torch.cat([x[:, : self.numeric], *hot], dim=1)


class EmbeddedTable(nn.Module):
    """Numbers and indicators as they are, each category as a learnt vector (Guo, Berkhahn 2016, arXiv:1604.06737)."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        sizes = [len(each.values) + 1 for each in table.categorical]  # code 0: unknown or missing
        widths = [embedding_width(size) for size in sizes]
        self.embeddings = nn.ModuleList(nn.Embedding(*shape) for shape in zip(sizes, widths, strict=True))
        self.numeric = table.width - len(sizes)
        self.width = self.numeric + sum(widths)

    def forward(self, x: Float[Tensor, "batch column"]) -> Float[Tensor, "batch width"]:
        codes = x[:, self.numeric :].long().unbind(1)
        vectors = [embed(code) for embed, code in zip(self.embeddings, codes, strict=True)]
        return torch.cat([x[:, : self.numeric], *vectors], dim=1)


class WordBag(nn.Module):
    """Which of the most frequent words a text has, 0 or 1 each, whatever their order and number.

    Whether a word is there tells more of an opinion than how often (Pang, Lee and Vaithyanathan 2002, section 6.1).
    """

    def __init__(self, text: Text) -> None:
        super().__init__()
        self.width = min(BAG, len(text.vocabulary))

    def forward(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch word"]:
        outside = x >= self.width
        bag = torch.zeros(len(x), self.width, device=x.device)
        bag.scatter_(1, x.masked_fill(outside, 0), 1.0)
        bag[:, :SPECIAL] = 0  # padding and unknown words
        return bag


def embedding_width(levels: int) -> int:
    """Half as many dimensions as levels, rounded up, and at most 50: the rule of Guo and Berkhahn's code."""
    return min(50, (levels + 1) // 2)


FlatInput = FlatPictures | SignalInput | OneHotTable | WordBag


def flat_input(inputs: Inputs) -> FlatInput:
    """The layer that makes one row of numbers of whatever comes in; its `width` is that of the row."""
    match inputs:
        case Pictures():
            return FlatPictures(inputs)
        case Signals():
            return SignalInput(inputs)
        case Table():
            return OneHotTable(inputs)
        case Text():
            return WordBag(inputs)
        case Nodes() | Observations() as other:
            raise TypeError(f"inputs of kind {other.kind!r} are no single row of numbers")
