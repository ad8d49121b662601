"""Examples that nearly stand in two parts: planted ones are found, and others are left alone."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from etude.data.load import load
from etude.data.splits import Splits
from etude.figures import Images, Text
from etude.inside.copies import alike_pictures, alike_rows, alike_texts, near_figure, small
from etude.records import Labelled
from etude.source import Source
from tests.real_data import real


@pytest.fixture(scope="module")
def digits() -> Splits[Labelled]:
    return load(Source("digits"))


def noisy(x: Tensor) -> Tensor:
    chance = torch.Generator().manual_seed(0)
    return (x + 5 * torch.randn(x.shape, generator=chance)).clamp(0, 255).round().byte()


def aside(x: Tensor) -> Tensor:
    return F.pad(x, (1, 1, 1, 1))[..., :-2, 2:].contiguous()


def darker(x: Tensor) -> Tensor:
    return (0.7 * x + 20).round().byte()


@pytest.mark.parametrize("change", [noisy, aside, darker, torch.clone])
def test_pictures_that_were_changed_a_little_are_found(
    change: Callable[[Tensor], Tensor], digits: Splits[Labelled]
) -> None:
    planted = torch.arange(0, 1000, 25)
    pairs = alike_pictures(digits.train.x, torch.cat([change(digits.train.x[planted]), digits.test.x]))
    assert int((pairs.copies[:40] & (pairs.partners[:40] == planted)).sum()) == 40
    assert int(pairs.copies[40:].sum()) <= 2  # of 179 other digits


def test_likeness_is_the_best_correlation_of_numpy(digits: Splits[Labelled]) -> None:
    known, asked = digits.train.x[:30], digits.test.x[:5]
    pairs = alike_pictures(known, asked)
    for k, partner in enumerate(pairs.partners.tolist()):
        middle, other = small(asked)[k, 1:-1, 1:-1].numpy(), small(known)[partner].numpy()
        windows = [other[i : i + 26, j : j + 26] for i in range(3) for j in range(3)]
        best = max(np.corrcoef(middle.ravel(), window.ravel())[0, 1] for window in windows)
        assert float(pairs.likeness[k]) == pytest.approx(best, abs=1e-5)


def test_pictures_of_one_grey_are_no_copies_of_each_other() -> None:
    grey = torch.arange(8, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 64, 48).contiguous()
    assert not alike_pictures(grey, grey[:3] + 50).copies.any()


def test_copies_stand_side_by_side_with_their_places(digits: Splits[Labelled]) -> None:
    test = Labelled(torch.cat([digits.test.x[:20], noisy(digits.train.x[7:8]), digits.train.x[9:10]]), torch.zeros(22))
    figure = near_figure(replace(digits, train=digits.train[:100], valid=digits.valid[:20], test=test))
    assert isinstance(figure, Images) and "2 among 100 train, 20 valid, 22 test" in figure.title
    near, same = figure.captions
    assert near.startswith("train 7 | test 20, 0.99") and same == "train 9 | test 21, same"
    assert torch.equal(figure.pixels[1, :, :, :28], digits.train.x[9])
    assert torch.equal(figure.pixels[0, :, :, 30:], test.x[20])


def test_where_there_are_none_the_rule_is_told(digits: Splits[Labelled]) -> None:
    figure = near_figure(replace(digits, train=digits.train[:9], valid=digits.valid[:9], test=digits.test[:0]))
    assert isinstance(figure, Text) and "none among 9 train, 9 valid, 0 test" in figure.title
    assert "up to brightness" in figure.body


def test_rows_that_differ_by_rounding_are_found() -> None:
    known = torch.tensor([[0.0, 1.0, 0.0, 2.0], [3.0, -1.0, 0.0, 1.0]])  # two numbers, an indicator, a code
    asked = known[[1, 1, 1, 1]] + torch.tensor([[0.004, -0.004, 0, 0], [0.1, 0, 0, 0], [0.0, 0, 0, 1], [0.0, 0, 1, 0]])
    pairs = alike_rows(known, asked, numbers=2)
    assert pairs.copies.tolist() == [True, False, False, False]
    assert float(pairs.likeness[0]) == pytest.approx(1 - 0.004, abs=1e-6)


def test_likeness_of_texts_is_the_share_of_shingles() -> None:
    known = torch.tensor([[4, 5, 6, 7, 8, 9, 10, 0], [20, 21, 22, 23, 24, 0, 0, 0], [1, 1, 1, 1, 1, 1, 0, 0]])
    asked = torch.tensor([[4, 5, 6, 7, 8, 9, 10, 11], [22, 23, 24, 25, 26, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]])
    pairs = alike_texts(known, asked)

    def jaccard(one: list[int], other: list[int]) -> float:
        sets = [{tuple(ids[k : k + 3]) for k in range(len(ids) - 2)} for ids in (one, other)]
        return len(sets[0] & sets[1]) / len(sets[0] | sets[1])

    wanted = [jaccard(known[k, :7].tolist(), asked[k].tolist()) for k in (0,)]
    assert pairs.likeness.tolist() == pytest.approx([wanted[0], 1 / 5, 0.0])
    assert pairs.copies.tolist() == [True, False, False]  # unknown words say nothing


def test_texts_are_told_with_their_places() -> None:
    packages = load(Source("stdlib-packages"))
    changed = packages.train.x[3:4].clone()
    changed[0, 5] = packages.train.x[8, 5]
    test = Labelled(torch.cat([packages.test.x[:9], changed]), packages.test.y[:10])
    figure = near_figure(replace(packages, train=packages.train[:50], valid=packages.valid[:0], test=test))
    assert isinstance(figure, Text) and figure.title.endswith("1 among 50 train, 0 valid, 10 test")
    assert figure.body.startswith("train 3 | test 9, 0.")


def test_real_digits_are_not_called_copies_of_each_other() -> None:
    real("mnist")
    splits = load(Source("mnist"))
    pairs = alike_pictures(splits.train.x[:2000], splits.test.x[:500])
    assert int(pairs.copies.sum()) <= 2
