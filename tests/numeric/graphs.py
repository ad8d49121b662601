"""Rows of the layers of graphs and of noise, and of the rules by which weights are drawn."""

import numpy as np
import scipy.sparse
import torch
from torch.nn.init import _calculate_fan_in_and_fan_out

from etude.errors import UsageError
from etude.layers import graph, initialise, noise, normalisation
from tests.numeric.rows import Bad, Calling, No, Row, close, d, row

WHOLE = No("whole numbers have no derivative")
DRAWN = No("drawn, not computed")
GRAPH, INIT, NOISE = "layers_graph::", "layers_initialise::", "diffusion::"
LINKS = torch.tensor([[0, 1], [1, 2], [0, 3]])
A_HAT = graph.normalised(LINKS, nodes=4).double()
FEATURES = graph.sparse(*torch.tensor([[0, 1, 2, 3], [0, 2, 1, 0]]), torch.arange(1.0, 5), shape=(4, 3)).double()


def sparse_as_scipy() -> None:
    """Entries in any order, empty rows included."""
    rows, columns, values = torch.tensor([3, 0, 3, 1]), torch.tensor([1, 2, 0, 2]), torch.arange(1.0, 5)
    theirs = scipy.sparse.csr_matrix((values, (rows, columns)), (5, 3))
    ours = graph.sparse(rows, columns, values, shape=(5, 3))
    close(ours.to_dense(), theirs.toarray())
    close(ours.crow_indices(), theirs.indptr)
    close(graph.rows_of(ours), np.repeat(np.arange(5), np.diff(theirs.indptr)))


def fans() -> None:
    """As torch counts them, for matrices and filters."""
    for shape in ((5, 3), (4, 2, 3, 3)):
        weight = torch.zeros(shape)
        ours = initialise.fan_in(weight), initialise.fan_out(weight)
        assert ours == _calculate_fan_in_and_fan_out(weight)


def graph_layer() -> None:
    """Dense, by torch's own product."""
    layer, h = graph.GraphConvolution(3, 2, dropout=0.0).double(), d(4, 3)
    close(layer(h, A_HAT), A_HAT.to_dense() @ h @ layer.weight)
    layer = graph.SparseLinear(3, 2, dropout=0.0).double()
    close(layer(FEATURES, graph.turned(FEATURES)), FEATURES.to_dense() @ layer.weight)


def adjoint() -> None:
    """<A x, y> = <x, A^T y>: the way back is the transposed of the way there."""
    x, y = d(3, 2).requires_grad_(), d(4, 2)
    places = graph.turned(FEATURES)
    back = graph.compressed(places.crow_indices(), places.col_indices(), FEATURES.values()[places.values()], width=4)
    result = graph.product(FEATURES, back, x)
    (gradient,) = torch.autograd.grad((result * y).sum(), x)
    close((result * y).sum(), (x * gradient).sum())
    close(gradient, FEATURES.to_dense().T @ y)


def broadcasting() -> None:
    """As one axis after the other would be written."""
    x, feature = d(2, 3, 4), d(3)
    close(normalisation.along(x, feature) * x, torch.einsum("f,bfp->bfp", feature, x))
    close(noise.per_example(feature[:2], x) * x, torch.einsum("b,bfp->bfp", feature[:2], x))


def noise_by_hand() -> None:
    """sqrt(kept) x + sqrt(1 - kept) epsilon, with the product of 1 - beta in NumPy."""
    betas = noise.linear_betas(5)
    x, epsilon, t = d(2, 3), d(2, 3), torch.tensor([1, 4])
    kept = np.array([np.prod(1 - betas.numpy()[:k]) for k in t])[:, None]
    close(
        noise.Noise(betas)(x, t, epsilon),
        np.sqrt(kept) * x.numpy() + np.sqrt(1 - kept) * epsilon.numpy(),
        rtol=1e-6,
        atol=1e-6,
    )


