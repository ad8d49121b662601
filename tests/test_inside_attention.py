"""Where heads look: weights as PyTorch's kernels have them, at positions that have their tokens."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from scipy.stats import entropy
from torch import Tensor, nn
from torch.nn import functional as F

from etude.data.tokenizers import fit_characters
from etude.figures import Matrix, Text
from etude.inside.attention import Attended, Compared, evenness
from etude.inside.closer import doing_figures
from etude.inside.rehearsal import Passage, Rehearsal, noted, rehearse
from etude.layers.attention import MultiHeadAttention
from etude.learners.base import GradientLearner
from etude.models.seq2seq import Seq2Seq
from etude.models.seq2seq import Size as ReaderSize
from etude.models.transformer import Size, Transformer
from etude.objectives.classification import cross_entropy
from etude.objectives.teaching import Teaching
from etude.optim import Optimizer, sgd
from etude.records import Labelled, Pairs
from etude.schema import Schema, Written


def looked_at(network: nn.Module, name: str, look: Callable[[], object]) -> Tensor:
    """The weights of the layer of that name, once `look` has had something pass through the network."""
    with noted(network) as passages:
        look()
    closer = passages[name].closer
    assert isinstance(closer, Attended)
    return closer.looks.weights()


def kernels(query: Tensor, key: Tensor, heads: int, mask: Tensor | None) -> Tensor:
    """The weights (head, query, key) of PyTorch's kernel: what it makes of values of which each key has its own."""
    apart = [each.unflatten(-1, (heads, -1)).transpose(0, 1)[None] for each in (query, key)]
    every = torch.eye(len(key)).expand(1, heads, -1, -1)
    return F.scaled_dot_product_attention(apart[0], apart[1], every, attn_mask=mask)[0]


def test_the_weights_are_those_of_the_kernel() -> None:
    layer, x = MultiHeadAttention(8, 2), torch.randn(3, 5, 8)
    visible = torch.tensor([[True] * 3 + [False] * 2] + [[True] * 5] * 2)
    found = looked_at(nn.ModuleDict({"read": layer}), "read.attend", lambda: layer(x, visible=visible, causal=True))
    query, key, _ = (x[0] @ layer.project.weight.T + layer.project.bias).chunk(3, dim=1)
    mask = torch.ones(5, 5, dtype=torch.bool).tril() & visible[0]
    torch.testing.assert_close(found, kernels(query, key, 2, mask).detach())
    torch.testing.assert_close(found.sum(dim=2), torch.ones(2, 5))
    assert not found.triu(1).any() and not found[:, :, 3:].any()  # the future and the padding exactly 0


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_the_layer_of_pytorch_is_looked_into_without_its_dropout(batch_first: bool, masked: bool) -> None:
    layer, x = nn.MultiheadAttention(8, 2, dropout=0.5, batch_first=batch_first), torch.randn(3, 5, 8)
    padding = torch.tensor([[False] * 4 + [True]] * 3) if masked else None
    mask = torch.ones(5, 5, dtype=torch.bool).triu(1) if masked else None
    given = x if batch_first else x.transpose(0, 1)

    def look() -> None:
        layer(given, given, given, key_padding_mask=padding, attn_mask=mask, need_weights=False)

    found = looked_at(nn.ModuleDict({"read": layer}), "read", look)
    query, key, _ = (x[0] @ layer.in_proj_weight.T + layer.in_proj_bias).chunk(3, dim=1)
    allowed = ~(mask | padding[0]) if mask is not None and padding is not None else None
    torch.testing.assert_close(found, kernels(query, key, 2, allowed).detach())
    if masked:
        assert not found.triu(1).any() and not found[:, :, 4].any()


