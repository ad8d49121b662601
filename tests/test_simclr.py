"""SimCLR: the loss against a double loop, views that are pure functions of the seed, and why the projector goes."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import etude
from etude.chance import stream
from etude.data.load import load
from etude.data.views import Changes, two_views
from etude.errors import DataError
from etude.evaluation.plane import plane
from etude.evaluation.probe import Represented, plain, probe, probe_curve
from etude.figures import Curve
from etude.models.simclr import SignalEncoder, SimCLR
from etude.objectives.contrastive import Contrastive, nt_xent
from etude.records import Inputs, Views
from etude.source import Source


def brute_force(first: torch.Tensor, second: torch.Tensor, temperature: float) -> float:
    """Chen et al., eq. 1, pair by pair."""
    z = [row / row.norm() for row in torch.cat([first, second]).double()]
    n, total = len(first), 0.0
    for i in range(2 * n):
        partner = (i + n) % (2 * n)
        others = sum(math.exp(float(z[i] @ z[k]) / temperature) for k in range(2 * n) if k != i)
        total -= math.log(math.exp(float(z[i] @ z[partner]) / temperature) / others)
    return total / (2 * n)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
def test_nt_xent_equals_the_double_loop(temperature: float) -> None:
    first, second = torch.randn(6, 4), torch.randn(6, 4)
    assert abs(float(nt_xent(first, second, temperature=temperature)) - brute_force(first, second, temperature)) < 1e-5


def test_nt_xent_knows_no_order_and_no_length() -> None:
    first, second, order = torch.randn(6, 4), torch.randn(6, 4), torch.randperm(6)
    loss = nt_xent(first, second, temperature=0.5)
    torch.testing.assert_close(nt_xent(second, first, temperature=0.5), loss)
    torch.testing.assert_close(nt_xent(3 * first[order], second[order], temperature=0.5), loss)


def test_nt_xent_of_equal_vectors_is_that_of_guessing() -> None:
    ones = torch.ones(8, 3)
    torch.testing.assert_close(nt_xent(ones, ones, temperature=0.5), torch.tensor(math.log(15)))
    corners = torch.eye(8)  # perfect: views agree, examples do not
    wanted = math.log(math.exp(2) + 14) - 2
    torch.testing.assert_close(nt_xent(corners, corners, temperature=0.5), torch.tensor(wanted))


def test_views_are_the_same_for_the_same_seed_and_number() -> None:
    x, changes = torch.randn(50, 40), Changes(shift=20, scale=0.5, shear=1.0, noise=0.1)
    whole = two_views(Inputs(x), 16, changes, deviation=1.0, seed=3)
    batches = [next(whole) for _ in range(6)]
    later = two_views(Inputs(x), 16, changes, deviation=1.0, seed=3, start=4)
    for wanted, got in zip(batches[4:], later, strict=False):
        assert torch.equal(wanted.first, got.first) and torch.equal(wanted.second, got.second)
    assert not torch.equal(batches[0].first, batches[0].second)


def test_no_change_leaves_the_series_and_a_shift_rolls_it() -> None:
    x = torch.randn(4, 10)
    same = Changes(shift=0, scale=0.0, shear=0.0, noise=0.0)(x, stream(0, "augmentation"), deviation=1.0)
    assert torch.equal(same, x)
    moved = Changes(shift=9, scale=0.0, shear=0.0, noise=0.0)(x, stream(0, "augmentation"), deviation=1.0)
    assert all(any(torch.equal(row, each.roll(by)) for by in range(10)) for row, each in zip(moved, x, strict=True))


def test_the_representation_is_what_the_projector_starts_from() -> None:
    encoder = SignalEncoder(6)
    network, x = SimCLR(encoder, 6, projection=3).eval(), torch.randn(5, 40)
    assert encoder(x).shape == (5, 6) and (encoder(x) >= 0).all()
    torch.testing.assert_close(network(x), network.projector(encoder(x)))


def test_probe_equals_its_own_parts_and_finds_what_is_linear() -> None:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(300, 3))
    y = (x[:, 0] > 0).astype(np.int64) + (x[:, 0] > 1)
    train, other = Represented(x[:200], y[:200]), Represented(x[200:], y[200:])
    assert probe(train, other).mean() > 0.85
    line = probe_curve(train, other)
    assert line.x[-1] == np.bincount(y[:200]).max() and line.y[-1] == probe(train, other).mean()


def test_a_line_cannot_read_the_raw_series() -> None:
    splits = load(Source("mnist1d"))
    assert 0.28 < probe(plain(splits.train), plain(splits.test)).mean() < 0.36  # published: 0.328


def test_plane_keeps_the_widest_directions() -> None:
    x = torch.randn(100, 5) * torch.tensor([0.1, 9.0, 0.1, 3.0, 0.1])
    flat = plane(x)
    assert abs(np.corrcoef(flat[:, 0], x[:, 1])[0, 1]) > 0.99 and abs(np.corrcoef(flat[:, 1], x[:, 3])[0, 1]) > 0.99


def hills(n: int, *, by_height: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Series with a hill or a slope somewhere, low or high; the class is the height or the shape."""
    shape, high = torch.randint(2, (2, n))
    away = torch.arange(16.0) - (4 + 8 * torch.rand(n, 1))
    hill = torch.exp(-away.square())
    height = 0.5 + high[:, None] + 0.4 * torch.rand(n, 1)
    return height * torch.where(shape[:, None] == 0, hill, 2 * away * hill), high if by_height else shape