ROWS: tuple[Row, ...] = (
    row("layers.graph.compressed", WHOLE, sparse_as_scipy),
    row("layers.graph.sparse", WHOLE, sparse_as_scipy),
    row("layers.graph.rows_of", WHOLE, sparse_as_scipy),
    row("layers.graph.turned", WHOLE, f"{GRAPH}turned_gives_the_transposed_of_any_values"),
    row(
        "layers.graph.undirected",
        WHOLE,
        f"{GRAPH}normalised_laplacian_is_that_of_networkx",
        laws=(f"{GRAPH}edges_named_twice_or_backwards_or_to_themselves_change_nothing",),
    ),
    row(
        "layers.graph.normalised",
        WHOLE,
        f"{GRAPH}normalised_laplacian_is_that_of_networkx",
        laws=(f"{GRAPH}rows_of_a_regular_graph_sum_to_one",),
    ),
    row("layers.graph.Product", No("differentiated as `product`"), adjoint, laws=(adjoint,)),
    row(
        "layers.graph.product",
        lambda n: (lambda x: graph.product(A_HAT, A_HAT, x), (d(4, n),)),
        f"{GRAPH}product_and_its_derivative_are_those_of_dense_matrices",
        laws=(adjoint,),
    ),
    row(
        "layers.graph.SparseLinear",
        lambda n: (Calling(graph.SparseLinear(3, n, dropout=0.4), lambda m: m(FEATURES, graph.turned(FEATURES))), ()),
        graph_layer,
        laws=(f"{GRAPH}dropout_of_sparse_features_has_the_right_mean_and_the_derivative_of_the_same_mask",),
    ),
    row(
        "layers.graph.GraphConvolution",
        lambda n: (Calling(graph.GraphConvolution(3, n, dropout=0.4), lambda m, h: m(h, A_HAT)), (d(4, 3),)),
        graph_layer,
        f"{GRAPH}gcn_equals_pytorch_geometric_on_copied_weights",
        laws=(f"{GRAPH}answers_move_with_the_nodes", f"{GRAPH}without_links_a_node_answers_for_itself_alone"),
    ),
    row("layers.graph.glorot", DRAWN, f"{GRAPH}gcn_equals_pytorch_geometric_on_copied_weights"),
    *(
        row(
            f"layers.initialise.{name}",
            DRAWN,
            f"{INIT}same_chance_gives_the_weights_of_torch",
            laws=(f"{INIT}gains_of_normalisation_are_left_alone",),
        )
        for name in ("uniform", "xavier", "he")
    ),
    row(
        "layers.initialise.orthogonal",
        DRAWN,
        f"{INIT}same_chance_gives_the_weights_of_torch",
        laws=(f"{INIT}orthogonal_rows_or_columns_are_orthonormal", f"{INIT}orthogonal_matrices_have_no_preferred_sign"),
    ),
    row(
        "layers.initialise.zero",
        No("a constant"),
        No("nothing to compare with but 0"),
        laws=(f"{INIT}zero_makes_all_units_of_a_layer_learn_the_same",),
    ),
    row(
        "layers.initialise.weights",
        No("finds weights"),
        f"{INIT}same_chance_gives_the_weights_of_torch",
        laws=(f"{INIT}gains_of_normalisation_are_left_alone",),
    ),
    row("layers.initialise.fan_in", WHOLE, fans),
    row("layers.initialise.fan_out", WHOLE, fans),
    row(
        "layers.noise.linear_betas",
        WHOLE,
        f"{NOISE}published_constants_of_the_linear_schedule",
        laws=(f"{NOISE}fewer_steps_end_in_as_much_noise",),
    ),
    row("layers.noise.cosine_betas", WHOLE, f"{NOISE}the_cosine_schedule_is_a_squared_cosine_and_never_quite_noise"),
    row(
        "layers.noise.betas",
        WHOLE,
        f"{NOISE}published_constants_of_the_linear_schedule",
        bad=(f"{NOISE}unknown_schedule_is_refused", Bad(lambda: noise.betas("lin", 9), UsageError, "noise schedule")),
    ),
    row(
        "layers.noise.Noise",
        lambda n: (
            lambda x, e: noise.Noise(noise.linear_betas(5)).double()(x, torch.arange(n) + 1, e),
            (d(n, 2), d(n, 2)),
        ),
        noise_by_hand,
        laws=(f"{NOISE}noise_in_one_go_has_the_moments_of_noise_step_by_step",),
    ),
    row("layers.noise.per_example", lambda n: (lambda v: noise.per_example(v, d(n, 2)), (d(n),)), broadcasting),
)
