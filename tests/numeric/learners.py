"""Rows of what learns: most of it descends an objective, which has a row of its own."""

import torch
from sklearn.linear_model import Perceptron
from torch import Tensor, nn

from etude.learners.adversarial import gradient_penalty
from etude.learners.perceptron import PerceptronRule
from etude.records import Labelled
from tests.numeric.rows import Calling, No, Row, close, d

DESCENDS = No("descends an objective, which has a row of its own")
STEP = No("changes weights without a derivative")
TOLD = No("records, and what is asked of them")


def penalty(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """A slope that is itself differentiated: twice on the way back."""
    return gradient_penalty(critic, real, fake)


def rosenblatt() -> None:
    """Example after example the weights of scikit-learn's perceptron."""
    x, y = torch.randn(60, 2), torch.randint(2, (60,))
    score = nn.Linear(2, 1)
    nn.init.zeros_(score.weight)
    nn.init.zeros_(score.bias)
    ours, theirs = PerceptronRule(nn.Identity(), score), Perceptron(shuffle=False)
    for row in range(60):
        here = slice(row, row + 1)
        ours.update(Labelled(x[here], y[here]))
        theirs.partial_fit(x[here].double().numpy(), y[here].numpy(), classes=[0, 1])
    close(score.weight, theirs.coef_, rtol=1e-5, atol=1e-5)
    close(score.bias, theirs.intercept_, rtol=1e-5, atol=1e-5)


def critic() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))


GAN = "playground_gan::the_losses_are_those_of_autograd_and_adam_written_out_from_the_papers"
ADVERSARIAL, AVERAGE, RBM = "learners_adversarial::", "learners_average::", "rbm::"
ACTING, AUTO, STREAMS, OPTIM = "acting::", "autoencoder::", "learners_streams::", "optim::"
TEXTBOOK = f"{ACTING}values_of_the_grid_world_are_those_of_the_textbook"
SOLVED = f"{ACTING}both_methods_come_to_the_solution_of_the_linear_system"
PLANNED = f"{ACTING}planned_policy_reaches_the_goal_as_often_as_was_worked_out"
SAME_DREAM = f"{RBM}update_equals_scikit_learns_on_the_same_dream"
PIECES = (f"{OPTIM}accumulated_step_equals_that_of_the_whole_batch",)
ROWS: tuple[Row, ...] = (
    Row(
        "learners.adversarial.gradient_penalty",
        lambda n: (Calling(critic(), penalty), (d(n, 2), d(n, 2))),
        (f"{ADVERSARIAL}the_penalty_of_a_plane_is_that_of_its_slope_over_all_numbers",),
        (f"{ADVERSARIAL}each_example_has_its_own_place_between_real_and_fake",),
    ),
    Row(
        "learners.adversarial.GAN",
        DESCENDS,
        (f"{ADVERSARIAL}an_undecided_critic_loses_log_four",),
        (
            f"{ADVERSARIAL}the_generator_learns_nothing_from_the_critics_loss",
            f"{ADVERSARIAL}the_generators_gradient_lives_where_the_critic_is_sure",
        ),
    ),
    Row(
        "learners.adversarial.WassersteinGAN",
        DESCENDS,
        (f"{ADVERSARIAL}a_trained_critic_measures_the_wasserstein_distance",),
    ),
    *(
        Row(
            f"learners.adversarial.{each}_loss",
            DESCENDS,
            (GAN,),
        )
        for each in ("critic", "generator")
    ),
    Row("learners.adversarial.Adversarial", DESCENDS, (f"{ADVERSARIAL}the_average_answers_and_both_networks_learn",)),
    Row("learners.adversarial.adversarial_adam", DESCENDS, ("optim::hundred_steps_equal_those_of_torch",)),
    Row(
        "learners.adversarial.frozen",
        TOLD,
        (f"{ADVERSARIAL}the_same_step_as_with_the_critics_gradients",),
        (f"{ADVERSARIAL}frozen_weights_pass_gradients_on_and_thaw_after_an_error",),
    ),
    Row(
        "learners.average.EMA",
        STEP,
        (f"{AVERAGE}average_equals_that_of_torch",),
        (f"{AVERAGE}average_starts_as_the_model_and_does_not_move_with_it",),
        (f"{AVERAGE}decay_outside_its_range_is_refused",),
    ),
    *(
        Row(f"learners.base.{name}", DESCENDS, ("optim::hundred_steps_equal_those_of_torch",), PIECES)
        for name in ("Learner", "GradientLearner", "whole", "pieces", "device_of")
    ),
    *(
        Row(
            f"learners.energy.{name}",
            No("its gradient is that of a difference of free energies, compared with the exact one"),
            (SAME_DREAM, f"{RBM}gradient_on_the_models_own_distribution_is_that_of_the_likelihood"),
            (f"{RBM}contrastive_divergence_learns_two_patterns", f"{RBM}chains_of_a_persistent_machine_go_on"),
        )
        for name in ("Contrastive", "ContrastiveDivergence", "Persistent", "mean_of")
    ),
    Row(
        "learners.layerwise.LayerRestoration",
        DESCENDS,
        (f"{AUTO}loss_of_a_layer_is_torchs_cross_entropy_summed_over_its_inputs",),
        (
            f"{AUTO}layer_with_tied_weights_is_the_same_matrix_both_ways",
            f"{AUTO}only_the_layer_that_learns_changes",
        ),
    ),
    Row(
        "learners.perceptron.PerceptronRule",
        STEP,
        (rosenblatt,),
        ("recipes::perceptron_stays_within_novikoffs_bound_and_ends_without_mistakes",),
    ),
    *(
        Row(
            f"learners.planning.{name}",
            STEP,
            (TEXTBOOK, SOLVED),
            (f"{ACTING}each_sweep_shrinks_the_error_by_the_discount_at_least",),
            (f"{ACTING}planner_refuses_a_world_without_tables_and_an_unknown_method",),
        )
        for name in ("Planner", "promised", "worked_out", "look_ahead")
    ),
    *(
        Row(
            f"learners.planning.{name}",
            STEP,
            (f"{ACTING}value_of_a_policy_is_the_mean_of_its_discounted_rewards", PLANNED),
        )
        for name in ("worth", "expected_return")
    ),
    *(
        Row(
            f"learners.policy.{name}",
            DESCENDS,
            (f"{ACTING}policy_gradient_points_where_the_expected_reward_grows",),
            (f"{ACTING}return_of_the_curves_outlasts_batches_in_which_nothing_ended",),
        )
        for name in ("PolicyLearner", "latest_return")
    ),
    Row(
        "learners.streams.StreamLearner",
        DESCENDS,
        (f"{STREAMS}two_batches_read_as_one_long_text",),
        (f"{STREAMS}state_begins_anew_where_a_text_does", f"{STREAMS}gradient_ends_at_the_edge_of_the_batch"),
    ),
    *(
        Row(
            f"learners.value.{name}",
            DESCENDS,
            (f"{ACTING}loss_is_hubers_distance_from_the_resting_target",),
            (
                f"{ACTING}pitfall_bootstrapping_must_not_stop_where_only_the_time_was_up",
                f"{ACTING}memory_forgets_the_oldest_and_draws_from_what_is_there",
            ),
        )
        for name in ("DQN", "Memory", "Replay")
    ),
)
