"""A recurrent network that reads a text character by character and says which comes next."""

from jaxtyping import Float, Int
from torch import Tensor, nn

from etude.layers.recurrent import Recurrent, State
from etude.models.sampling import Read


class CharRNN(nn.Module):
    """Karpathy 2015, "The unreasonable effectiveness of recurrent neural networks"; after Graves 2013, section 2.

    A table of vectors for the tokens, recurrent layers, and a score for each token of the vocabulary.
    """

    def __init__(self, vocabulary: int, *, cell: str, width: int, layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.token = nn.Embedding(vocabulary, width)
        self.recurrent = Recurrent(cell, width, width=width, layers=layers, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.score = nn.Linear(width, vocabulary)

    def forward(
        self, x: Int[Tensor, "batch time"], state: State
    ) -> tuple[Float[Tensor, "batch time vocabulary"], State]:
        """The logits of the token after each position, and the state to go on with."""
        h, state = self.recurrent(self.dropout(self.token(x)), state)
        return self.score(self.dropout(h)), state

    def zero_state(self, batch: int) -> State:
        """The state before the first token."""
        return self.recurrent.zero_state(batch)

    def reader(self, batch: int) -> Read:
        """One that reads `batch` texts token by token."""
        return CharRNNReader(self, batch)


class CharRNNReader:
    """Reads texts piece by piece: all that is kept of them is the state."""

    def __init__(self, network: CharRNN, batch: int) -> None:
        self.network = network
        self.state = network.zero_state(batch)

    def __call__(self, x: Int[Tensor, "batch new"]) -> Float[Tensor, "batch vocabulary"]:
        """Read more tokens, one by the equations and many by the kernel; the logits of the one that follows them."""
        network = self.network
        if x.shape[1] == 1:
            h, self.state = network.recurrent.step(network.token(x[:, 0]), self.state)
            logits: Tensor = network.score(h)
            return logits
        every, self.state = network(x, self.state)
        last: Tensor = every[:, -1]
        return last
