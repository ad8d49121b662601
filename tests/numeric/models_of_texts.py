"""Rows of the networks that read and write texts."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from etude.layers import crf
from etude.models import bert, char_rnn, gpt, names, sentiment, seq2seq, tagger, textcnn, transformer, word2vec
from etude.records import IGNORED
from tests.numeric.models import NOT_HERE, ONCE, named, of, of_batch, woken
from tests.numeric.rows import Calling, No, Row

IDS = torch.tensor([[4, 5, 6, 4, 5, 6, 4, 4], [5, 4, 0, 0, 0, 0, 0, 0], [6, 6, 4, 0, 0, 0, 0, 0]])
"""three short texts in a vocabulary of seven"""
WRITTEN = torch.tensor([[2, 4, 5, 3], [2, 5, 4, 5]])
"""without padding, whose vector learns nothing by design"""
SMALL, SHORT = transformer.Size(4, 2, 1, 4, 0.2), seq2seq.Size(3, 2, 0.2)


def of_texts(make: Callable[[], nn.Module], call: Callable[..., Any] = lambda m, x: m(x)) -> Any:
    """A network of tokens, as a function of its parameters."""
    return lambda n: (Calling(make(), lambda m: call(m, IDS[: n + 1])), ())


def tagged(m: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Nats of some tags."""
    letters = (x[:, :, None] + torch.arange(3)).to(torch.uint8)
    return m(x, letters, torch.where(x == 0, IGNORED, x % 3))


def chain() -> crf.Chain:
    return crf.Chain(3, forbidden=torch.zeros(3, 3).bool(), first=torch.zeros(3).bool())


