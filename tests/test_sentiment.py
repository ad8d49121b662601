"""The LSTM on whole texts: packed it ends where a text ends; unpacked it reads the padding and forgets."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import etude
from etude.evaluation.prefixes import answers_so_far
from etude.evaluation.summaries import summaries
from etude.figures import Matrix
from etude.models.sentiment import BiLSTM
from etude.records import Labelled
from etude.schema import Classes, Text

WORDS = 12
VOCABULARY = Text(tuple(f"w{k}" for k in range(WORDS)), "words", 9)
CLASSES = Classes("mood", ("bad", "good"), (1, 1))
X = torch.tensor([[4, 5, 6, 7], [8, 9, 0, 0], [10, 0, 0, 0]])
LENGTHS = (4, 2, 1)


def network(**options: object) -> BiLSTM:
    return BiLSTM(WORDS, 2, width=5, hidden=3, **options).eval()  # type: ignore[arg-type]


def one_by_one(model: BiLSTM) -> Tensor:
    """Each text alone, without padding."""
    return torch.cat([model(row[None, :length]) for row, length in zip(X, LENGTHS, strict=True)])


@pytest.mark.parametrize("state", ["last", "mean", "max"])
@pytest.mark.parametrize("backwards", [True, False])
def test_packed_texts_answer_as_if_each_stood_alone(state: str, backwards: bool) -> None:
    model = network(state=state, backwards=backwards)
    torch.testing.assert_close(model(X), one_by_one(model))
    torch.testing.assert_close(model(F.pad(X, (0, 7))), model(X))


@pytest.mark.parametrize("state", ["last", "mean", "max"])
def test_unpacked_texts_answer_otherwise_beside_a_longer_one(state: str) -> None:
    model = network(state=state, packed=False)
    difference = (model(X) - one_by_one(model)).abs().amax(dim=1)
    assert difference[0] < 1e-6  # the longest one has no padding
    assert (difference[1:] > 1e-3).all()


def test_states_are_those_of_the_equations_in_both_directions() -> None:
    model = network(state="last")
    kernel = dict(model.read.named_parameters())
    for row, length, found in zip(X, LENGTHS, model.states(X)[1], strict=True):
        words = model.embed(row[:length])
        for ending, order, half in (("", words, found[:3]), ("_reverse", words.flip(0), found[3:])):
            h, c = torch.zeros(3), torch.zeros(3)
            for x in order:
                gates = kernel[f"weight_ih_l0{ending}"] @ x + kernel[f"bias_ih_l0{ending}"]
                i, f, g, o = (gates + kernel[f"weight_hh_l0{ending}"] @ h + kernel[f"bias_hh_l0{ending}"]).chunk(4)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
            torch.testing.assert_close(half, h)


def first_words(path: Path) -> Path:
    """The first word is the class; texts have from 2 to 80 words, so that a short one drowns in padding."""
    chance = np.random.default_rng(0)
    rows = []
    for k in range(400):
        rest = [f"filler{each}" for each in chance.integers(20, size=int(chance.integers(1, 5)))]
        words = ["red" if k % 2 else "green", *rest]
        if k >= 384:
            words += ["long"] * 80
        rows.append(f"{' '.join(words)},{'first' if k % 2 else 'second'}")
    path.write_text("text,class\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_last_state_behind_padding_stays_at_chance_where_a_packed_one_learns(tmp_path: Path) -> None:
    data, accuracies = first_words(tmp_path / "first.csv"), {}
    for packed in (True, False):
        trained = etude.train(
            "sentiment",
            data,
            steps=40,
            hidden=16,
            rate=1e-2,
            state="last",
            backwards=False,
            packed=packed,
            out=tmp_path / f"{packed}",
        )
        accuracies[packed] = float(etude.evaluate(trained, on="valid").evaluation.metrics["accuracy"].value or 0)
    assert accuracies[True] > 0.9
    assert accuracies[False] < 0.7


def test_texts_are_drawn_where_the_last_layer_sees_them() -> None:
    model, y = network(dropout=0.5).train(), torch.tensor([0, 1, 1])
    drawn = summaries(model, Labelled(torch.cat([X, X[2:]]), torch.cat([y, y[2:]])), CLASSES)
    assert drawn.classes is not None and drawn.classes.tolist() == [0, 1, 1, 1]
    where = torch.stack([drawn.x, drawn.y], dim=1)
    torch.testing.assert_close(where[2], where[3])  # the same text, and no dropout
    assert (where[0] - where[1]).norm() > 1e-3 and model.training


def test_explanation_ends_with_the_answer_for_the_whole_text() -> None:
    model = network()
    with torch.no_grad():
        shown = answers_so_far(model, torch.tensor([4, 5, 6, 0, 0]), VOCABULARY, CLASSES)
        whole = model(torch.tensor([[4, 5, 6]])).softmax(dim=1)[0]
    assert isinstance(shown, Matrix) and shown.columns == ("w4", "w5", "w6") and shown.rows == ("bad", "good")
    torch.testing.assert_close(shown.values[:, -1], whole)
