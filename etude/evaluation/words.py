"""What word vectors know: which words are alike, and which stand to each other as two others do."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from etude.data.entries import folders
from etude.data.tokenizers import SPECIAL
from etude.evaluation.intervals import REPLICAS, percentile, proportion
from etude.evaluation.records import Score

FOLDER = "text-lm"
QUESTIONS = "questions-words.txt.gz"
RATED = "word-sim/EN-WS-353-ALL.txt"
AT_ONCE = 1000
"""questions whose answers are looked for together"""


FEW = 10
"""pairs or questions, of which fewer say nothing"""
COLUMNS = 2000
"""words, the most frequent ones, whose company is counted"""


@dataclass(frozen=True, slots=True)
class Rated:
    """Pairs of words of which people said how much they have in common (Finkelstein et al. 2002)."""

    pairs: Int[Tensor, "pair 2"]
    ratings: Float[Tensor, " pair"]


def unit(vectors: Float[Tensor, "word width"]) -> Float[Tensor, "word width"]:
    """The same directions at length 1; a vector of zeros stays."""
    length: Tensor = vectors.norm(dim=1, keepdim=True)
    return vectors / length.clamp(min=1e-12)


def nearest(
    vectors: Float[Tensor, "word width"], query: Float[Tensor, " width"], *, but: Sequence[int], n: int
) -> tuple[Int[Tensor, " n"], Float[Tensor, " n"]]:
    """The `n` words of greatest cosine to `query`, and those cosines, without the special tokens and without `but`."""
    cosines = vectors @ (query / query.norm().clamp(min=1e-12))
    cosines[: len(SPECIAL)] = -torch.inf
    cosines[list(but)] = -torch.inf
    best = cosines.topk(min(n, len(cosines)))
    return best.indices, best.values


def analogies(vectors: Float[Tensor, "word width"], questions: Int[Tensor, "question 4"]) -> Float[Tensor, " question"]:
    """1 where, of all words but the three asked, b - a + c is nearest to the fourth: a is to b as c is to whom?

    `vectors` have length 1: 3CosAdd of Mikolov et al. 2013 (N13-1090). Without normalising them, or with the three
    words themselves as answers, the score is far lower.
    """
    right = []
    for piece in questions.split(AT_ONCE):
        a, b, c = (vectors[column] for column in piece[:, :3].unbind(1))
        cosines = (b - a + c) @ vectors.T
        cosines[:, : len(SPECIAL)] = -torch.inf
        cosines.scatter_(1, piece[:, :3], -torch.inf)
        right.append(cosines.argmax(1) == piece[:, 3])
    return torch.cat(right).to(vectors.dtype) if right else vectors.new_zeros(0)


def alike(vectors: Float[Tensor, "word width"], pairs: Int[Tensor, "pair 2"]) -> Float[Tensor, " pair"]:
    """The cosine of each pair of words, for `vectors` of length 1."""
    return (vectors[pairs[:, 0]] * vectors[pairs[:, 1]]).sum(1)


def spearman(a: Float[np.ndarray, " pair"], b: Float[np.ndarray, " pair"]) -> float:
    """The correlation of the ranks (Spearman 1904); NaN where all of one side are equal."""
    x, y = ranks(a), ranks(b)
    x, y = x - x.mean(), y - y.mean()
    length = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / length if length > 0 else float("nan")


def ranks(values: Float[np.ndarray, " value"]) -> Float[np.ndarray, " value"]:
    """1 for the least; equal values share the mean of their ranks."""
    _, position, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: np.ndarray = (last - (counts - 1) / 2)[position]
    return shared


def word_scores(vectors: Float[Tensor, "word width"], vocabulary: Sequence[str]) -> dict[str, Score]:
    """Rank correlation with WordSim-353 and share of right analogies, as far as the words are known.

    95 % intervals over resampled pairs and questions; empty where the files are not there or nearly no word is known.
    """
    ids = {word: number for number, word in enumerate(vocabulary)}
    rated, questions, directions = known_ratings(ids), known_questions(ids), unit(vectors)
    scores: dict[str, Score] = {}
    if len(rated.pairs) >= FEW:
        told, found = rated.ratings.double().numpy(), alike(directions, rated.pairs).double().numpy()
        chance = np.random.default_rng(0).integers(len(told), size=(REPLICAS, len(told)))
        replicas = np.array([spearman(told[rows], found[rows]) for rows in chance])
        scores["similarity"] = percentile(spearman(told, found), replicas)
    if len(questions) >= FEW:
        right, n = int(analogies(directions, questions).sum()), len(questions)
        replicas = np.random.default_rng(0).binomial(n, right / n, size=REPLICAS) / n
        scores["analogy"] = proportion(right, n, replicas)
    return scores


def counted(ids: Int[Tensor, " token"], *, words: int, reach: int) -> Float[Tensor, "word column"]:
    """Vectors without learning: how much more often a word stands within `reach` of each frequent word than by chance.

    max(0, log p(w, c) / (p(w) p(c))) (Church and Hanks 1990), with p(c) of counts^0.75 (Levy et al. 2015, Q15-1016).
    """
    columns = min(words, COLUMNS)
    together = torch.zeros(words * columns)
    for offset in range(1, reach + 1):
        for word, near in ((ids[offset:], ids[:-offset]), (ids[:-offset], ids[offset:])):
            flat = (word * columns + near)[near < columns]
            together.index_add_(0, flat, torch.ones(len(flat)))
    table = together.view(words, columns)
    by_word, by_column = table.sum(1, keepdim=True), table.sum(0) ** 0.75
    expected: Tensor = by_word * (by_column / by_column.sum())
    return torch.log(table / expected.clamp(min=1e-12)).clamp(min=0)


def known_questions(ids: dict[str, int]) -> Int[Tensor, "question 4"]:
    """The questions-words of Mikolov et al. 2013 whose four words are known; none where the file is not there."""
    lines = [line.lower().split() for line in lines_of(QUESTIONS) if not line.startswith(":")]
    return of_width([[ids[word] for word in line] for line in lines if all(word in ids for word in line)], 4)


def known_ratings(ids: dict[str, int]) -> Rated:
    """WordSim-353, as far as both words are known; none where the file is not there."""
    rows = [line.lower().split() for line in lines_of(RATED)]
    known = [(ids[a], ids[b], float(rating)) for a, b, rating in rows if a in ids and b in ids]
    return Rated(of_width([[a, b] for a, b, _ in known], 2), torch.tensor([rating for _, _, rating in known]))


def of_width(rows: list[list[int]], width: int) -> Int[Tensor, "row width"]:
    """Rows of ids, also where there are none."""
    return torch.tensor(rows, dtype=torch.int64).view(-1, width)


def lines_of(name: str) -> list[str]:
    """The lines of a file of questions, from wherever data sets are looked for."""
    for place in folders():
        path: Path = place / FOLDER / name
        if path.exists():
            content = path.read_bytes()
            text = gzip.decompress(content) if path.suffix == ".gz" else content
            return text.decode("utf-8").splitlines()
    return []


def plane(vectors: Float[Tensor, "word width"]) -> Float[Tensor, "word 2"]:
    """The vectors in the plane of their greatest variance (principal components), each axis with its larger end up."""
    centred = vectors - vectors.mean(0)
    _, _, axes = torch.linalg.svd(centred, full_matrices=False)
    flat = centred @ axes[:2].T
    if flat.shape[1] < 2:
        flat = torch.nn.functional.pad(flat, (0, 2 - flat.shape[1]))
    strongest = flat.gather(0, flat.abs().argmax(0, keepdim=True))  # the sign of an axis is free: fix it
    turned: Tensor = flat * torch.where(strongest < 0, -1.0, 1.0)
    return turned
