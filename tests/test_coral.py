"""Ordinal regression: the paper's layer and loss, its theorem, ranks of quantities, and what it cannot do."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import etude
from etude.data.load import load
from etude.data.ranks import ranked
from etude.errors import DataError
from etude.evaluation.ranks import distances
from etude.figures import Curve
from etude.layers.ordinal import RankLogits, exceeded, rank_probabilities
from etude.objectives.ordinal import coral, levels
from etude.records import Labelled
from etude.source import Source


class Given(nn.Module):
    """Answers with what it is given."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def random_examples(n: int = 40, ranks: int = 6) -> Labelled:
    return Labelled(torch.randn(n, ranks - 1), torch.randint(ranks, (n,)))


def test_levels_are_ones_up_to_the_rank() -> None:
    assert levels(torch.tensor([0, 2, 4]), thresholds=4).tolist() == [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]]


def test_loss_is_that_of_the_authors_example() -> None:
    logits = torch.tensor([[2.1, 1.8, -2.1, -1.8], [1.9, -1.0, -1.5, -1.3], [1.9, 1.8, 1.7, 1.6]])
    loss = coral(Given(), Labelled(logits, torch.tensor([2, 1, 4])))
    assert abs(float(loss.value) - 0.6920) < 5e-5 and loss.n == 3  # printed in the docstring of their coral_loss


def test_loss_is_that_of_the_authors_code() -> None:
    losses = importlib.import_module("coral_pytorch.losses")
    batch = random_examples()
    wanted = losses.coral_loss(batch.x, levels(batch.y, thresholds=5))
    torch.testing.assert_close(coral(Given(), batch).value, wanted)


def test_layer_is_that_of_the_authors_code_on_copied_weights() -> None:
    theirs = importlib.import_module("coral_pytorch.layers").CoralLayer(7, 5)
    ours, x = RankLogits(7, [3] * 5), torch.randn(9, 7)
    ours.thresholds.data = theirs.coral_bias
    ours.score.weight.data = theirs.coral_weights.weight.data
    torch.testing.assert_close(ours(x), theirs(x))


def test_two_ranks_are_logistic_regression() -> None:
    logits, y = torch.randn(20, 1), torch.randint(2, (20,))
    wanted = F.binary_cross_entropy_with_logits(logits[:, 0], y.float())
    torch.testing.assert_close(coral(Given(), Labelled(logits, y)).value, wanted)


def test_probabilities_fall_sum_to_one_and_their_median_is_the_answer() -> None:
    logits = RankLogits(3, [9] * 8)(10 * torch.randn(50, 3)).double()
    probabilities = rank_probabilities(logits)
    assert (logits.diff(dim=1) < 0).all() and (probabilities >= 0).all()
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(50).double())
    median = (probabilities.cumsum(dim=1) < 0.5).sum(dim=1)
    assert torch.equal(exceeded(logits), median)


def test_thresholds_begin_with_the_shares_of_the_ranks() -> None:
    counts = [5, 20, 60, 15]
    above = RankLogits(3, counts)(torch.zeros(1, 3)).sigmoid()
    torch.testing.assert_close(above, torch.tensor([[0.95, 0.75, 0.15]]), atol=0.01, rtol=0)
    assert torch.isfinite(RankLogits(3, [5, 0, 5]).thresholds).all()


def disordered(logits: torch.Tensor) -> float:
    """Share of the examples whose probabilities do not fall."""
    return float((logits.diff(dim=1) > 0).any(dim=1).float().mean())


def noisy_ranks(n: int = 60, ranks: int = 8) -> Labelled:
    x = torch.randn(n, 5)
    y = (x[:, 0] + torch.randn(n)).argsort().argsort() * ranks // n
    return Labelled(x, y)


def trained(layer: nn.Module, examples: Labelled, steps: int = 300) -> nn.Module:
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        coral(layer, examples).value.backward()
        optimizer.step()
    return layer


@pytest.mark.parametrize("seed", range(3))
def test_learnt_thresholds_stand_in_order_whatever_order_they_begin_in(seed: int) -> None:
    """Theorem 1."""
    torch.manual_seed(seed)
    layer = RankLogits(5, [8] * 8)
    layer.thresholds.data = torch.randn(7)
    thresholds = trained(layer, noisy_ranks()).thresholds
    assert (thresholds.diff() < 0).all()


