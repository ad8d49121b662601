import math
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import torch
from gensim.models import KeyedVectors
from torch import Tensor
from torch.nn import functional as F

from etude.data.tokenizers import PAD
from etude.data.word_corpus import kept_chances, load_words, windows, windows_per_epoch
from etude.errors import DataError
from etude.evaluation.words import alike, analogies, counted, nearest, plane, ranks, spearman, unit
from etude.figures import Points
from etude.models.word2vec import Word2Vec
from etude.objectives import negative_sampling
from etude.objectives.negative_sampling import ContinuousBag, SkipGram
from etude.recipes.word2vec import Word2VecRecipe
from etude.records import Windows, Words
from etude.schema import Nothing, Schema, Text
from etude.source import Source


def test_frequent_words_are_left_out_as_by_the_code_of_word2vec() -> None:
    counts, sample = torch.tensor([0, 5, 100, 2_000, 60_000]), 1e-3
    total = int(counts.sum())
    for count, chance in zip(counts.tolist()[1:], kept_chances(counts, sample).tolist()[1:], strict=True):
        in_c = (math.sqrt(count / (sample * total)) + 1) * (sample * total) / count  # word2vec.c, line 407
        assert chance == pytest.approx(min(1.0, in_c), rel=1e-5)


def corpus(n: int = 5_000) -> Words:
    chance = torch.Generator().manual_seed(0)
    return Words(torch.multinomial(1 / torch.arange(1.0, 31.0), n, replacement=True, generator=chance) + 4)


def counts_of(words: Words) -> Tensor:
    return torch.bincount(words.ids, minlength=40)


def test_an_epoch_of_windows_has_each_kept_word_in_the_middle_once() -> None:
    words = corpus()
    everything = 1e9  # no word is more frequent than that: all stay
    steps = windows_per_epoch(counts_of(words), everything, 128)
    batches = list(islice(windows(words, counts_of(words), size=128, reach=3, sample=everything, seed=0), steps))
    centres = torch.cat([batch.centre for batch in batches])
    assert torch.equal(centres.sort().values, words.ids.sort().values)


def test_windows_hold_neighbours_and_reach_less_far_now_and_then() -> None:
    words = Words(torch.arange(4, 1004))  # word k stands at place k - 4
    counts = torch.bincount(words.ids)
    batch = next(windows(words, counts, size=1000, reach=4, sample=1e9, seed=0))
    offsets = torch.tensor([-4, -3, -2, -1, 1, 2, 3, 4])
    inside = batch.context != PAD
    assert torch.equal(batch.context[inside], (batch.centre[:, None] + offsets)[inside])
    share = inside.float().mean(0)
    torch.testing.assert_close(share, 1 - (offsets.abs() - 1) / 4, atol=0.06, rtol=0)  # near words count more


def test_batch_number_n_depends_on_the_seed_and_n_alone() -> None:
    words = corpus()
    counts, setting = counts_of(words), {"size": 200, "reach": 3, "sample": 0.01}
    steps = windows_per_epoch(counts, 0.01, 200)
    batches = list(islice(windows(words, counts, seed=1, **setting), steps + 3))
    for start in (1, steps, steps + 2):
        again = next(windows(words, counts, seed=1, start=start, **setting))
        assert torch.equal(again.centre, batches[start].centre)
        assert torch.equal(again.context, batches[start].context)


def batch() -> Windows:
    return Windows(torch.tensor([4, 5]), torch.tensor([[5, 6, PAD], [7, PAD, PAD]]))


def moved() -> Word2Vec:
    network = Word2Vec(10, 4)
    torch.nn.init.normal_(network.inner)
    torch.nn.init.normal_(network.outer)
    return network


