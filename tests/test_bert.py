"""BERT: the words that are hidden, the network against transformers, and what guessing words is good for."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForMaskedLM, BertForSequenceClassification

import etude
from etude.chance import stream
from etude.data.masking import masking
from etude.data.tokenizers import END, PAD, START, UNKNOWN
from etude.errors import UsageError
from etude.evaluation.masked_words import guesses, guessing_scores
from etude.models.bert import BERT, framed
from etude.objectives.masked_words import masked_words
from etude.optim import Optimizer, adam
from etude.records import IGNORED, Tokens
from etude.schema import Text

WORDS, LENGTH = 50, 12


def network(**settings: float) -> BERT:
    return BERT(WORDS, 3, length=LENGTH, width=16, layers=2, heads=4, dropout=float(settings.get("dropout", 0.0)))


def texts(n: int = 6) -> Tensor:
    x = torch.randint(4, WORDS, (n, LENGTH))
    for row in range(n):
        x[row, LENGTH - row :] = PAD
    return x


def copied(peer: BertForMaskedLM | BertForSequenceClassification, own: BERT) -> None:
    """Give the peer our weights."""
    theirs = peer.bert
    theirs.embeddings.word_embeddings.weight.copy_(own.embed.weight)
    theirs.embeddings.position_embeddings.weight.copy_(own.places.weight)
    theirs.embeddings.token_type_embeddings.weight.zero_()
    theirs.embeddings.LayerNorm.load_state_dict(own.norm.state_dict())
    for layer, block in zip(theirs.encoder.layer, own.blocks, strict=True):
        attention = layer.attention.self
        for part, weight, bias in zip(
            (attention.query, attention.key, attention.value),
            block.attention.project.weight.chunk(3),
            block.attention.project.bias.chunk(3),
            strict=True,
        ):
            part.weight.copy_(weight)
            part.bias.copy_(bias)
        layer.attention.output.dense.load_state_dict(block.attention.out.state_dict())
        layer.attention.output.LayerNorm.load_state_dict(block.norms[0].state_dict())
        layer.intermediate.dense.load_state_dict(block.feed[0].state_dict())
        layer.output.dense.load_state_dict(block.feed[2].state_dict())
        layer.output.LayerNorm.load_state_dict(block.norms[1].state_dict())


def config() -> BertConfig:
    return BertConfig(
        vocab_size=WORDS + 1,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=LENGTH + 2,
        layer_norm_eps=1e-5,
        num_labels=3,
    )


@torch.no_grad()
def shaken(own: BERT) -> BERT:
    """Weights large enough that every part of the network matters."""
    for parameter in own.parameters():
        parameter.add_(0.3 * torch.randn_like(parameter))
    return own.eval()


@torch.no_grad()
def test_classes_equal_those_of_transformers_on_copied_weights() -> None:
    own, peer, x = shaken(network()), BertForSequenceClassification(config()).eval(), texts()
    copied(peer, own)
    peer.bert.pooler.dense.load_state_dict(own.pool.state_dict())
    peer.classifier.load_state_dict(own.answer.state_dict())
    ids = framed(x)
    expected = peer(input_ids=ids, attention_mask=(ids != PAD).long()).logits
    torch.testing.assert_close(own(x), expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_guessed_words_equal_those_of_transformers_on_copied_weights() -> None:
    own, peer, x = shaken(network()), BertForMaskedLM(config()).eval(), texts()
    copied(peer, own)
    head = peer.cls.predictions
    head.transform.dense.load_state_dict(own.turn.state_dict())
    head.transform.LayerNorm.load_state_dict(own.turn_norm.state_dict())
    head.decoder.weight.copy_(own.embed.weight)
    head.decoder.bias[:WORDS].copy_(own.frequency)
    asked = (x != PAD) & (torch.rand(x.shape) < 0.5)
    ids = framed(x)
    expected = peer(input_ids=ids, attention_mask=(ids != PAD).long()).logits[:, 1:-1, :WORDS][asked]
    torch.testing.assert_close(own.words(x, asked), expected, atol=1e-5, rtol=1e-5)


def test_a_text_stands_between_its_start_and_its_end() -> None:
    assert framed(torch.tensor([[7, 8, 9], [7, PAD, PAD]])).tolist() == [
        [START, 7, 8, 9, END],
        [START, 7, END, PAD, PAD],
    ]


def test_padding_changes_no_answer() -> None:
    own = shaken(network())
    x = texts()
    wide = torch.cat([x[3:, :9], x.new_zeros(3, 3)], dim=1)
    torch.testing.assert_close(own(x[3:, :9]), own(wide))


def test_fifteen_of_a_hundred_words_are_asked_for_in_the_shares_of_the_paper() -> None:
    x = torch.randint(4, 1000, (400, 100))
    hidden = masking(1000)(Tokens(x, x), stream(0, "masking"))
    asked = hidden.y != IGNORED
    assert float(asked.double().mean()) == pytest.approx(0.15, abs=0.01)
    assert torch.equal(hidden.y[asked], x[asked])
    assert torch.equal(hidden.x[~asked], x[~asked])
    there = hidden.x[asked]
    shares = [float(each.double().mean()) for each in (there == 1000, there == x[asked])]
    assert shares == pytest.approx([0.8, 0.1], abs=0.02)
    assert int(there[there != 1000].min()) >= 4


def test_the_same_text_is_masked_otherwise_each_time_and_the_same_for_the_same_chance() -> None:
    mask, x = masking(WORDS), texts()
    first, again, other = (mask(Tokens(x, x), stream(0, "augmentation", number)) for number in (1, 1, 2))
    assert torch.equal(first.x, again.x)
    assert not torch.equal(first.y, other.y)


def test_every_text_with_a_known_word_is_asked_for_one_and_padding_never() -> None:
    x = torch.tensor([[7, PAD, PAD], [UNKNOWN, 8, PAD], [UNKNOWN, UNKNOWN, PAD]])
    for number in range(20):
        hidden = masking(WORDS)(Tokens(x, x), stream(0, "augmentation", number))
        assert (hidden.y != IGNORED).sum(1).tolist() == [1, 1, 0]
        assert hidden.x.shape == (3, 2)


def test_loss_counts_hidden_words_alone() -> None:
    own, x = shaken(network()), texts()
    y = torch.full_like(x, IGNORED)
    y[0, 2], y[1, 3] = x[0, 2], x[1, 3]
    loss = masked_words(own, Tokens(x, y))
    logits = own.words(x, y != IGNORED)
    assert int(loss.n) == 2
    torch.testing.assert_close(loss.value, nn.functional.cross_entropy(logits, y[y != IGNORED]))
    assert masked_words(own, Tokens(x, torch.full_like(x, IGNORED))).value.item() == 0


def pairs(n: int, chance: torch.Generator) -> Tensor:
    """Texts of two halves: each word of the second is that of the first plus 8."""
    first = torch.randint(4, 12, (n, 4), generator=chance)
    return torch.cat([first, first + 8], dim=1)


def taught(*, copy: bool) -> float:
    """Accuracy of hidden words after updates in which all words are asked for as they stand, or only hidden ones."""
    torch.manual_seed(0)
    own = BERT(20, 2, length=8, width=32, layers=1, heads=4, dropout=0.0)
    chance, mask = torch.Generator().manual_seed(0), masking(20)
    optimizer = Optimizer(adam(own.parameters(), rate=3e-3))
    for _ in range(250):
        x = pairs(32, chance)
        batch = mask(Tokens(x, x), chance)
        optimizer.minimize([masked_words(own, Tokens(x, x) if copy else batch)])
    x = pairs(200, chance)
    return guessing_scores(own, Tokens(x, x), words=20)["masked_accuracy"]


def test_a_network_that_sees_what_it_must_say_learns_to_copy_and_nothing_else() -> None:
    """The known pitfall: the loss falls to nothing when words that are not hidden are asked for."""
    assert taught(copy=False) > 0.6
    assert taught(copy=True) < 0.3


def test_guesses_are_listed_for_hidden_words_or_for_each_in_turn() -> None:
    kind = Text(("<pad>", "<unk>", "<start>", "<end>", *(f"w{k}" for k in range(WORDS - 4))), "words", LENGTH)
    own = shaken(network())
    assert len(guesses(own, kind, "w1 [MASK] w3 [MASK]").splitlines()) == 2
    each = guesses(own, kind, "w1 w2 w3").splitlines()
    assert [line.split(":")[0] for line in each] == ["w1", "w2", "w3"]


def test_run_guesses_words_then_learns_classes(tmp_path: Path) -> None:
    kinds = (("good", "yes"), ("bad", "no"))
    rows = [f"a {kinds[k % 2][0]} film number {k % 5} of {k % 3} days,{kinds[k % 2][1]}" for k in range(80)]
    (tmp_path / "films.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    small = {"width": 16, "heads": 2, "layers": 1, "batch": 16}
    trained = etude.train("bert", tmp_path / "films.csv", steps=80, rate=3e-3, out=tmp_path, **small)
    judgement = etude.evaluate(trained)
    assert (judgement.evaluation.metrics["accuracy"].value or 0) > 0.8
    assert etude.predict(trained, ["a good film"]).rows[0].answer == "yes"
    figures = trained.recipe.explain(trained.predictor.network, trained.schema, ["[MASK] film number 3"])
    assert "[MASK]: " in figures["words 1"].body
    with pytest.raises(UsageError, match="0 or more"):
        etude.train("bert", tmp_path / "films.csv", pretraining=-1, out=tmp_path)
    with pytest.raises(UsageError, match="cannot be shared"):
        etude.train("bert", tmp_path / "films.csv", width=10, heads=4, out=tmp_path)
