"""Reading with a recurrent network and writing with another one that looks back: the first attention."""

from dataclasses import dataclass
from typing import TypeAlias

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from etude.layers.attention import Alignment

PAD = 0
"""the id of padding in every vocabulary"""

State: TypeAlias = tuple[Tensor, Tensor, Tensor, Tensor]
"""what is visible of the source (batch, source); its annotations (batch, source, 2 hidden) and their keys
(batch, source, hidden); the state of the writer (batch, hidden)"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the reader and the writer are; in the paper 620 and 1,000."""

    embedding: int
    hidden: int
    dropout: float


class Seq2Seq(nn.Module):
    """Bahdanau, Cho and Bengio 2015: a GRU reads in both directions, a GRU writes and looks at what was read.

    What follows is read off the writer's state, the context and the latest token, section 3.1 and appendix A.2.2, with
    tanh instead of maxout.
    """

    def __init__(self, reads: int, writes: int, size: Size) -> None:
        """`reads` and `writes` are the sizes of the two vocabularies."""
        super().__init__()
        embedding, hidden = size.embedding, size.hidden
        self.reading = nn.Embedding(reads, embedding, padding_idx=PAD)
        self.writing = nn.Embedding(writes, embedding, padding_idx=PAD)
        self.reader = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)
        self.first = nn.Linear(hidden, hidden)  # W_s of appendix A.2.2
        self.alignment = Alignment(hidden)
        self.writer = nn.GRUCell(embedding + 2 * hidden, hidden)
        self.before = nn.Linear(embedding + 3 * hidden, embedding)
        self.out = nn.Linear(embedding, writes)
        self.dropout = nn.Dropout(size.dropout)

    def forward(
        self, x: Int[Tensor, "batch source"], y: Int[Tensor, "batch target"]
    ) -> Float[Tensor, "batch target token"]:
        """Logits of the token that follows each position of `y`, which begins with START (teacher forcing)."""
        state = self.read(x)
        embedded = self.dropout(self.writing(y))
        seen = []
        for token in embedded.unbind(1):
            s, context, _, state = self.step(token, state)
            seen.append(torch.cat([s, context], dim=1))
        return self.answer(torch.cat([embedded, torch.stack(seen, dim=1)], dim=2))

    def read(self, x: Int[Tensor, "batch source"]) -> State:
        """Annotate the sources: h_j, eq. 7, is both directions side by side; the writer begins from the backward one.

        A packed text has no padding, so the backward direction begins at its last token.
        """
        visible, embedded = x != PAD, self.dropout(self.reading(x))
        lengths = visible.sum(1).clamp(min=1).cpu()
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        h, last = self.reader(packed)
        h, _ = pad_packed_sequence(h, batch_first=True, total_length=x.shape[1])
        h = self.dropout(h)
        return visible, h, self.alignment.key(h), torch.tanh(self.first(last[1]))

    def write(self, token: Int[Tensor, " batch"], state: State) -> tuple[Float[Tensor, "batch token"], State]:
        """Logits of what follows `token`, the latest that was written, and the state with it."""
        embedded = self.dropout(self.writing(token))
        s, context, _, state = self.step(embedded, state)
        return self.answer(torch.cat([embedded, s, context], dim=1)), state

    def step(
        self, token: Float[Tensor, "batch embedding"], state: State
    ) -> tuple[
        Float[Tensor, "batch hidden"], Float[Tensor, "batch twice_hidden"], Float[Tensor, "batch source"], State
    ]:
        """s_i = f(s_(i-1), y_(i-1), c_i), eq. 4, with the context c_i of eq. 5 and the weights it was made with."""
        visible, h, keys, s = state
        weights = self.alignment(s, keys, visible)
        context = torch.einsum("bj,bjh->bh", weights, h)
        s = self.writer(torch.cat([token, context], dim=1), s)
        return s, context, weights, (visible, h, keys, s)

    def answer(self, seen: Float[Tensor, "... seen"]) -> Float[Tensor, "... token"]:
        """Logits, from the latest token, the writer's state and the context side by side."""
        logits: Tensor = self.out(self.dropout(torch.tanh(self.before(seen))))
        return logits

    def looks(
        self, x: Int[Tensor, "batch source"], y: Int[Tensor, "batch target"]
    ) -> Float[Tensor, "batch target source"]:
        """Where the writer looks in `x` before it writes what follows each token of `y`."""
        state, rows = self.read(x), []
        for token in self.dropout(self.writing(y)).unbind(1):
            _, _, weights, state = self.step(token, state)
            rows.append(weights)
        return torch.stack(rows, dim=1)
