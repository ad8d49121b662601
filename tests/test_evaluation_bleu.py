import random

import numpy as np
import pytest
import sacrebleu

from etude.evaluation.bleu import bleu, matches


def ours(written: list[str], wanted: list[str]) -> float:
    sums = sum(matches(a.split(), b.split()) for a, b in zip(written, wanted, strict=True))
    return float(bleu(np.asarray(sums, dtype=np.float64)))


def theirs(written: list[str], wanted: list[str]) -> float:
    return float(sacrebleu.corpus_bleu(written, [wanted], tokenize="none", smooth_method="none", force=True).score)


@pytest.mark.parametrize("noise", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("kept", [0.7, 1.0])
def test_bleu_equals_sacrebleu(noise: float, kept: float) -> None:
    chance = random.Random(0)
    wanted = [[chance.choice("abcde") for _ in range(chance.randrange(1, 15))] for _ in range(40)]
    written = [
        [chance.choice("abcde") if chance.random() < noise else word for word in text if chance.random() < kept]
        for text in wanted
    ]
    a, b = [" ".join(text) for text in written], [" ".join(text) for text in wanted]
    assert ours(a, b) == pytest.approx(theirs(a, b), abs=1e-9)
    longer = [f"{text} {text}" for text in a]
    assert ours(longer, b) == pytest.approx(theirs(longer, b), abs=1e-9)


def test_a_word_counts_at_most_as_often_as_in_the_reference() -> None:
    counts = matches(["the", "the", "the", "the", "the", "the", "the"], ["the", "cat", "is", "on", "the", "mat"])
    assert counts[0] == 2  # the example of Papineni et al., section 2.1
    assert counts[4] == 7


def test_without_a_run_of_four_words_there_is_no_bleu() -> None:
    assert ours(["a b c"], ["a b c"]) == theirs(["a b c"], ["a b c"]) == 0
    assert ours([""], ["a b"]) == 0


def test_short_translations_pay() -> None:
    assert ours(["a b c d e"], ["a b c d e"]) == pytest.approx(100)
    assert ours(["a b c d"], ["a b c d e"]) == pytest.approx(100 * np.exp(1 - 5 / 4))
    assert ours(["a b c d e"], ["a b c d"]) < 100  # longer ones pay by their precision
