"""Corpora: parts that do not overlap, windows that miss nothing, and files that are no texts."""

import gzip
from pathlib import Path

import pytest
import torch

from etude.data.corpus import joined, load_corpus, random_windows, windows
from etude.data.splits import Splits
from etude.data.tokenizers import UNKNOWN, decode
from etude.errors import DataError, UsageError
from etude.records import IGNORED, Tokens
from etude.schema import Text
from etude.source import Source
from tests.real_data import real

SPLIT = (0.8, 0.1, 0.1)


def tokens_of(splits: Splits[Tokens]) -> Text:
    assert isinstance(splits.schema.inputs, Text)
    return splits.schema.inputs


def corpus_file(folder: Path, text: str, name: str = "text.txt") -> Source:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return Source(str(path), split=SPLIT)


def test_parts_are_the_text_in_its_order(tmp_path: Path) -> None:
    text = "".join(f"{number} sheep\n" for number in range(300))
    splits = load_corpus(corpus_file(tmp_path, text), length=16)
    parts = [decode(tokens_of(splits), joined(each).tolist()) for each in (splits.train, splits.valid, splits.test)]
    assert "".join(parts) == text
    assert len(parts[1]) == pytest.approx(len(text) / 10, abs=1)


def test_every_token_but_the_first_is_an_answer_once() -> None:
    tokens = torch.arange(4, 30)
    cut = windows(tokens, 7)
    assert cut.y[cut.y != IGNORED].tolist() == tokens[1:].tolist()
    assert torch.equal(joined(cut), tokens)
    answered = cut.y != IGNORED
    assert torch.equal(cut.y[answered], cut.x[answered] + 1)


def test_training_windows_never_hold_text_of_another_part(tmp_path: Path) -> None:
    """The pitfall: windows that are drawn first and divided later share most of their characters."""
    text = "a" * 800 + "b" * 100 + "c" * 100
    splits = load_corpus(corpus_file(tmp_path, text), length=16)
    batches = random_windows(splits.train, 64, seed=0)
    seen = set(torch.cat([next(batches).y for _ in range(50)]).flatten().tolist())
    assert {tokens_of(splits).vocabulary[each] for each in seen} == {"a"}
    assert (joined(splits.valid) == UNKNOWN).all()


def test_batch_n_depends_on_the_seed_and_n_alone() -> None:
    examples = windows(torch.arange(4, 500), 8)
    batches = random_windows(examples, 5, seed=3)
    third = [next(batches) for _ in range(3)][2]
    again = next(random_windows(examples, 5, seed=3, start=2))
    other = next(random_windows(examples, 5, seed=4, start=2))
    assert torch.equal(third.x, again.x)
    assert torch.equal(third.y, third.x + 1)
    assert not torch.equal(third.x, other.x)


def test_gzip_and_folders_are_read(tmp_path: Path) -> None:
    text = "one two three\n" * 50
    packed = load_corpus(corpus_file(tmp_path, text, "text.txt.gz"), length=8)
    plain = load_corpus(corpus_file(tmp_path, text), length=8)
    assert packed.fingerprint == plain.fingerprint
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "b.md").write_text("second " * 30)
    (folder / "below" / "a.txt").write_text("third " * 30)
    (folder / "a.txt").write_text("first " * 30)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    splits = load_corpus(Source(str(folder), split=SPLIT), length=8)
    begun = decode(tokens_of(splits), joined(splits.train).tolist())
    assert begun.startswith("first first")
    assert "3 files" in splits.notes[0]


def test_stdlib_is_a_megabyte_of_python() -> None:
    splits = load_corpus(Source("stdlib", split=(0.9, 0.05, 0.05)), length=64)
    assert 0.8e6 < len(joined(splits.train)) < 1.2e6
    assert "def " in decode(tokens_of(splits), joined(splits.test).tolist())


def test_overfit_trains_and_validates_on_the_same_windows(tmp_path: Path) -> None:
    source = corpus_file(tmp_path, "one two three\n" * 50)
    splits = load_corpus(Source(source.data, split=SPLIT, overfit=3), length=8)
    assert len(splits.train) == 3
    assert torch.equal(splits.train.x, splits.valid.x)


def test_tiny_shakespeare_is_the_one_that_everybody_uses() -> None:
    real("text-lm/tinyshakespeare.txt")
    splits = load_corpus(Source("tinyshakespeare", split=(0.9, 0.05, 0.05)), length=64)
    assert len(joined(splits.train)) == 1_003_855
    assert len(tokens_of(splits).vocabulary) == 65 + 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "give a file with text in it"),
        (b"short", "needs 17"),
        (b"\x89PNG\r\n", "PNG"),
        (b"a\x00b" * 99, "NUL"),
        (b"\xff" * 99, "UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        load_corpus(Source(str(path), split=SPLIT), length=16)


def test_unknown_name_empty_folder_and_odd_split_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="did you mean 'stdlib'"):
        load_corpus(Source("stdlb", split=SPLIT), length=16)
    with pytest.raises(DataError, match="no text files"):
        load_corpus(Source(str(tmp_path), split=SPLIT), length=16)
    with pytest.raises(UsageError, match="three parts"):
        load_corpus(Source("stdlib", split=(0.9, 0.1, 0.0)), length=16)
