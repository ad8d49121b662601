"""A recurrent network that reads a text in both directions and answers for the whole of it."""

from typing import Literal, TypeAlias

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from etude.layers.recurrent import open_forget_gates

PAD = 0
SPREAD = 0.1
"""of the vectors at the start: those of rare words change in few updates, and would stay noise if they were long"""
StateName: TypeAlias = Literal["last", "mean", "max"]


class BiLSTM(nn.Module):
    """Graves and Schmidhuber 2005 (doi:10.1016/j.neunet.2005.06.042): an LSTM forwards, another one backwards.

    h_t reads words 1 to t, and g_t reads words T to t. What answers is either `last`, (h_T, g_1), the states after the
    whole text; or `mean`, that of (h_t, g_t) over t; or `max`, the largest of each number over t.

    Packed, every text ends where it ends: T is its own length. Otherwise the padding of the longest text of the batch
    is read as if it were words, and h_T has had that many steps to forget the text.
    """

    def __init__(
        self,
        words: int,
        classes: int,
        *,
        width: int,
        hidden: int,
        dropout: float = 0.0,
        backwards: bool = True,
        state: StateName = "last",
        packed: bool = True,
    ) -> None:
        super().__init__()
        self.state, self.packed = state, packed
        self.embed = nn.Embedding(words, width, padding_idx=PAD)
        nn.init.uniform_(self.embed.weight, -SPREAD, SPREAD)
        with torch.no_grad():
            self.embed.weight[PAD] = 0
        self.read = nn.LSTM(width, hidden, batch_first=True, bidirectional=backwards)
        open_forget_gates(self.read)
        self.dropout = nn.Dropout(dropout)
        self.answer = nn.Linear(2 * hidden if backwards else hidden, classes)

    def forward(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch class"]:
        logits: Tensor = self.answer(self.dropout(self.summary(x)))
        return logits

    def summary(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch feature"]:
        """What remains of all states."""
        states, last = self.states(x)
        counts = (x != PAD if self.packed else torch.ones_like(x, dtype=torch.bool))[:, :, None]
        match self.state:
            case "last":
                return last
            case "mean":
                return (states * counts).sum(dim=1) / counts.sum(dim=1)
            case _:
                return states.masked_fill(~counts, -1.0).amax(dim=1)  # no state is below -1

    def states(
        self, x: Int[Tensor, "batch time"]
    ) -> tuple[Float[Tensor, "batch time state"], Float[Tensor, "batch state"]]:
        """(h_t, g_t) at each word, and (h_T, g_1)."""
        vectors = self.dropout(self.embed(x))
        if self.packed:
            length = (x != PAD).sum(dim=1).cpu()  # PyTorch wants it there
            packed = pack_padded_sequence(vectors, length, batch_first=True, enforce_sorted=False)
            answers, (last, _) = self.read(packed)
            states, _ = pad_packed_sequence(answers, batch_first=True, total_length=x.shape[1])
        else:
            states, (last, _) = self.read(vectors)
        return states, last.transpose(0, 1).flatten(1)  # (batch, direction and hidden)
