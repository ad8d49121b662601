"""New series in files of numbers and of sound, against NumPy and SciPy."""

import io
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from etude.data.load import load
from etude.data.new import read_new
from etude.data.series_files import numbers, read_series, sound
from etude.errors import DataError
from etude.schema import Signals
from etude.source import Source
from etude.training.phases import train
from etude.verbs.predict import predict
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start
from etude.verbs.trained import load_trained


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_sound_is_what_scipy_reads(tmp_path: Path, dtype: type[np.generic], channels: int) -> None:
    bounds = np.iinfo(dtype)
    chance = np.random.default_rng(0)
    whole = chance.integers(bounds.min, bounds.max, (50, channels), dtype=dtype, endpoint=True)
    wavfile.write(tmp_path / "a.wav", 8000, whole)
    _, read = wavfile.read(tmp_path / "a.wav")
    middle = (bounds.max + 1 + bounds.min) // 2
    wanted = (read.reshape(50, channels).astype(np.float64) - middle).mean(axis=1) / (float(bounds.max) + 1 - middle)
    np.testing.assert_allclose(read_series(tmp_path / "a.wav"), wanted[None], rtol=1e-12)


def test_a_sound_of_three_bytes_is_what_scipy_reads(tmp_path: Path) -> None:
    head = b"RIFF" + (36 + 9).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    kind = b"".join(value.to_bytes(size, "little") for value, size in ((1, 2), (1, 2), (8000, 4), (24000, 4), (3, 2)))
    content = head + kind + (24).to_bytes(2, "little") + b"data" + (9).to_bytes(4, "little")
    content += b"".join(value.to_bytes(3, "little", signed=True) for value in (-(2**23), 2**23 - 1, 12345))
    _, read = wavfile.read(io.BytesIO(content))  # in the upper three bytes of four
    np.testing.assert_allclose(sound(content, "a.wav")[0], read / 2**31, rtol=1e-12)


@pytest.mark.parametrize("text", ["1,2.5,-3e2\n4,5,6\n", "1;2.5;-3e2\r\n4;5;6", "\ufeff1 2.5 -3e2 \n\n 4\t5 6\n"])
def test_numbers_in_lines_are_series(text: str) -> None:
    assert numbers(text.encode(), "a.csv").tolist() == [[1, 2.5, -300], [4, 5, 6]]


def test_one_number_in_each_line_is_one_series(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "a.txt", [0.25, -1.5, 3.0])
    assert read_series(tmp_path / "a.txt").tolist() == [np.loadtxt(tmp_path / "a.txt").tolist()]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "holds no numbers"),
        (b"time,value\n1,2\n", "a.csv", "line 1: 'time' is no number"),
        (b"1,2\n3\n", "a.csv", "lines of 1 and of 2 numbers"),
        (b"\xff\xfe\x00", "a.txt", "is no number"),
        (b"", "a.wav", "cut short"),
        (b"RIFF\x00\x00\x00\x00JUNK", "a.wav", "cannot be read"),
        (b"1,2,3", "a.wav", "cannot be read"),
    ],
)
def test_what_holds_no_series_is_refused_in_words(tmp_path: Path, content: bytes, name: str, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words) as refused:
        read_series(tmp_path / name)
    assert refused.value.code == "E-SERIES"


def test_a_run_answers_the_same_for_each_kind_of_file(tmp_path: Path) -> None:
    recipe = fill_recipe(default_recipe("mlp"), {"steps": 3, "hidden": (4,), "data": "mnist1d"})
    experiments, run = start("mlp", recipe, run_name="curves", out=tmp_path)
    for _ in train(experiments, run):
        pass
    trained = load_trained(str(run.folder))
    series = np.round(load(Source("mnist1d")).test.x[:1].numpy(), 4)
    np.savez(tmp_path / "a.npz", x=series)
    np.savetxt(tmp_path / "a.csv", series, delimiter=",", fmt="%.4f")
    wavfile.write(tmp_path / "a.wav", 8000, np.round(series[0] * 2**28).astype(np.int32))
    arrays, words = (predict(trained, [tmp_path / name]).rows[0] for name in ("a.npz", "a.csv"))
    assert arrays.probabilities == pytest.approx(words.probabilities, rel=1e-6)
    heard = read_new(trained.schema, recipe.source, [tmp_path / "a.wav"])
    np.testing.assert_allclose(heard.x.numpy() * 8, series, atol=1e-6)
    assert heard.names == ("a.wav:1",) and heard.notes == ()
    inputs = trained.schema.inputs
    assert isinstance(inputs, Signals)
    np.savetxt(tmp_path / "loud.csv", 1000 * series + inputs.mean, delimiter=",")
    assert "are they in the same unit?" in predict(trained, [tmp_path / "loud.csv"]).notes[0]
    np.savetxt(tmp_path / "short.csv", series[:, :39], delimiter=",")
    with pytest.raises(DataError, match=r"float64 \(1, 39\); the run was trained on series of 40 samples"):
        predict(trained, [tmp_path / "short.csv"])