def learnt(changes: Changes, *, by_height: bool) -> float:
    """Probe of a small encoder trained on views made by `changes`."""
    torch.manual_seed(0)
    x, y = hills(400, by_height=by_height)
    network = SimCLR(SignalEncoder(8), 8, projection=8)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    batches = two_views(Inputs(x[:200]), 50, changes, deviation=0.4, seed=0)
    for _ in range(100):
        optimizer.zero_grad()
        Contrastive(0.5)(network, next(batches)).value.backward()
        optimizer.step()
    network.eval()
    with torch.no_grad():
        h = network.encoder(x).numpy()
    return float(probe(Represented(h[:200], y[:200].numpy()), Represented(h[200:], y[200:].numpy())).mean())


def test_views_that_change_nothing_teach_little_and_a_wrong_change_destroys() -> None:
    """The pitfalls: to tell copies apart nothing must be understood; scaling helps with shapes and costs heights."""
    nothing, moved, scaled = (Changes(0, 0.0, 0.0, 0.0), Changes(12, 0.0, 0.0, 0.1), Changes(12, 0.9, 0.0, 0.1))
    assert learnt(nothing, by_height=False) < 0.9
    assert learnt(scaled, by_height=False) > 0.97
    assert learnt(moved, by_height=True) - learnt(scaled, by_height=True) > 0.03


def test_a_collapsed_network_has_the_loss_of_guessing() -> None:
    class Constant(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return F.pad(x[:, :1] * 0, (0, 2), value=1.0)

    loss = Contrastive(0.5)(Constant(), Views(torch.randn(10, 4), torch.randn(10, 4)))
    torch.testing.assert_close(loss.value, torch.tensor(math.log(19)))


def test_tables_and_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="simclr learns from series"):
        etude.train("simclr", "digits", out=tmp_path)


def test_a_short_training_judges_answers_and_explains(tmp_path: Path) -> None:
    run = etude.train("simclr", steps=3, width=8, projection=4, out=tmp_path)
    judgement = etude.evaluate(run, on="valid")
    scores = judgement.evaluation.metrics
    last = etude.evaluate(etude.load(run.run.folder, use="last"), on="valid").evaluation.metrics["accuracy"].value
    assert run.run.curves()[-1]["valid_accuracy"] == last and scores["accuracy"].low < scores["accuracy"].value
    assert [each.name for each in judgement.baselines][-1] == "untrained encoder"
    np.savez(tmp_path / "new.npz", x=np.asarray(load(Source("mnist1d")).test.x[:5]))
    answers = etude.predict(run, [tmp_path / "new.npz"])
    assert len(answers.rows) == 5 and abs(sum(answers.rows[0].probabilities.values()) - 1) < 1e-6
    neighbours = etude.explain(run, [tmp_path / "new.npz"])["neighbours"]
    assert isinstance(neighbours, Curve) and len(neighbours.lines) == 4


def test_series_in_a_text_are_told_their_form_in_few_words(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(40, 30))
    rows[:, 0] = np.arange(40) % 2
    np.savetxt(tmp_path / "spaces.txt", rows, fmt="%16.7e")
    with pytest.raises(DataError, match=r"each line holds 30 numbers .* save them as \.npz with x") as caught:
        etude.train("simclr", str(tmp_path / "spaces.txt"), steps=2, out=tmp_path)
    assert len(caught.value.message) < 300
    np.savetxt(tmp_path / "commas.csv", rows, delimiter=",")
    with pytest.raises(
        DataError, match=r"learns from series, these data are the rows of a table. Give an \.npz with x"
    ):
        etude.train("simclr", str(tmp_path / "commas.csv"), steps=2, out=tmp_path)
