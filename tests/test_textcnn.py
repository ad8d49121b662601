"""The convolutional network on sentences: equal to its equations, blind to padding, and able to see order."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn import functional as F

import etude
from etude.evaluation.phrases import phrases
from etude.layers.inputs import WordBag
from etude.models.textcnn import TextCNN
from etude.schema import Classes, Text

WORDS = 12
VOCABULARY = Text(tuple(f"w{k}" for k in range(WORDS)), "words", 9)
CLASSES = Classes("class", ("a", "b", "c"), (1, 1, 1))


def network(*, dropout: float = 0.0, classes: int = 3) -> TextCNN:
    return TextCNN(WORDS, classes, width=6, sizes=(2, 3, 5), filters=4, dropout=dropout).eval()


def by_the_equations(model: TextCNN, words: list[int]) -> np.ndarray:
    """Kim 2014, eq. 2 to 4, filter by filter and place by place."""
    vectors = model.embed.weight.detach().numpy()
    hits = []
    for h, layer in zip(model.sizes, model.filters, strict=True):
        assert isinstance(layer, nn.Conv1d) and layer.bias is not None
        sentence = words + [0] * max(0, h - len(words))
        for w, b in zip(layer.weight.detach().numpy(), layer.bias.detach().numpy(), strict=True):
            places = range(len(sentence) - h + 1)
            hits.append(max(max(0.0, float((w.T * vectors[sentence[i : i + h]]).sum() + b)) for i in places))
    answers: np.ndarray = model.answer.weight.detach().numpy() @ np.array(hits) + model.answer.bias.detach().numpy()
    return answers


def test_logits_are_those_of_the_equations() -> None:
    model = network()
    for words in ([4, 5, 6, 7, 8, 9, 4], [5, 6, 7, 8, 9], [7, 11, 4], [9]):
        found = model(torch.tensor([words]))[0].detach().numpy()
        np.testing.assert_allclose(found, by_the_equations(model, words), atol=1e-5)


def test_parameters_are_those_of_the_paper() -> None:
    model = TextCNN(1000, 2, width=300, sizes=(3, 4, 5), filters=100, dropout=0.5)
    assert sum(each.numel() for each in model.parameters()) == 1000 * 300 + 12 * 300 * 100 + 300 + 300 * 2 + 2


def test_padding_changes_no_answer() -> None:
    model, x = network(), torch.tensor([[4, 5, 6], [7, 8, 0]])
    torch.testing.assert_close(model(F.pad(x, (0, 9))), model(x))
    torch.testing.assert_close(model(torch.tensor([[7, 8]])), model(x)[1:])


class CountingPadding(TextCNN):
    """The pitfall: the maximum is taken over the padding too."""

    def forward(self, x: Int[Tensor, "batch time"]) -> Tensor:
        sentence = self.embed(x).transpose(1, 2)
        hits = [F.relu(layer(sentence)).amax(dim=2) for layer in self.filters]
        logits: Tensor = self.answer(torch.cat(hits, dim=1))
        return logits


def test_padding_that_counts_makes_the_answer_depend_on_the_other_texts_of_the_batch() -> None:
    model = CountingPadding(WORDS, 3, width=6, sizes=(2, 3, 5), filters=4, dropout=0.0)
    x = torch.tensor([[4, 5, 6, 7, 8]])
    for layer in model.filters:
        nn.init.constant_(layer.get_parameter("bias"), 1.0)  # such as a filter learns that seldom hits
    alone, beside_a_longer_one = model(x), model(F.pad(x, (0, 30)))
    assert (alone - beside_a_longer_one).abs().max() > 0.01
    counted = network()
    counted.load_state_dict(model.state_dict())
    torch.testing.assert_close(counted(x), counted(F.pad(x, (0, 30))))


def test_phrases_add_up_to_the_logits() -> None:
    model = network()
    x = torch.tensor([4, 5, 6, 7, 8, 9, 0, 0, 0])
    with torch.no_grad():
        shown = phrases(model, x, VOCABULARY, CLASSES)
        logits = model(x[None])[0]
    said = sum(float(line.split()[0]) for line in shown.body.splitlines())
    bias = model.answer.bias.detach()
    answer = int(logits.argmax())
    expected = float((logits - bias)[answer] - (logits - bias).mean())
    assert len(shown.body.splitlines()) < 8 or abs(said) > 0  # fewer lines than are shown: nothing is left out
    assert shown.title.startswith(f"What speaks for {CLASSES.names[answer]}")
    if len(shown.body.splitlines()) < 8:
        assert abs(said - expected) < 0.05


def ordered_words(path: Path) -> Path:
    """Two words whose order alone is the class."""
    chance = np.random.default_rng(0)
    rows = []
    for k in range(240):
        words = [f"filler{each}" for each in chance.integers(20, size=8)]
        place = int(chance.integers(7))
        words[place : place + 2] = ["red", "green"] if k % 2 else ["green", "red"]
        rows.append(f"{' '.join(words)},{'first' if k % 2 else 'second'}")
    path.write_text("text,class\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_it_sees_the_order_that_a_bag_of_words_cannot(tmp_path: Path) -> None:
    data = ordered_words(tmp_path / "order.csv")
    trained = etude.train("textcnn", data, steps=40, width=16, filters=8, rate=1e-2, out=tmp_path / "runs")
    judgement = etude.evaluate(trained)
    linear = next(each for each in judgement.baselines if each.name == "linear")
    assert float(judgement.evaluation.metrics["accuracy"].value or 0) > 0.95
    assert float(linear.metrics["accuracy"].value or 0) < 0.75
    answers = etude.predict(trained, ["filler1 red green filler2", "filler3 green red filler4"])
    assert [row.answer for row in answers.rows] == ["first", "second"]
    shown = etude.explain(trained, ["filler1 red green filler2"])
    assert "red green" in next(iter(shown.values())).body  # type: ignore[union-attr]


def test_the_bag_of_words_has_no_order() -> None:
    bag = WordBag(VOCABULARY)
    assert torch.equal(bag(torch.tensor([[4, 5, 6]])), bag(torch.tensor([[6, 4, 5]])))
