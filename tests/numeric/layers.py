"""Rows of the layers: attention, chains, recurrence, normalisation, graphs, noise."""

import numpy as np
import scipy.sparse
import torch
from torch import Tensor, nn
from torch.nn.init import _calculate_fan_in_and_fan_out

from etude.errors import UsageError
from etude.layers import attention, crf, graph, initialise, noise, normalisation, recurrent, transformer, two_way
from etude.layers.dropout import Dropout
from tests.numeric.rows import Bad, Calling, No, Row, close, d, row

WHOLE = No("whole numbers have no derivative")
CPU = torch.device("cpu")
SEEN = torch.tensor([[True, True], [True, False], [True, True]])
"""two words for each of three sentences, one of them padding"""
ATTENTION, CRF, GRAPH = "layers_attention::", "layers_crf::", "layers_graph::"
INIT, RECURRENT, BLOCKS = "layers_initialise::", "layers_recurrent::", "layers_transformer::"
NOISE, NORM = "diffusion::", "layers_normalisation::"
LINKS = torch.tensor([[0, 1], [1, 2], [0, 3]])
A_HAT = graph.normalised(LINKS, nodes=4).double()
FEATURES = graph.sparse(*torch.tensor([[0, 1, 2, 3], [0, 2, 1, 0]]), torch.arange(1.0, 5), shape=(4, 3)).double()


def chain() -> crf.Chain:
    return crf.Chain(3, forbidden=torch.zeros(3, 3).bool(), first=torch.tensor([False, True, False]))


def surprise(layer: nn.Module, emissions: Tensor) -> Tensor:
    """Of three, or fewer, sentences."""
    y = torch.tensor([[0, 1], [2, 0], [2, 2]])[: len(emissions)]
    return layer.surprise(emissions, SEEN[: len(emissions)], y)


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


def looks() -> None:
    """Position by position: no padding, and with `causal` no future; the last query is the last key."""
    mask = attention.looking(2, 3, visible=torch.tensor([[True, False, True]]), causal=True, device=CPU)
    assert mask is not None and mask.tolist() == [[[[True, False, False], [True, False, True]]]]
    assert attention.looking(1, 3, visible=None, causal=True, device=CPU) is None


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


def causal_gradient() -> None:
    """No output has a derivative by what comes later: exactly 0."""
    layer, x = attention.MultiHeadAttention(4, 2).double(), d(1, 5, 4).requires_grad_()
    (gradient,) = torch.autograd.grad(layer(x, causal=True)[0, 2].sum(), x)
    assert not gradient[0, 3:].any() and gradient[0, :3].all()


def weights_sum_to_one() -> None:
    """Over the keys that may be seen; a query that may see none has none."""
    mask = torch.tensor([[True, False, True], [False, False, False]])
    weights = attention.attention_weights(d(2, 2), d(3, 2), mask)
    close(weights.sum(1), torch.tensor([1.0, 0.0]))


def step(function: object, parts: int) -> object:
    """One step of a cell as a function of input, state and parameters."""
    gates = {1: {"rnn_step": 1, "gru_step": 3}.get(getattr(function, "__name__", ""), 1), 2: 4}[parts]

    def call(x: Tensor, state: Tensor, *weights: Tensor) -> Tensor:
        return function(x, state, recurrent.Gates(*weights))  # type: ignore[operator]

    return lambda n: (call, (d(n, 2), d(parts, n, 2), d(2 * gates, 2), d(2 * gates, 2), d(2 * gates), d(2 * gates)))


def read(layer: nn.Module, x: Tensor, state: Tensor) -> object:
    return layer(x, state)


