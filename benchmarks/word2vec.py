"""Word vectors of ours and of gensim from the same words: what they know, and how fast they learn.

`python -m benchmarks.word2vec [DATA]`, of wikipedia-novels if nobody says; data are found through ETUDE_DATA. Both are
skip-gram with negative sampling, with the settings of the recipe, on one thread: with more, gensim's sum of updates
depends on chance. Ours learns in batches with AdaGrad, gensim's word after word.
"""

import sys
import time

import torch
from gensim.models import Word2Vec
from torch import Tensor

from etude.chance import flush_denormals
from etude.data.word_corpus import load_words
from etude.evaluation.records import Score
from etude.evaluation.words import word_scores
from etude.recipes.word2vec import Word2VecRecipe, vectors_of
from etude.source import Source
from etude.training.expect import expect_text
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun

SENTENCE = 1000
"""words; gensim takes the text in pieces, and none longer than 10,000"""


def gensims(words: Tensor, recipe: Word2VecRecipe, vocabulary: int) -> Tensor:
    """Its vectors in the order of our ids, zeros where it has none."""
    pieces = [[str(word) for word in piece.tolist()] for piece in words.split(SENTENCE)]
    model = Word2Vec(
        pieces,
        vector_size=recipe.width,
        window=recipe.window,
        negative=recipe.negatives,
        sample=recipe.sample,
        epochs=recipe.epochs,
        min_count=1,
        sg=1,
        workers=1,
        seed=recipe.seed,
    )
    vectors = torch.zeros(vocabulary, recipe.width)
    for number in range(vocabulary):
        if str(number) in model.wv:
            vectors[number] = torch.from_numpy(model.wv[str(number)].copy())
    return vectors


def ours(recipe: Word2VecRecipe) -> Tensor:
    """The vectors after the whole training."""
    experiment = next(recipe.experiments())
    for _ in fit(experiment, UnsavedRun()):
        pass
    return vectors_of(experiment.learner.network)


def told(name: str, scores: dict[str, Score], seconds: float, words: int) -> str:
    """One line."""
    found = ", ".join(f"{key} {score.value:.3f} ({score.low:.3f} to {score.high:.3f})" for key, score in scores.items())
    return f"{name}: {found}; {seconds:.0f} s, {words / seconds:,.0f} words a second"


def main() -> None:
    """Both, one after the other."""
    flush_denormals()
    torch.set_num_threads(1)
    recipe = Word2VecRecipe(source=Source(sys.argv[1] if len(sys.argv) > 1 else "wikipedia-novels"), device="cpu")
    splits = load_words(recipe.source)
    vocabulary = expect_text(splits.schema, "word2vec").vocabulary
    for name, learn in (
        ("gensim", lambda: gensims(splits.train.ids, recipe, len(vocabulary))),
        ("etude", lambda: ours(recipe)),
    ):
        started = time.perf_counter()
        vectors = learn()
        seconds = time.perf_counter() - started
        print(told(name, word_scores(vectors, vocabulary), seconds, recipe.epochs * len(splits.train)), flush=True)


if __name__ == "__main__":
    main()
