"""Tagged sentences: how they are read, how spans are counted, and what the chain of tags is good for."""

import gzip
from pathlib import Path

import pytest
import torch
from real_data import real
from seqeval.metrics import f1_score, precision_score, recall_score

import etude
from etude.data.code_roles import lines
from etude.data.splits import Splits
from etude.data.tagging import alike, encoded_sentences, load_tagging, trimmed_tags
from etude.data.tagging_files import read_sentences, read_tagged, repaired
from etude.data.tokenizers import PAD, UNKNOWN
from etude.errors import DataError
from etude.evaluation.spans import has_spans, spans
from etude.evaluation.tagging import memory_baseline, scored, tagged, tally
from etude.figures import Matrix
from etude.models.tagger import Tagger
from etude.objectives.tagging import tag_surprise
from etude.recipes.crf import TaggerRecipe
from etude.records import IGNORED, Tagged
from etude.schema import Schema, Tags, Text
from etude.source import Source

UNIVERSAL = """# text = We don't.
1\tWe\twe\tPRON\t_\t_\t0\t_\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\t_\t_\t0\t_\t_\t_
3\tn't\tnot\tPART\t_\t_\t0\t_\t_\t_
3.1\tgo\tgo\tVERB\t_\t_\t_\t_\t_\t_
4\t#\t#\tSYM\t_\t_\t0\t_\t_\t_

"""


def test_universal_dependencies_are_read_without_words_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "some.conllu.gz"
    path.write_bytes(gzip.compress(UNIVERSAL.encode() * 2))
    raw = read_tagged(path, Source("x"))
    assert raw.sentences == [["We", "do", "n't", "#"]] * 2
    assert raw.tags == [["PRON", "AUX", "PART", "SYM"]] * 2


def test_first_and_last_column_are_word_and_tag_and_a_folder_brings_its_parts(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nis VBZ I-VP O\n\n\nUN NNP I-NP I-ORG")
    (tmp_path / "testa.dev").write_text("He PRP O O\n")
    raw = read_tagged(tmp_path, Source("x"))
    assert raw.sentences == [["EU", "is"], ["UN"], ["He"]]
    assert raw.tags == [["B-ORG", "O"], ["B-ORG"], ["O"]]
    assert raw.part is not None
    assert raw.part.tolist() == [0, 0, 1]
    assert raw.notes == ("2 spans begin with I- in the files, and with B- here",)


def test_bad_columns_are_refused_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("a O\nb\n")
    with pytest.raises(DataError, match=r"line 2 of a\.conll has no tag"):
        read_tagged(tmp_path / "a.conll", Source("x"))
    (tmp_path / "empty.conll").write_text("\n\n")
    with pytest.raises(DataError, match="no sentences"):
        read_tagged(tmp_path / "empty.conll", Source("x"))
    with pytest.raises(DataError, match="'train' in its name"):
        read_tagged(tmp_path, Source("x"))
    with pytest.raises(DataError, match="did you mean 'ewt-pos'"):
        load_tagging(Source("ewt-po"))
    (tmp_path / "one.conll").write_text("a O\n\nb O\n\nc O\n\nd O\n")
    with pytest.raises(DataError, match="nothing to learn"):
        load_tagging(Source(str(tmp_path / "one.conll")))


def test_inside_tags_that_begin_a_span_are_mended() -> None:
    assert repaired([["I-a", "I-a", "I-b", "O", "I-b", "B-b", "I-b"]]) == (
        [["B-a", "I-a", "B-b", "O", "B-b", "B-b", "I-b"]],
        3,
    )


@pytest.mark.parametrize("marks", ["SE", "UL"])
def test_tags_of_ends_and_single_words_are_spans(tmp_path: Path, marks: str) -> None:
    single, last = marks
    rows = f"New B-LOC|York I-LOC|City {last}-LOC|and O|Paris {single}-LOC|Rome {single}-LOC"
    (tmp_path / "places.txt").write_text(rows.replace("|", "\n") + "\n")
    raw = read_tagged(tmp_path / "places.txt", Source("x"))
    assert raw.tags == [["B-LOC", "I-LOC", "I-LOC", "O", "B-LOC", "B-LOC"]] and has_spans(raw.tags[0])
    assert raw.notes == ("3 tags of ends and single words (BIOES, BILOU) are I- and B- here",)


def test_tags_that_only_look_like_marks_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "parts.txt").write_text("go S-bar\nhome E-bar\nnow ADV\n")
    assert read_tagged(tmp_path / "parts.txt", Source("x")).tags == [["S-bar", "E-bar", "ADV"]]


