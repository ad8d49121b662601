"""The catalogue: where it looks, what it demands, and the published facts of its sets."""

import gzip
import hashlib
import io
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from real_data import real

from etude.data import catalogue, classic
from etude.data.catalogue import ENTRIES, cache, descriptions, get, open_entry
from etude.data.download import is_safe
from etude.data.entries import folders
from etude.data.load import NAMES, load
from etude.data.raw import RawTable
from etude.errors import DataError
from etude.schema import Classes, Pictures
from etude.source import Source


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without data."""
    monkeypatch.delenv("ETUDE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "etude"


def test_every_name_has_a_sentence() -> None:
    assert set(descriptions()) >= set(NAMES)
    assert all(len(about) > 20 for about in descriptions().values())


@pytest.mark.parametrize("name", ENTRIES)
def test_what_is_fetched_is_what_is_read(name: str) -> None:
    entry = ENTRIES[name]
    assert not entry.files or {each.name for each in entry.files} == set(entry.layouts[0].files)
    for file in entry.files:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256) and file.size > 0 and file.urls
        assert all(is_safe(url) for url in file.urls)


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.files])
def test_the_digests_are_those_of_the_files_at_hand(name: str) -> None:
    checked = 0
    for file in ENTRIES[name].files:
        path = real(".") / ENTRIES[name].layouts[0].folder / file.name
        if path.exists():
            content = path.read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
            checked += 1
    if not checked:
        pytest.skip(f"ETUDE_DATA holds no official file of {name}")


def test_an_absent_set_says_how_to_get_it(nowhere: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(Source("mnist"))
    assert caught.value.code == "E-DATA-ABSENT" and "`etude data get mnist`" in caught.value.message
    with pytest.raises(DataError, match="put its files there"):
        load(Source("titanic"))


def test_a_set_with_a_file_missing_is_absent(nowhere: Path) -> None:
    cache("mnist").mkdir(parents=True)
    (cache("mnist") / "train-images-idx3-ubyte.gz").write_bytes(b"")
    with pytest.raises(DataError, match="not on this machine"):
        load(Source("mnist"))


def test_the_users_folder_is_looked_at_before_the_cache(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = nowhere.parent / "own"
    monkeypatch.setenv("ETUDE_DATA", str(own))
    assert folders() == (own, nowhere)
    for place, species in ((nowhere, "cached"), (own, "mine")):
        (place / "tabular").mkdir(parents=True)
        rows = "".join(f"{species}{row % 2},{row}\n" for row in range(20))
        (place / "tabular" / "penguins.csv").write_text("species,mass\n" + rows)
    raw = open_entry("penguins", Source("penguins"), size=28)
    assert isinstance(raw, RawTable) and raw.target == "species" and raw.frame["species"][0] == "mine0"


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("mnits", "E-DATA-NAME", "did you mean 'mnist'"),
        ("digits", "E-DATA-HOME", "comes with etude"),
        ("titanic", "E-DATA-HOME", "https://www.kaggle.com/c/titanic"),
    ],
)
def test_what_cannot_be_fetched_is_explained(nowhere: Path, name: str, code: str, says: str) -> None:
    with pytest.raises(DataError) as caught:
        next(get(name))
    assert caught.value.code == code and says in caught.value.message


def test_get_fills_the_cache_from_which_the_set_is_read(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = real("tabular/penguins.csv")

    def copied(file, folder):
        folder.mkdir(parents=True)
        shutil.copy(table, folder / file.name)
        yield file.size

    monkeypatch.setattr(catalogue, "download", copied)
    monkeypatch.delenv("ETUDE_DATA", raising=False)
    ((file, have),) = get("penguins")
    assert have == file.size
    assert len(load(Source("penguins")).train) == 241


def test_clothes_have_their_names_in_the_published_order() -> None:
    real("fashion-mnist")
    target = load(Source("fashion-mnist")).schema.target
    assert isinstance(target, Classes)
    assert target.names[0] == "T-shirt/top" and target.names[9] == "Ankle boot"
    assert sum(target.counts) == 46_670


def test_the_census_keeps_its_test_part_and_loses_the_points() -> None:
    real("tabular/adult-train.csv.gz")
    splits = load(Source("adult"))
    target = splits.schema.target
    assert isinstance(target, Classes) and target.names == ("<=50K", ">50K")
    assert len(splits.test) == 16_281 and len(splits.train) + len(splits.valid) == 32_561
    assert any("point" in note for note in splits.notes)
    shares = [float(part.y.float().mean()) for part in (splits.train, splits.valid, splits.test)]
    np.testing.assert_allclose(shares, [0.2408, 0.2408, 0.2362], atol=1e-3)  # adult.names: 23.93 % of all


def test_the_official_census_files_are_the_same_rows(tmp_path: Path) -> None:
    shared = tuple(real(f"tabular/adult-{part}.csv.gz") for part in ("train", "test"))
    official = (tmp_path / "adult.data", tmp_path / "adult.test")
    for path, packed, first in zip(official, shared, ("", "|1x3 Cross validator\n"), strict=True):
        path.write_bytes(first.encode() + gzip.decompress(packed.read_bytes()))
    for path, file in zip(official, ENTRIES["adult"].files, strict=True):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    source = Source("adult")
    assert classic.adult(official, source, 28).frame.equals(classic.adult(shared, source, 28).frame)


@pytest.mark.parametrize(
    ("name", "shape", "answers"),
    [
        ("titanic", (891, 12), 2),
        ("penguins", (344, 7), 3),
        ("california-housing", (20_640, 10), None),
        ("wine-quality", (6_497, 13), 7),
        ("heart", (303, 14), 2),
        ("sonar", (208, 61), 2),
        ("abalone", (4_177, 9), 28),
    ],
)
def test_tables_have_their_published_size(name: str, shape: tuple[int, int], answers: int | None) -> None:
    real("tabular")
    raw = open_entry(name, Source(name), size=28)
    assert isinstance(raw, RawTable) and raw.frame.shape == shape
    assert answers is None or raw.frame[raw.target].n_unique() == answers


def test_another_target_can_be_asked_of_a_catalogue_table() -> None:
    real("tabular/penguins.csv")
    assert load(Source("penguins", target="island")).schema.target.name == "island"
    with pytest.raises(Exception, match="did you mean 'island'"):
        load(Source("penguins", target="iland"))


def test_photos_in_zip_files_are_read_as_pillow_reads_them(tmp_path: Path) -> None:
    small = (tmp_path / "train.zip", tmp_path / "test.zip")
    with zipfile.ZipFile(real("cifar10-jpeg/test.zip")) as archive:
        for path, numbers in zip(small, ("0001", "0003"), strict=True):
            with zipfile.ZipFile(path, "w") as out:
                for kind in ("bird", "cat"):
                    out.writestr(f"{kind}/{numbers}.jpg", archive.read(f"{kind}/{numbers}.jpg"))
        reference = np.asarray(Image.open(io.BytesIO(archive.read("bird/0003.jpg"))))
    raw = classic.zipped_parts(small, Source("cifar10"), 32)
    assert raw.part is not None and raw.part.tolist() == [0, 0, 2, 2]
    assert raw.names[2] == "bird/0003.jpg" and raw.answers.tolist() == ["bird", "cat"] * 2
    np.testing.assert_array_equal(raw.pictures[2], reference)
    small[1].write_bytes(small[1].read_bytes()[:300])
    with pytest.raises(DataError, match="damaged zip file"):
        classic.zipped_parts(small, Source("cifar10"), 32)


def cifar(path: Path, *, records: int = 4, last: bytes = b"") -> Path:
    """An archive in the binary layout of CIFAR-10 with few records."""
    chance = np.random.default_rng(0)
    with tarfile.open(path / "cifar-10-binary.tar.gz", "w:gz") as files:
        for name in (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"):
            content = b"".join(bytes([row % 10]) + chance.bytes(3072) for row in range(records)) + last
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            files.addfile(member, io.BytesIO(content))
    return path / "cifar-10-binary.tar.gz"


def test_cifars_binary_records_become_pictures(tmp_path: Path) -> None:
    path = cifar(tmp_path)
    raw = classic.cifar10((path,), Source("cifar10"), 32)
    with tarfile.open(path) as files:
        member = files.extractfile("cifar-10-batches-bin/data_batch_2.bin")
        assert member is not None
        record = member.read()[3073:6146]
    picture = raw.pictures[5]
    assert raw.answers[5] == record[0] == 1 and len(raw.pictures) == 24
    assert picture[0, 0].tolist() == [record[1], record[1025], record[2049]]
    assert picture[31, 31, 2] == record[-1]


@pytest.mark.parametrize(
    "spoil", [lambda path: path.write_bytes(path.read_bytes()[:900]), lambda path: cifar(path.parent, last=b"x")]
)
def test_a_damaged_archive_is_no_traceback(tmp_path: Path, spoil) -> None:
    path = cifar(tmp_path)
    spoil(path)
    with pytest.raises(DataError) as caught:
        classic.cifar10((path,), Source("cifar10"), 32)
    assert caught.value.code == "E-DATA-TAR"


def test_a_table_that_is_not_the_published_one_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "sonar.csv").write_text("1,2,3\n1,2\n")
    with pytest.raises(DataError) as caught:
        classic.sonar((tmp_path / "sonar.csv",), Source("sonar"), 28)
    assert caught.value.code == "E-CSV-RAGGED"


def test_sign_digits_are_read_by_name() -> None:
    real("sign-digits-folder")
    splits = load(Source("sign-digits"), size=16)
    assert isinstance(splits.schema.inputs, Pictures) and splits.schema.inputs.channels == 3
    assert sum(map(len, (splits.train, splits.valid, splits.test))) == 500
