import random
import zipfile
from itertools import islice
from pathlib import Path

import polars as pl
import pytest
import torch
from real_data import real

from etude.data.bucketed import bucketed, by_length, trimmed
from etude.data.pair_files import read_pairs
from etude.data.pair_sets import addition, reversal, spanish
from etude.data.pair_tables import new_texts
from etude.data.tokenizers import END, PAD, START, UNKNOWN, decode
from etude.data.translation import load_pairs
from etude.errors import DataError, UsageError
from etude.records import Pairs
from etude.schema import Text, Written
from etude.source import Source

SENTENCES = ["ein Hund läuft", "eine Katze schläft", "der Hund schläft", "die Katze läuft schnell"]
ENGLISH = ["a dog runs", "a cat sleeps", "the dog sleeps", "the cat runs fast"]


def file_of_pairs(path: Path, *, copies: int = 5) -> Path:
    rows = [f"{a}\t{b} {n}\tsource" for n in range(copies) for a, b in zip(SENTENCES, ENGLISH, strict=True)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def written_side(splits: object) -> Text:
    target = splits.schema.target  # type: ignore[attr-defined]
    assert isinstance(target, Written)
    return target.text


def test_sums_are_right_and_no_sum_occurs_twice() -> None:
    raw = addition()
    assert all(sum(map(int, a.split("+"))) == int(b) for a, b in zip(raw.sources, raw.targets, strict=True))
    unordered = {tuple(sorted(map(int, a.split("+")))) for a in raw.sources}
    assert len(unordered) == len(raw.sources) == 50_000
    assert max(max(map(int, a.split("+"))) for a in raw.sources) == 999


def test_reversals_are_reversed() -> None:
    raw = reversal()
    assert all(a == b[::-1] and len(a) == 16 for a, b in zip(raw.sources, raw.targets, strict=True))
    assert len(set(raw.sources)) == 20_000


def test_tab_separated_pairs_are_read_as_words(tmp_path: Path) -> None:
    splits = load_pairs(Source(str(file_of_pairs(tmp_path / "pairs.tsv")), split=(0.5, 0.25, 0.25)))
    assert isinstance(splits.schema.inputs, Text)
    assert splits.schema.inputs.tokenizer == "words"
    side = written_side(splits)
    row = splits.train.y[0].tolist()
    assert row[0] == START
    assert END in row
    text = decode(side, row)
    assert text == text.lower()
    assert set(splits.train.x.flatten().tolist()) <= set(range(len(splits.schema.inputs.vocabulary)))


def test_pairs_with_an_equal_first_text_stay_in_one_part(tmp_path: Path) -> None:
    splits = load_pairs(Source(str(file_of_pairs(tmp_path / "pairs.tsv")), split=(0.5, 0.25, 0.25)))
    parts = [set(map(tuple, part.x.tolist())) for part in (splits.train, splits.valid, splits.test)]
    assert not parts[0] & parts[1]
    assert not (parts[0] | parts[1]) & parts[2]
    assert [len(part) for part in (splits.train, splits.valid, splits.test)] == [10, 5, 5]


def test_two_aligned_files_are_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "text.de").write_text("\n".join(SENTENCES) + "\n", encoding="utf-8")
    (tmp_path / "text.en").write_text("\n".join(ENGLISH) + "\n", encoding="utf-8")
    source = Source(str(tmp_path / "text.de"), target=str(tmp_path / "text.en"), split=(0.5, 0.25, 0.25))
    splits = load_pairs(source)
    assert splits.schema.target.name == "en"
    (tmp_path / "text.en").write_text("\n".join(ENGLISH[:3]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"4 lines .* 3"):
        load_pairs(source)


def test_target_turns_the_pairs() -> None:
    forth, back = load_pairs(Source("addition")), load_pairs(Source("addition", target="sum"))
    assert isinstance(back.schema.inputs, Text)
    assert decode(back.schema.inputs, back.test.x[0].tolist()) == decode(written_side(forth), forth.test.y[0].tolist())
    with pytest.raises(UsageError, match="sum and total"):
        load_pairs(Source("addition", target="difference"))


def test_line_without_a_tab_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("eins\tone\nzwei two\n")
    with pytest.raises(DataError, match="line 2"):
        load_pairs(Source(str(path)))
    path.write_text("\t\n")
    with pytest.raises(DataError, match="no pair"):
        load_pairs(Source(str(path)))
    with pytest.raises(DataError, match="did you mean 'addition'"):
        load_pairs(Source("additon"))


def test_second_file_that_is_not_there_and_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "train.en").write_text("a house\na dog\n")
    with pytest.raises(DataError, match=r"train\.es: there is no such file"):
        load_pairs(Source(str(tmp_path / "train.en"), target=str(tmp_path / "train.es")))
    with pytest.raises(DataError, match="is a folder: give one file"):
        load_pairs(Source(str(tmp_path)))


def test_empty_sides_and_long_texts_are_left_out_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    rows = [f"{n}\t{n}{n}" for n in range(40)] + ["\tempty", "1" * 500 + "\t2"]
    path.write_text("\n".join(rows) + "\n")
    splits = load_pairs(Source(str(path), split=(0.9, 0.05, 0.05)))
    assert any("empty side" in note for note in splits.notes)
    assert splits.train.x.shape[1] <= 400


