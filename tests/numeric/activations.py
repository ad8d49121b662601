"""Rows of the bends and of the layers that numbers pass through on their way in and out."""

import math

import numpy as np
import torch
from sklearn.preprocessing import OneHotEncoder
from torch.nn import functional as F

from etude.layers import activations, inputs, ordinal, outputs, periodic, span
from etude.layers.activations import ACTIVATIONS, Maxout, Sine, activation
from etude.schema import Category, Classes, Number, Observations, Pictures, Quantity, Signals, Table
from tests.numeric.rows import Bad, Calling, No, Row, away, close, d, row

INTEGERS = No("whole numbers have no derivative")
FORMULAS = "layers_activations::formula_equals_that_of_torch"
NAMED = "layers_activations::every_name_bends_elementwise_or_not_at_all"
AT_KINKS = "layers_activations::gradient_equals_that_of_torch_even_at_zero_and_far_out"
GREY = Pictures(2, 3, 1, (0.3,), (0.2,))
TWO = Table((Number("a", 0.0, 0.0, 1.0, False), Category("b", ("x", "y")), Category("c", ("p", "q", "r"))))
ROWS_OF_TWO = torch.tensor([[0.5, 1.0, 3.0], [-1.0, 0.0, 2.0], [2.0, 2.0, 0.0]])


def kernels() -> None:
    """The names of the table against torch's functions."""
    x = d(50)
    theirs = {"gelu": F.gelu, "silu": F.silu, "softplus": F.softplus, "selu": F.selu, "elu": F.elu, "sine": torch.sin}
    theirs |= {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu, "leaky-relu": F.leaky_relu}
    for name, function in theirs.items():
        close(activation(name)(x), function(x))
    close(activation("gelu")(x), x * torch.distributions.Normal(0.0, 1.0).cdf(x))
    assert set(theirs) | {"identity"} == set(ACTIVATIONS)


def softmax_laws() -> None:
    """A distribution, whatever the shift, also far out."""
    p = activations.softmax(torch.tensor([[1e4, -1e4, 0.0], [3.0, 3.0, 3.0]]))
    close(p.sum(1), torch.ones(2))
    assert p.isfinite().all() and (p >= 0).all()


def standardised_pictures() -> None:
    """As one would write it in NumPy."""
    x = torch.randint(256, (2, 1, 2, 3), dtype=torch.uint8)
    theirs = (x.numpy() / 255 - 0.3) / 0.2
    close(inputs.PictureInput(GREY)(x), theirs, rtol=1e-5, atol=1e-5)
    close(inputs.FlatPictures(GREY)(x), theirs.reshape(2, 6), rtol=1e-5, atol=1e-5)


def one_hot() -> None:
    """As scikit-learn's encoder does it, which has no column for what is unknown either."""
    encoder = OneHotEncoder(categories=[[1, 2], [1, 2, 3]], handle_unknown="ignore", sparse_output=False)
    theirs = encoder.fit(ROWS_OF_TWO[:1, 1:].numpy()).transform(ROWS_OF_TWO[:, 1:].numpy())
    close(inputs.OneHotTable(TWO)(ROWS_OF_TWO)[:, 1:], theirs)


def with_codes(x: torch.Tensor) -> torch.Tensor:
    """Rows of the table with these numbers."""
    return torch.cat([x, ROWS_OF_TWO[: len(x), 1:].double()], 1)


def embedded_table() -> None:
    """Each code looked up by torch, the numbers left alone."""
    layer = inputs.EmbeddedTable(TWO)
    theirs = [ROWS_OF_TWO[:, :1]]
    theirs += [F.embedding(ROWS_OF_TWO[:, k + 1].long(), layer.embeddings[k].weight) for k in range(2)]
    close(layer(ROWS_OF_TWO), torch.cat(theirs, 1))
    assert [inputs.embedding_width(levels) for levels in (2, 7, 12, 1115)] == [1, 4, 6, 50]


def waves() -> None:
    """PLR-lite number by number in NumPy."""
    layer, x = periodic.PeriodicFeatures(2, waves=3, width=2).double(), d(4, 2)
    frequencies, weight, bias = (each.detach().numpy() for each in layer.parameters())
    theirs = []
    for column in range(2):
        angle = 2 * math.pi * x[:, column, None].numpy() * frequencies[column]
        seen = np.concatenate([np.sin(angle), np.cos(angle)], 1) @ weight.T + bias
        theirs.append(np.maximum(seen, 0))
    close(layer(x), np.concatenate(theirs, 1))


def answers() -> None:
    """One logit for each class, or one number without an axis of its own."""
    x = torch.randn(4, 3)
    assert outputs.answer_layer(3, Classes("y", ("a", "b"), (1, 1)))(x).shape == (4, 2)
    layer = outputs.answer_layer(3, Quantity("y", 0.0, 1.0))
    close(layer(x), F.linear(x, layer[0].weight, layer[0].bias)[:, 0])


def log_odds_of_shares() -> None:
    """As the odds are defined."""
    counts = np.array([3, 1, 6]) + 0.5
    above = np.array([counts[1:].sum(), counts[2:].sum()]) / counts.sum()
    close(ordinal.log_odds([3, 1, 6]), np.log(above / (1 - above)), rtol=1e-6, atol=1e-6)


