"""Rows of the losses."""

import torch

from etude.objectives import classification as classes
from etude.objectives import (
    contrastive,
    divergence,
    negative_sampling,
    nodes,
    ordinal,
    penalty,
    policy,
    reconstruction,
    regression,
    sample_weights,
)
from tests.numeric import losses
from tests.numeric import objective_proofs as here
from tests.numeric.losses import Y, graph_batch, guessed, rollout, tokens_with_answers
from tests.numeric.rows import No, Row, Says, d, row

CLASSES, QUANTITIES = "objectives_classification::", "objectives_regression::"
KL, CORAL, ACTING, DIFFUSION = "objectives_divergence::", "coral::", "acting::", "diffusion::"
SHAPES = (f"{QUANTITIES}predictions_of_another_shape_are_refused_and_not_broadcast",)
RECORD = No("no function of numbers")
PARTS = No("of the policy's losses, with which it is differentiated")
POSITIVE = (f"{KL}divergence_is_never_negative_and_zero_for_equals_alone",)
WHOLE_STEP = (f"{CLASSES}accumulated_step_equals_that_of_the_whole_batch",)
ERRORS = f"{QUANTITIES}error_is_that_of_the_reference"
ROWS: tuple[Row, ...] = (
    row(
        "objectives.classification.cross_entropy",
        losses.of_classes(classes.cross_entropy),
        f"{CLASSES}cross_entropy_is_the_log_loss_of_scikit_learn",
        laws=(f"{CLASSES}cross_entropy_does_not_notice_a_shift_and_stays_finite", *WHOLE_STEP),
    ),
    row(
        "objectives.classification.negative_log_likelihood",
        losses.of_classes(classes.negative_log_likelihood),
        f"{CLASSES}likelihood_of_log_probabilities_is_the_cross_entropy_of_logits",
    ),
    row(
        "objectives.classification.binary_cross_entropy",
        losses.of_two(classes.binary_cross_entropy),
        f"{CLASSES}binary_cross_entropy_is_the_log_loss_of_scikit_learn",
        laws=(f"{CLASSES}binary_cross_entropy_is_that_of_two_logits",),
        bad=(f"{CLASSES}binary_cross_entropy_refuses_another_shape",),
    ),
    row("objectives.classification.hinge", losses.of_classes(classes.hinge), f"{CLASSES}hinge_is_that_of_scikit_learn"),
    row(
        "objectives.classification.binary_hinge",
        losses.of_two(classes.binary_hinge),
        f"{CLASSES}binary_hinge_is_that_of_scikit_learn",
        bad=(f"{CLASSES}binary_hinge_refuses_another_shape",),
    ),
    row(
        "objectives.classification.Focal",
        losses.of_classes(classes.Focal(2.0)),
        f"{CLASSES}focal_by_hand",
        here.log_likelihoods,
        laws=(f"{CLASSES}focal_counts_easy_examples_less",),
    ),
    row(
        "objectives.classification.Smoothed",
        losses.of_classes(classes.Smoothed(0.2)),
        f"{CLASSES}smoothed_is_the_mixture_with_the_mean_over_classes",
    ),
    row(
        "objectives.classification.Weighted",
        losses.of_classes(classes.Weighted(torch.tensor([1.0, 2.0, 0.5]))),
        f"{CLASSES}weighted_is_the_log_loss_with_the_weights_of_the_examples",
        laws=WHOLE_STEP,
    ),
    row(
        "objectives.classification.log_likelihood",
        lambda n: (lambda x: classes.log_likelihood(x, Y[:n]), (d(n, 3),)),
        here.log_likelihoods,
    ),
    row(
        "objectives.contrastive.nt_xent",
        lambda n: (lambda a, b: contrastive.nt_xent(a, b, temperature=0.5), (d(n, 3), d(n, 3))),
        "simclr::nt_xent_equals_the_double_loop",
        laws=("simclr::nt_xent_knows_no_order_and_no_length", "simclr::nt_xent_of_equal_vectors_is_that_of_guessing"),
    ),
    row(
        "objectives.contrastive.Contrastive",
        losses.contrast,
        "simclr::nt_xent_equals_the_double_loop",
        laws=("simclr::a_collapsed_network_has_the_loss_of_guessing",),
    ),
    row(
        "objectives.diffusion.Denoising",
        losses.told_noise,
        f"{DIFFUSION}a_denoiser_of_points_learns_the_best_answer",
        laws=(f"{DIFFUSION}the_objective_tells_nine_of_ten_classes_and_every_time",),
    ),
    row("objectives.diffusion.classes_told", No("whole numbers"), f"{DIFFUSION}examples_without_classes_tell_none"),
    row(
        "objectives.divergence.kl_of_categoricals",
        lambda n: (divergence.kl_of_categoricals, (d(n, 3), d(n, 3))),
        f"{KL}categoricals_are_those_of_scipy_and_torch",
        laws=POSITIVE,
    ),
    row(
        "objectives.divergence.kl_of_gaussians",
        lambda n: (
            lambda p, v, q, w: divergence.kl_of_gaussians(p, v, q_mean=q, q_log_variance=w),
            (d(n, 2), d(n, 2), d(n, 2), d(n, 2)),
        ),
        f"{KL}gaussians_are_those_of_torch",
        laws=POSITIVE,
    ),
    row(
        "objectives.divergence.kl_to_standard_normal",
        lambda n: (divergence.kl_to_standard_normal, (d(n, 2), d(n, 2))),
        f"{KL}standard_normal_is_one_of_the_gaussians",
        laws=(f"{KL}gaussian_divergence_is_the_mean_of_the_log_ratio_within_four_standard_errors",),
    ),
    row(
        "objectives.episodes.prototypes",
        lambda n: (losses.episodes.prototypes, (d(2, n, 3),)),
        "fewshot::answers_are_those_of_scikit_learns_nearest_centroid",
    ),
    row(
        "objectives.episodes.squared_distances",
        lambda n: (losses.episodes.squared_distances, (d(n, 3), d(2, 3))),
        "fewshot::squared_distance_is_a_linear_model",
    ),
    row("objectives.episodes.prototypical", losses.tasks, "fewshot::loss_is_the_formula_query_by_query"),
    row(
        "objectives.language.next_token",
        lambda n: (tokens_with_answers, (d(n, 3, 4),)),
        here.next_tokens,
        laws=("models_gpt::positions_without_answer_do_not_count", "models_gpt::mask_off_by_one_would_be_seen"),
    ),
    row(
        "objectives.masked_words.masked_words",
        lambda n: (guessed, (d(n, 3, 4),)),
        here.next_tokens,
        laws=("bert::loss_counts_hidden_words_alone",),
    ),
    row("objectives.masked_words.Guessing", RECORD, No("a protocol")),
    row(
        "objectives.negative_sampling.NegativeSampling",
        No("differentiated in its two kinds"),
        "word2vec::loss_is_equation_4_pair_by_pair",
    ),
    *(
        row(
            f"objectives.negative_sampling.{kind.__name__}",
            losses.words(kind),
            "word2vec::loss_is_equation_4_pair_by_pair",
            laws=("word2vec::loss_at_the_start_is_that_of_guessing",),
        )
        for kind in (negative_sampling.SkipGram, negative_sampling.ContinuousBag)
    ),
    row(
        "objectives.nodes.node_cross_entropy",
        lambda n: (lambda answer: nodes.node_cross_entropy(Says(answer), graph_batch(n)).value, (d(4, 3),)),
        here.nodes_of_the_batch,
    ),
    row("objectives.ordinal.levels", No("whole numbers"), f"{CORAL}levels_are_ones_up_to_the_rank"),
    row(
        "objectives.ordinal.coral",
        losses.of_classes(ordinal.coral),
        f"{CORAL}loss_is_that_of_the_authors_code",
        laws=(f"{CORAL}two_ranks_are_logistic_regression",),
    ),
    row("objectives.penalty.Penalised", losses.penalised(penalty.Penalised), here.penalties),
    row("objectives.penalty.Lasso", losses.penalised(penalty.Lasso), here.penalties),
    row(
        "objectives.policy.PolicyGradient",
        losses.of_rollout(policy.PolicyGradient(0.1)),
        here.parts_of_a_policy,
        laws=(f"{ACTING}policy_gradient_points_where_the_expected_reward_grows",),
    ),
    row(
        "objectives.policy.ClippedSurrogate",
        losses.of_rollout(policy.ClippedSurrogate(0.2, 0.1)),
        here.parts_of_a_policy,
        f"{ACTING}entropy_and_divergence_are_those_of_torch",
        laws=(f"{ACTING}surrogate_begins_as_the_policy_gradient", f"{ACTING}surrogate_pays_nothing_beyond_the_clip"),
    ),
    row("objectives.policy.total", PARTS, here.parts_of_a_policy),
    row(
        "objectives.policy.chosen",
        lambda n: (lambda x: policy.chosen(x, rollout(n)), (d(n, 3),)),
        here.parts_of_a_policy,
    ),
    row("objectives.policy.standardised", lambda n: (policy.standardised, (d(n + 1),)), here.parts_of_a_policy),
    row(
        "objectives.precision.Autocast",
        No("passes on what the objective says"),
        "language_recipes::half_precision_learns_in_weights_of_whole_precision",
        laws=(here.whole_precision,),
    ),
    *(row(f"objectives.precision.{name}", RECORD, No("asks the processor")) for name in ("is_half", "has_half_units")),
    row(
        "objectives.reconstruction.pixel_nats",
        lambda n: (lambda x: reconstruction.pixel_nats(x, torch.full((n, 3), 0.3).double()), (d(n, 3),)),
        "vae::reconstruction_is_torchs_bernoulli",
    ),
    row(
        "objectives.reconstruction.elbo",
        losses.bound,
        "vae::bound_is_reconstruction_and_torchs_divergence",
        laws=("vae::bound_lies_above_the_negative_log_likelihood",),
    ),
    *(
        row(f"objectives.regression.{name}", losses.of_quantities(objective), ERRORS, bad=SHAPES)
        for name, objective in {
            "mean_squared_error": regression.mean_squared_error,
            "mean_absolute_error": regression.mean_absolute_error,
            "mean_squared_log_error": regression.mean_squared_log_error,
            "Huber": regression.Huber(0.5),
        }.items()
    ),
    row("objectives.regression.pair", No("differentiated in the losses above"), ERRORS, bad=SHAPES),
    row(
        "objectives.restoration.masked",
        No("drawn: see the samplers"),
        "autoencoder::masked_pixels_are_zero_in_the_share_that_was_asked_for",
    ),
    row(
        "objectives.restoration.Restoration",
        losses.restored,
        "autoencoder::linear_autoencoder_finds_what_pca_finds_and_no_more",
        laws=("autoencoder::sum_over_pixels_is_as_many_times_the_mean",),
    ),
    row(
        "objectives.sample_weights.SampleWeighted",
        losses.weighted,
        here.weighted_rows,
        "sklearn::weights_of_rows_are_those_of_scikit_learn",
    ),
    row(
        "objectives.sample_weights.row_cross_entropy",
        lambda n: (lambda x: sample_weights.row_cross_entropy(x, Y[:n]), (d(n, 3),)),
        here.rows_one_by_one,
    ),
    row(
        "objectives.sample_weights.row_binary_cross_entropy",
        lambda n: (lambda x: sample_weights.row_binary_cross_entropy(x, (Y > 0)[:n].long()), (d(n),)),
        here.rows_one_by_one,
    ),
    row(
        "objectives.sample_weights.row_half_squared_error",
        lambda n: (sample_weights.row_half_squared_error, (d(n), d(n))),
        here.rows_one_by_one,
    ),
    row("objectives.tagging.tag_surprise", No("divides what the layers of tags say"), here.tags_of_words),
    row(
        "objectives.teaching.Teaching",
        losses.taught(0.1),
        "models_transformer::smoothed_loss_is_the_mixture_with_the_even_guess",
        laws=("models_transformer::padding_of_the_target_changes_no_loss",),
    ),
)