def test_tags_before_their_words_are_refused(tmp_path: Path) -> None:
    """Each different word would be a tag, and one update of the chain would take a minute."""
    (tmp_path / "turned.txt").write_text("".join(f"{'NV'[k % 2]} word{k}\n" for k in range(60)))
    with pytest.raises(DataError, match="the word is the first column"):
        read_tagged(tmp_path / "turned.txt", Source("x"))


def test_words_are_ids_and_bytes_and_no_sentence_is_cut() -> None:
    splits = load_tagging(Source("code-roles"))
    text, tags = splits.schema.inputs, splits.schema.target
    assert isinstance(text, Text) and isinstance(tags, Tags)
    assert has_spans(tags.names)
    assert sum(tags.counts) == int((splits.train.y != IGNORED).sum())
    for part in (splits.train, splits.valid, splits.test):
        assert torch.equal(part.x == PAD, part.y == IGNORED)
    x, letters = encoded_sentences(text, [["Self", "é", "x" * 10 + "y" * 10], ["no-such-word"]])
    assert x[0, 0] == text.vocabulary.index("self")
    assert x[1].tolist() == [UNKNOWN, PAD, PAD]
    assert bytes(letters[0, 0].tolist()).rstrip(b"\0") == b"Self"
    assert bytes(letters[0, 1].tolist()).rstrip(b"\0") == "é".encode()
    assert bytes(letters[0, 2].tolist()) == b"x" * 8 + b"y" * 8


def test_roles_in_code_are_those_of_its_syntax_tree() -> None:
    (line,) = lines("self.name = os.path.join(base, key=value)\n")
    assert line == [
        ("self", "B-assigned"),
        (".", "I-assigned"),
        ("name", "I-assigned"),
        ("=", "O"),
        ("os", "B-call"),
        (".", "I-call"),
        ("path", "I-call"),
        (".", "I-call"),
        ("join", "I-call"),
        ("(", "O"),
        ("base", "O"),
        (",", "O"),
        ("key", "B-keyword"),
        ("=", "O"),
        ("value", "O"),
        (")", "O"),
    ]


def test_spans_are_counted_as_seqeval_and_conlleval_do() -> None:
    names = ["O", "B-a", "I-a", "B-b", "I-b"]
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randint(5, (2, 60, 9), generator=generator).tolist()
    truth, answer = ([[names[each] for each in row] for row in rows] for rows in drawn)
    sizes = [(len(spans(a)), len(spans(b)), len(spans(a) & spans(b))) for a, b in zip(answer, truth, strict=True)]
    found, wanted, hits = (sum(column) for column in zip(*sizes, strict=True))
    assert hits / found == pytest.approx(precision_score(truth, answer))
    assert hits / wanted == pytest.approx(recall_score(truth, answer))
    assert 2 * hits / (found + wanted) == pytest.approx(f1_score(truth, answer))
    assert not has_spans(["NOUN", "O"])


def test_most_tokens_right_can_mean_no_span_right() -> None:
    """The known pitfall: accuracy of tokens reported where spans are wanted."""
    target = Tags("entity", ("O", "B-a", "I-a"), (1, 1, 1))
    y = torch.tensor([[0] * 8 + [1, 2]] * 5)
    examples = Tagged(torch.ones_like(y), torch.zeros(5, 10, 16, dtype=torch.uint8), y)
    scores = scored(tally([[0] * 10] * 5, examples, target), target)
    assert scores["accuracy"].value == pytest.approx(0.8)
    assert scores["f1"].value == 0


def between_marks(n: int) -> Tagged:
    """A span begins and ends at marks that look alike; what is inside looks like what is outside."""
    chance = torch.Generator().manual_seed(1)
    x = torch.randint(5, 9, (n, 12), generator=chance)
    y = torch.zeros_like(x)
    for row in range(n):
        first = int(torch.randint(0, 5, (1,), generator=chance))
        last = first + 2 + int(torch.randint(0, 4, (1,), generator=chance))
        x[row, [first, last]] = 4
        y[row, first] = 1
        y[row, first + 1 : last + 1] = 2
    noise = torch.rand(x.shape, generator=chance) < 0.1
    return Tagged(x.masked_fill(noise, 1), torch.zeros(n, 12, 16, dtype=torch.uint8), y)