CORAL = "coral::probabilities_fall_sum_to_one_and_their_median_is_the_answer"
ROWS: tuple[Row, ...] = (
    row("layers.activations.sigmoid", lambda n: (activations.sigmoid, (d(n, 3),)), FORMULAS, AT_KINKS),
    row("layers.activations.tanh", lambda n: (activations.tanh, (d(n, 3),)), FORMULAS, AT_KINKS),
    row("layers.activations.relu", lambda n: (activations.relu, (away(n, 3),)), FORMULAS, AT_KINKS),
    row("layers.activations.leaky_relu", lambda n: (activations.leaky_relu, (away(n, 3),)), FORMULAS, AT_KINKS),
    row("layers.activations.elu", lambda n: (activations.elu, (away(n, 3),)), FORMULAS, AT_KINKS),
    row(
        "layers.activations.softmax",
        lambda n: (activations.softmax, (d(n, 3),)),
        FORMULAS,
        laws=("layers_activations::softmax_does_not_notice_a_shift", softmax_laws),
    ),
    row(
        "layers.activations.maxout",
        lambda n: (lambda x: activations.maxout(x, 2), (d(n, 4),)),
        "layers_activations::maxout_equals_max_pooling_over_features",
        laws=("layers_activations::maxout_is_the_greatest_of_its_neighbours",),
    ),
    row(
        "layers.activations.Maxout",
        lambda n: (Maxout(3, 2), (d(n, 3),)),
        "layers_activations::maxout_equals_max_pooling_over_features",
        laws=("layers_activations::maxout_of_two_pieces_can_be_the_absolute_value",),
    ),
    row("layers.activations.Sine", lambda n: (Sine(), (d(n, 3),)), kernels),
    row(
        "layers.activations.activation",
        No("chooses one of the rows below"),
        "layers_activations::named_activation_equals_its_formula",
        bad=("layers_activations::unknown_activation_says_the_nearest_names",),
    ),
    *(
        row(
            f"layers.activations.ACTIVATIONS[{name}]",
            lambda n, make=make: (make(), (away(n, 3),)),
            kernels,
            laws=(NAMED,),
        )
        for name, make in ACTIVATIONS.items()
    ),
    row(
        "layers.inputs.PictureInput",
        lambda n: (inputs.PictureInput(GREY).double(), (d(n, 1, 2, 3),)),
        standardised_pictures,
    ),
    row(
        "layers.inputs.FlatPictures",
        lambda n: (inputs.FlatPictures(GREY).double(), (d(n, 1, 2, 3),)),
        standardised_pictures,
    ),
    row(
        "layers.inputs.SignalInput",
        lambda n: (inputs.SignalInput(Signals(3, 0.5, 2.0)), (d(n, 3),)),
        lambda: close(inputs.SignalInput(Signals(1, 0.5, 2.0))(torch.tensor([[2.5]])), [[1.0]]),
    ),
    row("layers.inputs.OneHotTable", INTEGERS, one_hot),
    row(
        "layers.inputs.EmbeddedTable",
        lambda n: (Calling(inputs.EmbeddedTable(TWO), lambda layer, x: layer(with_codes(x))), (d(n, 1),)),
        embedded_table,
    ),
    row(
        "layers.inputs.WordBag",
        INTEGERS,
        "data_texts::the_bag_knows_which_words_are_there",
        laws=("textcnn::the_bag_of_words_has_no_order",),
    ),
    row("layers.inputs.embedding_width", INTEGERS, embedded_table),
    row(
        "layers.inputs.flat_input",
        No("chooses a layer"),
        standardised_pictures,
        bad=(Bad(lambda: inputs.flat_input(Observations("x", (2,))), TypeError, "no single row of numbers"),),
    ),
    row(
        "layers.ordinal.RankLogits",
        lambda n: (ordinal.RankLogits(3, [1, 2, 3]), (d(n, 3),)),
        "coral::layer_is_that_of_the_authors_code_on_copied_weights",
        laws=(CORAL,),
    ),
    row(
        "layers.ordinal.log_odds",
        INTEGERS,
        log_odds_of_shares,
        laws=("coral::thresholds_begin_with_the_shares_of_the_ranks",),
    ),
    row("layers.ordinal.exceeded", INTEGERS, "coral::layer_is_that_of_the_authors_code_on_copied_weights", CORAL),
    row(
        "layers.ordinal.rank_probabilities",
        lambda n: (ordinal.rank_probabilities, (d(n, 3),)),
        "coral::layer_is_that_of_the_authors_code_on_copied_weights",
        laws=(CORAL,),
    ),
    row("layers.outputs.Scalar", lambda n: (outputs.Scalar(), (d(n, 1),)), answers),
    row(
        "layers.outputs.answer_layer", lambda n: (outputs.answer_layer(3, Quantity("y", 0.0, 1.0)), (d(n, 3),)), answers
    ),
    row(
        "layers.periodic.PeriodicFeatures",
        lambda n: (periodic.PeriodicFeatures(2, waves=3, width=2), (d(n, 2),)),
        waves,
    ),
    row("layers.span.spanned", lambda n: (span.spanned, (d(n, 2),)), "diffusion::bytes_there_and_back"),
    row("layers.span.as_bytes", INTEGERS, "diffusion::bytes_there_and_back"),
    row("layers.units.unit_rows", INTEGERS, "vae::pictures_survive_the_unit_interval"),
    row("layers.units.as_pictures", INTEGERS, "vae::pictures_survive_the_unit_interval"),
)
