"""Word vectors from the company that words keep: skip-gram and CBOW (Mikolov et al. 2013)."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import nn

from etude.chance import seed_global
from etude.data.splits import Splits
from etude.data.splits import part as part_of
from etude.data.tokenizers import SPECIAL, split_words
from etude.data.word_corpus import LIBRARY, load_words, windows, windows_per_epoch
from etude.errors import DataError, nearest
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline, Score, Verdict
from etude.evaluation.words import counted, plane, unit, word_scores
from etude.evaluation.words import nearest as nearest_words
from etude.figures import Figure, Matrix, Points
from etude.figures import Text as Said
from etude.learners.base import GradientLearner, device_of
from etude.models.word2vec import Word2Vec
from etude.objectives.negative_sampling import ContinuousBag, NegativeSampling, SkipGram
from etude.optim import Optimizer, adagrad
from etude.ranges import Count, Rate, Strength
from etude.records import Windows, Words
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device
from etude.training.expect import expect_text
from etude.training.experiment import TO_THE_END, Experiment, Recipe
from etude.training.supervised import prefixed

JUDGED = 20
"""batches of a part by which its loss is measured"""
NEIGHBOURS = 10
"""words that are shown as alike"""
DRAWN = 150
"""of the most frequent words, on the map"""


@dataclass(frozen=True, kw_only=True)
class Word2VecRecipe(Recipe):
    """Word vectors from the company that words keep: skip-gram and CBOW (Mikolov et al. 2013)."""

    source: Source = Source(LIBRARY, split=(0.9, 0.05, 0.05))
    epochs: Count = 5
    """passes over the training part"""
    batch: Count = 512
    """words in the middle, each with those around it, in an update"""
    rate: Rate = 0.15
    """learning rate of AdaGrad at the start; it falls in a straight line to nothing"""
    architecture: Literal["skip-gram", "cbow"] = "skip-gram"
    """skip-gram predicts the words around from the one in the middle, cbow the other way round"""
    width: Count = 100
    """numbers for each word"""
    window: Count = 5
    """words to each side that a window reaches at most"""
    negatives: Count = 5
    """words of chance beside each one that is wanted"""
    sample: Strength = 1e-3
    """words that make up more than this share of the text are left out now and then"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "width": 4, "batch": 64}

    def network(self, schema: Schema) -> nn.Module:
        return Word2Vec(len(expect_text(schema, "word2vec").vocabulary), self.width)

    def objective(self, splits: Splits[Words]) -> NegativeSampling:
        """The direction in which the network predicts."""
        kind = SkipGram if self.architecture == "skip-gram" else ContinuousBag
        return kind(counts(splits), self.negatives)

    def batches(self, words: Words, splits: Splits[Words], *, seed: int, start: int = 0) -> Iterator[Windows]:
        """Windows of a part, thinned out by how frequent words are in the training part."""
        return windows(
            words, counts(splits), size=self.batch, reach=self.window, sample=self.sample, seed=seed, start=start
        )

    def experiments(self) -> Iterator[Experiment[Windows]]:
        splits = load_words(self.source)
        seed_global(self.seed, "initialisation")
        network = self.network(splits.schema).to(find_device(self.device))
        seed_global(self.seed, "dropout")
        epoch = windows_per_epoch(counts(splits), self.sample, self.batch)
        steps = self.steps or self.epochs * epoch
        # a rare word moves seldom, and then far: AdaGrad; Adam would go on moving it by what it remembers
        descent = Optimizer(adagrad(network.parameters(), rate=self.rate), schedule=lambda step: 1 - step / steps)
        yield Experiment(
            learner=GradientLearner(network, self.objective(splits), descent),
            batches=lambda start: self.batches(splits.train, splits, seed=self.seed, start=start),
            steps=steps,
            evaluate=lambda: prefixed({"loss": self.loss(network, splits, splits.valid)}),
            evaluate_every=min(epoch, steps),
            log_every=max(1, steps // 1000),
            epoch_steps=epoch,
            watch=TO_THE_END,
            splits=splits,
            views={"map": lambda: drawn(network, splits.schema, common(splits.schema))},
        )

    def loss(self, network: nn.Module, splits: Splits[Words], words: Words) -> float:
        """The objective on the same few windows and words of chance each time."""
        device, objective = device_of(network), self.objective(splits)
        steps = windows_per_epoch(counts(splits), self.sample, self.batch)
        total, n = torch.zeros(()), torch.zeros(())
        with evaluating(network), torch.random.fork_rng():
            seed_global(0, "evaluation")
            for _, batch in zip(range(min(JUDGED, steps)), self.batches(words, splits, seed=0), strict=False):
                loss = objective(network, batch.to(device))
                total, n = total + (loss.value * loss.n).cpu(), n + torch.as_tensor(loss.n).cpu()
        return float(total / n.clamp(min=1))

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        """What people say of the same words, and the loss of one part."""
        splits = experiment.splits
        assert splits is not None  # it learns from a text
        words, _ = part_of(splits, part)
        vocabulary = expect_text(splits.schema, "word2vec").vocabulary
        started = time.perf_counter()
        simple = word_scores(counted(splits.train.ids, words=len(vocabulary), reach=self.window), vocabulary)
        note = "positive pointwise mutual information with the 2,000 most frequent words, nothing learnt"
        baseline = Baseline("counts", note, simple, time.perf_counter() - started)
        return Verdict(
            n=len(words),
            unit="words",
            metrics=word_scores(vectors_of(network), vocabulary) | {"loss": Score(self.loss(network, splits, words))},
            protocol=PROTOCOL,
            baselines=(baseline,) if simple else (),
            figures={"map": drawn(network, splits.schema, common(splits.schema))},
        )

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """For one word its neighbours; for three, what is to the third as the second is to the first."""
        return Answers("word", tuple(self.answered(network, schema, each) for each in inputs), ())

    def answered(self, network: nn.Module, schema: Schema, asked: str) -> Answer:
        """One answer, with the cosines of the nearest words."""
        vocabulary, vectors = expect_text(schema, "word2vec").vocabulary, unit(vectors_of(network))
        ids = [known(vocabulary, word) for word in split_words(asked, lower=True)]
        if len(ids) not in (1, 3):
            raise DataError(
                "E-TEXT-WORDS", f"{asked!r} has {len(ids)} words: give one, or three such as 'man king woman'."
            )
        query = vectors[ids[0]] if len(ids) == 1 else vectors[ids[1]] - vectors[ids[0]] + vectors[ids[2]]
        found, cosines = nearest_words(vectors, query, but=ids, n=NEIGHBOURS)
        names = [vocabulary[each] for each in found.tolist()]
        return Answer(asked, names[0], dict(zip(names, cosines.tolist(), strict=True)))

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """The neighbours of words, how alike they all are, and a map of them."""
        vocabulary, vectors = expect_text(schema, "word2vec").vocabulary, unit(vectors_of(network))
        rows, every = [], []
        for word in inputs:
            number = known(vocabulary, word.lower())
            found, cosines = nearest_words(vectors, vectors[number], but=[number], n=NEIGHBOURS)
            shown = ", ".join(f"{vocabulary[k]} {c:.2f}" for k, c in zip(found.tolist(), cosines.tolist(), strict=True))
            rows.append(f"{word}: {shown}")
            every.append([number, *found.tolist()])
        together = [number for group in every for number in group]
        names = tuple(vocabulary[number] for number in together)
        cosines = vectors[together] @ vectors[together].T
        return {
            "neighbours": Said("Nearest words, with the cosine", "\n".join(rows)),
            "alike": Matrix("Cosine of each two words", cosines, names, names, "word", "word"),
            "map": drawn(network, schema, every),
        }


PROTOCOL = (
    "similarity: rank correlation of the cosines with WordSim-353; analogy: share of the questions-words of Mikolov et "
    "al. 2013 whose answer is the nearest word of length 1, the three asked ones left out; both over the words that "
    "training kept, with 95 % intervals over resampled pairs and questions, and only where ETUDE_DATA has their files; "
    "loss: of the objective on the first windows of the part, the same words of chance each time"
)


def counts(splits: Splits[Words]) -> torch.Tensor:
    """How often each word stands in the training part."""
    return torch.bincount(splits.train.ids, minlength=len(expect_text(splits.schema, "word2vec").vocabulary))


def vectors_of(network: nn.Module) -> torch.Tensor:
    """The vectors that are kept, on the CPU."""
    assert isinstance(network, Word2Vec)
    return network.inner.detach().cpu()


def known(vocabulary: Sequence[str], word: str) -> int:
    """The number of a word; DataError E-TEXT-UNKNOWN for one that training did not keep."""
    if word not in vocabulary[len(SPECIAL) :]:
        close = nearest(word, vocabulary[len(SPECIAL) :])
        raise DataError("E-TEXT-UNKNOWN", f"{word!r} is no word that training kept{close}")
    return vocabulary.index(word)


def common(schema: Schema) -> list[list[int]]:
    """The most frequent words, as one group."""
    size = len(expect_text(schema, "word2vec").vocabulary)
    return [list(range(len(SPECIAL), min(size, len(SPECIAL) + DRAWN)))]


def drawn(network: nn.Module, schema: Schema, groups: Sequence[Sequence[int]]) -> Points:
    """Groups of words in the plane of their greatest variance, each named by its first word."""
    vocabulary = expect_text(schema, "word2vec").vocabulary
    flat = plane(unit(vectors_of(network))[[number for group in groups for number in group]])
    classes = torch.tensor([k for k, group in enumerate(groups) for _ in group])
    names = tuple(vocabulary[group[0]] for group in groups) if len(groups) > 1 else ("words",)
    axes = ("first principal component", "second principal component")
    return Points("Words in the plane", flat[:, 0], flat[:, 1], *axes, classes, names)