def test_with_weights_of_their_own_the_thresholds_contradict_each_other() -> None:
    """The pitfall: K - 1 separate classifiers may find y > 3 more probable than y > 2."""
    examples, new = noisy_ranks(), torch.randn(500, 5)
    shared, own = trained(RankLogits(5, [8] * 8), examples), trained(nn.Linear(5, 7), examples)
    assert disordered(shared(new)) == 0
    assert disordered(own(new)) > 0.5
    assert (rank_probabilities(own(new)) < 0).any(dim=1).float().mean() > 0.5


def test_one_score_cannot_rank_what_has_no_order() -> None:
    """The negative control: four clouds on a square are told apart easily, and no line puts all of them in order."""
    y = torch.arange(400) % 4
    corners = torch.tensor([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
    examples = Labelled(corners[y] + 0.2 * torch.randn(400, 2), y)
    ordinal = trained(RankLogits(2, [100] * 4), examples)
    nominal = nn.Linear(2, 4)
    optimizer = torch.optim.Adam(nominal.parameters(), lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        F.cross_entropy(nominal(examples.x), y).backward()
        optimizer.step()
    assert distances(nominal(examples.x).argmax(dim=1), y)["mae"].value < 0.05
    assert distances(exceeded(ordinal(examples.x)), y)["mae"].value > 0.5


def test_distances_are_counted() -> None:
    scores = distances(torch.tensor([0, 1, 2, 3]), torch.tensor([0, 3, 2, 2]))
    assert (scores["mae"].value, scores["accuracy"].value, scores["within one"].value) == (0.75, 0.5, 0.75)
    assert scores["mae"].low < 0.75 < scores["mae"].high


def test_a_quantity_is_cut_into_ranks_of_equal_size() -> None:
    plain = load(Source("diabetes"))
    splits = ranked(plain, 10)
    counts = np.array(splits.schema.answer.counts)
    assert counts.sum() == len(plain.train) and counts.min() >= 30 and counts.max() <= 32
    assert splits.schema.answer.names[0].startswith("up to") and splits.schema.answer.names[9].startswith("above")
    order = plain.test.y.argsort()
    assert (splits.test.y[order].diff() >= 0).all()


def test_numbers_stay_and_names_are_refused(tmp_path: Path) -> None:
    digits = load(Source("digits"))
    assert ranked(digits, 10) is digits


def test_a_gap_between_marks_is_told(tmp_path: Path) -> None:
    """Row 84 of the catalogue of bad inputs."""
    path = tmp_path / "marks.csv"
    path.write_text("a,mark\n" + "".join(f"{k % 9},{(1, 2, 4)[k % 3]}\n" for k in range(60)))
    (note,) = [each for each in ranked(load(Source(str(path))), 3).notes if each.startswith("W-ORDINAL")]
    assert "mark goes from 2 to 4 and elsewhere in steps of 1" in note
    with pytest.raises(DataError, match="names have no order"):
        etude.train("coral", "iris", out=tmp_path)


def marks(tmp_path: Path) -> Path:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(400, 2))
    mark = np.clip(np.round(3 + x[:, 0] + 0.3 * chance.normal(size=400)), 1, 5).astype(int)
    path = tmp_path / "marks.csv"
    path.write_text("a,b,mark\n" + "".join(f"{a:.4f},{b:.4f},{m}\n" for (a, b), m in zip(x, mark, strict=True)))
    return path


def test_marks_of_a_file_are_learnt_judged_answered_and_explained(tmp_path: Path) -> None:
    data = marks(tmp_path)
    run = etude.train("coral", data, task="classify", hidden=(16,), out=tmp_path / "runs")
    judgement = etude.evaluate(run)
    scores = judgement.evaluation.metrics
    assert scores["mae"].value < 0.4 and scores["within one"].value > 0.97
    simple = {each.name: each.metrics["mae"].value for each in judgement.baselines}
    assert scores["mae"].value < simple["median rank"]
    answers = etude.predict(run, [data])
    assert {row.answer for row in answers.rows} <= {"1", "2", "3", "4", "5"}
    assert abs(sum(answers.rows[0].probabilities.values()) - 1) < 1e-9
    curves = etude.explain(run, [data])["rank curves"]
    assert isinstance(curves, Curve) and all((line.y.diff() <= 0).all() for line in curves.lines.values())


def test_validation_rows_are_what_evaluate_says(tmp_path: Path) -> None:
    run = etude.train("coral", steps=20, out=tmp_path)
    judged = etude.evaluate(etude.load(run.run.folder, use="last"), on="valid").evaluation.metrics
    row = run.run.curves()[-1]
    assert {name: row[f"valid_{name}"] for name in judged} == {name: score.value for name, score in judged.items()}