class Reader(nn.Module):
    """A learner's network with PyTorch's own encoder block."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(9, 8)
        self.block = nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, batch_first=True)
        self.answer = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.answer(self.block(self.embed(x)).mean(dim=1))
        return answer


def test_the_weights_are_those_before_the_update_and_found_for_who_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Reader()
    learner = GradientLearner(network, cross_entropy, Optimizer(sgd(network.parameters(), rate=10.0)))
    batch = Labelled(torch.randint(4, 9, (6, 7)), torch.arange(6) % 3)
    before = {name: each.clone() for name, each in network.block.self_attn.state_dict().items()}
    asked: list[Any] = []
    monkeypatch.setattr("etude.inside.attention.functional_call", lambda *said: asked.append(said))
    rehearse(learner, batch)
    assert not asked
    monkeypatch.undo()
    seen = rehearse(learner, batch)
    closer = seen.passages["model.block.self_attn"].closer
    assert isinstance(closer, Attended)
    x = network.embed(batch.x[:1])[0].detach()
    query, key, _ = (x @ before["in_proj_weight"].T + before["in_proj_bias"]).chunk(3, dim=1)
    torch.testing.assert_close(closer.looks.weights(), kernels(query, key, 2, None))
    figures = doing_figures(seen, "model.block.self_attn", schema=None, batch=batch)
    assert isinstance(figures["head 2"], Matrix) and figures["head 2"].rows == tuple("1234567")


@pytest.fixture
def pairs() -> tuple[Schema, Pairs]:
    """Texts of the same length on both sides, in two vocabularies."""
    reads, writes = fit_characters(["abcdef"], length=9), fit_characters(["uvwxyz"], length=9)
    schema = Schema(reads, Written("answer", writes))
    x = torch.tensor([[4, 5, 6, 7, 0], [5, 6, 7, 8, 9]])
    y = torch.tensor([[2, 9, 8, 7, 3, 0], [2, 8, 7, 6, 5, 3]])
    return schema, Pairs(x, y)


@pytest.mark.parametrize(
    ("network", "wanted"),
    [
        (
            Transformer(10, 10, Size(8, 2, 2, 16, 0.0)),
            {
                "model.encoder.1.attention.attend": ("abcd_", "abcd_"),
                "model.decoder.1.attention.attend": ("<zyx>", "<zyx>"),
                "model.decoder.1.cross.attend": ("<zyx>", "abcd_"),
            },
        ),
        (Seq2Seq(10, 10, ReaderSize(6, 8, 0.0)), {"model.alignment": ("<zyx>", "abcd_")}),
    ],
)
def test_positions_have_the_tokens_that_they_were_made_of(
    network: nn.Module, wanted: dict[str, tuple[str, str]], pairs: tuple[Schema, Pairs]
) -> None:
    schema, batch = pairs
    learner = GradientLearner(network, Teaching(), Optimizer(sgd(network.parameters(), rate=0.1)))
    seen = rehearse(learner, batch)
    spelt, source = {"<pad>": "_", "<start>": "<", "<end>": ">"}, torch.empty(0)
    for name, (rows, columns) in wanted.items():
        figure = doing_figures(seen, name, schema=schema, batch=batch)["head 1"]
        assert isinstance(figure, Matrix)
        assert "".join(spelt.get(each, each) for each in figure.rows) == rows, name
        assert "".join(spelt.get(each, each) for each in figure.columns) == columns, name
        torch.testing.assert_close(figure.values.sum(dim=1), torch.ones(5))
        source = figure.values
    assert not source[:, 4].any()  # the padding of the source


def test_an_alignment_shows_what_it_says_step_by_step(pairs: tuple[Schema, Pairs]) -> None:
    _, batch = pairs
    network = Seq2Seq(10, 10, ReaderSize(6, 8, 0.0))
    found = looked_at(network, "alignment", lambda: network(batch.x, batch.y[:, :-1]))
    torch.testing.assert_close(found[0], network.looks(batch.x, batch.y[:, :-1])[0].detach())


def test_evenness_is_entropy_in_shares_of_the_greatest() -> None:
    weights = torch.rand(3, 4, 6).softmax(dim=2)
    wanted = [entropy(head.numpy(), axis=1).mean() / math.log(6) for head in weights]
    assert evenness(weights).tolist() == pytest.approx(wanted, rel=1e-5)
    even = torch.ones(1, 5, 5).tril() / torch.arange(1, 6)[:, None]
    one = torch.eye(5)[None].clone()
    one[0, 1:, 0] = 1e-9
    assert evenness(torch.cat([even, one])).tolist() == pytest.approx([1.0, 0.0], abs=1e-6)
    assert evenness(torch.ones(1, 3, 1)).tolist() == [0.0]  # nobody has a choice


def test_heads_are_told_in_words() -> None:
    query, key = torch.zeros(1, 2, 70, 4), torch.zeros(1, 2, 70, 4)
    key[0, 1, 0], query[0, 1] = 100.0, 1.0  # the second head looks at the first place only
    looks = Compared(query, key, None)
    passage = Passage("Attention", torch.zeros(1, 2, 70, 4), None, Attended(looks, (), ()))
    figures = doing_figures(Rehearsal({"read": passage}, {}), "read", schema=None, batch=None)
    told, second = figures["heads"], figures["head 2"]
    assert isinstance(told, Text) and isinstance(second, Matrix)
    assert told.body.splitlines() == [
        "head 1: looks at everything alike; entropy as of 70.0 equal places, evenness 1.00",
        "head 2: looks at one place; entropy as of 1.0 equal places, evenness 0.00",
    ]
    assert second.values.shape == (64, 64) and second.title.endswith("(the first of 70 by 70)")
