from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sacrebleu
import torch
from torch import Tensor, nn

from etude.data.tokenizers import END, PAD, START, decode
from etude.data.translation import padded
from etude.errors import DataError
from etude.evaluation.decoding import State
from etude.evaluation.writing import most_alike, remembered, score_values, scored, surprise, tally, values, written
from etude.figures import Matrix
from etude.models.transformer import Size, Transformer
from etude.records import Pairs
from etude.schema import Schema, Text, Written
from etude.training.written import answer_texts, attention, by_length, explain_texts, samples

WORDS = Text(("<pad>", "<unk>", "<start>", "<end>", *"abcdefgh"), "words", length=6, lower=True)
DIGITS = Text(WORDS.vocabulary, "characters", length=6)


class Copier(nn.Module):
    """Writes what it reads, with the tokens of `slips` replaced by the next one; it is never told what is wanted."""

    def __init__(self, slips: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.slips = slips
        self.weight = nn.Parameter(torch.zeros(1))

    def text(self, x: Tensor) -> Tensor:
        ids = torch.cat([x, x.new_full((len(x), 1), PAD)], dim=1)
        ids = torch.where(ids == PAD, END, ids)
        for slip in self.slips:
            ids = torch.where(ids == slip, slip + 1, ids)
        return ids

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        ids = self.text(x)[:, : y.shape[1]]
        ids = torch.cat([ids, ids.new_full((len(x), y.shape[1] - ids.shape[1]), END)], dim=1)
        return 20.0 * nn.functional.one_hot(ids, len(WORDS.vocabulary)).float()

    def read(self, x: Tensor) -> State:
        return self.text(x), torch.zeros(len(x), dtype=torch.int64)

    def write(self, token: Tensor, state: State) -> tuple[Tensor, State]:
        text, place = state
        now = text.gather(1, place.clamp(max=text.shape[1] - 1)[:, None]).squeeze(1)
        return 20.0 * nn.functional.one_hot(now, len(WORDS.vocabulary)).float(), (text, place + 1)


def pairs(n: int = 40) -> Pairs:
    chance = np.random.default_rng(0)
    texts = [chance.integers(4, 12, size=chance.integers(4, 7)).tolist() for _ in range(n)]
    return Pairs(padded(texts), padded([[START, *text, END] for text in texts]))


def test_perfect_copies_have_perfect_scores() -> None:
    scores = score_values(Copier(), pairs(), WORDS)
    assert scores["bleu"] == pytest.approx(100)
    assert scores["exact_match"] == 1
    assert scores["perplexity"] == pytest.approx(1, abs=1e-6)
    assert list(score_values(Copier(), pairs(), DIGITS)) == ["exact_match", "perplexity", "loss"]


def test_corpus_bleu_equals_sacrebleu() -> None:
    examples = pairs()
    texts = written(Copier((4, 7)), examples.x, WORDS, beams=1)
    a = [decode(WORDS, row) for row in texts.tolist()]
    b = [decode(WORDS, row) for row in examples.y.tolist()]
    theirs = sacrebleu.corpus_bleu(a, [b], tokenize="none", smooth_method="none", force=True).score
    ours = score_values(Copier((4, 7)), examples, WORDS)["bleu"]
    assert ours == pytest.approx(theirs, abs=1e-9)
    assert 10 < ours < 90


def test_an_unknown_word_is_never_right() -> None:
    texts = [[4, 5, 6, 7, 1]]
    examples = Pairs(padded(texts), padded([[START, *texts[0], END]]))
    scores = score_values(Copier(), examples, WORDS)
    assert scores["exact_match"] == 0
    assert scores["bleu"] < 100


def test_intervals_hold_the_value_and_values_are_those_that_a_training_watches() -> None:
    network, examples = Copier((4,)), pairs()
    scores = scored(tally(network, examples, WORDS), WORDS)
    assert {name: score.value for name, score in scores.items()} == score_values(network, examples, WORDS)
    for score in scores.values():
        if score.low is not None:
            assert score.low <= score.value <= score.high
    assert scores["bleu"].low is not None


def test_the_order_of_the_pairs_changes_no_score() -> None:
    network, examples = Copier((4,)), pairs()
    order = torch.randperm(len(examples))
    forth, back = tally(network, examples, WORDS), tally(network, examples[order], WORDS)
    np.testing.assert_array_equal(forth[:, order.numpy()], back)


def test_surprise_sums_the_losses_of_all_tokens() -> None:
    network = Transformer(12, 12, Size(8, heads=1, layers=1, hidden=8, dropout=0.0)).eval()
    examples = pairs(5)
    log_p = network(examples.x, examples.y[:, :-1]).log_softmax(2)
    wanted = examples.y[:, 1:]
    by_hand = -(log_p.gather(2, wanted[:, :, None]).squeeze(2) * (wanted != PAD)).sum(1)
    torch.testing.assert_close(surprise(network, examples), by_hand)


def test_memory_finds_the_text_that_shares_the_rare_words() -> None:
    train = Pairs(padded([[4, 5, 6], [4, 7, 8], [4, 9]]), padded([[2, 4, 3], [2, 5, 3], [2, 6, 3]]))
    asked = padded([[8, 4], [4, 6], [9, 9]])
    assert most_alike(train, asked, reads=12).tolist() == [1, 0, 2]
    examples = Pairs(asked, padded([[2, 5, 3], [2, 4, 3], [2, 4, 3]]))
    assert remembered(train, examples, DIGITS, reads=12)["exact_match"].value == pytest.approx(2 / 3)


@pytest.fixture
def trained() -> Iterator[tuple[Transformer, Schema]]:
    network = Transformer(12, 12, Size(8, heads=2, layers=1, hidden=8, dropout=0.0)).eval()
    with torch.no_grad():
        yield network, Schema(WORDS, Written("mirror", WORDS))


def test_answers_name_texts_and_lines_of_files(trained: tuple[Transformer, Schema], tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("a b c\nd e zzz\n", encoding="utf-8")
    answers = answer_texts(*trained, ["a b", str(path)])
    assert [row.name for row in answers.rows] == ["a b", "lines.txt:1", "lines.txt:2"]
    assert answers.notes == ("1 tokens of the inputs were never met in training",)
    alone = answer_texts(*trained, ["d e zzz"])
    assert alone.rows[0].answer == answers.rows[2].answer  # padding beside a longer text changes nothing
    with pytest.raises(DataError, match="empty"):
        answer_texts(*trained, ["a b", " "])


def test_attention_is_drawn_with_a_row_for_each_written_token(trained: tuple[Transformer, Schema]) -> None:
    figures = explain_texts(*trained, ["a b c", "d e"])
    assert list(figures) == ["attention 1", "attention 2"]
    figure = figures["attention 1"]
    assert isinstance(figure, Matrix)
    assert figure.columns == ("a", "b", "c")
    assert figure.values.shape == (len(figure.rows), 3)
    torch.testing.assert_close(figure.values.sum(1), torch.ones(len(figure.rows)))
    told = attention(*trained, torch.tensor([[4, 5, PAD]]), torch.tensor([[START, 7, END, PAD]]))
    assert told.rows == ("d", "<end>")


def test_samples_and_lengths_are_drawn(trained: tuple[Transformer, Schema]) -> None:
    body = samples(*trained, pairs(3)).body
    assert body.count("written:") == 3
    columns = tally(trained[0], pairs(), WORDS)
    line = by_length(columns, pairs(), WORDS).lines["greedy"]
    assert line.x.tolist() == sorted(line.x.tolist())
    assert values(columns.sum(axis=1), WORDS)["exact_match"].shape == ()
