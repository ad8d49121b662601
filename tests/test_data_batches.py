"""Batches: coverage, purity, balance."""

from itertools import islice

import pytest
import torch
from scipy.stats import chisquare

from etude.chance import stream
from etude.data.batches import balanced, in_order, shuffled, steps_per_epoch
from etude.records import Labelled


def numbered(n: int) -> Labelled:
    return Labelled(torch.arange(n).float()[:, None], torch.arange(n) % 3)


def noisy(batch: Labelled, generator: torch.Generator) -> Labelled:
    return Labelled(batch.x + torch.rand(len(batch), 1, generator=generator), batch.y)


@pytest.mark.parametrize(("n", "size"), [(10, 4), (12, 4), (3, 8), (1, 1)])
def test_every_epoch_shows_each_example_once(n: int, size: int) -> None:
    steps = steps_per_epoch(n, size)
    batches = list(islice(shuffled(numbered(n), size, seed=0), 3 * steps))
    for epoch in range(3):
        seen = torch.cat([batch.x[:, 0] for batch in batches[epoch * steps : (epoch + 1) * steps]])
        assert sorted(seen.tolist()) == list(range(n))
    assert all(torch.equal(batch.y, batch.x[:, 0].long() % 3) for batch in batches)


def test_epochs_differ_in_order_and_so_do_seeds() -> None:
    first, second = islice(shuffled(numbered(50), 50, seed=0), 2)
    other = next(shuffled(numbered(50), 50, seed=1))
    assert not torch.equal(first.x, second.x)
    assert not torch.equal(first.x, other.x)


@pytest.mark.parametrize("start", [1, 5, 6, 13])
def test_a_batch_depends_on_seed_and_number_alone(start: int) -> None:
    examples = numbered(23)
    for make in (
        lambda start: shuffled(examples, 4, seed=7, start=start, augment=noisy),
        lambda start: balanced(examples, 4, seed=7, start=start, augment=noisy, classes=examples.y),
    ):
        whole = list(islice(make(0), start + 9))[start:]
        resumed = list(islice(make(start), 9))
        for ours, theirs in zip(whole, resumed, strict=True):
            assert torch.equal(ours.x, theirs.x) and torch.equal(ours.y, theirs.y)


def test_shuffling_does_not_touch_the_global_generator() -> None:
    before = torch.get_rng_state()
    next(shuffled(numbered(9), 3, seed=0, augment=noisy))
    assert torch.equal(before, torch.get_rng_state())


def test_balanced_batches_show_rare_classes_as_often() -> None:
    classes = torch.tensor([0] * 900 + [2] * 90 + [5] * 10)
    examples = Labelled(torch.arange(1000).float()[:, None], classes)
    drawn = torch.cat([batch.x[:, 0] for batch in islice(balanced(examples, 100, seed=0, classes=classes), 90)]).long()
    assert chisquare(classes[drawn].bincount()[[0, 2, 5]].numpy()).pvalue > 1e-3
    assert chisquare(drawn[drawn >= 990].bincount(minlength=1000)[990:].numpy()).pvalue > 1e-3


def test_in_order_covers_all_examples_as_they_stand() -> None:
    batches = list(in_order(numbered(10), 4))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert torch.equal(torch.cat([batch.x for batch in batches]), numbered(10).x)


def test_nothing_to_make_batches_of_is_refused() -> None:
    with pytest.raises(ValueError, match="no examples"):
        next(shuffled(numbered(0), 4, seed=0))
    with pytest.raises(ValueError, match="at least 1"):
        next(shuffled(numbered(4), 0, seed=0))


def test_streams_of_different_names_and_numbers_are_unrelated() -> None:
    keys = [(0, "order", 0), (0, "order", 1), (0, "augmentation", 0), (1, "order", 0), (0, "order/1", 0)]
    draws = torch.stack([torch.randn(2000, generator=stream(seed, name, number)) for seed, name, number in keys])
    off_diagonal = torch.corrcoef(draws) - torch.eye(len(keys))
    assert off_diagonal.abs().max() < 0.1
    assert torch.equal(torch.randn(2000, generator=stream(0, "order", 0)), draws[0])