CELLS = f"{RECURRENT}equations_equal_torch_on_copied_weights"
ROWS: tuple[Row, ...] = (
    row(
        "layers.attention.attention_weights",
        lambda n: (attention.attention_weights, (d(n, 2, 2), d(n, 3, 2))),
        f"{ATTENTION}kernel_is_the_weighted_mean_of_the_values",
        laws=(weights_sum_to_one,),
    ),
    row(
        "layers.attention.attend",
        lambda n: (attention.attend, (d(n, 1, 2, 2), d(n, 1, 3, 2), d(n, 1, 3, 2))),
        f"{ATTENTION}kernel_is_the_weighted_mean_of_the_values",
    ),
    row(
        "layers.attention.causal_mask",
        WHOLE,
        f"{ATTENTION}self_attention_equals_that_of_torch",
        laws=(f"{ATTENTION}causal_mask_leaks_nothing_and_hides_no_past",),
    ),
    row("layers.attention.looking", WHOLE, looks),
    row(
        "layers.attention.MultiHeadAttention",
        lambda n: (
            Calling(attention.MultiHeadAttention(2, 2, dropout=0.5), lambda m, x: m(x, visible=SEEN[:n], causal=True)),
            (d(n, 2, 2),),
        ),
        f"{ATTENTION}self_attention_equals_that_of_torch",
        f"{ATTENTION}cross_attention_equals_that_of_torch",
        laws=(
            causal_gradient,
            f"{ATTENTION}padding_changes_nothing",
            f"{ATTENTION}query_that_may_look_at_nothing_is_no_nan",
            f"{ATTENTION}token_by_token_from_a_cache_equals_the_whole_text",
        ),
        bad=(f"{ATTENTION}heads_must_share_the_width",),
    ),
    row(
        "layers.crf.Chain",
        lambda n: (Calling(chain(), surprise), (d(n, 2, 3),)),
        f"{CRF}chain_equals_the_sum_over_every_sequence",
        f"{CRF}chain_equals_pytorch_crf_on_sentences_of_different_lengths",
        laws=(
            f"{CRF}probabilities_of_all_sequences_sum_to_one",
            f"{CRF}padding_changes_nothing_and_learns_nothing",
            f"{CRF}a_long_certain_sentence_stays_finite",
        ),
    ),
    row(
        "layers.crf.Independent",
        lambda n: (Calling(crf.Independent(), surprise), (d(n, 2, 3),)),
        f"{CRF}each_tag_by_itself_is_the_cross_entropy",
    ),
    row(
        "layers.dropout.Dropout",
        lambda n: (Calling(Dropout(0.4), lambda m, x: m(x)), (d(n, 4),)),
        "layers_dropout::same_chance_gives_the_mask_of_torch",
        laws=("layers_dropout::mean_is_kept_within_four_standard_errors", "layers_dropout::evaluation_changes_nothing"),
        bad=(
            "layers_dropout::probability_outside_its_range_is_refused",
            Bad(lambda: Dropout(1.5), UsageError, "dropout is 1.5"),
        ),
    ),
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
    row("layers.graph.glorot", No("drawn, not computed"), f"{GRAPH}gcn_equals_pytorch_geometric_on_copied_weights"),
    *(
        row(
            f"layers.initialise.{name}",
            No("drawn, not computed"),
            f"{INIT}same_chance_gives_the_weights_of_torch",
            laws=(f"{INIT}gains_of_normalisation_are_left_alone",),
        )
        for name in ("uniform", "xavier", "he")
    ),
    row(
        "layers.initialise.orthogonal",
        No("drawn, not computed"),
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
    row(
        "layers.normalisation.BatchNorm",
        lambda n: (normalisation.BatchNorm(2), (d(n, 2, 2),)),
        f"{NORM}batch_norm_equals_that_of_torch",
        laws=(
            f"{NORM}batch_norm_gives_mean_zero_and_variance_one",
            f"{NORM}batch_norm_in_evaluation_answers_each_example_alone",
        ),
        bad=(
            f"{NORM}batch_norm_refuses_one_example_in_training_alone",
            Bad(lambda: normalisation.BatchNorm(2)(torch.ones(1, 2)), UsageError, "at least 2 examples"),
        ),
    ),
    row(
        "layers.normalisation.LayerNorm",
        lambda n: (normalisation.LayerNorm(3), (d(n, 3),)),
        f"{NORM}layer_norm_equals_that_of_torch",
        laws=(f"{NORM}layer_norm_of_a_constant_row_is_finite",),
    ),
    row("layers.normalisation.along", lambda n: (lambda v: normalisation.along(d(2, n, 3), v), (d(n),)), broadcasting),
    row("layers.recurrent.Gates", No("differentiated in the steps below"), CELLS),
    row("layers.recurrent.Cell", No("a record"), CELLS),
    row("layers.recurrent.rnn_step", step(recurrent.rnn_step, 1), CELLS),
    row("layers.recurrent.gru_step", step(recurrent.gru_step, 1), CELLS),
    row("layers.recurrent.lstm_step", step(recurrent.lstm_step, 2), CELLS),
    *(
        row(
            f"layers.recurrent.CELLS[{name}]",
            lambda n, name=name, parts=cell.parts: (
                Calling(recurrent.Recurrent(name, 2, width=2, layers=1), read),
                (d(n, 2, 2), d(parts, 1, n, 2)),
            ),
            CELLS,
            fast=True,
            laws=(f"{RECURRENT}carried_state_equals_one_long_pass",),
        )
        for name, cell in recurrent.CELLS.items()
    ),
    row(
        "layers.recurrent.Recurrent",
        lambda n: (
            Calling(recurrent.Recurrent("gru", 1, width=1, layers=2, dropout=0.5), read),
            (d(n, 2, 1), d(1, 2, n, 1)),
        ),
        CELLS,
        f"{RECURRENT}gradients_of_the_equations_equal_those_of_the_kernel",
        fast=True,
    ),
    row(
        "layers.recurrent.open_forget_gates",
        No("a constant"),
        f"{RECURRENT}forget_bias_is_one_in_sum_in_every_layer_and_direction",
        laws=(f"{RECURRENT}open_forget_gates_remember_what_closed_ones_lose",),
    ),
    row("layers.transformer.sinusoids", WHOLE, f"{BLOCKS}sinusoids_are_those_of_the_paper"),
    row(
        "layers.transformer.FeedForward",
        lambda n: (transformer.FeedForward(2, 3), (d(n, 2, 2),)),
        f"{BLOCKS}feed_forward_is_equation_2",
    ),
    row(
        "layers.transformer.EncoderBlock",
        lambda n: (
            Calling(transformer.EncoderBlock(2, 1, hidden=2, dropout=0.3), lambda m, x: m(x, visible=SEEN[:n])),
            (d(n, 2, 2),),
        ),
        f"{BLOCKS}encoder_block_equals_that_of_torch",
        fast=True,
        laws=(f"{BLOCKS}attention_without_positions_sees_a_bag_of_words",),
    ),
    row(
        "layers.transformer.DecoderBlock",
        lambda n: (
            Calling(
                transformer.DecoderBlock(2, 1, hidden=2), lambda m, x, source: m(x, source, source_visible=SEEN[:n])
            ),
            (d(n, 2, 2), d(n, 2, 2)),
        ),
        f"{BLOCKS}decoder_block_equals_that_of_torch",
        fast=True,
        laws=(
            f"{BLOCKS}decoder_grows_token_by_token_to_the_same_text",
            f"{BLOCKS}weights_on_the_source_are_a_distribution_over_what_is_no_padding",
        ),
    ),
    row(
        "layers.two_way.TwoWayLSTM",
        lambda n: (Calling(two_way.TwoWayLSTM(2, 1), lambda m, x: m(x, torch.tensor([2, 1, 2])[:n])), (d(n, 2, 2),)),
        "layers_two_way::states_and_gradients_equal_those_of_packed_texts",
        fast=True,
        laws=("layers_two_way::what_stands_in_the_padding_reaches_no_word",),
    ),
    row(
        "layers.two_way.turned",
        lambda n: (lambda x: two_way.turned(x, torch.tensor([[1, 0]]).expand(n, 2)), (d(n, 2, 2),)),
        "layers_two_way::states_and_gradients_equal_those_of_packed_texts",
    ),
)
