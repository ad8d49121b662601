"""Reading a text as it runs on: nothing is skipped, the state is carried, the gradient is cut."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from etude.data.corpus import chunks_of, joined, load_corpus, running_windows, windows
from etude.errors import DataError
from etude.evaluation.language import running_surprises
from etude.learners.streams import StreamLearner
from etude.models.char_rnn import CharRNN
from etude.models.sampling import Choice, write
from etude.optim import Optimizer, adam, sgd
from etude.records import Stream
from etude.source import Source


def network(cell: str = "lstm") -> CharRNN:
    return CharRNN(12, cell=cell, width=8, layers=2)


def learner(model: CharRNN, rate: float = 1e-9) -> StreamLearner:
    return StreamLearner(model, Optimizer(sgd(model.parameters(), rate=rate)), size=2, precision="float32")


def test_batches_go_on_where_the_last_one_ended_and_cover_the_text() -> None:
    examples = windows(torch.arange(4, 400), 10)
    chunks = chunks_of(examples, 3)
    batches = running_windows(examples, 3, seed=0)
    epoch = [next(batches) for _ in range(chunks)]
    assert [bool(each.goes_on.all()) for each in epoch] == [False] + [True] * (chunks - 1)
    for earlier, later in pairwise(epoch):
        assert torch.equal(earlier.y[:, -1], later.x[:, 0])
    seen = torch.cat([each.x for each in epoch]).flatten()
    assert len(seen.unique()) == len(seen) >= 0.9 * len(joined(examples))
    assert not next(batches).goes_on.any()
    again = next(running_windows(examples, 3, seed=0, start=chunks + 2))
    _, third = next(batches), next(batches)
    assert torch.equal(again.x, third.x)


def test_a_text_that_is_too_short_is_refused() -> None:
    with pytest.raises(DataError, match="too few to read 50 places"):
        chunks_of(windows(torch.arange(4, 400), 10), 50)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_two_batches_read_as_one_long_text(cell: str) -> None:
    model = network(cell)
    x, y = torch.randint(12, (2, 12)), torch.randint(12, (2, 12))
    runs = learner(model)
    with torch.no_grad():
        long, _ = model(x, model.zero_state(2))
    wanted = F.cross_entropy(long[:, 6:].flatten(0, 1), y[:, 6:].flatten())
    runs.update(Stream(x[:, :6], y[:, :6], torch.tensor([False, False])))
    logs = runs.update(Stream(x[:, 6:], y[:, 6:], torch.tensor([True, True])))
    torch.testing.assert_close(logs["loss"], wanted, atol=1e-5, rtol=0)


def test_state_begins_anew_where_a_text_does() -> None:
    runs = learner(network())
    x, y = torch.randint(12, (2, 6)), torch.randint(12, (2, 6))
    first = runs.update(Stream(x, y, torch.tensor([False, False])))["loss"]
    later = runs.update(Stream(x, y, torch.tensor([True, True])))["loss"]
    again = runs.update(Stream(x, y, torch.tensor([False, False])))["loss"]
    torch.testing.assert_close(again, first, atol=1e-6, rtol=0)
    assert abs(later - first) > 1e-5


def test_gradient_ends_at_the_edge_of_the_batch() -> None:
    """The pitfall: a state that is not cut off drags the graph of the whole text along, and the second step fails."""
    runs = learner(network())
    batch = Stream(torch.randint(12, (2, 6)), torch.randint(12, (2, 6)), torch.tensor([True, True]))
    runs.update(batch)
    assert not runs.state.requires_grad
    uncut, state = learner(network()), network().zero_state(2)
    logits, state = uncut.model(batch.x, state)
    logits.sum().backward()
    logits, _ = uncut.model(batch.x, state)
    with pytest.raises(RuntimeError, match="second time"):
        logits.sum().backward()


def test_carried_state_learns_what_a_fresh_one_cannot() -> None:
    """The pitfall: where abac goes on and on and is read in pairs, only the pair before tells b from c."""
    examples = windows(torch.tensor([4, 5, 4, 6]).repeat(60), 2)

    def trained(is_carried: bool) -> float:
        torch.manual_seed(0)
        model = CharRNN(12, cell="gru", width=16, layers=1)
        runs = StreamLearner(model, Optimizer(adam(model.parameters(), rate=0.02)), size=4, precision="float32")
        batches, losses = running_windows(examples, 4, seed=0), []
        for _ in range(250):
            batch = next(batches)
            goes_on = batch.goes_on & is_carried
            losses.append(float(runs.update(Stream(batch.x, batch.y, goes_on))["loss"]))
        return sum(losses[-50:]) / 50

    assert trained(is_carried=True) < 0.05
    assert trained(is_carried=False) > 0.15


def test_state_is_part_of_the_checkpoint() -> None:
    runs, other = learner(network()), learner(network())
    runs.update(Stream(torch.randint(12, (2, 6)), torch.randint(12, (2, 6)), torch.tensor([True, True])))
    other.load_state_dict(runs.state_dict())
    assert torch.equal(other.state, runs.state)
    assert runs.state.abs().sum() > 0


def test_scores_carry_the_state_from_window_to_window(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("abcdefgh" * 40)
    examples = load_corpus(Source(str(path), split=(0.8, 0.1, 0.1)), length=5).train
    model = network()
    tokens = joined(examples)
    with torch.no_grad():
        logits, _ = model(tokens[None, :-1], model.zero_state(1))
    wanted = F.cross_entropy(logits[0], tokens[1:], reduction="none")
    got = running_surprises(model, examples, size=1)
    torch.testing.assert_close(got.flatten()[: len(wanted)], wanted, atol=1e-5, rtol=0)
    assert not got.flatten()[len(wanted) :].any()
    spread = running_surprises(model, examples, size=4)
    assert spread.shape == got.shape
    torch.testing.assert_close(spread.mean(), got.mean(), atol=0.02, rtol=0)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_writing_by_the_equations_equals_the_kernel(cell: str) -> None:
    model = network(cell)
    prompt = torch.randint(12, (2, 3))
    written = write(model, prompt, length=10, choice=Choice(temperature=0.0), generator=torch.Generator())
    tokens = prompt
    for _ in range(10):
        logits, _ = model(tokens, model.zero_state(2))
        tokens = torch.cat([tokens, logits[:, -1:].argmax(dim=2)], dim=1)
    assert torch.equal(written, tokens[:, 3:])
