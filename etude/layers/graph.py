"""Sparse matrices of graphs, and the convolution over a node's neighbours."""

import math
import warnings
from typing import Any

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.dropout import Dropout


def compressed(
    starts: Int[Tensor, " row_and_one"], columns: Int[Tensor, " entry"], values: Shaped[Tensor, " entry"], *, width: int
) -> Shaped[Tensor, "row width"]:
    """A matrix in compressed rows (CSR): row i holds the entries `starts[i]` to `starts[i + 1]`.

    PyTorch calls the layout a beta, once; it says nothing that a reader of etude could act on.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support")
        return torch.sparse_csr_tensor(
            starts, columns, values, (len(starts) - 1, width), check_invariants=False, device=values.device
        )


def sparse(
    rows: Int[Tensor, " entry"],
    columns: Int[Tensor, " entry"],
    values: Shaped[Tensor, " entry"],
    *,
    shape: tuple[int, int],
) -> Shaped[Tensor, "row width"]:
    """The matrix with these entries, of which no two are in the same place."""
    order = (rows * shape[1] + columns).argsort()
    starts = torch.zeros(shape[0] + 1, dtype=torch.int64)
    starts[1:] = rows.bincount(minlength=shape[0]).cumsum(0)
    return compressed(starts, columns[order], values[order], width=shape[1])


def rows_of(matrix: Shaped[Tensor, "row width"]) -> Int[Tensor, " entry"]:
    """The row of each entry of a compressed matrix."""
    starts = matrix.crow_indices()
    return torch.arange(len(starts) - 1, device=starts.device).repeat_interleave(starts.diff())


def turned(matrix: Float[Tensor, "row width"]) -> Int[Tensor, "width row"]:
    """The transposed matrix, holding in place of each value its position among the values of `matrix`.

    So the transposed of any matrix with the same places needs no sorting.
    """
    positions = torch.arange(len(matrix.values()))
    return sparse(matrix.col_indices(), rows_of(matrix), positions, shape=(matrix.shape[1], matrix.shape[0]))


def undirected(edges: Int[Tensor, "edge 2"]) -> Int[Tensor, "link 2"]:
    """Each pair of different nodes once, the smaller first, however often and in whatever direction it was named."""
    ordered: Tensor = edges.sort(dim=1).values
    links: Tensor = ordered[ordered[:, 0] != ordered[:, 1]].unique(dim=0)
    return links


def normalised(edges: Int[Tensor, "edge 2"], *, nodes: int) -> Float[Tensor, "node node"]:
    """D^-1/2 (A + I) D^-1/2 in compressed rows, where D holds the row sums of A + I (Kipf and Welling, eq. 8)."""
    links = undirected(edges)
    themselves = torch.arange(nodes)
    rows = torch.cat([links[:, 0], links[:, 1], themselves])
    columns = torch.cat([links[:, 1], links[:, 0], themselves])
    scale = rows.bincount(minlength=nodes).double().rsqrt()
    values: Tensor = scale[rows] * scale[columns]
    return sparse(rows, columns, values.float(), shape=(nodes, nodes))


class Product(torch.autograd.Function):
    """Sparse times dense, with a derivative for the dense factor only.

    PyTorch's own derivative turns the sparse matrix over again in every update, which costs thirty times the product.
    """

    @staticmethod
    def forward(ctx: Any, matrix: Tensor, transposed: Tensor, dense: Tensor) -> Tensor:
        ctx.transposed = transposed
        return matrix @ dense

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, None, Tensor]:
        return None, None, ctx.transposed @ gradients[0]


def product(
    matrix: Float[Tensor, "row width"], transposed: Float[Tensor, "width row"], dense: Float[Tensor, "width column"]
) -> Float[Tensor, "row column"]:
    """`matrix @ dense` for a compressed matrix and its transposed, which is what the derivative multiplies with."""
    result: Tensor = Product.apply(matrix, transposed, dense)  # type: ignore[no-untyped-call]
    return result


class SparseLinear(nn.Module):
    """X W for a sparse X, without a bias; dropout silences entries of X that are not zero: the others are anyhow."""

    def __init__(self, features: int, width: int, *, dropout: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(glorot(features, width))
        self.dropout = Dropout(dropout)

    def forward(
        self, x: Float[Tensor, "node feature"], x_turned: Int[Tensor, "feature node"]
    ) -> Float[Tensor, "node width"]:
        """`x` in compressed rows, and `turned(x)`."""
        values: Tensor = self.dropout(x.values())
        silenced = compressed(x.crow_indices(), x.col_indices(), values, width=x.shape[1])
        back = values.index_select(0, x_turned.values())
        transposed = compressed(x_turned.crow_indices(), x_turned.col_indices(), back, width=len(x))
        return product(silenced, transposed, self.weight)


class GraphConvolution(nn.Module):
    """Â H W: each node takes the weighted mean of itself and its neighbours (Kipf and Welling, eq. 2), without bias."""

    def __init__(self, width: int, outputs: int, *, dropout: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(glorot(width, outputs))
        self.dropout = Dropout(dropout)

    def forward(
        self, h: Float[Tensor, "node width"], a_hat: Float[Tensor, "node node"]
    ) -> Float[Tensor, "node output"]:
        """`a_hat` is symmetric, so it is its own transposed."""
        return product(a_hat, a_hat, F.linear(self.dropout(h), self.weight.T))


def glorot(inputs: int, outputs: int) -> Float[Tensor, "{inputs} {outputs}"]:
    """Uniform with variance 2 / (inputs + outputs) (Glorot and Bengio 2010, eq. 16), from torch's own chance."""
    bound = math.sqrt(6 / (inputs + outputs))
    return torch.empty(inputs, outputs).uniform_(-bound, bound)