def test_chain_gives_whole_spans_where_tags_by_themselves_break_them() -> None:
    train, test = between_marks(300), between_marks(200)
    text = Text(tuple("abcdefghi"), "words", 12)
    target = Tags("span", ("O", "B-a", "I-a"), (1, 1, 1))
    empty = torch.zeros(0, dtype=torch.int64)
    splits = Splits(train, test, test, Schema(text, target), (empty, empty, empty), "", (), "")
    broken = {}
    for linked in (True, False):
        torch.manual_seed(0)
        recipe = TaggerRecipe(chain=linked, width=8, hidden=8, dropout=0.0)
        network = recipe.network(splits.schema)
        assert isinstance(network, Tagger)
        optimizer = recipe.optimizer(network, 60)
        for number in range(60):
            rows = torch.arange(number * 30, number * 30 + 30) % 300
            optimizer.minimize([tag_surprise(network, train[rows])])
        names = target.names
        _, given = tagged(network, test)
        steps = [pair for row in given for pair in zip([0, *row], row, strict=False)]
        broken[linked] = sum(names[after] == "I-a" and names[before] == "O" for before, after in steps)
    assert broken[True] == 0
    assert broken[False] > 5


def test_padding_and_neighbours_in_the_batch_change_no_sentence() -> None:
    splits = load_tagging(Source("code-roles", overfit=20))
    network = TaggerRecipe(width=8, hidden=8).network(splits.schema).eval()
    together = network(*splits.train.tensors())
    alone = [network(*trimmed_tags(splits.train[k : k + 1]).tensors()) for k in range(20)]
    torch.testing.assert_close(torch.cat(alone), together, atol=1e-4, rtol=1e-5)


def test_usual_tag_of_a_word_is_what_it_had_most_often() -> None:
    x = torch.tensor([[4, 4, 5, 0]])
    y = torch.tensor([[0, 1, 1, IGNORED]])
    train = Tagged(x.repeat(3, 1), torch.zeros(3, 4, 16, dtype=torch.uint8), y.repeat(3, 1))
    test = Tagged(
        torch.tensor([[5, 9, 0, 0]]), torch.zeros(1, 4, 16, dtype=torch.uint8), torch.tensor([[1, 1, -100, -100]])
    )
    baseline = memory_baseline(train, test, Tags("t", ("N", "V"), (3, 6)))
    assert baseline.metrics["accuracy"].value == 1


def test_run_tags_sentences_and_explains_them(tmp_path: Path) -> None:
    (tmp_path / "train.conll").write_text("x name\n= O\nf call\n( O\ny name\n) O\n\nclose call\n( O\n) O\n\n" * 20)
    trained = etude.train("crf", tmp_path / "train.conll", steps=20, hidden=8, width=8, out=tmp_path)
    (tmp_path / "lines.txt").write_text("close()\n\nx = f(y)\n")
    answers = etude.predict(trained, [str(tmp_path / "lines.txt"), "open(name)"])
    assert [row.name for row in answers.rows] == ["close()", "x = f(y)", "open(name)"]
    assert all(row.answer.replace("/", "") for row in answers.rows if isinstance(row.answer, str))
    figures = trained.recipe.explain(trained.predictor.network, trained.schema, ["x = f(y)"])
    matrix = figures["tags 1"]
    assert isinstance(matrix, Matrix)
    torch.testing.assert_close(matrix.values.sum(0), torch.ones(6), atol=1e-4, rtol=0)
    judgement = etude.evaluate(trained, on="valid")
    assert judgement.evaluation.metrics["accuracy"].value == trained.run.curves()[-1]["valid_accuracy"]
    assert read_sentences(["a b"], Source("x")) == ["a b"]


def test_real_treebank_has_its_published_size() -> None:
    real("tagging/en_ewt-ud-train.conllu.gz")
    splits = load_tagging(Source("ewt-pos"))
    words = [int((part.y != IGNORED).sum()) for part in (splits.train, splits.valid, splits.test)]
    assert words == [204_577, 25_147, 25_094]
    assert isinstance(splits.schema.target, Tags)
    assert len(splits.schema.target.names) == 17


def test_batches_hold_sentences_of_like_length_and_every_one_once() -> None:
    y = torch.tensor([[0] * n + [IGNORED] * (30 - n) for n in (*range(1, 31), *range(1, 31))])
    examples = Tagged((y != IGNORED).long() * torch.arange(60)[:, None] + (y != IGNORED), y.byte()[:, :, None], y)
    batches = alike(examples, 8, seed=3)
    epoch = [next(batches) for _ in range(8)]
    assert sorted(row for batch in epoch for row in batch.x[:, 0].tolist()) == list(range(1, 61))
    assert sum(batch.x.numel() for batch in epoch) < 1.2 * int((y != IGNORED).sum())
    later = alike(examples, 8, seed=3, start=9)
    next(batches)
    assert torch.equal(next(batches).x, next(later).x)
