"""Names letter by letter, from counted pairs to a Transformer: the ladder of makemore (Karpathy 2022)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import nn

from etude.chance import seed_global, stream
from etude.data.batches import shuffled, steps_per_epoch
from etude.data.names import bigram_counts, framed, load_names, trimmed
from etude.data.splits import part as part_of
from etude.data.tokenizers import END, PAD, START, UNKNOWN, decode
from etude.errors import DataError, UsageError
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.language import counting_baselines, language_scores, protocol, surprise_of_each, surprises
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Verdict
from etude.figures import Figure, Matrix
from etude.figures import Text as Words
from etude.learners.base import GradientLearner, device_of
from etude.models import names as ladder
from etude.models.gpt import GPT
from etude.models.sampling import Choice, write
from etude.objectives.language import next_token
from etude.objectives.precision import Autocast
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Seed, Share
from etude.records import Tokens
from etude.schedules import one_cycle
from etude.schema import Schema, Text
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device
from etude.training.expect import expect_text
from etude.training.experiment import Experiment, Length, Recipe
from etude.training.language import known_ids, readable, token_texts

EVALUATION_BATCH = 1000
"""names"""
NEVER = (PAD, UNKNOWN, START)
"""tokens that do not occur in a name"""
EASY = 0.01
"""highest learning rate of the small networks"""
CAREFUL = 2e-3
"""that of the Transformer"""


def transformer(vocabulary: int, *, context: int, dropout: float) -> GPT:
    """Makemore's: four blocks of width 64, 200,000 parameters."""
    return GPT(vocabulary, context=context, width=64, layers=4, heads=4, dropout=dropout)


LADDER: dict[str, Callable[[int], nn.Module]] = {
    "bigram": ladder.bigram,
    "mlp": ladder.mlp,
    "mlp-bn": ladder.mlp_bn,
    "wavenet": ladder.wavenet,
}
"""networks that see a fixed number of letters"""


@dataclass(frozen=True, slots=True)
class NamesWish:
    """Which names are to be made up."""

    n: Count = 20
    """names"""
    prompt: str = ""
    """what each begins with"""
    temperature: float = 1.0
    """below 1 more usual names, above 1 stranger ones"""
    seed: Seed = 0
    """of the draws"""


