"""The conditional random field against counting every sequence of tags, and against pytorch-crf."""

from itertools import pairwise, product

import pytest
import torch
from jaxtyping import Float
from torch import Tensor
from torchcrf import CRF

from etude.evaluation.spans import forbidden_steps
from etude.layers.crf import Chain, Independent


def chain(tags: int) -> Chain:
    free = torch.zeros(tags, tags, dtype=torch.bool)
    layer = Chain(tags, forbidden=free, first=free[0])
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    return layer


def visible_of(lengths: list[int]) -> Tensor:
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


def every_score(layer: Chain, emissions: Float[Tensor, "time tag"]) -> dict[tuple[int, ...], float]:
    """The score of every sequence, written out from its definition."""
    time, tags = emissions.shape
    scores = {}
    for y in product(range(tags), repeat=time):
        score = layer.beginning[y[0]] + layer.end[y[-1]] + sum(emissions[t, y[t]] for t in range(time))
        scores[y] = (score + sum(layer.transitions[y[t], y[t + 1]] for t in range(time - 1))).item()
    return scores


@pytest.mark.parametrize(("time", "tags"), [(1, 2), (3, 4), (5, 3), (6, 2)])
def test_chain_equals_the_sum_over_every_sequence(time: int, tags: int) -> None:
    layer, emissions = chain(tags), torch.randn(time, tags)
    scores = every_score(layer, emissions)
    logs = torch.tensor(list(scores.values()), dtype=torch.float64)
    with torch.no_grad():
        partition = layer.log_partition(emissions[None], visible_of([time]))
    torch.testing.assert_close(partition.double(), logs.logsumexp(0)[None], atol=1e-5, rtol=0)
    likely = max(scores, key=lambda y: scores[y])
    assert tuple(layer.best(emissions[None], visible_of([time]))[0].tolist()) == likely
    p = logs.softmax(0)
    counted = torch.zeros(time, tags, dtype=torch.float64)
    for y, share in zip(scores, p, strict=True):
        counted[torch.arange(time), torch.tensor(y)] += share
    found = layer.marginals(emissions[None], visible_of([time]))[0]
    torch.testing.assert_close(found.double(), counted, atol=1e-5, rtol=0)


def test_probabilities_of_all_sequences_sum_to_one() -> None:
    layer, emissions = chain(3), torch.randn(1, 4, 3)
    every = torch.tensor(list(product(range(3), repeat=4)))
    with torch.no_grad():
        nats = layer.surprise(emissions.expand(len(every), 4, 3), visible_of([4]).expand(len(every), 4), every)
    assert float((-nats.double()).exp().sum()) == pytest.approx(1, abs=1e-5)


def test_chain_equals_pytorch_crf_on_sentences_of_different_lengths() -> None:
    layer, peer, lengths = chain(4), CRF(4, batch_first=True), [5, 1, 3]
    with torch.no_grad():
        peer.transitions.copy_(layer.steps)
        peer.start_transitions.copy_(layer.start)
        peer.end_transitions.copy_(layer.end)
    emissions, y, visible = torch.randn(3, 5, 4), torch.randint(4, (3, 5)), visible_of(lengths)
    expected = -peer(emissions, y, mask=visible, reduction="none")
    torch.testing.assert_close(layer.surprise(emissions, visible, y), expected, atol=1e-5, rtol=1e-5)
    best = layer.best(emissions, visible)
    assert [row[:n] for row, n in zip(best.tolist(), lengths, strict=True)] == peer.decode(emissions, mask=visible)


def test_padding_changes_nothing_and_learns_nothing() -> None:
    layer, emissions, y = chain(3), torch.randn(2, 6, 3, requires_grad=True), torch.randint(3, (2, 6))
    visible = visible_of([6, 2])
    loss = layer.surprise(emissions, visible, y)
    alone = layer.surprise(emissions[1:, :2], visible[1:, :2], y[1:, :2])
    torch.testing.assert_close(loss[1:], alone)
    loss.sum().backward()
    assert emissions.grad is not None
    assert torch.equal(emissions.grad[1, 2:], torch.zeros(4, 3))
    assert not layer.marginals(emissions, visible)[1, 2:].any()


def test_steps_that_would_break_a_span_are_never_taken() -> None:
    names = ("O", "B-a", "I-a", "B-b", "I-b")
    forbidden, first = forbidden_steps(names)
    allowed = {(names[i], names[j]) for i, j in (~forbidden).nonzero().tolist()}
    assert {after for before, after in allowed if before == "O"} == {"O", "B-a", "B-b"}
    assert {after for before, after in allowed if before == "I-a"} == {"O", "B-a", "I-a", "B-b"}
    emissions, visible = 5 * torch.randn(200, 8, 5), visible_of([8] * 200)
    broken = {}
    for name, layer in (("chain", Chain(5, forbidden=forbidden, first=first)), ("softmax", Independent())):
        tags = [["O", *(names[each] for each in row)] for row in layer.best(emissions, visible).tolist()]
        steps = [step for row in tags for step in pairwise(row)]
        broken[name] = sum(step not in allowed for step in steps)
    assert broken["chain"] == 0
    assert broken["softmax"] > 100


def test_a_long_certain_sentence_stays_finite() -> None:
    """Products of 2,000 probabilities are 0 in float32; their logarithms are not."""
    layer, emissions = chain(3), 100 * torch.randn(1, 2000, 3)
    nats = layer.surprise(emissions, visible_of([2000]), layer.best(emissions, visible_of([2000])))
    assert bool(torch.isfinite(nats).all())
    assert float(nats.detach()) >= -1


def test_each_tag_by_itself_is_the_cross_entropy() -> None:
    layer, emissions, y, visible = Independent(), torch.randn(2, 4, 3), torch.randint(3, (2, 4)), visible_of([4, 2])
    expected = torch.nn.functional.cross_entropy(emissions.transpose(1, 2), y, reduction="none") * visible
    torch.testing.assert_close(layer.surprise(emissions, visible, y), expected.sum(1))