TRANSFORMERS = "models_gpt::equals_transformers_on_its_weights"
WRITING = "models_gpt::cached_writing_equals_recomputed_writing"
BERT, NAMES, SAMPLING = "bert::", "names::", "models_sampling::"
DECODING = "evaluation_decoding::"
ROWS: tuple[Row, ...] = (
    *named(
        "bert",
        {
            "BERT": of_texts(lambda: bert.BERT(7, 2, length=10, width=4, layers=1, heads=2, dropout=0.2)),
            "framed": No("whole numbers"),
            "begin": No("drawn, not computed"),
        },
        f"{BERT}classes_equal_those_of_transformers_on_copied_weights",
        f"{BERT}guessed_words_equal_those_of_transformers_on_copied_weights",
        laws=(f"{BERT}padding_changes_no_answer", f"{BERT}a_text_stands_between_its_start_and_its_end"),
    ),
    *named(
        "char_rnn",
        {
            "CharRNN": of_texts(
                lambda: char_rnn.CharRNN(7, cell="lstm", width=3, layers=2, dropout=0.2),
                lambda m, x: m(x, m.zero_state(len(x))),
            ),
            "CharRNNReader": NOT_HERE,
        },
        "learners_streams::writing_by_the_equations_equals_the_kernel",
        laws=("learners_streams::two_batches_read_as_one_long_text",),
    ),
    *named(
        "gpt",
        {
            "GPT": of_texts(lambda: gpt.GPT(7, context=8, width=4, layers=1, heads=2, dropout=0.2)),
            "Block": of(lambda: gpt.Block(4, 2, dropout=0.2), 3, 4),
            "GPTReader": NOT_HERE,
            "from_gpt2": NOT_HERE,
        },
        TRANSFORMERS,
        laws=("models_gpt::causal_mask_leaks_nothing", WRITING),
    ),
    *named(
        "names",
        {
            "Windowed": of_texts(lambda: names.mlp(7, span=2, embedding=2, width=3)),
            "mlp": ONCE,
            "bigram": ONCE,
            "mlp_bn": of_texts(lambda: names.mlp_bn(7, span=2, embedding=2, width=3)),
            "wavenet": of_texts(lambda: names.wavenet(7, embedding=2, width=2)),
            "floor": ONCE,
            "Neighbours": of(names.Neighbours, 4, 2),
            "OverPositions": of_batch(lambda: names.OverPositions(2), 3, 2),
            "WindowedReader": NOT_HERE,
            "small": No("drawn, not computed"),
        },
        f"{NAMES}gradient_descent_finds_the_counted_bigrams",
        f"{NAMES}parameter_counts_of_the_lectures",
        laws=(
            f"{NAMES}network_sees_its_last_letters_and_no_others",
            f"{NAMES}padding_reaches_no_batch_norm",
            f"{NAMES}writing_equals_the_network_on_the_whole_name",
        ),
    ),
    *named(
        "sampling",
        dict.fromkeys(("Choice", "nucleus", "draw", "write", "Readable"), No("drawn, not computed")),
        f"{SAMPLING}top_p_keeps_the_smallest_set_that_reaches_the_share",
        f"{SAMPLING}top_k_keeps_the_most_probable_and_renormalises",
        f"{SAMPLING}temperature_divides_the_logits",
        laws=(f"{SAMPLING}nucleus_is_cut_after_the_temperature", f"{SAMPLING}the_same_seed_writes_the_same"),
    ),
    *named(
        "sentiment",
        {"BiLSTM": of_texts(lambda: sentiment.BiLSTM(7, 2, width=2, hidden=2, dropout=0.2))},
        "sentiment::states_are_those_of_the_equations_in_both_directions",
        laws=("sentiment::packed_texts_answer_as_if_each_stood_alone",),
    ),
    *named(
        "seq2seq",
        {
            "Seq2Seq": lambda n: (Calling(seq2seq.Seq2Seq(7, 6, SHORT), lambda m: m(IDS[:n], WRITTEN[:n])), ()),
            "Size": NOT_HERE,
        },
        "models_seq2seq::alignment_is_equation_6",
        "models_seq2seq::writer_is_the_cell_of_torch_over_token_and_context",
        "models_seq2seq::reader_annotates_with_both_directions_and_begins_with_the_backward_one",
        laws=(f"{DECODING}no_position_sees_what_follows", f"{DECODING}padding_of_the_source_changes_no_logit"),
    ),
    *named(
        "tagger",
        {
            "Tagger": of_texts(lambda: tagger.Tagger(7, chain(), 3, width=2, hidden=2, dropout=0.2), tagged),
            "Letters": lambda n: (Calling(tagger.Letters(), lambda m: m(IDS[:, :4].to(torch.uint8))), ()),
        },
        "layers_crf::chain_equals_pytorch_crf_on_sentences_of_different_lengths",
        laws=("tagging::padding_and_neighbours_in_the_batch_change_no_sentence",),
    ),
    *named(
        "textcnn",
        {"TextCNN": of_texts(lambda: textcnn.TextCNN(7, 2, width=2, sizes=(1, 2), filters=2, dropout=0.2))},
        "textcnn::logits_are_those_of_the_equations",
        "textcnn::parameters_are_those_of_the_paper",
        laws=("textcnn::padding_changes_no_answer",),
    ),
    *named(
        "transformer",
        {
            "Transformer": lambda n: (
                Calling(transformer.Transformer(7, 6, SMALL), lambda m: m(IDS[:n], WRITTEN[:n])),
                (),
            ),
            "Size": NOT_HERE,
        },
        "models_transformer::transformer_equals_that_of_torch",
        laws=(f"{DECODING}no_position_sees_what_follows", f"{DECODING}padding_of_the_source_changes_no_logit"),
    ),
    *named(
        "word2vec",
        {
            "Word2Vec": lambda n: (
                Calling(woken(word2vec.Word2Vec(7, 2)), lambda m: m(IDS[:n, :2], IDS[:n, 2:4], torch.tensor([4, 6]))),
                (),
            )
        },
        "word2vec::loss_is_equation_4_pair_by_pair",
    ),
)
