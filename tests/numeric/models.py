"""Rows of whole networks: tiny ones, along random directions, since their layers have rows of their own."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from etude.layers import graph
from etude.models import (
    autoencoder,
    cnn,
    diffusion,
    gan,
    gcn,
    lenet,
    mlp,
    protonet,
    rbm,
    simclr,
    tabular,
    unet,
    vae,
)
from etude.models.action_table import ActionTable
from etude.models.action_values import ActionValues
from etude.models.actor_critic import ActorCritic
from etude.schema import Category, Number, Table
from tests.numeric.rows import Calling, No, Proof, Row, d

TABLE = Table((Number("a", 0.0, 0.0, 1.0, False), Category("b", ("x", "y"))))
CODES = torch.tensor([[1.0], [2.0]], dtype=torch.float64)
A_HAT = graph.normalised(torch.tensor([[0, 1], [1, 2], [0, 3]]), nodes=4).double()
X = graph.sparse(*torch.tensor([[0, 1, 2, 3], [0, 2, 1, 0]]), torch.arange(1.0, 5), shape=(4, 3)).double()
ONCE, NOT_HERE = No("the parts have rows"), No("chooses or keeps, and computes nothing of its own")


def named(module: str, slopes: dict[str, Any], *reference: Proof | No, laws: tuple[Proof, ...] = ()) -> Iterator[Row]:
    """Rows of one module with the same proofs."""
    told = reference[0] if isinstance(reference[0], No) else reference
    return (Row(f"models.{module}.{name}", slope, told, laws, fast=True) for name, slope in slopes.items())


def of(make: Callable[[], nn.Module], *shape: int) -> Any:
    """A network of numbers in so many axes."""
    return lambda n: (Calling(make(), lambda m, x: m(x)), (d(n, *shape),))


def of_batch(make: Callable[[], nn.Module], *shape: int) -> Any:
    """The same for networks that normalise over the batch, which wants two examples."""
    return lambda n: (Calling(make(), lambda m, x: m(x)), (d(n + 1, *shape),))


def of_noise(make: Callable[[], nn.Module], *shape: int) -> Any:
    """A network that is told time and class."""
    return lambda n: (Calling(make(), lambda m, x: m(x, torch.arange(n) + 1, torch.arange(n))), (d(n, *shape),))


def woken(network: nn.Module) -> nn.Module:
    """With numbers in place of the zeros that it starts with, behind which nothing has a slope."""
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return network


RBM = "rbm::"
ACTING, AUTO, DIFFUSION = "acting::", "autoencoder::", "diffusion::"
SIZES = "learners_adversarial::pictures_of_any_multiple_of_four"
NO_LIBRARY = No("no library has it with the same parts; its layers are compared")
ROWS: tuple[Row, ...] = (
    *named(
        "action_table",
        {"ActionTable": lambda n: (Calling(woken(ActionTable(3, 2)), lambda m, x: m(x)), (d(n, 3),))},
        f"{ACTING}values_of_the_grid_world_are_those_of_the_textbook",
    ),
    *named(
        "action_values",
        {"ActionValues": of(lambda: ActionValues(3, 2, (4,)), 3)},
        NO_LIBRARY,
        laws=(f"{ACTING}loss_is_hubers_distance_from_the_resting_target",),
    ),
    *named(
        "actor_critic",
        {
            "ActorCritic": of(lambda: ActorCritic(3, 2, (4,)), 3),
            "actor_critic": NOT_HERE,
            "orthogonal": No("drawn, not computed"),
        },
        NO_LIBRARY,
        laws=(f"{ACTING}actor_starts_nearly_undecided_with_orthogonal_weights",),
    ),
    *named(
        "autoencoder",
        {
            "Autoencoder": of(lambda: autoencoder.autoencoder(8, channels=(2,), hidden=(3,), latent=2).decoder, 2),
            "autoencoder": ONCE,
            "dense": of(lambda: nn.Sequential(*autoencoder.dense((3, 4, 2))), 3),
        },
        f"{AUTO}linear_autoencoder_finds_what_pca_finds_and_no_more",
        laws=(f"{AUTO}pictures_of_any_side_come_back_at_their_size", f"{AUTO}nothing_but_the_code_passes_through"),
    ),
    *named(
        "cnn",
        {
            "SmallCNN": of_batch(lambda: cnn.SmallCNN(1, 2, width=2), 1, 8, 8),
            "block": of_batch(lambda: cnn.block(1, 2), 1, 4, 4),
            "refine": of_batch(lambda: cnn.refine(2), 2, 3, 3),
        },
        NO_LIBRARY,
        laws=("recipes::small_cnn_takes_any_size",),
    ),
    *named(
        "dbn",
        {"DeepBelief": ONCE},
        "dbn::reading_upwards_is_a_sigmoid_network",
        laws=("dbn::a_machine_leaves_those_below_and_above_it_alone",),
    ),
    *named(
        "diffusion",
        {
            "PointDenoiser": of_noise(lambda: diffusion.PointDenoiser(4, 3), 2),
            "Reverse": ONCE,
            "guided": ONCE,
            "gaussian": No("drawn, not computed"),
            "Denoiser": No("a protocol"),
        },
        f"{DIFFUSION}the_exact_denoiser_of_a_gaussian_samples_that_gaussian",
        f"{DIFFUSION}the_variance_of_a_step_back_is_that_of_bayes",
        laws=(
            f"{DIFFUSION}ddim_with_all_steps_and_eta_one_is_ddpm",
            f"{DIFFUSION}guidance_exaggerates_the_class_and_zero_asks_nothing_of_the_network_without",
        ),
    ),
    *named(
        "gan",
        {
            "PictureGenerator": of_batch(lambda: gan.PictureGenerator(2, 2, channels=1, size=8), 2),
            "PictureCritic": of(lambda: gan.PictureCritic(2, channels=1, size=8), 1, 8, 8),
            "perceptron": of(lambda: gan.perceptron(2, 3, outputs=1), 2),
            "point_generator": ONCE,
            "point_critic": ONCE,
            "as_dcgan": No("drawn, not computed"),
        },
        NO_LIBRARY,
        laws=(SIZES,),
    ),
    *named(
        "gcn",
        {"GCN": lambda n: (Calling(gcn.GCN(3, 2, hidden=3, dropout=0.4), lambda m: m(X, graph.turned(X), A_HAT)), ())},
        "layers_graph::gcn_equals_pytorch_geometric_on_copied_weights",
        "layers_graph::gcn_equals_its_equation",
        laws=("layers_graph::answers_move_with_the_nodes",),
    ),
    *named(
        "lenet",
        {"LeNet": of(lambda: lenet.LeNet(1, 2), 1, 28, 28)},
        "recipes::parameter_counts_of_the_courses",
        laws=("recipes::pooling_before_relu_changes_no_number",),
    ),
    *named(
        "mlp",
        {"MLP": of_batch(lambda: mlp.MLP(3, (4, 2), bend="tanh", dropout=0.2), 3)},
        "sklearn::without_shuffling_it_is_the_network_of_scikit_learn",
    ),
    *named(
        "protonet",
        {"ProtoNet": of_batch(lambda: protonet.ProtoNet(1, width=2), 1, 28, 28)},
        NO_LIBRARY,
        laws=("fewshot::an_embedding_does_not_depend_on_its_companions",),
    ),
    *named(
        "rbm",
        {
            "RBM": lambda n: (
                Calling(rbm.RBM(3, 2), lambda m, v: m.free_energy(v) + m.hidden_given(v)[:, 0]),
                (d(n, 3),),
            ),
            "start_biases": No("a constant"),
        },
        f"{RBM}update_equals_scikit_learns_on_the_same_dream",
        f"{RBM}gradient_on_the_models_own_distribution_is_that_of_the_likelihood",
        laws=(f"{RBM}free_energy_sums_the_hidden_units_away", f"{RBM}conditionals_are_those_of_the_joint_distribution"),
    ),
    *named(
        "simclr",
        {
            "SignalEncoder": of_batch(lambda: simclr.SignalEncoder(2), 8),
            "halving": ONCE,
            "SimCLR": of_batch(lambda: simclr.SimCLR(simclr.SignalEncoder(2), 2, projection=2), 8),
        },
        NO_LIBRARY,
        laws=("simclr::the_representation_is_what_the_projector_starts_from",),
    ),
    *named(
        "stacked",
        {"SigmoidStack": ONCE},
        f"{AUTO}loss_of_a_layer_is_torchs_cross_entropy_summed_over_its_inputs",
        laws=(f"{AUTO}layer_with_tied_weights_is_the_same_matrix_both_ways",),
    ),
    *named(
        "tabular",
        {
            "TabularFeatures": lambda n: (
                Calling(
                    tabular.TabularFeatures(TABLE, (3,), dropout=0.2), lambda m, x: m(torch.cat([x, CODES[:n]], 1))
                ),
                (d(n, 1),),
            )
        },
        NO_LIBRARY,
    ),
    *named(
        "unet",
        {
            "Told": lambda n: (Calling(unet.Told(4, 3), lambda m: m(torch.arange(n) + 1, torch.arange(n))), ()),
            "Block": lambda n: (
                Calling(woken(unet.Block(8, 8, 2)), lambda m, x, told: m(x, told)),
                (d(n, 8, 2, 2), d(n, 2)),
            ),
            "Attention": of(lambda: woken(unet.Attention(8)), 8, 2, 2),
            "waves": No("whole numbers"),
            "UNet": of_noise(lambda: woken(unet.UNet(1, 8, 3)), 1, 4, 4),
            "rectified": ONCE,
            "silenced": NOT_HERE,
        },
        f"{DIFFUSION}waves_are_sines_and_cosines_of_ever_longer_waves",
        laws=(f"{DIFFUSION}unet_says_nothing_at_first_and_knows_time_and_class_later",),
    ),
    *named(
        "vae",
        {
            "VAE": lambda n: (
                Calling(vae.VAE(4, hidden=3, latent=2), lambda m, x: m.decode(m.encode(x)[0]) + m.encode(x)[1].sum()),
                (d(n, 4),),
            ),
            "Passed": NOT_HERE,
        },
        "vae::bound_is_reconstruction_and_torchs_divergence",
        laws=("vae::bound_lies_above_the_negative_log_likelihood",),
    ),
)
