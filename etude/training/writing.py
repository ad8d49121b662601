"""The experiment of every recipe that writes a text for a text, and how such a network is judged."""

import time
from collections.abc import Callable
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from torch import nn

from etude.chance import seed_global
from etude.data.batches import steps_per_epoch
from etude.data.bucketed import bucketed
from etude.data.splits import Splits, part
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline, Verdict
from etude.evaluation.writing import BEAMS, beam_scored, remembered, score_values, scored, tally
from etude.figures import Figure
from etude.learners.base import GradientLearner
from etude.objectives.precision import Autocast
from etude.objectives.teaching import Teaching
from etude.optim import Optimizer
from etude.records import Pairs
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device
from etude.training.expect import expect_text, expect_written
from etude.training.experiment import Experiment, Length, Watch
from etude.training.supervised import MOST_EVALUATIONS, prefixed
from etude.training.written import attention, by_length, samples


@runtime_checkable
class Writing(Protocol):
    """The fields that a recipe needs to learn from pairs of texts."""

    length: ClassVar[Length]

    @property
    def source(self) -> Source: ...
    @property
    def epochs(self) -> int | None: ...
    @property
    def batch(self) -> int: ...
    @property
    def smoothing(self) -> float: ...
    @property
    def steps(self) -> int | None: ...
    @property
    def seed(self) -> int: ...
    @property
    def device(self) -> str: ...
    @property
    def precision(self) -> Literal["float32", "bfloat16"]: ...
    def network(self, schema: Schema) -> nn.Module:
        """The untrained network."""
        ...


def writing(
    recipe: Writing, splits: Splits[Pairs], *, optimizer: Callable[[nn.Module, int], Optimizer]
) -> Experiment[Pairs]:
    """Teach what follows at each position of the wanted texts; judged once an epoch by what the network itself writes.

    `optimizer` gets the network and the number of updates that its schedule spans. The best checkpoint is the one of
    the best BLEU, or for characters of the most texts that are exactly right.
    """
    device = find_device(recipe.device)
    epoch = steps_per_epoch(len(splits.train), recipe.batch)
    steps = recipe.steps or epoch * (recipe.epochs or recipe.length.epochs(epoch))
    seed_global(recipe.seed, "initialisation")
    network = recipe.network(splits.schema).to(device)
    goal = Autocast(Teaching(recipe.smoothing), device.type, recipe.precision)
    seed_global(recipe.seed, "dropout")
    side = expect_written(splits.schema, "a writer").text

    def evaluate() -> dict[str, float]:
        with evaluating(network):
            return prefixed(score_values(network, splits.valid, side))

    return Experiment(
        learner=GradientLearner(network, goal, optimizer(network, steps)),
        batches=lambda start: bucketed(splits.train, recipe.batch, seed=recipe.seed, start=start),
        steps=steps,
        evaluate=evaluate,
        evaluate_every=min(max(epoch, steps // MOST_EVALUATIONS), steps),
        log_every=max(1, steps // 1000),
        epoch_steps=epoch,
        watch=Watch("valid_bleu" if side.tokenizer == "words" else "valid_exact_match", higher_is_better=True),
        splits=splits,
        views=views(network, splits),
    )


def views(network: nn.Module, splits: Splits[Pairs]) -> dict[str, Callable[[], Figure]]:
    """The attention of the first validation text, and what is written for the first few."""
    return {
        "attention": lambda: attention(network, splits.schema, splits.valid.x[:1], splits.valid.y[:1, :-1]),
        "texts": lambda: samples(network, splits.schema, splits.valid),
    }


def judge_writing(network: nn.Module, experiment: Experiment[Any], name: PartName) -> Verdict:
    """The scores of one part, beside those of a memory of the training texts."""
    splits = experiment.splits
    assert splits is not None  # a writer learns from pairs
    reads, side = expect_text(splits.schema, "a writer"), expect_written(splits.schema, "a writer").text
    pairs, _ = part(splits, name)
    columns = tally(network, pairs, side)
    scores = scored(columns, side)
    main = next(iter(scores))
    started = time.perf_counter()
    memory = remembered(splits.train, pairs, side, reads=len(reads.vocabulary))
    note = "the translation of the training text that shares most with the source, each token weighed by its rarity"
    baseline = Baseline("most alike", note, memory, time.perf_counter() - started)
    return Verdict(
        n=len(pairs),
        unit="texts",
        metrics={main: scores[main]} | beam_scored(network, pairs, side) | scores,
        protocol=protocol(side.tokenizer),
        baselines=(baseline,),
        figures={
            "attention": attention(network, splits.schema, pairs.x[:1], pairs.y[:1, :-1]),
            "score by length": by_length(columns, pairs, side),
            "texts": samples(network, splits.schema, pairs),
        },
    )


def protocol(tokenizer: str) -> str:
    """How the scores were obtained, in words."""
    told = "each text once, written token by token from the network's own words, the likeliest each time"
    loss = "loss and perplexity per token when the wanted text is told, without smoothing"
    if tokenizer != "words":
        return f"{told}; {loss}; 95 % intervals over resampled texts"
    bleu = (
        "BLEU of the corpus, 0 to 100, on lower-cased words split at signs, references with all their words, without "
        f"smoothing (sacrebleu: tok none, smooth none); beam_bleu with {BEAMS} beams and the penalty for length 0.6"
    )
    return f"{told}; {bleu}; {loss}; 95 % intervals over resampled texts"
