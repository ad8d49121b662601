"""Texts with answers: where they are found, how they are encoded, and what is said of files that hold none."""

import tarfile
from pathlib import Path

import pytest
import torch
from real_data import real

from etude.data.load import load
from etude.data.new import read_new
from etude.data.packages import MOST, PACKAGES, packages
from etude.data.preview import preview
from etude.data.text_files import read_texts
from etude.data.text_sets import TEXT_ENTRIES, lines_of, long_reviews, sentiment_treebank
from etude.data.texts import encoded_texts, load_texts, padded, trimmed
from etude.data.tokenizers import PAD, UNKNOWN, decode
from etude.errors import DataError, UsageError
from etude.evaluation.baselines import baselines
from etude.figures import Histogram
from etude.figures import Text as Words
from etude.layers.inputs import BAG, SPECIAL, WordBag, flat_input
from etude.records import Labelled
from etude.schema import Classes, Quantity, Text
from etude.source import Source

GOOD, BAD = "a warm and funny film , number {}", "a dull and empty film , number {}"


def rows_of_reviews(copies: int = 15) -> list[tuple[str, str]]:
    return [(text.format(k), name) for k in range(copies) for text, name in ((GOOD, "good"), (BAD, "bad"))]


def table_of_reviews(path: Path, separator: str = ",") -> Path:
    rows = [f'"{text}"{separator}{name}' if separator == "," else f"{text}\t{name}" for text, name in rows_of_reviews()]
    path.write_text("\n".join([f"text{separator}mood", *rows]) + "\n", encoding="utf-8")
    return path


def words_of(inputs: object) -> Text:
    assert isinstance(inputs, Text)
    return inputs


@pytest.mark.parametrize(("name", "separator"), [("reviews.csv", ","), ("reviews.tsv", "\t")])
def test_a_table_finds_its_texts_and_answers(tmp_path: Path, name: str, separator: str) -> None:
    splits = load_texts(Source(str(table_of_reviews(tmp_path / name, separator))))
    assert isinstance(splits.schema.target, Classes)
    assert splits.schema.target.name == "mood" and splits.schema.target.names == ("bad", "good")
    text = decode(words_of(splits.schema.inputs), splits.train.x[0].tolist())
    assert text.startswith("a warm and funny film" if splits.train.y[0] == 1 else "a dull and empty film")
    assert splits.train.x.dtype == torch.int64 and len(splits.train) == 22


