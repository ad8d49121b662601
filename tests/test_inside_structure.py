"""Repeated blocks, states of recurrent layers, and planes that do not flip."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from etude.evaluation.plane import embedding, steady
from etude.figures import LayerBox, Matrix, Points
from etude.inside.folding import folded
from etude.inside.layers import network_figure, output_figure
from etude.inside.rehearsal import Rehearsal, noted, rehearse
from etude.training.phases import train
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start
from etude.web.live import LiveTraining


def test_equal_blocks_are_drawn_once_with_the_parameters_of_all() -> None:
    layers = [("Embedding", LayerBox("tokens", (8, 16), 320))]
    for number in range(12):
        layers.append(("Linear", LayerBox(f"blocks.{number}.query", (8, 16), 272)))
        layers.append(("Dropout", LayerBox(f"blocks.{number}.drop", (8, 16), 0)))
    layers.append(("Linear", LayerBox("blocks.12.query", (8, 4), 68)))
    assert [(box.name, box.parameters) for box in folded(layers)] == [
        ("tokens", 320),
        ("blocks.0-11.query", 12 * 272),
        ("blocks.0-11.drop", 0),
        ("blocks.12.query", 68),
    ]
    other = [*layers[:3], ("Linear", layers[3][1]), ("ReLU", layers[4][1])]  # another kind of layer is another block
    assert [box.name for box in folded(other)] == [box.name for _, box in other]


def test_no_parameter_of_a_gpt_is_lost_in_its_drawing(tmp_path: Path) -> None:
    recipe = fill_recipe(default_recipe("gpt"), type(default_recipe("gpt")).tiny | {"steps": 1, "layers": 3})
    experiments, run = start("gpt", recipe, out=tmp_path)
    live = LiveTraining(run, stop=lambda: None)
    list(train(live.follow(experiments), run))
    assert live.experiment is not None
    seen = rehearse(live.experiment.learner, live.batch)
    boxes = network_figure(seen).layers
    assert len(boxes) < len(seen.passages) and any(".0-2." in box.name for box in boxes)
    alone = [network_figure(Rehearsal({name: each}, seen.changes)).layers[0] for name, each in seen.passages.items()]
    assert sum(box.parameters for box in boxes) == sum(box.parameters for box in alone) > 0


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_the_states_of_a_recurrent_layer_are_those_of_its_cell(kind: type[nn.RNNBase]) -> None:
    layer = kind(3, 4, batch_first=True)
    x = torch.randn(2, 5, 3)
    with noted(nn.ModuleDict({"read": layer})) as passages:
        layer(x)
    figure = output_figure(Rehearsal(passages, {}), "read")
    assert isinstance(figure, Matrix) and figure.title == "read: its state h after each position of one example"
    cell = {nn.LSTM: nn.LSTMCell, nn.GRU: nn.GRUCell, nn.RNN: nn.RNNCell}[kind](3, 4)
    cell.load_state_dict({name.removesuffix("_l0"): each for name, each in layer.state_dict().items()})
    state: Tensor | tuple[Tensor, ...] | None = None
    for position in range(5):
        state = cell(x[:1, position], state)
        h = state[0] if isinstance(state, tuple) else state
        torch.testing.assert_close(figure.values[position], h[0].detach())


def test_a_plane_lies_as_it_lay_before() -> None:
    vectors, classes = torch.randn(40, 6) * torch.tensor([3.0, 2.0, 1.0, 1.0, 1.0, 1.0]), torch.arange(40) % 3
    before = embedding("codes", vectors, classes, ("a", "b", "c"))
    for turned in ((-before.x, before.y), (before.y, before.x), (before.y, -before.x)):
        again = steady(replace(before, x=turned[0], y=turned[1]), before)
        torch.testing.assert_close((again.x, again.y), (before.x, before.y))
    assert steady(before, None) is before
    moved = embedding("codes", vectors + 0.01 * torch.randn(40, 6), classes, ("a", "b", "c"))
    near = steady(moved, before)
    torch.testing.assert_close(torch.hypot(near.x, near.y), torch.hypot(moved.x, moved.y))  # nothing but turned
    assert float(torch.hypot(near.x - before.x, near.y - before.y).max()) < 0.1
    truths = Points("truths", before.x, before.y, "truth", "answer")
    assert steady(truths, replace(truths, x=-before.x)) is truths
