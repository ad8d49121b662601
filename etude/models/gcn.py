"""The graph convolutional network: two layers, each a mean over neighbours and a matrix."""

from jaxtyping import Float, Int
from torch import Tensor, nn

from etude.layers.graph import GraphConvolution, SparseLinear, product


class GCN(nn.Module):
    """Z = Â ReLU(Â X W0) W1 before the softmax: Kipf and Welling 2017 (arXiv:1609.02907), eq. 9.

    Â is D^-1/2 (A + I) D^-1/2. Dropout stands before both matrices, as in the authors' code. Of Cora's 1,433 features
    a node has 18: X stays sparse, which spares 99 % of the multiplications of the first layer.
    """

    def __init__(self, features: int, classes: int, *, hidden: int = 16, dropout: float = 0.5) -> None:
        super().__init__()
        self.first = SparseLinear(features, hidden, dropout=dropout)
        self.second = GraphConvolution(hidden, classes, dropout=dropout)

    def embed(
        self, x: Float[Tensor, "node feature"], x_turned: Int[Tensor, "feature node"], a_hat: Float[Tensor, "node node"]
    ) -> Float[Tensor, "node hidden"]:
        """The hidden layer: ReLU(Â X W0)."""
        return product(a_hat, a_hat, self.first(x, x_turned)).relu()

    def forward(
        self, x: Float[Tensor, "node feature"], x_turned: Int[Tensor, "feature node"], a_hat: Float[Tensor, "node node"]
    ) -> Float[Tensor, "node class"]:
        """`x` and `a_hat` in compressed rows, and `turned(x)`."""
        logits: Tensor = self.second(self.embed(x, x_turned, a_hat), a_hat)
        return logits
