"""A recurrent network (LSTM, GRU or plain) that learns to write character by character (Karpathy 2015)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from jaxtyping import Int
from torch import Tensor, nn

from etude.chance import seed_global
from etude.data.corpus import chunks_of, load_corpus, running_windows
from etude.data.splits import part as part_of
from etude.evaluation.answers import Answers
from etude.evaluation.language import (
    language_scores,
    running_surprises,
    surprise_of_each,
    verdict,
)
from etude.evaluation.records import Verdict
from etude.figures import Figure, Matrix
from etude.learners.base import device_of
from etude.learners.streams import StreamLearner
from etude.models.char_rnn import CharRNN
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share
from etude.records import Stream, Tokens
from etude.schedules import cosine, warmed
from etude.schema import Schema, Text
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device
from etude.training.expect import expect_text
from etude.training.experiment import Experiment, Recipe
from etude.training.language import (
    TextWish,
    between_evaluations,
    known_ids,
    next_tokens,
    sample_view,
    text_of_input,
    token_texts,
    written_texts,
)

PLACES = 32
"""of the text that are scored side by side, each with a state that runs on"""
LONGEST_SHOWN = 48
"""tokens of a text beside which the state can still be read"""
UNITS_SHOWN = 16
"""units whose state varies most"""


@dataclass(frozen=True, kw_only=True)
class CharRNNRecipe(Recipe):
    """A recurrent network (LSTM, GRU or plain) that learns to write character by character (Karpathy 2015).

    It reads the text as it runs on: the state is carried from batch to batch, gradients go back through --context
    characters. --data is the name of a text, a text file (.txt, .gz) or a folder of them.
    """

    source: Source = Source("stdlib", split=(0.9, 0.05, 0.05))
    epochs: Count = 5
    """passes over the training part"""
    cell: Literal["lstm", "gru", "rnn"] = "lstm"
    """kind of recurrent layer"""
    layers: Count = 1
    """of them, each reading the states of the one below"""
    width: Count = 256
    """units of each layer"""
    context: Count = 100
    """characters back through which gradients go"""
    batch: Count = 50
    """places of the text that are read side by side"""
    rate: Rate = 4e-3
    """peak learning rate of AdamW"""
    dropout: Share = 0.0
    """share of the units between the layers that is silenced in each update"""
    tiny: ClassVar = {"steps": 2, "width": 8, "context": 10, "batch": 2, "overfit": 8}
    wishes: ClassVar = TextWish

    def network(self, schema: Schema) -> nn.Module:
        kind = expect_text(schema, "char-rnn")
        return CharRNN(len(kind.vocabulary), cell=self.cell, width=self.width, layers=self.layers, dropout=self.dropout)

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW that warms up over the first twentieth and falls to a hundredth along half a cosine."""
        descent = adamw(network.parameters(), rate=self.rate, weight_decay=1e-2)
        return Optimizer(descent, schedule=warmed(cosine(steps, 0.01), max(1, steps // 20)), clip_norm=1.0)

    def experiments(self) -> Iterator[Experiment[Stream]]:
        splits, device = load_corpus(self.source, length=self.context), find_device(self.device)
        kind, epoch = expect_text(splits.schema, "char-rnn"), chunks_of(splits.train, self.batch)
        steps = self.steps or self.epochs * epoch
        seed_global(self.seed, "initialisation")
        network = self.network(splits.schema).to(device)
        assert isinstance(network, CharRNN)
        seed_global(self.seed, "dropout")

        def evaluate() -> dict[str, float]:
            scores = language_scores(running_surprises(network, splits.valid, size=PLACES), splits.valid, kind)
            return {f"valid_{name}": float(score.value or 0) for name, score in scores.items()}

        yield Experiment(
            learner=StreamLearner(
                network, self.optimizer(network, steps), size=self.batch, precision=self.precision
            ).to(device),
            batches=lambda start: running_windows(splits.train, self.batch, seed=self.seed, start=start),
            steps=steps,
            evaluate=evaluate,
            evaluate_every=between_evaluations(steps, batch=self.batch, valid=splits.valid),
            epoch_steps=epoch,
            splits=splits,
            views={
                "sample": lambda: sample_view(network, kind, splits.valid.x[0], length=4 * self.context),
                "state": lambda: states(network, kind, splits.valid.x[:1, :LONGEST_SHOWN]),
            },
        )

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        assert experiment.splits is not None  # it learns from a corpus
        examples, _ = part_of(experiment.splits, part)
        surprise = running_surprises(network, examples, size=PLACES)
        context = f"The text is read from {PLACES} places on, evenly spread, and the state runs on from there."
        return verdict(surprise, experiment.splits, part, unit="characters", context=context)

    def generate(self, network: nn.Module, schema: Schema, wish: TextWish) -> Figure:
        return written_texts(network, expect_text(schema, "char-rnn"), wish)

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        texts = [text_of_input(each, self.source) for each in inputs]
        return next_tokens(network, expect_text(schema, "char-rnn"), texts)

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        kind, found = expect_text(schema, "char-rnn"), dict[str, Figure]()
        for each in inputs:
            ids = known_ids(kind, text_of_input(each, self.source)[1])[:, :LONGEST_SHOWN]
            found[f"{each[:20]} state"] = states(network, kind, ids)
            if ids.shape[1] > 1:
                surprise = running_surprises(network, Tokens(ids[:, :-1], ids[:, 1:]), size=1)[0]
                found[f"{each[:20]} surprise"] = surprise_of_each(surprise, token_texts(kind, ids[0, 1:].tolist()))
        return found


@torch.no_grad()
def states(network: nn.Module, kind: Text, ids: Int[Tensor, "1 token"]) -> Matrix:
    """The units of the upper layer that a text moves most, while it is read."""
    assert isinstance(network, CharRNN)
    state, found = network.zero_state(1), []
    for token in ids.to(device_of(network)).unbind(dim=1):
        h, state = network.recurrent.step(network.token(token), state)
        found.append(h[0].cpu())
    moved = torch.stack(found, dim=1)  # (unit, time)
    units = moved.std(dim=1, correction=0).topk(min(UNITS_SHOWN, len(moved))).indices
    return Matrix(
        "The units that this text moves most",
        moved[units],
        rows=tuple(str(unit) for unit in units.tolist()),
        columns=token_texts(kind, ids[0].tolist()),
        row_label="unit",
        column_label="after reading",
    )