@dataclass(frozen=True, kw_only=True)
class NamesRecipe(Recipe):
    """Names letter by letter, from counted pairs to a Transformer: the ladder of makemore (Karpathy 2022).

    --data is a text file with one name in a line, or the name of a list: unicode-words, names.
    """

    source: Source = Source("unicode-words", split=(0.8, 0.1, 0.1))
    model: Literal["bigram", "mlp", "mlp-bn", "wavenet", "transformer"] = "mlp"
    """the rung of the ladder: it sees 1, 3, 3 or 8 letters, or all of them"""
    epochs: Count | None = None
    """passes over the training part; default: 20, or more if those are fewer than 3,000 updates"""
    batch: Count = 128
    """names in an update"""
    rate: Rate | None = None
    """peak learning rate of AdamW; default: 0.01, for the Transformer 0.002"""
    dropout: Share = 0.0
    """share of the units that is silenced in each update (transformer)"""
    tiny: ClassVar = {"steps": 2, "batch": 4, "overfit": 8}
    length: ClassVar = Length(passes=20, updates=3_000)
    wishes: ClassVar = NamesWish

    def network(self, schema: Schema) -> nn.Module:
        kind = expect_text(schema, "names")
        if self.model == "transformer":
            return transformer(len(kind.vocabulary), context=kind.length, dropout=self.dropout)
        return LADDER[self.model](len(kind.vocabulary))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        rate = self.rate or (CAREFUL if self.model == "transformer" else EASY)
        return Optimizer(
            adamw(network.parameters(), rate=rate, weight_decay=1e-2), schedule=one_cycle(steps), clip_norm=1.0
        )

    def experiments(self) -> Iterator[Experiment[Tokens]]:
        splits, device = load_names(self.source), find_device(self.device)
        kind, epoch = expect_text(splits.schema, "names"), steps_per_epoch(len(splits.train), self.batch)
        steps = self.steps or epoch * (self.epochs or self.length.epochs(epoch))
        seed_global(self.seed, "initialisation")
        network = self.network(splits.schema).to(device)
        seed_global(self.seed, "dropout")

        def evaluate() -> dict[str, float]:
            scores = language_scores(surprises(network, splits.valid, batch=EVALUATION_BATCH), splits.valid, kind)
            return {"valid_loss": float(scores["loss"].value or 0)}

        yield Experiment(
            learner=GradientLearner(
                network, Autocast(next_token, device.type, self.precision), self.optimizer(network, steps)
            ),
            batches=lambda start: shuffled(splits.train, self.batch, seed=self.seed, start=start, augment=trimmed),
            steps=steps,
            evaluate=evaluate,
            evaluate_every=max(epoch, steps // 20),
            epoch_steps=epoch,
            splits=splits,
            views={
                "names": lambda: made_up(network, kind, NamesWish()),
                "bigrams counted": lambda: counted(splits.train, kind),
                "second letters": lambda: second_letters(network, kind),
            },
        )

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        assert experiment.splits is not None  # it learns from a list
        examples, _ = part_of(experiment.splits, part)
        kind = expect_text(experiment.splits.schema, "names")
        surprise = surprises(network, examples, batch=EVALUATION_BATCH)
        context = "Each name by itself, its end counted as a character."
        return Verdict(
            n=len(examples),
            unit="names",
            metrics={"loss": language_scores(surprise, examples, kind)["loss"]},
            protocol=protocol(part, examples, context=context),
            baselines=counting_baselines(experiment.splits.train, examples, kind, orders=(1, 2, 4)),
        )

    def generate(self, network: nn.Module, schema: Schema, wish: NamesWish) -> Figure:
        return made_up(network, expect_text(schema, "names"), wish)

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        kind, rows = expect_text(schema, "names"), []
        for name in inputs:
            example = example_of(kind, name)
            surprise = surprises(network, example, batch=1)
            rows.append(Answer(name, float(surprise.sum() / example.y.numel()), {}))
        return Answers("nats for each character", tuple(rows), ())

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        kind, found = expect_text(schema, "names"), dict[str, Figure]()
        for name in inputs:
            example = example_of(kind, name)
            surprise = surprises(network, example, batch=1)[0]
            found[name] = surprise_of_each(surprise, (*token_texts(kind, example.y[0, :-1].tolist()), "end"))
        return found


def example_of(kind: Text, name: str) -> Tokens:
    """A name that was typed in; DataError if it has other characters, or more of them, than training met."""
    ids = known_ids(kind, name)[0].tolist()
    if len(ids) >= kind.length:
        raise DataError("E-TEXT-LONG", f"{name!r} is longer than the {kind.length - 1} characters of the longest name")
    return framed([ids], len(ids) + 1)


def made_up(network: nn.Module, kind: Text, wish: NamesWish) -> Words:
    """New names, one in a line."""
    if not 0 <= wish.temperature < float("inf"):
        raise UsageError("E-CFG-RANGE", f"--temperature {wish.temperature}: must be 0 or more, and finite.")
    begun = example_of(kind, wish.prompt).x if wish.prompt else torch.tensor([[START]])
    with evaluating(network):
        tokens = write(
            readable(network),
            begun.repeat(wish.n, 1).to(device_of(network)),
            length=kind.length - begun.shape[1] + 1,
            choice=Choice(wish.temperature, never=NEVER),
            generator=stream(wish.seed, "sampling"),
            end=END,
        )
    names = [wish.prompt + decode(kind, [*row, END]) for row in tokens.tolist()]
    return Words("Made up by the network", "\n".join(names))


def counted(train: Tokens, kind: Text) -> Matrix:
    """How often each letter followed each other in the training part."""
    letters = labels(kind)
    values = bigram_counts(train, len(kind.vocabulary))[START:, END:]
    return Matrix(
        "Pairs of the training part",
        torch.cat([values[:1], values[2:]]),
        rows=("start", *letters),
        columns=("end", *letters),
        row_label="letter",
        column_label="the next one",
        share_of_row=True,
    )


@torch.no_grad()
def second_letters(network: nn.Module, kind: Text) -> Matrix:
    """What the network expects after each letter at the beginning of a name."""
    letters = torch.arange(END + 1, len(kind.vocabulary))[:, None]
    x = torch.cat([torch.full_like(letters, START), letters], dim=1).to(device_of(network))
    with evaluating(network):
        p = network(x)[:, -1].softmax(dim=1).cpu().float()
    return Matrix(
        "The second letter after each first one, as the network expects it",
        p[:, END:],
        rows=labels(kind),
        columns=("end", *labels(kind)),
        row_label="first letter",
        column_label="the next one",
    )


def labels(kind: Text) -> tuple[str, ...]:
    """The characters without the special tokens."""
    return kind.vocabulary[END + 1 :]
