"""What every recipe that learns to write has in common: wishes, samples, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Int
from torch import Tensor, nn

from etude.chance import stream
from etude.data.corpus_sets import read_text_file
from etude.data.tokenizers import END, PAD, START, UNKNOWN, decode, encode
from etude.errors import DataError, UsageError
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.predictor import evaluating
from etude.figures import Text as Words
from etude.learners.base import device_of
from etude.models.sampling import Choice, Readable, write
from etude.ranges import Count, Seed
from etude.records import Tokens
from etude.schema import Text
from etude.source import Source

NEVER = (PAD, UNKNOWN, START, END)
"""tokens that do not occur in a running text"""
LONGEST_NAME = 256
"""characters of a path; what is longer is a text"""
SHOWN = 5
"""most probable next tokens that an answer names"""


@dataclass(frozen=True, slots=True)
class TextWish:
    """What a text model is to write."""

    prompt: str = "\n"
    """what the text begins with"""
    length: Count = 500
    """tokens to write"""
    n: Count = 1
    """texts"""
    temperature: float = 0.8
    """below 1 bolder, above 1 wilder, 0 always the most probable token"""
    top_k: Count | None = None
    """only so many of the most probable tokens"""
    top_p: float = 1.0
    """only the most probable tokens that together reach this share"""
    seed: Seed = 0
    """of the draws"""

    def choice(self, never: tuple[int, ...]) -> Choice:
        """How a token is chosen; UsageError for values outside their range."""
        if not 0 <= self.temperature < float("inf"):
            raise UsageError("E-CFG-RANGE", f"--temperature {self.temperature}: must be 0 or more, and finite.")
        if not 0 < self.top_p <= 1:
            raise UsageError("E-CFG-RANGE", f"--top-p {self.top_p}: must be above 0 and at most 1.")
        return Choice(self.temperature, self.top_k, self.top_p, never)


def between_evaluations(steps: int, *, batch: int, valid: Tokens) -> int:
    """Updates between two evaluations: ten in a training, or fewer where they would read more than it does."""
    evaluations = max(1, min(10, steps * batch // len(valid)))
    return max(100, steps // evaluations)


def readable(network: nn.Module) -> Readable:
    """The network as one that reads piece by piece."""
    if not isinstance(network, Readable):
        raise TypeError(f"{type(network).__name__} has no reader")
    return network


def written_texts(network: nn.Module, kind: Text, wish: TextWish) -> Words:
    """New texts, each behind its prompt."""
    prompt = known_ids(kind, wish.prompt).repeat(wish.n, 1).to(device_of(network))
    tokens = write(
        readable(network),
        prompt,
        length=wish.length,
        choice=wish.choice(NEVER),
        generator=stream(wish.seed, "sampling"),
    )
    texts = [wish.prompt + decode(kind, row) for row in tokens.tolist()]
    return Words("Written by the network", "\n\n---\n\n".join(texts))


def sample_view(network: nn.Module, kind: Text, beginning: Int[Tensor, " token"], *, length: int) -> Words:
    """A text that goes on from the first token of `beginning`, the same for the same weights."""
    with evaluating(network):
        prompt = beginning[None, :1].to(device_of(network))
        choice, generator = Choice(temperature=0.8, never=NEVER), stream(0, "sampling")
        tokens = write(readable(network), prompt, length=length, choice=choice, generator=generator)
    text = decode(kind, [int(prompt[0, 0]), *tokens[0].tolist()])
    return Words("Written by the network (temperature 0.8)", visible(text))


def known_ids(kind: Text, text: str) -> Int[Tensor, "1 token"]:
    """A text as a batch of one; DataError if it is empty or has characters that training never met."""
    ids = encode(kind, text)
    if not ids:
        raise DataError("E-TEXT-EMPTY", "the text to begin with is empty: give at least one character")
    if UNKNOWN in ids:
        strange = sorted({each for each in text if encode(kind, each) == [UNKNOWN]})
        raise DataError(
            "E-TEXT-UNKNOWN",
            f"the training text had no {', '.join(map(repr, strange))}: write the text (--prompt) without",
        )
    return torch.tensor([ids], dtype=torch.int64)


def text_of_input(given: str, source: Source) -> tuple[str, str]:
    """A name and a text: the content of a file, or the words themselves where there is no such file."""
    path = Path(given)
    is_file = len(given) < LONGEST_NAME and "\n" not in given and path.is_file()
    return (given, read_text_file(path, source)) if is_file else (given, given)


def next_tokens(network: nn.Module, kind: Text, texts: Sequence[tuple[str, str]]) -> Answers:
    """The most probable tokens to come after each text."""
    rows = []
    for name, text in texts:
        ids = known_ids(kind, text).to(device_of(network))
        with torch.inference_mode():
            p = Choice(never=NEVER).probabilities(readable(network).reader(1)(ids))[0].cpu()
        best = p.topk(min(SHOWN, len(p)))
        shown = {repr(decode(kind, [int(token)])): float(share) for share, token in zip(*best, strict=True)}
        rows.append(Answer(name, decode(kind, [int(best.indices[0])]), shown))
    return Answers("next token", tuple(rows), ())


def visible(text: str) -> str:
    """The text with a sign of its own for each character that cannot be drawn."""
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)


def token_texts(kind: Text, ids: Sequence[int]) -> tuple[str, ...]:
    """Each token as it can be read beside a figure: a space and the end of a line become visible."""
    shown = {" ": "␣", "\n": "⏎", "\t": "⇥"}
    return tuple("".join(shown.get(each, visible(each)) for each in decode(kind, [token])) for token in ids)
