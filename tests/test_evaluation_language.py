"""Scores of language models against numbers that can be had by other means."""

import math
from collections import Counter

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from etude.data.corpus import windows
from etude.data.tokenizers import encode, fit_byte_pairs, fit_characters
from etude.evaluation.language import counting_baselines, language_scores, loss_by_position, surprises
from etude.evaluation.ngrams import NGrams
from etude.records import IGNORED, Tokens

TEXT = "to be or not to be that is the question whether tis nobler in the mind to suffer " * 6


class Uniform(nn.Module):
    """Every token alike; dropout would show."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(vocabulary))
        self.dropout = nn.Dropout(0.9)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.dropout(self.logits + 1)
        return logits.expand(*x.shape, -1)


def test_uniform_guesses_cost_the_logarithm_of_the_vocabulary() -> None:
    kind = fit_characters([TEXT], length=8)
    examples = windows(torch.tensor(encode(kind, TEXT)), 8)
    network = Uniform(len(kind.vocabulary))
    surprise = surprises(network, examples, batch=3)
    scores = language_scores(surprise, examples, kind)
    assert scores["loss"].value == pytest.approx(math.log(len(kind.vocabulary)), rel=1e-6)
    assert scores["bits_per_byte"].value == pytest.approx(math.log2(len(kind.vocabulary)), rel=1e-6)
    assert (surprise[examples.y == IGNORED] == 0).all()
    assert network.training


def test_the_size_of_batches_changes_no_bit() -> None:
    kind = fit_characters([TEXT], length=8)
    examples = windows(torch.tensor(encode(kind, TEXT)), 8)
    network = Uniform(len(kind.vocabulary))
    assert torch.equal(surprises(network, examples, batch=2), surprises(network, examples, batch=50))


def test_bits_per_byte_compare_what_nats_per_token_cannot() -> None:
    """The same knowledge, a uniform guess of each byte, in tokens of one byte and of several."""
    text = "é" + TEXT
    pairs = fit_byte_pairs(text, length=8, merges=40)
    ids = torch.tensor(encode(pairs, text))
    examples = windows(ids, 8)
    sizes = [len(name) for name in pairs.vocabulary]
    surprise = torch.tensor([[sizes[y] * math.log(256) if y >= 0 else 0.0 for y in row] for row in examples.y.tolist()])
    scores = language_scores(surprise, examples, pairs)
    assert scores["bits_per_byte"].value == pytest.approx(8, rel=1e-6)
    assert (scores["loss"].value or 0) > 1.5 * math.log(256)


def test_counts_equal_a_calculation_by_hand() -> None:
    """Witten-Bell after 'a' in abacab: followers b, c, b, so p(b | a) = (2 + 2 p(b)) / (3 + 2)."""
    train = Tokens(torch.tensor([[4, 5, 4, 6, 4]]), torch.tensor([[5, 4, 6, 4, 5]]))
    model = NGrams(train, 7, order=2)
    unigram = (2 + 3 * (1 / 7)) / (5 + 3)
    wanted = (2 + 2 * unigram) / (3 + 2)
    got = model.surprises(Tokens(torch.tensor([[4]]), torch.tensor([[5]])))
    assert float(np.exp(-got[0, 0])) == pytest.approx(wanted)


def test_probabilities_of_counts_sum_to_one() -> None:
    kind = fit_characters([TEXT], length=8)
    train = windows(torch.tensor(encode(kind, TEXT)), 12)
    size = len(kind.vocabulary)
    for context in ([5, 6, 7, 8], [9, 9, 9, 9]):
        x = torch.tensor([context]).repeat(size, 1)
        y = torch.full_like(x, IGNORED)
        y[:, -1] = torch.arange(size)
        p = np.exp(-NGrams(train, size, order=4).surprises(Tokens(x, y))[:, -1])
        assert p.sum() == pytest.approx(1)


def test_longer_counts_are_better_until_the_text_is_known() -> None:
    kind = fit_characters([TEXT], length=8)
    train = windows(torch.tensor(encode(kind, TEXT)), 8)
    found = counting_baselines(train, train, kind, orders=(1, 2, 4))
    losses = [each.metrics["loss"].value or 0 for each in found]
    assert losses == sorted(losses, reverse=True)
    frequencies = Counter(TEXT[1:])
    entropy = -sum(n / len(TEXT[1:]) * math.log(n / len(TEXT[1:])) for n in frequencies.values())
    assert losses[0] == pytest.approx(entropy, abs=0.05)


def test_order_shrinks_where_contexts_could_not_be_numbered() -> None:
    train = Tokens(torch.tensor([[4, 5]]), torch.tensor([[5, 4]]))
    assert NGrams(train, 50_000, order=5).order == 3


def test_loss_by_position_is_the_mean_of_a_column() -> None:
    examples = windows(torch.arange(4, 24), 8)
    surprise = torch.arange(24).float().view(3, 8) * (examples.y != IGNORED)
    curve = loss_by_position(surprise, examples).lines["mean"]
    assert curve.y[0] == pytest.approx((0 + 8 + 16) / 3)
    assert curve.y[-1] == pytest.approx((7 + 15) / 2)
