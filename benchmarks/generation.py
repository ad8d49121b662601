"""What kept keys and values gain while a small GPT writes, and what half precision gains while an LSTM learns.

The weights are random, which costs the same. The other side of the writing is the
loop of nanoGPT's `generate` on the same network: for each token, all that can be seen goes through the network again,
and one text is written after the other, as its sample.py does.
"""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.pairs import Pair, Row, interleaved
from etude.learners.streams import StreamLearner
from etude.models.char_rnn import CharRNN
from etude.models.gpt import GPT
from etude.models.sampling import Choice, write
from etude.optim import Optimizer, adamw
from etude.records import Stream

VOCABULARY = 65
PAIRS = 3


@torch.no_grad()
def recomputed(network: GPT, x: Tensor, length: int) -> Tensor:
    """`length` more tokens, each from the last `context` of them."""
    for _ in range(length):
        seen = x if x.shape[1] <= network.context else x[:, -network.context :]
        logits = network(seen)[:, -1] / 0.8
        x = torch.cat([x, torch.multinomial(F.softmax(logits, dim=-1), 1)], dim=1)
    return x


def writing(*, context: int, width: int, layers: int, heads: int, length: int, texts: int) -> Pair:
    """`texts` samples of `length` tokens: ours side by side, theirs one after the other."""
    network = GPT(VOCABULARY, context=context, width=width, layers=layers, heads=heads).eval()
    prompt = torch.zeros(texts, 1, dtype=torch.int64)

    def ours() -> None:
        write(network, prompt, length=length, choice=Choice(0.8), generator=torch.Generator().manual_seed(0))

    def theirs() -> None:
        for row in prompt:
            recomputed(network, row[None], length)

    return interleaved(ours, theirs, pairs=PAIRS)


def lstm_in_half_precision(updates: int = 8) -> Pair:
    """Updates of the char-rnn recipe's network, bfloat16 against float32."""
    batch = Stream(
        torch.randint(VOCABULARY, (50, 100)), torch.randint(VOCABULARY, (50, 100)), torch.ones(50, dtype=torch.bool)
    )

    def work(precision: Literal["float32", "bfloat16"]) -> None:
        model = CharRNN(VOCABULARY, cell="lstm", width=256, layers=1)
        optimizer = Optimizer(adamw(model.parameters(), rate=1e-3))
        learner = StreamLearner(model, optimizer, size=50, precision=precision)
        for _ in range(updates):
            learner.update(batch)

    return interleaved(lambda: work("bfloat16"), lambda: work("float32"), pairs=PAIRS)


def rows() -> Iterator[Row]:
    """Writing, then learning."""
    laptop = {"context": 256, "width": 128, "layers": 4, "heads": 4, "length": 500}
    large = {"context": 256, "width": 384, "layers": 6, "heads": 6, "length": 256}
    for what, size, texts in (
        ("one text of 500 tokens, 4 layers of 128", laptop, 1),
        ("four texts of 500 tokens, 4 layers of 128", laptop, 4),
        ("one text of 256 tokens, 6 layers of 384", large, 1),
    ):
        yield Row(f"gpt writes {what}, against recomputation", "at least 8", writing(**size, texts=texts).spread())
    if torch.cpu._is_amx_tile_supported():  # the goal is one for processors with these units
        yield Row("char-rnn learns in bfloat16 against float32", "at least 1.8", lstm_in_half_precision().spread())
