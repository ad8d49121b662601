from pathlib import Path

import numpy as np
import pytest

import etude

CODE = dict(zip("abcdefgh", "stuvwxyz", strict=True))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Letters and their code, letter by letter."""
    chance = np.random.default_rng(0)
    texts = {"".join(chance.choice(list(CODE), size=chance.integers(2, 5))) for _ in range(600)}
    path = tmp_path / "code.tsv"
    path.write_text("\n".join(f"{text}\t{''.join(CODE[each] for each in text)}" for text in sorted(texts)) + "\n")
    return path


@pytest.mark.parametrize(("recipe", "settings"), [("transformer", {"width": 32}), ("seq2seq", {"hidden": 16})])
def test_writer_is_judged_as_it_was_watched_and_answers_and_explains(
    tmp_path: Path, pairs: Path, recipe: str, settings: dict[str, int]
) -> None:
    trained = etude.train(recipe, pairs, batch=128, steps=6, out=tmp_path / "runs", **settings)
    judged = etude.evaluate(etude.load(trained.run.folder, use="last"), on="valid").evaluation
    row = trained.run.curves()[-1]
    for name, score in judged.metrics.items():
        assert score.value == row[f"valid_{name}"]  # to the bit: one function for the training and for the judge
    answers = etude.predict(trained, ["abc", "hgfe"])
    assert [each.name for each in answers.rows] == ["abc", "hgfe"]
    assert all(set(str(each.answer)) <= set(CODE.values()) for each in answers.rows)
    figure = etude.explain(trained, ["abc"])["attention 1"]
    assert figure.columns == ("a", "b", "c")  # type: ignore[union-attr]
    assert (trained.run.folder / "figures" / "attention.json").exists()