def test_jsonl_and_a_named_target_and_numbers_as_quantities(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    rows = [
        f'{{"stars": {k / 4}, "text": "{text}", "mood": "{name}"}}' for k, (text, name) in enumerate(rows_of_reviews())
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert load_texts(Source(str(path))).schema.answer.name == "mood"
    quantity = load_texts(Source(str(path), target="stars")).schema.answer
    assert isinstance(quantity, Quantity) and quantity.name == "stars"
    with pytest.raises(UsageError, match="stars"):
        load_texts(Source(str(path), target="starz"))


def test_quotation_marks_of_tab_separated_files_mean_nothing(tmp_path: Path) -> None:
    lines = [f'"{text}\t{name}' for text, name in rows_of_reviews()]  # never closed
    (tmp_path / "reviews.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    raw = read_texts(tmp_path / "reviews.tsv", Source("x"))
    assert len(raw.texts) == len(lines) and raw.texts[0].startswith('"a warm')


def test_a_folder_by_class_keeps_the_parts_it_has(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for k, (text, name) in enumerate(rows_of_reviews()):
            (tmp_path / part / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / part / name / f"{k:02}.txt").write_text(f"{part} {text}", encoding="utf-8")
    splits = load_texts(Source(str(tmp_path)))
    assert len(splits.test) == 30 and len(splits.train) + len(splits.valid) == 30
    raw = read_texts(tmp_path, Source("x"))
    assert raw.part is not None and [raw.texts[k].split()[0] for k in (0, 59)] == ["test", "train"]


def test_files_without_texts_are_refused(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("a,b\n" + "\n".join(f"{k},{k % 2}" for k in range(40)) + "\n")
    with pytest.raises(DataError, match="no column of texts"):
        load_texts(Source(str(tmp_path / "numbers.csv")))
    (tmp_path / "alone.csv").write_text("text\n" + "\n".join(f"some words of row {k}" for k in range(40)) + "\n")
    with pytest.raises(DataError, match="no column to answer"):
        load_texts(Source(str(tmp_path / "alone.csv")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="files in folders named after"):
        load_texts(Source(str(tmp_path / "empty")))
    with pytest.raises(DataError, match="no file or folder"):
        load_texts(Source(str(tmp_path / "absent.csv")))
    with pytest.raises(DataError, match="sst2"):
        load_texts(Source("sst"))
    with pytest.raises(DataError, match=r"called 'zzzzzz'\. Names: "):
        load_texts(Source("zzzzzz"))


def test_words_that_only_the_test_part_has_are_unknown(tmp_path: Path) -> None:
    for k, (text, name) in enumerate(rows_of_reviews()):
        for part, word in (("train", "seen"), ("valid", "seen"), ("test", "unseen")):
            (tmp_path / part / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / part / name / f"{k}.txt").write_text(f"{word} {text}", encoding="utf-8")
    splits = load_texts(Source(str(tmp_path)))
    vocabulary = words_of(splits.schema.inputs).vocabulary
    assert "seen" in vocabulary and "unseen" not in vocabulary
    assert (splits.test.x[:, 0] == UNKNOWN).all() and (splits.train.x[:, 0] != UNKNOWN).all()


def test_texts_are_cut_and_padded_and_never_empty() -> None:
    rows = padded([[5, 6, 7, 8], [], [9]], 3)
    assert rows.tolist() == [[5, 6, 7], [UNKNOWN, PAD, PAD], [9, PAD, PAD]]
    batch = trimmed(Labelled(padded([[5, 6], [9]], 30), torch.zeros(2, dtype=torch.int64)), torch.Generator())
    assert batch.x.shape == (2, 2)


def test_pieces_of_packages_are_real_and_always_the_same() -> None:
    raw, again = packages(), packages()
    assert raw.texts == again.texts and sorted(set(raw.answers)) == sorted(PACKAGES)
    assert max((raw.answers == name).sum() for name in PACKAGES) <= MOST
    assert len(set(raw.texts)) > 0.99 * len(raw.texts)


def test_the_files_of_the_named_sets_are_read_as_their_makers_wrote_them(tmp_path: Path) -> None:
    (tmp_path / "train").write_text('"an open quote\t1\nplain\t0\n', encoding="utf-8")
    (tmp_path / "valid").write_text("next\x85line\t1\n", encoding="utf-8")
    (tmp_path / "test").write_text("last\t0\n", encoding="utf-8")
    raw = sentiment_treebank(tuple(tmp_path / name for name in ("train", "valid", "test")), Source("x"), 0)
    assert raw.texts == ['"an open quote', "plain", "next\x85line", "last"]
    assert raw.answers.tolist() == [1, 0, 1, 0] and raw.part is not None and raw.part.tolist() == [0, 0, 1, 2]
    (tmp_path / "half.tar.gz").write_bytes(b"\x1f\x8b\x08 is cut off")
    with pytest.raises(DataError, match="fetch it again"):
        long_reviews((tmp_path / "half.tar.gz",), Source("x"), 0)


def test_long_reviews_are_named_by_their_folder(tmp_path: Path) -> None:
    for name in ("pos", "neg"):
        (tmp_path / "txt_sentoken" / name).mkdir(parents=True)
        (tmp_path / "txt_sentoken" / name / "cv1.txt").write_bytes(f"caf\xe9 {name}".encode("latin-1"))
    with tarfile.open(tmp_path / "reviews.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "txt_sentoken", "txt_sentoken")
    raw = long_reviews((tmp_path / "reviews.tar.gz",), Source("x"), 0)
    assert dict(zip(raw.texts, raw.answers.tolist(), strict=True)) == {"café neg": "negative", "café pos": "positive"}


PUBLISHED = {"sst2": (6920, 872, 1821), "mr": (10662,), "trec": (5452, 500), "sms-spam": (5574,)}


@pytest.mark.parametrize("name", PUBLISHED)
def test_named_sets_have_as_many_texts_as_were_published(name: str) -> None:
    layout = TEXT_ENTRIES[name].layouts[0]
    paths = tuple(real(f"{layout.folder}/{file}") for file in layout.files)
    raw = layout.open(paths, Source(name), 0)
    assert len(raw.texts) == sum(PUBLISHED[name])
    if raw.part is not None:
        assert tuple(int((raw.part == code).sum()) for code in sorted(set(raw.part.tolist()))) == PUBLISHED[name]
    assert len(lines_of(paths[-1], "latin-1")) == PUBLISHED[name][-1]


def test_new_texts_are_sentences_lines_or_tables(tmp_path: Path) -> None:
    source = Source(str(table_of_reviews(tmp_path / "reviews.csv")))
    splits = load_texts(source)
    (tmp_path / "lines.txt").write_text("a warm film\n\na dull film\n", encoding="utf-8")
    inputs = ["a funny film", str(tmp_path / "lines.txt"), ""]
    new = read_new(splits.schema, source, inputs)
    assert new.names == ("a funny film", "a warm film", "a dull film", "") and new.y is None
    assert torch.equal(new.x, encoded_texts(words_of(splits.schema.inputs), new.names))
    table = read_new(splits.schema, source, [tmp_path / "reviews.csv"])
    assert table.y is not None
    assert torch.equal(table.x[splits.rows[0]], splits.train.x) and torch.equal(table.y[splits.rows[0]], splits.train.y)
    with pytest.raises(DataError, match="no file"):
        read_new(splits.schema, source, ["absent.csv"])


def test_a_folder_of_new_texts_has_answers(tmp_path: Path) -> None:
    for k, (text, name) in enumerate(rows_of_reviews()):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / f"{k:02}.txt").write_text(text, encoding="utf-8")
    source = Source(str(tmp_path))
    splits = load_texts(source)
    new = read_new(splits.schema, source, [tmp_path])
    assert new.y is not None and torch.equal(new.y[splits.rows[0]], splits.train.y)
    assert all(Path(name).is_file() for name in new.names)


def test_a_run_of_files_takes_each_new_file_for_one_text(tmp_path: Path) -> None:
    for k, (text, name) in enumerate(rows_of_reviews()):
        (tmp_path / "by-class" / name).mkdir(exist_ok=True, parents=True)
        (tmp_path / "by-class" / name / f"{k:02}.txt").write_text(text, encoding="utf-8")
    source = Source(str(tmp_path / "by-class"))
    splits = load_texts(source)
    (tmp_path / "new").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "new" / name).write_text("a warm film\nand a funny one\n", encoding="utf-8")
    file, folder = str(tmp_path / "new" / "a.txt"), tmp_path / "new"
    assert read_new(splits.schema, source, [file]).names == (file,)
    both = read_new(splits.schema, source, [folder])
    assert both.names == (file, str(folder / "b.txt")) and both.y is None


def test_the_bag_knows_which_words_are_there() -> None:
    text = Text(tuple(str(k) for k in range(BAG + 10)), "words", 5)
    bag = flat_input(text)
    assert isinstance(bag, WordBag) and bag.width == BAG
    x = torch.tensor([[7, 7, 9, UNKNOWN, PAD], [BAG + 1, 4, PAD, PAD, PAD]])
    found = bag(x)
    assert found.nonzero().tolist() == [[0, 7], [0, 9], [1, 4]] and SPECIAL == 4


def test_a_linear_model_of_the_words_stands_beside(tmp_path: Path) -> None:
    splits = load_texts(Source(str(table_of_reviews(tmp_path / "reviews.csv"))))
    found = {each.name: each for each in baselines(splits.train, splits.valid, splits.schema, seed=0)}
    assert found["linear"].metrics["accuracy"].value == 1.0
    assert found["most frequent class"].metrics["accuracy"].value == 0.5


def test_preview_shows_texts_and_their_lengths(tmp_path: Path) -> None:
    splits = load_texts(Source(str(table_of_reviews(tmp_path / "reviews.csv"))))
    figures = preview(splits)
    shown, lengths = figures["texts"], figures["lengths"]
    assert isinstance(shown, Words) and "good: a warm and funny film" in shown.body
    assert isinstance(lengths, Histogram) and int(next(iter(lengths.counts.values())).sum()) == len(splits.train)
    assert load(Source("stdlib-packages")).schema.inputs.kind == "text"
