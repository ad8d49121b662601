"""Rows of the scores of texts."""

from tests.numeric import score_proofs as here
from tests.numeric.metrics import DRAWN, rows
from tests.numeric.rows import No, Row

BEAMS = "evaluation_decoding::"
LANGUAGE = "evaluation_language::"
TAGGING, WORDS, WRITING = "tagging::", "word2vec::", "evaluation_writing::"
SACRE = "evaluation_bleu::bleu_equals_sacrebleu"
SEQEVAL = f"{TAGGING}spans_are_counted_as_seqeval_and_conlleval_do"
MASKED = "bert::a_network_that_sees_what_it_must_say_learns_to_copy_and_nothing_else"
ROWS: tuple[Row, ...] = (
    *rows(
        "bleu",
        "matches runs bleu",
        SACRE,
        laws=(
            "evaluation_bleu::a_word_counts_at_most_as_often_as_in_the_reference",
            "evaluation_bleu::without_a_run_of_four_words_there_is_no_bleu",
            "evaluation_bleu::short_translations_pay",
        ),
    ),
    *rows("spans", "has_spans spans continues", SEQEVAL, here.spans_in_their_places),
    *rows("spans", "forbidden_steps", "layers_crf::steps_that_would_break_a_span_are_never_taken"),
    *rows(
        "tagging",
        "tally right_tags values scored",
        SEQEVAL,
        here.spans_of_tags,
        laws=(f"{TAGGING}most_tokens_right_can_mean_no_span_right",),
    ),
    *rows("tagging", "tagged tagging_scores", f"{TAGGING}chain_gives_whole_spans_where_tags_by_themselves_break_them"),
    *rows("tagging", "memory_baseline", f"{TAGGING}usual_tag_of_a_word_is_what_it_had_most_often"),
    *rows("tagging", "Tagging confusion", DRAWN),
    *rows(
        "language",
        "surprises nats",
        here.nats_and_surprise,
        laws=(
            f"{LANGUAGE}uniform_guesses_cost_the_logarithm_of_the_vocabulary",
            f"{LANGUAGE}the_size_of_batches_changes_no_bit",
        ),
    ),
    *rows("language", "running_surprises", "learners_streams::scores_carry_the_state_from_window_to_window"),
    *rows(
        "language",
        "language_scores",
        f"{LANGUAGE}bits_per_byte_compare_what_nats_per_token_cannot",
        laws=(f"{LANGUAGE}uniform_guesses_cost_the_logarithm_of_the_vocabulary",),
    ),
    *rows("language", "counting_baselines", f"{LANGUAGE}longer_counts_are_better_until_the_text_is_known"),
    *rows("language", "loss_by_position", f"{LANGUAGE}loss_by_position_is_the_mean_of_a_column"),
    *rows("language", "protocol verdict surprise_of_each", DRAWN),
    *rows(
        "ngrams",
        "NGrams Counts looked_up",
        f"{LANGUAGE}counts_equal_a_calculation_by_hand",
        laws=(f"{LANGUAGE}probabilities_of_counts_sum_to_one",),
    ),
    *rows(
        "words",
        "unit nearest analogies",
        f"{WORDS}analogies_are_those_of_gensim",
        laws=(f"{WORDS}analogies_need_length_one_and_leave_the_question_out",),
    ),
    *rows("words", "alike", f"{WORDS}likeness_is_the_cosine"),
    *rows("words", "spearman ranks", f"{WORDS}spearman_equals_scipy"),
    *rows("words", "counted", f"{WORDS}counted_vectors_are_positive_information"),
    *rows("words", "plane", f"{WORDS}plane_keeps_the_greatest_variance"),
    *rows("words", "Rated word_scores known_questions known_ratings of_width lines_of", No("reads published lists")),
    *rows("masked_words", "guessing_scores", MASKED),
    *rows("masked_words", "guesses listed", DRAWN),
    *rows(
        "writing",
        "tally compare written score_values beam_scored",
        f"{WRITING}corpus_bleu_equals_sacrebleu",
        laws=(
            f"{WRITING}perfect_copies_have_perfect_scores",
            f"{WRITING}the_order_of_the_pairs_changes_no_score",
            f"{WRITING}an_unknown_word_is_never_right",
        ),
    ),
    *rows(
        "writing",
        "values scored bare",
        f"{WRITING}intervals_hold_the_value_and_values_are_those_that_a_training_watches",
    ),
    *rows("writing", "surprise", here.nats_and_surprise, laws=(f"{WRITING}surprise_sums_the_losses_of_all_tokens",)),
    *rows("writing", "remembered most_alike indicators", f"{WRITING}memory_finds_the_text_that_shares_the_rare_words"),
    *rows(
        "decoding",
        "greedy beam_search",
        f"{BEAMS}wide_beam_finds_the_likeliest_of_all_texts",
        laws=(f"{BEAMS}one_beam_is_greedy", f"{BEAMS}wide_beam_never_finds_a_less_likely_text"),
    ),
    *rows("decoding", "sayable continued normalised", here.beams, laws=(f"{BEAMS}nothing_unsayable_is_written",)),
    *rows("decoding", "Writer Looking", No("protocols")),
)
