"""Rows of the scores: none is descended, so none has derivatives to compare."""

from collections.abc import Iterator

from tests.numeric import score_proofs as here
from tests.numeric.rows import Bad, No, Proof, Row

SCORE = No("a score, which nobody descends")
DRAWN = No("draws a picture or says a sentence of the scores beside it")


def rows(
    module: str, names: str, *reference: Proof | No, laws: tuple[Proof, ...] = (), bad: tuple[Bad | str, ...] = ()
) -> Iterator[Row]:
    """The same proofs for several names of one module."""
    told = reference[0] if isinstance(reference[0], No) else reference
    return (Row(f"evaluation.{module}.{name}", SCORE, told, laws, bad) for name in names.split())


ACTING, AUTO, BOOTSTRAP = "acting::", "autoencoder::", "evaluation_intervals::"
COMPARE, CORAL, FEWSHOT, GCN = "evaluation_compare::", "coral::", "fewshot::", "recipe_gcn::"
GENERATION, RBM, SIMCLR = "evaluation_generation::", "rbm::", "simclr::"
TALLY, VAE = "evaluation_tally::", "vae::"
SKLEARN = f"{TALLY}class_scores_are_those_of_scikit_learn"
CURVES = f"{TALLY}roc_and_precision_recall_curves_run_through_those_of_scikit_learn"
VALIDATION = "evaluation_evaluate::validation_is_the_loss_and_accuracy_of_torch"
PERCENTILE = f"{BOOTSTRAP}multinomial_and_poisson_intervals_are_those_of_scipy"
SAME = f"{ACTING}scores_are_the_same_whenever_they_are_asked_for"
PLAYED = f"{ACTING}planned_policy_reaches_the_goal_as_often_as_was_worked_out"
SPREAD = f"{GCN}label_spreading_reaches_its_fixed_point"
BOUND = f"{VAE}bound_lies_above_the_negative_log_likelihood"
JUDGE = f"{GENERATION}the_judge_knows_digits_from_noise"
BASELINES = "evaluation_baselines::class_baselines_reach_what_scikit_learn_reaches"
ROWS: tuple[Row, ...] = (
    *rows(
        "scores",
        "ClassSums QuantitySums sums_for truth scores",
        VALIDATION,
        laws=("evaluation_evaluate::evaluation_equals_the_validation_of_the_training_to_the_last_bit",),
        bad=("evaluation_evaluate::no_examples_are_refused",),
    ),
    *rows("confusion", "ConfusionScores confusion_scores mean_where", SKLEARN, here.confusion_as_sklearn),
    *rows(
        "confusion",
        "replicated headline_scores class_scores",
        f"{BOOTSTRAP}the_interval_of_f1_is_that_of_drawing_examples",
    ),
    *rows(
        "tally",
        "ClassTally tally_for",
        SKLEARN,
        f"{TALLY}brier_of_two_classes_is_that_of_scikit_learn",
        f"{TALLY}calibration_error_is_that_of_its_definition",
        laws=(
            f"{TALLY}the_scores_do_not_depend_on_the_size_of_the_batches",
            f"{TALLY}every_interval_holds_its_value",
            f"{TALLY}one_class_only_leaves_the_ranking_undefined",
            f"{TALLY}the_loss_of_a_network_that_has_diverged_is_undefined",
        ),
    ),
    *rows(
        "tally",
        "QuantityTally quantity_scores",
        f"{TALLY}quantity_scores_are_those_of_scikit_learn",
        laws=(f"{TALLY}r2_of_equal_truths_is_undefined",),
    ),
    *rows("tally", "few", CURVES),
    *rows(
        "intervals",
        "resampled replicas_at_once",
        PERCENTILE,
        laws=(
            f"{BOOTSTRAP}resampled_sets_have_the_size_of_the_data_and_no_new_cells",
            f"{BOOTSTRAP}the_interval_of_an_accuracy_covers_the_truth_in_95_of_100_experiments",
        ),
    ),
    *rows(
        "intervals",
        "PoissonSums mean_score ratio",
        PERCENTILE,
        laws=(f"{BOOTSTRAP}poisson_weights_cover_the_mean_of_a_skewed_quantity",),
    ),
    *rows("intervals", "percentile", PERCENTILE, laws=(f"{BOOTSTRAP}replicas_that_all_agree_give_no_interval",)),
    *rows("intervals", "recentred", f"{BOOTSTRAP}a_biased_statistic_is_moved_onto_its_value"),
    *rows(
        "intervals",
        "proportion share",
        here.exact_share,
        f"{GCN}interval_of_a_share",
        laws=(f"{BOOTSTRAP}no_success_at_all_has_the_exact_upper_end",),
    ),
    *rows(
        "ranking",
        "ScoreBins roc_auc pr_auc merged",
        here.areas,
        SKLEARN,
        laws=(f"{TALLY}the_stated_error_bound_of_the_ranking_holds",),
    ),
    *rows("ranking", "ranking_scores mean_score", SKLEARN, laws=(f"{TALLY}every_interval_holds_its_value",)),
    *rows("ranking", "roc_curve precision_recall_curve thinned trace mean_trace", CURVES),
    *rows("discrepancy", "kernel_distance discrepancy", f"{GENERATION}kernel_distance_equals_scikit_learns_kernels"),
    *rows("discrepancy", "energy_distance", f"{GENERATION}energy_distance_equals_scipys_on_a_line"),
    *rows(
        "generation",
        "frechet_distance covariance",
        f"{GENERATION}frechet_distance_equals_that_of_scipys_root",
        laws=(f"{GENERATION}frechet_distance_of_a_shift_is_its_square_and_of_a_stretch_that_of_the_deviations",),
    ),
    *rows("generation", "in_blocks", f"{GENERATION}the_interval_of_blocks_holds_the_truth_as_often_as_it_says"),
    *rows(
        "generation",
        "inside neighbours",
        f"{GENERATION}points_are_inside_as_scikit_learns_neighbours_say",
        laws=(f"{GENERATION}forgotten_modes_cost_recall_and_noise_costs_precision",),
    ),
    *rows("generation", "modes", f"{GENERATION}modes_are_counted_with_their_share"),
    *rows("generation", "share", f"{GENERATION}a_share_knows_how_sure_it_is"),
    *rows(
        "yardstick",
        "Yardstick coarse",
        JUDGE,
        laws=(f"{GENERATION}the_judge_is_always_the_same_and_touches_nobodys_chance",),
    ),
    *rows("yardstick", "in_units", "data_points::a_table_of_two_columns_is_points_and_units_come_back"),
    *rows("yardstick", "gaussian", f"{GENERATION}one_gaussian_has_the_moments_of_the_training_part"),
    *rows("yardstick", "novelty", f"{GENERATION}copies_of_the_training_part_have_no_novelty"),
    *rows("yardstick", "beside_neighbours shown", DRAWN),
    *rows(
        "partition",
        "states exact_log_partition",
        f"{RBM}partition_function_is_the_sum_over_all_states",
        bad=(f"{RBM}too_many_states_are_not_counted",),
    ),
    *rows("partition", "annealed_log_partition drawn", f"{RBM}annealing_comes_within_a_tenth_of_a_nat"),
    *rows("energies", "pseudo_likelihood binary", f"{RBM}pseudo_likelihood_of_independent_units_is_their_likelihood"),
    *rows("energies", "likelihood", f"{RBM}contrastive_divergence_learns_two_patterns"),
    *rows("energies", "probes rightly_read on_pixels", here.share_of_rows),
    *rows("energies", "filters dreams noise", DRAWN),
    *rows("codes", "bounds bound_parts", BOUND, laws=(f"{VAE}scores_draw_the_same_codes_every_time",)),
    *rows("codes", "independent_pixels", f"{VAE}independent_pixels_cost_their_entropy"),
    *rows("codes", "used", f"{VAE}latent_variables_are_sorted_by_use"),
    *rows("codes", "between", f"{VAE}walk_ends_at_both_codes_and_keeps_their_length"),
    *rows("codes", "beside", DRAWN),
    *rows(
        "reconstruction",
        "squared_errors every_error reconstruction_scores rows",
        f"{AUTO}linear_autoencoder_finds_what_pca_finds_and_no_more",
        laws=(f"{AUTO}errors_of_a_part_are_the_same_every_time_and_for_each_picture_its_own",),
    ),
    *rows("reconstruction", "linear_codes", f"{AUTO}linear_baseline_is_scikit_learns_pca"),
    *rows("reconstruction", "left_as_it_came", f"{AUTO}the_whole_picture_is_wanted_back_from_a_masked_one"),
    *rows("reconstruction", "decoded_plane", DRAWN),
    *rows("nodes", "node_logits node_scores", VALIDATION),
    *rows(
        "nodes",
        "node_baselines simple_answers spread_answers",
        SPREAD,
        laws=(f"{GCN}baselines_beat_nothing_where_links_are_random",),
    ),
    *rows("ranks", "rank_logits rank_scores", f"{CORAL}validation_rows_are_what_evaluate_says"),
    *rows("ranks", "distances", f"{CORAL}distances_are_counted"),
    *rows("ranks", "rank_baselines simple_ranks", f"{CORAL}one_score_cannot_rank_what_has_no_order"),
    *rows("tasks", "embedded", "fewshot::an_embedding_does_not_depend_on_its_companions"),
    *rows("tasks", "answers", f"{FEWSHOT}answers_are_those_of_scikit_learns_nearest_centroid"),
    *rows("tasks", "ways task_accuracy", f"{FEWSHOT}accuracy_of_a_guess_and_of_knowing"),
    *rows(
        "compare",
        "PairedClasses differences",
        f"{COMPARE}the_test_is_the_exact_one_of_mcnemar",
        laws=(
            f"{COMPARE}equal_networks_are_told_apart_in_about_5_of_100_experiments",
            f"{COMPARE}identical_networks_are_not_distinguishable",
        ),
    ),
    *rows(
        "compare",
        "PairedQuantities",
        f"{COMPARE}the_smaller_error_is_the_better_one",
        laws=(f"{COMPARE}equal_quantities_are_not_distinguishable",),
    ),
    *rows("compare", "compare in_unit", f"{COMPARE}two_ways_to_standardise_the_same_quantity_can_be_compared"),
    *rows("compare", "Contestant Comparison verdict demand_same", DRAWN, bad=(f"{COMPARE}other_examples_are_refused",)),
    *rows("episodes", "played returns lengths watched", PLAYED, laws=(SAME,)),
    *rows("episodes", "scores mean_score", here.mean_of_episodes, laws=(SAME,)),
    *rows("episodes", "Guess chance_of_part verdict spread", DRAWN),
    *rows(
        "probe",
        "Represented represented plain fitted probe probe_curve",
        f"{SIMCLR}probe_equals_its_own_parts_and_finds_what_is_linear",
        laws=(f"{SIMCLR}a_line_cannot_read_the_raw_series",),
    ),
    *rows("plane", "plane", f"{SIMCLR}plane_keeps_the_widest_directions"),
    *rows("plane", "embedding steady", DRAWN),
    *rows(
        "baselines",
        "Simple baselines trained flat constant most_frequent logistic neighbouring_classes spread log",
        BASELINES,
        laws=("evaluation_baselines::a_class_that_the_sample_never_saw_gets_no_probability",),
    ),
)
ELSEWHERE = {
    "evaluation.agents": "draws what agents do",
    "evaluation.answers": "records",
    "evaluation.evaluate": "asks the tallies above",
    "evaluation.features": "a network, judged by its classes",
    "evaluation.phrases": "draws how a text was read",
    "evaluation.predictor": "asks a network, with its schema",
    "evaluation.prefixes": "draws how a text was read",
    "evaluation.records": "records",
    "evaluation.summaries": "draws what the last layer sees",
    "evaluation.validation": "draws the answers of a part",
    "evaluation.worst": "sorts mistakes",
}
"""modules that compute no score, and what they do"""
