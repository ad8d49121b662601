"""How good the texts of a network are: exactly right, close (BLEU), and how surprised it is by the right one."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.data.bucketed import by_length
from etude.data.tokenizers import END, PAD, START, UNKNOWN
from etude.evaluation.bleu import bleu, matches
from etude.evaluation.decoding import Writer, beam_search, greedy
from etude.evaluation.intervals import PoissonSums, percentile, proportion, ratio
from etude.evaluation.records import Score
from etude.records import Pairs
from etude.schema import Text

TEXTS_AT_ONCE = 250
"""sorted by length; the same in training and in `evaluate`, so that the same weights give the same bits"""
BEAMS = 4
"""as in Vaswani et al. 2017, section 6.1"""
COUNT, RIGHT, NATS, TOKENS, MATCHES = 0, 1, 2, 3, 4
"""rows of a tally; from the last one on those of `matches`"""


def tally(network: nn.Module, pairs: Pairs, side: Text, *, beams: int = 1) -> Float[np.ndarray, "number pair"]:
    """What each pair adds to the scores: 1, whether it is exactly right, nats and tokens of its text, and `matches`.

    Nothing of the wanted text is told while the network writes. A word that training never met is in no vocabulary, so
    no text can have it right.
    """
    columns = np.zeros((MATCHES + 10, len(pairs)))
    columns[COUNT] = 1
    for rows, batch in by_length(pairs, TEXTS_AT_ONCE):
        here = batch.to(next(network.parameters()).device)
        columns[NATS, rows.numpy()] = surprise(network, here).double().cpu().numpy()
        columns[TOKENS, rows.numpy()] = (batch.y[:, 1:] != PAD).sum(1).numpy()
        texts = bare(written(network, here.x, side, beams=beams))
        compare(columns, rows, texts=texts, wanted=bare(batch.y[:, 1:], known=True), side=side)
    return columns


def compare(
    columns: Float[np.ndarray, "number pair"],
    rows: Int[Tensor, " batch"],
    *,
    texts: Iterable[list[int]],
    wanted: Iterable[list[int]],
    side: Text,
) -> None:
    """Write into a tally how near some texts are to the wanted ones; `matches` are counted for words alone."""
    for row, text, right in zip(rows.tolist(), texts, wanted, strict=True):
        columns[RIGHT, row] = text == right
        if side.tokenizer == "words":
            columns[MATCHES:, row] = matches(text, right)


def surprise(network: nn.Module, pairs: Pairs) -> Float[Tensor, " batch"]:
    """-log p of each wanted text in nats, END included, without any smoothing."""
    logits = network(pairs.x, pairs.y[:, :-1])
    following = pairs.y[:, 1:]
    return F.cross_entropy(logits.transpose(1, 2), following, ignore_index=PAD, reduction="none").sum(1)


def written(network: nn.Module, x: Int[Tensor, "batch source"], side: Text, *, beams: int) -> Int[Tensor, "batch time"]:
    """What the network writes for each of `x`: at most as much as the longest training text."""
    assert isinstance(network, Writer)
    if beams == 1:
        return greedy(network, x, length=side.length + 1)
    return beam_search(network, x, length=side.length + 1, beams=beams)


def bare(ids: Int[Tensor, "batch time"], *, known: bool = False) -> Iterator[list[int]]:
    """The ids of each text before END; of wanted texts, unknown words become -1, which no network writes."""
    for row in ids.tolist():
        text = row[: row.index(END)] if END in row else [each for each in row if each not in (PAD, START)]
        yield [-1 if known and each == UNKNOWN else each for each in text]


def values(sums: Float[np.ndarray, "number ..."], side: Text) -> dict[str, Float[np.ndarray, "..."]]:
    """The scores of summed tallies, the one that matters most first; BLEU is for words."""
    loss = ratio(sums[NATS, ...], sums[TOKENS, ...], nothing=np.nan)
    right = ratio(sums[RIGHT, ...], sums[COUNT, ...], nothing=np.nan)
    scores = {"exact_match": right, "perplexity": np.asarray(np.exp(loss)), "loss": loss}
    return {"bleu": bleu(sums[MATCHES:]), **scores} if side.tokenizer == "words" else scores


def score_values(network: nn.Module, pairs: Pairs, side: Text) -> dict[str, float]:
    """The scores of the network of now, as `scored` gives them, without intervals."""
    sums = tally(network, pairs, side).sum(axis=1)
    return {name: float(value) for name, value in values(sums, side).items()}


def scored(columns: Float[np.ndarray, "number pair"], side: Text) -> dict[str, Score]:
    """The scores with 95 % intervals over resampled texts (for BLEU: Koehn 2004, W04-3250)."""
    resampled = PoissonSums(len(columns), np.random.default_rng(0))
    resampled.update(columns)
    replicas = values(resampled.replicas, side)
    scores = {
        name: percentile(float(value), replicas[name]) for name, value in values(columns.sum(axis=1), side).items()
    }
    right, n = int(columns[RIGHT].sum()), columns.shape[1]
    return scores | {"exact_match": proportion(right, n, replicas["exact_match"])}


def beam_scored(network: nn.Module, pairs: Pairs, side: Text) -> dict[str, Score]:
    """BLEU with BEAMS beginnings side by side, where the texts are words."""
    if side.tokenizer != "words":
        return {}
    return {"beam_bleu": scored(tally(network, pairs, side, beams=BEAMS), side)["bleu"]}


def remembered(train: Pairs, pairs: Pairs, side: Text, *, reads: int) -> dict[str, Score]:
    """What it scores to write, for each text, the translation of the training text that is most like it."""
    columns = np.zeros((MATCHES + 10, len(pairs)))
    columns[COUNT] = columns[TOKENS] = 1
    texts = bare(train.y[most_alike(train, pairs.x, reads=reads)][:, 1:])
    wanted = bare(pairs.y[:, 1:], known=True)
    compare(columns, torch.arange(len(pairs)), texts=texts, wanted=wanted, side=side)
    return {name: score for name, score in scored(columns, side).items() if name in ("bleu", "exact_match")}


def most_alike(train: Pairs, x: Int[Tensor, "batch source"], *, reads: int) -> Int[Tensor, " batch"]:
    """The row of the training text that shares most with each of `x`: a memory of translations.

    Texts are compared by the cosine of what they hold, each token counted once and weighed by how rare it is.
    """
    known = indicators(train.x, reads)
    rarity = torch.log(len(train) / torch.sparse.sum(known, 0).to_dense().clamp(min=1))
    length = torch.sparse.mm(known, rarity[:, None].square()).sqrt().clamp(min=1e-6)  # (text, 1)
    weighed = rarity.square()[:, None]  # of the training text and of the asked one
    pieces = [indicators(piece, reads).to_dense().T for piece in x.split(TEXTS_AT_ONCE)]
    alike = ((torch.sparse.mm(known, piece * weighed) / length).T.contiguous() for piece in pieces)  # (asked, text)
    return torch.cat([each.argmax(1) for each in alike])


def indicators(ids: Int[Tensor, "text time"], size: int) -> Tensor:
    """A sparse matrix (text, token), 1 for each token that a text holds."""
    row, column = (ids != PAD).nonzero(as_tuple=True)
    flat = (row * size + ids[row, column]).unique()
    return torch.sparse_coo_tensor(
        torch.stack([flat // size, flat % size]),
        torch.ones(len(flat)),
        (len(ids), size),
        check_invariants=True,
        is_coalesced=True,
    )
