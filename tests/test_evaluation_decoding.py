import itertools

import pytest
import torch
from torch import Tensor

from etude.data.tokenizers import END, PAD, START, UNKNOWN
from etude.evaluation.decoding import State, beam_search, greedy
from etude.models.seq2seq import Seq2Seq
from etude.models.seq2seq import Size as Recurrent
from etude.models.transformer import Size, Transformer

TOKENS = 6


class Bigrams:
    """The next token depends on the latest one and on the text that is read, by a table."""

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits  # (kind, token, token)

    def read(self, x: Tensor) -> State:
        return (x[:, 0],)

    def write(self, token: Tensor, state: State) -> tuple[Tensor, State]:
        (kind,) = state
        return self.logits[kind, token], (kind,)


def likeliest(logits: Tensor, *, length: int, alpha: float) -> list[int]:
    """By looking at every text of at most `length` tokens."""
    masked = logits.clone()
    masked[:, [PAD, UNKNOWN, START]] = -torch.inf
    log_p = masked.log_softmax(1)
    words = [each for each in range(TOKENS) if each not in (PAD, UNKNOWN, START, END)]
    texts = [(*body, END) for n in range(length) for body in itertools.product(words, repeat=n)] + list(
        itertools.product(words, repeat=length)
    )

    def score(text: tuple[int, ...]) -> float:
        total = sum(float(log_p[a, b]) for a, b in itertools.pairwise((START, *text)))
        return total / ((5 + len(text)) / 6) ** alpha

    return list(max(texts, key=score))


def stripped(row: Tensor) -> list[int]:
    return [each for each in row.tolist() if each != PAD]


@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0])
def test_wide_beam_finds_the_likeliest_of_all_texts(alpha: float) -> None:
    logits = 2 * torch.randn(3, TOKENS, TOKENS)
    x = torch.tensor([[0], [1], [2]])
    found = beam_search(Bigrams(logits), x, length=4, beams=40, alpha=alpha)
    assert [stripped(row) for row in found] == [likeliest(each, length=4, alpha=alpha) for each in logits]


def test_one_beam_is_greedy() -> None:
    logits, x = 2 * torch.randn(20, TOKENS, TOKENS), torch.arange(20)[:, None]
    torch.testing.assert_close(beam_search(Bigrams(logits), x, length=8, beams=1), greedy(Bigrams(logits), x, length=8))


def test_wide_beam_never_finds_a_less_likely_text() -> None:
    logits, x = 2 * torch.randn(50, TOKENS, TOKENS), torch.arange(50)[:, None]
    log_p = logits.clone()
    log_p[:, :, [PAD, UNKNOWN, START]] = -torch.inf
    log_p = log_p.log_softmax(2)

    def likelihoods(texts: Tensor) -> Tensor:
        whole = torch.cat([torch.full((50, 1), START), texts], dim=1)
        steps = log_p[torch.arange(50)[:, None], whole[:, :-1], whole[:, 1:]]
        return steps.masked_fill(whole[:, 1:] == PAD, 0).sum(1)

    wide = likelihoods(beam_search(Bigrams(logits), x, length=6, beams=30, alpha=0.0))
    narrow = likelihoods(greedy(Bigrams(logits), x, length=6))
    assert (wide >= narrow - 1e-6).all()
    assert (wide > narrow + 0.1).any()  # the likeliest beginning need not begin the likeliest text


def test_without_a_penalty_short_texts_win() -> None:
    logits = torch.zeros(1, TOKENS, TOKENS)
    logits[:, :, END] = -3.0  # a word costs less than an END, but nine words cost more
    x = torch.zeros(1, 1, dtype=torch.int64)
    lengths = [len(stripped(beam_search(Bigrams(logits), x, length=9, beams=40, alpha=a)[0])) for a in (0.0, 1.0)]
    assert lengths[0] == 1
    assert lengths[1] > lengths[0]


def test_nothing_unsayable_is_written() -> None:
    logits = torch.zeros(1, TOKENS, TOKENS)
    logits[:, :, [PAD, UNKNOWN, START]] = 9.0
    x = torch.zeros(1, 1, dtype=torch.int64)
    for text in (greedy(Bigrams(logits), x, length=5), beam_search(Bigrams(logits), x, length=5, beams=3)):
        assert not set(text[0].tolist()) & {UNKNOWN, START}
        assert text[0, 0] != PAD


def networks() -> list[Transformer | Seq2Seq]:
    small = Transformer(9, 8, Size(16, heads=2, layers=2, hidden=12, dropout=0.1))
    return [small.eval(), Seq2Seq(9, 8, Recurrent(6, 10, 0.1)).eval()]


@pytest.mark.parametrize("network", networks(), ids=["transformer", "seq2seq"])
def test_writing_token_by_token_gives_the_logits_of_the_whole_text(network: Transformer | Seq2Seq) -> None:
    x = torch.tensor([[4, 5, 6, 7], [8, 4, PAD, PAD]])
    y = torch.tensor([[START, 5, 4, 7], [START, 6, 6, 4]])
    whole, state = network(x, y), network.read(x)
    for t in range(4):
        logits, state = network.write(y[:, t], state)
        torch.testing.assert_close(logits, whole[:, t])


@pytest.mark.parametrize("network", networks(), ids=["transformer", "seq2seq"])
def test_padding_of_the_source_changes_no_logit(network: Transformer | Seq2Seq) -> None:
    x, y = torch.tensor([[4, 5, 6]]), torch.tensor([[START, 5]])
    longer = torch.tensor([[4, 5, 6, PAD, PAD]])
    torch.testing.assert_close(network(longer, y), network(x, y))
    beside = torch.tensor([[4, 5, 6, PAD, PAD], [7, 7, 7, 7, 7]])
    torch.testing.assert_close(network(beside, y.repeat(2, 1))[:1], network(x, y))


@pytest.mark.parametrize("network", networks(), ids=["transformer", "seq2seq"])
def test_no_position_sees_what_follows(network: Transformer | Seq2Seq) -> None:
    x, y = torch.tensor([[4, 5, 6]]), torch.tensor([[START, 5, 6, 7]])
    changed = torch.tensor([[START, 5, 4, 7]])
    same = (network(x, y) - network(x, changed)).abs().amax(2)[0] < 1e-7
    assert same.tolist() == [True, True, False, False]


@pytest.mark.parametrize("network", networks(), ids=["transformer", "seq2seq"])
def test_looks_are_a_distribution_over_the_source(network: Transformer | Seq2Seq) -> None:
    looks = network.looks(torch.tensor([[4, 5, 6], [4, 5, PAD]]), torch.tensor([[START, 5], [START, 6]]))
    torch.testing.assert_close(looks.sum(2), torch.ones(2, 2))
    assert looks[1, :, 2].eq(0).all()


def test_an_empty_source_gives_finite_logits() -> None:
    for network in networks():
        logits = network(torch.tensor([[PAD, PAD], [4, 5]]), torch.tensor([[START], [START]]))
        assert logits.isfinite().all()