@pytest.mark.parametrize("kind", [SkipGram, ContinuousBag])
def test_loss_is_equation_4_pair_by_pair(kind: type[SkipGram] | type[ContinuousBag]) -> None:
    network, objective = moved(), kind(torch.tensor([0, 0, 0, 0, 9, 9, 9, 9, 9, 9]), 5)
    torch.manual_seed(3)
    loss = objective(network, batch())
    torch.manual_seed(3)
    noise = torch.multinomial(objective.chances, negative_sampling.SHARED, replacement=True)
    inner, outer = network.inner.detach(), network.outer.detach()
    if kind is SkipGram:
        pairs = [(inner[4], 5, (5, 6)), (inner[4], 6, (5, 6)), (inner[5], 7, (7,))]
    else:
        pairs = [((inner[5] + inner[6]) / 2, 4, (4,)), (inner[7], 5, (5,))]
    total = 0.0
    for h, word, wanted in pairs:
        far = sum(F.logsigmoid(-outer[n] @ h) for n in noise.tolist() if n not in wanted)
        total -= float(F.logsigmoid(outer[word] @ h) + 5 / negative_sampling.SHARED * far)
    assert float(loss.value.detach()) == pytest.approx(total / len(pairs), rel=1e-5)
    assert int(loss.n) == len(pairs)


def test_loss_at_the_start_is_that_of_guessing() -> None:
    counts = torch.ones(1000, dtype=torch.int64)
    counts[:4] = 0
    loss = SkipGram(counts, 5)(Word2Vec(1000, 8), Windows(torch.tensor([4]), torch.tensor([[5]])))
    assert float(loss.value.detach()) == pytest.approx(6 * math.log(2), rel=0.05)


def test_words_of_chance_come_by_counts_to_the_power_of_three_quarters() -> None:
    objective = SkipGram(torch.tensor([0, 1, 16, 81]), 5)
    assert objective.chances.tolist() == pytest.approx([0, 1, 8, 27])


def test_spearman_equals_scipy() -> None:
    chance = np.random.default_rng(0)
    for _ in range(5):
        a, b = chance.normal(size=50), chance.integers(0, 6, size=50).astype(float)  # with ties
        assert spearman(a, b) == pytest.approx(scipy.stats.spearmanr(a, b).statistic, abs=1e-12)
        np.testing.assert_allclose(ranks(b), scipy.stats.rankdata(b))
    assert math.isnan(spearman(np.ones(4), chance.normal(size=4)))


def royal() -> Tensor:
    """Words 4 to 7 are man, woman, king, queen; 8 lies near king; lengths differ a lot."""
    vectors = torch.zeros(9, 3)
    vectors[4], vectors[5] = torch.tensor([1.0, 0.0, 0.2]), torch.tensor([0.0, 1.0, 0.2])
    vectors[6], vectors[7] = torch.tensor([1.0, 0.0, 1.0]), torch.tensor([0.0, 1.0, 1.0])
    vectors[8] = 30 * torch.tensor([0.5, 0.4, 0.9])
    return vectors


def test_analogies_need_length_one_and_leave_the_question_out() -> None:
    question = torch.tensor([[4, 5, 6, 7]])  # man is to woman as king is to queen
    assert analogies(unit(royal()), question).tolist() == [1]
    assert analogies(royal(), question).tolist() == [0]  # the longest vector wins every product
    directions = unit(royal())
    wish = directions[5] - directions[4] + directions[6]
    found, _ = nearest(directions, wish, but=[4, 5, 6], n=1)
    assert found.tolist() == [7]
    small_step = unit(torch.cat([royal()[:7], torch.tensor([[0.9, 0.1, 1.0], [9.0, 9.0, 9.0]])]))
    wish = 0.01 * (small_step[5] - small_step[4]) + small_step[6]
    assert nearest(small_step, wish, but=[], n=1)[0].tolist() == [6]  # without the exclusion the question answers


def test_analogies_are_those_of_gensim() -> None:
    vectors = torch.randn(30, 5) * torch.rand(30, 1)
    names = [f"w{number}" for number in range(4, 30)]
    theirs = KeyedVectors(5)
    theirs.add_vectors(names, vectors[4:].numpy())
    for a, b, c in [(4, 5, 6), (9, 20, 13), (29, 8, 17)]:
        best = theirs.most_similar(positive=[f"w{b}", f"w{c}"], negative=[f"w{a}"], topn=1)[0][0]
        wrong = 4 if best != "w4" else 5
        questions = torch.tensor([[a, b, c, int(best[1:])], [a, b, c, wrong]])
        assert analogies(unit(vectors), questions).tolist() == [1, 0]


