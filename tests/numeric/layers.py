"""Rows of the layers: attention, chains, recurrence, normalisation."""

import torch
from torch import Tensor, nn

from etude.errors import UsageError
from etude.layers import attention, crf, normalisation, recurrent, transformer, two_way
from etude.layers.dropout import Dropout
from tests.numeric.graphs import broadcasting
from tests.numeric.rows import Bad, Calling, No, Row, close, d, row

WHOLE = No("whole numbers have no derivative")
CPU = torch.device("cpu")
SEEN = torch.tensor([[True, True], [True, False], [True, True]])
"""two words for each of three sentences, one of them padding"""
ATTENTION, CRF = "layers_attention::", "layers_crf::"
RECURRENT, BLOCKS = "layers_recurrent::", "layers_transformer::"
NORM = "layers_normalisation::"


def chain() -> crf.Chain:
    return crf.Chain(3, forbidden=torch.zeros(3, 3).bool(), first=torch.tensor([False, True, False]))


def surprise(layer: nn.Module, emissions: Tensor) -> Tensor:
    """Of three, or fewer, sentences."""
    y = torch.tensor([[0, 1], [2, 0], [2, 2]])[: len(emissions)]
    return layer.surprise(emissions, SEEN[: len(emissions)], y)


def looks() -> None:
    """Position by position: no padding, and with `causal` no future; the last query is the last key."""
    mask = attention.looking(2, 3, visible=torch.tensor([[True, False, True]]), causal=True, device=CPU)
    assert mask is not None and mask.tolist() == [[[[True, False, False], [True, False, True]]]]
    assert attention.looking(1, 3, visible=None, causal=True, device=CPU) is None


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
        "layers.attention.Attention",
        lambda n: (
            Calling(attention.Attention(0.0), lambda m, *parts: m(*parts, None)),
            (d(n, 1, 2, 2), d(n, 1, 3, 2), d(n, 1, 3, 2)),
        ),
        f"{ATTENTION}kernel_is_the_weighted_mean_of_the_values",
    ),
    row(
        "layers.attention.Alignment",
        lambda n: (
            Calling(attention.Alignment(2), lambda m, s, keys: m(s, keys, torch.ones(n, 3).bool())),
            (d(n, 2), d(n, 3, 2)),
        ),
        "models_seq2seq::alignment_is_equation_6",
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
        laws=(
            f"{BLOCKS}decoder_grows_token_by_token_to_the_same_text",
            f"{BLOCKS}weights_on_the_source_are_a_distribution_over_what_is_no_padding",
        ),
    ),
    row(
        "layers.two_way.TwoWayLSTM",
        lambda n: (Calling(two_way.TwoWayLSTM(2, 1), lambda m, x: m(x, torch.tensor([2, 1, 2])[:n])), (d(n, 2, 2),)),
        "layers_two_way::states_and_gradients_equal_those_of_packed_texts",
        laws=("layers_two_way::what_stands_in_the_padding_reaches_no_word",),
    ),
    row(
        "layers.two_way.turned",
        lambda n: (lambda x: two_way.turned(x, torch.tensor([[1, 0]]).expand(n, 2)), (d(n, 2, 2),)),
        "layers_two_way::states_and_gradients_equal_those_of_packed_texts",
    ),
)
