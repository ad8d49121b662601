"""How good a language model is: how surprised it is by each token of a text that it never saw."""

import math
import time
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.data.batches import in_order
from etude.data.splits import Splits
from etude.data.splits import part as part_of
from etude.data.tokenizers import UNKNOWN, token_bytes
from etude.evaluation.intervals import REPLICAS, PoissonSums, percentile, ratio
from etude.evaluation.ngrams import NGrams
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline, Score, Verdict
from etude.figures import Curve, Line, Matrix
from etude.learners.base import device_of
from etude.models.char_rnn import CharRNN
from etude.records import IGNORED, Tokens
from etude.schema import Text


def surprises(network: nn.Module, examples: Tokens, *, batch: int) -> Float[Tensor, "window time"]:
    """-log p of each answer in nats, 0 where there is none; each window by itself, dropout off."""
    device = device_of(network)
    with evaluating(network):
        return torch.cat([nats(network(piece.x.to(device)), piece.y) for piece in in_order(examples, batch)])


def running_surprises(network: nn.Module, examples: Tokens, *, size: int) -> Float[Tensor, "window time"]:
    """As `surprises`, for a network whose state runs on from window to window, from `size` places of the text on."""
    assert isinstance(network, CharRNN)
    device, length = device_of(network), examples.x.shape[1]
    steps = -(-len(examples) // size)
    x = F.pad(examples.x, (0, 0, 0, steps * size - len(examples))).view(size, steps, length)
    y = F.pad(examples.y, (0, 0, 0, steps * size - len(examples)), value=IGNORED).view(size, steps, length)
    state, found = network.zero_state(size), []
    with evaluating(network):
        for step in range(steps):
            logits, state = network(x[:, step].to(device), state)
            found.append(nats(logits, y[:, step]))
    return torch.stack(found, dim=1).flatten(0, 1)[: len(examples)]


def nats(logits: Float[Tensor, "batch time vocabulary"], y: Tensor) -> Float[Tensor, "batch time"]:
    """-log softmax(logits)_y on the CPU, 0 where y is IGNORED."""
    loss = F.cross_entropy(
        logits.flatten(0, 1).float(), y.flatten().to(logits.device), ignore_index=IGNORED, reduction="none"
    )
    return loss.view(tuple(y.shape)).cpu()


def language_scores(surprise: Float[Tensor, "window time"], examples: Tokens, kind: Text) -> dict[str, Score]:
    """Nats for each token, and bits for each byte of the text, which can be compared between tokenizers.

    The intervals resample windows, since neighbouring tokens depend on each other.
    """
    sums = PoissonSums(3, np.random.default_rng(0))
    answered = examples.y != IGNORED
    sizes = torch.tensor(token_bytes(kind), dtype=torch.float64)
    size = torch.where(answered, sizes[examples.y.clamp(min=0)], 0.0)
    sums.update(torch.stack([surprise.double().sum(1), answered.double().sum(1), size.sum(1)]).numpy())
    (total, tokens, length), (totals, counts, lengths) = sums.totals, sums.replicas
    bits = 1 / math.log(2)
    return {
        "loss": percentile(float(total / tokens), ratio(totals, counts, nothing=math.nan)),
        "bits_per_byte": percentile(float(total * bits / length), ratio(totals * bits, lengths, nothing=math.nan)),
    }


def protocol(part: str, examples: Tokens, *, context: str) -> str:
    """How the scores were obtained."""
    tokens, unknown = int((examples.y != IGNORED).sum()), int((examples.y == UNKNOWN).sum())
    strange = f" {unknown} of them are tokens that training never met; they count one byte each." if unknown else ""
    return (
        f"All {tokens:,} tokens of the {part} part, each once as the one to come.{strange} {context} Dropout off. "
        "Loss in nats for each token; bits for each byte of UTF-8. "
        f"95 % intervals by the bootstrap over windows, {REPLICAS:,} replicas, seed 0."
    )


def verdict(
    surprise: Float[Tensor, "window time"], splits: Splits[Tokens], part: str, *, unit: str, context: str
) -> Verdict:
    """The judgement of a network that writes a running text, `unit` by unit, beside counts of one, two and five."""
    examples, _ = part_of(splits, part)
    kind = splits.schema.inputs
    assert isinstance(kind, Text)  # what corpora are
    return Verdict(
        n=int((examples.y != IGNORED).sum()),
        unit=unit,
        metrics=language_scores(surprise, examples, kind),
        protocol=protocol(part, examples, context=context),
        baselines=counting_baselines(splits.train, examples, kind, orders=(1, 2, 5)),
        figures={"loss by position": loss_by_position(surprise, examples)},
    )


def counting_baselines(train: Tokens, examples: Tokens, kind: Text, *, orders: Sequence[int]) -> tuple[Baseline, ...]:
    """What counts of so many neighbouring tokens reach on the same examples."""
    found = []
    for order in orders:
        started = time.perf_counter()
        model = NGrams(train, len(kind.vocabulary), order=order)
        metrics = language_scores(torch.from_numpy(model.surprises(examples)), examples, kind)
        names = {1: "frequency of each token", 2: "bigram counts"}
        note = f"on all {int((train.y != IGNORED).sum()):,} training tokens, Witten-Bell smoothing"
        name = names.get(model.order, f"{model.order}-gram counts")
        found.append(Baseline(name, note, metrics, round(time.perf_counter() - started, 3)))
    return tuple(found)


def loss_by_position(surprise: Float[Tensor, "window time"], examples: Tokens) -> Curve:
    """What context is worth: the loss at the first token of a window, the second, ..."""
    answered = examples.y != IGNORED
    n = answered.sum(0)
    mean = (surprise * answered).sum(0) / n
    return Curve(
        "What context is worth",
        {"mean": Line(torch.arange(1, len(mean) + 1).float()[n > 0], mean[n > 0].float())},
        x_label="tokens seen",
        y_label="loss of the next one (nats)",
    )


def surprise_of_each(surprise: Float[Tensor, " time"], tokens: Sequence[str]) -> Matrix:
    """How unexpected each token of one text was; nothing is said of the first one."""
    return Matrix(
        "How unexpected each token was (nats)",
        surprise.float()[None],
        rows=("surprise",),
        columns=tuple(tokens),
        row_label="",
        column_label="token",
    )