def test_likeness_is_the_cosine() -> None:
    vectors = torch.randn(6, 5)
    pairs = torch.tensor([[0, 1], [2, 3]])
    torch.testing.assert_close(
        alike(unit(vectors), pairs), F.cosine_similarity(vectors[pairs[:, 0]], vectors[pairs[:, 1]])
    )
    assert unit(torch.zeros(2, 3)).eq(0).all()


def test_plane_keeps_the_greatest_variance() -> None:
    vectors = torch.randn(30, 6) * torch.tensor([5.0, 3.0, 1.0, 0.5, 0.2, 0.1])
    flat = plane(vectors)
    values = torch.linalg.eigvalsh(torch.cov(vectors.T)).flip(0)
    torch.testing.assert_close(torch.cov(flat.T), torch.diag(values[:2]), atol=1e-3, rtol=1e-3)


def test_counted_vectors_are_positive_information() -> None:
    ids = torch.tensor([4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7])
    vectors = counted(ids, words=8, reach=1)
    assert (vectors >= 0).all()
    assert vectors[4, 5] > 0
    assert vectors[4, 7] == 0  # they never stand together
    directions = unit(vectors)
    assert directions[5] @ directions[7] < directions[4] @ directions[4]


def text_of_pairs(path: Path) -> Path:
    """Cats and dogs in one kind of sentence, cars and trucks in another."""
    chance = np.random.default_rng(0)
    animals, engines = ["cat", "dog", "horse"], ["car", "truck", "bus"]
    lines = []
    for _ in range(800):
        lines.append(f"the hungry {chance.choice(animals)} eats its food")
        lines.append(f"a noisy {chance.choice(engines)} needs more petrol")
    path.write_text(" . ".join(lines))
    return path


@pytest.mark.parametrize("architecture", ["skip-gram", "cbow"])
def test_words_that_stand_in_the_same_company_become_alike(tmp_path: Path, architecture: str) -> None:
    source = Source(str(text_of_pairs(tmp_path / "text.txt")), split=(0.8, 0.1, 0.1))
    recipe = Word2VecRecipe(source=source, architecture=architecture, epochs=3, batch=128, width=16, sample=1.0)  # type: ignore[arg-type]
    experiment = next(recipe.experiments())
    before = experiment.evaluate()["valid_loss"]
    for each in islice(experiment.batches(0), experiment.steps):
        experiment.learner.update(each)
    assert experiment.evaluate()["valid_loss"] < before - 0.5
    assert experiment.splits is not None
    network, schema = experiment.learner.network, experiment.splits.schema
    animals, engines = {"cat", "dog", "horse"}, {"car", "truck", "bus"}
    for asked, kin, others in (("cat", animals, engines), ("truck", engines, animals)):
        order = list(recipe.answer(network, schema, [asked]).rows[0].probabilities)  # the ten nearest of fifteen
        assert kin - {asked} <= set(order)
        assert all(order.index(near) < order.index(far) for near in kin - {asked} for far in others & set(order))
    figures = recipe.explain(network, schema, ["cat", "truck"])
    assert isinstance(figures["map"], Points)
    assert figures["map"].names == ("cat", "truck")
    with pytest.raises(DataError, match="did you mean 'truck'"):
        recipe.explain(network, schema, ["trucks"])


def test_rare_words_and_signs_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(" ".join(["Red, green! 17 blue"] * 40 + ["violet"]))
    splits = load_words(Source(str(path)))
    assert splits.schema == Schema(
        Text(("<pad>", "<unk>", "<start>", "<end>", "red", "green", "blue"), "words", 1, lower=True), Nothing()
    )
    path.write_text("too short a text")
    with pytest.raises(DataError, match="longer text"):
        load_words(Source(str(path)))