def test_a_text_of_a_million_letters_among_short_ones_takes_no_memory(tmp_path: Path) -> None:
    """Rows are as wide as the longest text that is kept; 41 of a million letters would be 330 MB a side."""
    path = tmp_path / "pairs.tsv"
    rows = [f"{n}\t{n}{n}" for n in range(37)] + [f"{n}\t{'1' * 10**6}" for n in range(37, 41)]
    random.Random(0).shuffle(rows)
    path.write_text("\n".join(rows) + "\n")
    splits = load_pairs(Source(str(path)))
    assert {each.y.shape[1] for each in (splits.train, splits.valid, splits.test)} == {6}
    assert sum(len(each) for each in splits.rows) == 37
    assert splits.notes[-1].startswith("4 pairs of more than 400 tokens left out: ")
    path.write_text("".join(f"{n}\t{'1' * 500}\n" for n in range(40)))
    with pytest.raises(DataError, match="each of the 28 pairs for training has a text of more than 400") as caught:
        load_pairs(Source(str(path)))
    assert caught.value.code == "E-PAIRS-LONG"


def test_vocabulary_is_that_of_the_training_part(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join(f"word{n} again again\tthing{n} again again" for n in range(40)) + "\n")
    splits = load_pairs(Source(str(path)))
    assert isinstance(splits.schema.inputs, Text)
    assert splits.schema.inputs.vocabulary[4:] == ("again",)  # the others occur once
    assert (splits.test.x[:, 0] == UNKNOWN).all()


def numbered(n: int) -> Pairs:
    """Pair k has k % 7 + 1 tokens on each side, all of them k + 4."""
    lengths = torch.arange(n) % 7 + 1
    x = (torch.arange(n)[:, None] + 4).masked_fill(torch.arange(8) >= lengths[:, None], PAD)
    return Pairs(x, x)


def test_an_epoch_of_buckets_shows_each_pair_once_without_much_padding() -> None:
    pairs = numbered(490)
    batches = list(islice(bucketed(pairs, 10, seed=0), 49))
    assert sorted(int(row[0]) for batch in batches for row in batch.x) == list(range(4, 494))
    assert sum(int((batch.x == PAD).sum()) for batch in batches) == 0  # 490 pairs are one pool, 70 of each length
    firsts = [int((batch.x[0] != PAD).sum()) for batch in batches]
    assert firsts != sorted(firsts)


def test_bucket_number_n_depends_on_the_seed_and_n_alone() -> None:
    pairs = numbered(95)
    batches = list(islice(bucketed(pairs, 10, seed=3), 25))
    for start in (4, 10, 13):
        again = next(bucketed(pairs, 10, seed=3, start=start))
        assert torch.equal(again.x, batches[start].x)
    assert not torch.equal(next(bucketed(pairs, 10, seed=4)).x, batches[0].x)


def test_batches_by_length_hold_every_row() -> None:
    pairs = numbered(30)
    found = [(rows, batch) for rows, batch in by_length(pairs, 8)]
    assert sorted(torch.cat([rows for rows, _ in found]).tolist()) == list(range(30))
    for rows, batch in found:
        assert torch.equal(batch.x[:, 0], pairs.x[rows, 0])
    assert trimmed(pairs[:1]).x.shape == (1, 1)


def test_multi30k_keeps_its_parts() -> None:
    real("translation/multi30k-train.de.gz")
    splits = load_pairs(Source("multi30k-de-en"))
    assert [len(part) for part in (splits.train, splits.valid, splits.test)] == [29_000, 1_014, 1_000]
    assert 7_000 < len(splits.schema.inputs.vocabulary) < 9_000  # type: ignore[union-attr]


def test_spanish_pairs_stay_together_by_their_english_side(tmp_path: Path) -> None:
    path = tmp_path / "spa-eng.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("spa-eng/spa.txt", "Go.\tVe.\nGo.\tVete.\nRun!\t¡Corre!\n")
    raw = spanish((path,), Source("spa-eng"), 0)
    assert raw.groups is not None
    assert raw.groups.tolist() == [0, 0, 1]
    assert raw.names == ("en", "es")


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_two_columns_of_a_table_are_pairs(tmp_path: Path, suffix: str) -> None:
    rows = [(a, f"{b}, {n}") for n in range(5) for a, b in zip(SENTENCES, ENGLISH, strict=True)]
    frame = pl.DataFrame(rows, schema=["german", "english"], orient="row")
    path = tmp_path / f"pairs.{suffix}"
    {"csv": frame.write_csv, "jsonl": frame.write_ndjson, "parquet": frame.write_parquet}[suffix](path)
    raw = read_pairs(path, Source(str(path)))
    assert (raw.sources[0], raw.targets[0], raw.names) == (*rows[0], ("german", "english"))
    turned = read_pairs(path, Source(str(path), target="german"))
    assert (turned.targets, turned.sources, turned.names) == (raw.sources, raw.targets, ("english", "german"))
    splits = load_pairs(Source(str(path)))
    assert splits.schema.target.name == "english" and any("english is written for german" in n for n in splits.notes)
    assert new_texts(path, Source(str(path)), written="english") == raw.sources


def test_numbers_beside_two_columns_of_texts_are_passed_over_and_a_third_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("id,said,meant,by\n" + "".join(f"{n},word {n},thing {n},Ann\n" for n in range(12)))
    with pytest.raises(DataError, match=r"3 columns of texts \(said, meant, by\).* --drop"):
        load_pairs(Source(str(path)))
    with pytest.raises(UsageError, match="no column 'ment'"):
        load_pairs(Source(str(path), target="ment", drop=("by",)))
    assert read_pairs(path, Source(str(path), drop=("by",))).names == ("said", "meant")
