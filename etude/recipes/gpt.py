"""GPT: a small GPT-2 that learns to write, character by character or in byte pairs (Radford et al. 2019)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from jaxtyping import Int
from torch import Tensor, nn

from etude.chance import seed_global
from etude.data.corpus import load_corpus, random_windows
from etude.data.splits import part as part_of
from etude.errors import UsageError
from etude.evaluation.answers import Answers
from etude.evaluation.language import (
    language_scores,
    surprise_of_each,
    surprises,
    verdict,
)
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Verdict
from etude.figures import Figure, Matrix
from etude.learners.base import GradientLearner, device_of
from etude.models.gpt import GPT
from etude.objectives.language import next_token
from etude.objectives.precision import Autocast
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share
from etude.records import Tokens
from etude.schedules import cosine, warmed
from etude.schema import Schema, Text
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
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

WEIGHT_DECAY = 0.1
BETAS = (0.9, 0.99)
"""nanoGPT's for characters: its usual 0.95 forgets too soon where a batch has few tokens"""
EVALUATION_BATCH = 256
"""windows"""
LONGEST_SHOWN = 48
"""tokens of a text whose attention can still be read"""


@dataclass(frozen=True, kw_only=True)
class GPTRecipe(Recipe):
    """GPT: a small GPT-2 that learns to write, character by character or in byte pairs (Radford et al. 2019).

    The defaults are nanoGPT's for a laptop without GPU, but for twice its learning rate. --data is the name of a text
    (stdlib, tinyshakespeare, gutenberg-novels, wikipedia-excerpt), a text file (.txt, .gz) or a folder of them.
    """

    source: Source = Source("stdlib", split=(0.9, 0.05, 0.05))
    steps: Count | None = 2_000
    """updates"""
    layers: Count = 4
    """blocks"""
    heads: Count = 4
    """of the attention in each block; they share the width"""
    width: Count = 128
    """numbers that stand for a token inside the network"""
    context: Count = 64
    """tokens that it sees at most"""
    batch: Count = 12
    """windows in an update"""
    rate: Rate = 2e-3
    """peak learning rate of AdamW"""
    dropout: Share = 0.0
    """share of the units that is silenced in each update; 0.2 where the text is seen many times"""
    tokenizer: Literal["characters", "byte-pairs"] = "characters"
    """what a token is"""
    merges: Count = 1000
    """tokens that are learnt by joining two others, with --tokenizer byte-pairs"""
    tiny: ClassVar = {"steps": 2, "layers": 1, "heads": 2, "width": 16, "context": 16, "batch": 2, "overfit": 8}
    wishes: ClassVar = TextWish

    def network(self, schema: Schema) -> nn.Module:
        kind = expect_text(schema, "gpt")
        if self.width % self.heads:
            raise UsageError("E-CFG-RANGE", f"--width {self.width} cannot be shared by --heads {self.heads}.")
        return GPT(
            len(kind.vocabulary),
            context=self.context,
            width=self.width,
            layers=self.layers,
            heads=self.heads,
            dropout=self.dropout,
        )

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW that warms up over the first twentieth and falls to a tenth along half a cosine."""
        descent = adamw(network.parameters(), rate=self.rate, weight_decay=WEIGHT_DECAY)
        for group in descent.param_groups:
            group["betas"] = BETAS
        return Optimizer(descent, schedule=warmed(cosine(steps, 0.1), max(1, steps // 20)), clip_norm=1.0)

    def experiments(self) -> Iterator[Experiment[Tokens]]:
        splits = load_corpus(self.source, length=self.context, tokenizer=self.tokenizer, merges=self.merges)
        kind, steps, device = expect_text(splits.schema, "gpt"), self.steps or 2_000, find_device(self.device)
        seed_global(self.seed, "initialisation")
        network = placed(self.network(splits.schema), device)
        seed_global(self.seed, "dropout")

        def evaluate() -> dict[str, float]:
            scores = language_scores(surprises(network, splits.valid, batch=EVALUATION_BATCH), splits.valid, kind)
            return {f"valid_{name}": float(score.value or 0) for name, score in scores.items()}

        yield Experiment(
            learner=GradientLearner(
                network, Autocast(next_token, device.type, self.precision), self.optimizer(network, steps)
            ),
            batches=lambda start: random_windows(splits.train, self.batch, seed=self.seed, start=start),
            steps=steps,
            evaluate=evaluate,
            evaluate_every=between_evaluations(steps, batch=self.batch, valid=splits.valid),
            splits=splits,
            views={
                "sample": lambda: sample_view(network, kind, splits.valid.x[0], length=4 * self.context),
                "attention": lambda: attention(network, kind, splits.valid.x[:1, :LONGEST_SHOWN])[
                    f"block {self.layers}"
                ],
            },
        )

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        assert experiment.splits is not None  # it learns from a corpus
        examples, _ = part_of(experiment.splits, part)
        surprise = surprises(network, examples, batch=EVALUATION_BATCH)
        context = f"Windows of {self.context} tokens that do not overlap, so the first ones have little context."
        return verdict(surprise, experiment.splits, part, unit="tokens", context=context)

    def generate(self, network: nn.Module, schema: Schema, wish: TextWish) -> Figure:
        return written_texts(network, expect_text(schema, "gpt"), wish)

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        texts = [text_of_input(each, self.source) for each in inputs]
        return next_tokens(network, expect_text(schema, "gpt"), texts)

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        kind, found = expect_text(schema, "gpt"), dict[str, Figure]()
        for each in inputs:
            ids = known_ids(kind, text_of_input(each, self.source)[1])[:, -min(LONGEST_SHOWN, self.context) :]
            looks = attention(network, kind, ids)
            found |= {f"{each[:20]} {block}": figure for block, figure in looks.items()}
            if ids.shape[1] > 1:
                surprise = surprises(network, Tokens(ids[:, :-1], ids[:, 1:]), batch=1)[0]
                found[f"{each[:20]} surprise"] = surprise_of_each(surprise, token_texts(kind, ids[0, 1:].tolist()))
        return found


@torch.no_grad()
def attention(network: nn.Module, kind: Text, ids: Int[Tensor, "1 token"]) -> dict[str, Figure]:
    """Where each block looks while it reads a text, the mean of its heads: 'block 1', 'block 2', ..."""
    assert isinstance(network, GPT)
    tokens = token_texts(kind, ids[0].tolist())
    with evaluating(network):
        looks = network.looks(ids.to(device_of(network)))[0].mean(dim=1).cpu()  # (block, time, time)
    return {
        f"block {number}": Matrix(
            f"Where block {number} looks, the mean of its heads",
            look,
            rows=tokens,
            columns=tokens,
            row_label="while at",
            column_label="it looks at",
        )
        for number, look in enumerate(looks, start=1)
    }
