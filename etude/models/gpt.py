"""GPT-2: a stack of blocks in which each token looks back at those before it, and says which comes next."""

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.attention import MultiHeadAttention
from etude.models.sampling import Read

Grow: TypeAlias = Callable[[Float[Tensor, "batch new width"], int], Float[Tensor, "batch new width"]]
"""what stands at new positions, and the number of positions read before -> the same one block further up"""
DEVIATION = 0.02
"""of the weights at the start (Radford et al. 2018, section 4.1)"""


class Block(nn.Module):
    """x + Attention(LayerNorm(x)), then the same with two layers: the norms stand before (GPT-2, section 2.3)."""

    def __init__(self, width: int, heads: int, *, dropout: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = MultiHeadAttention(width, heads, dropout=dropout)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time width"]:
        x = x + self.dropout(self.attention(self.norm1(x), causal=True))
        y: Tensor = x + self.dropout(self.feed(self.norm2(x)))
        return y

    def grower(self, batch: int, capacity: int) -> Grow:
        """The same for the latest positions alone, with all that earlier ones ask, are asked and hold kept in memory.

        The layers' own `forward` is called: what `nn.Module` does around it would take a quarter of a token's time.
        """
        norm1, project, norm2 = self.norm1.forward, self.attention.project.forward, self.norm2.forward
        wide, bend, narrow = (layer.forward for layer in self.feed)
        kept = self.norm1.weight.new_empty(batch, capacity, self.attention.project.out_features)

        def grow(x: Float[Tensor, "batch new width"], read: int) -> Float[Tensor, "batch new width"]:
            known = read + x.shape[1]
            kept[:, read:known] = project(norm1(x))
            query, key, value = self.attention.split(kept[:, :known])
            x = x + self.attention.mixed(query[:, :, read:], key, value, visible=None, causal=True)
            y: Tensor = x + narrow(bend(wide(norm2(x))))
            return y

        return grow


class GPT(nn.Module):
    """Radford et al. 2019, "Language models are unsupervised multitask learners" (GPT-2), as nanoGPT trains it.

    Learnt positions, a norm before each half of a block and one behind the last, and one table that both embeds the
    tokens and scores them at the end. What is added to the straight path starts smaller by 1/sqrt(2 layers), so that
    its variance does not grow with the depth.
    """

    def __init__(
        self, vocabulary: int, *, context: int, width: int, layers: int, heads: int, dropout: float = 0.0
    ) -> None:
        """`context` is the number of tokens that it sees at most."""
        super().__init__()
        self.context = context
        self.token = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(context, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(width, heads, dropout=dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.start()

    @torch.no_grad()
    def start(self) -> None:
        """Small normal weights, biases of 0."""
        for layer in self.modules():
            if isinstance(layer, nn.Linear | nn.Embedding):
                layer.weight.normal_(0, DEVIATION)
            if isinstance(layer, nn.Linear):
                layer.bias.zero_()
        for name, parameter in self.named_parameters():
            if name.endswith(("attention.out.weight", "feed.2.weight")):
                parameter.mul_(1 / math.sqrt(2 * len(self.blocks)))

    @property
    def stack(self) -> list[Block]:
        """The blocks from the lowest to the uppermost."""
        return [block for block in self.blocks if isinstance(block, Block)]

    def forward(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time vocabulary"]:
        """The logits of the token after each position."""
        h = self.dropout(self.embedded(x, read=0))
        for block in self.stack:
            h = block(h)
        return self.scored(h)

    def embedded(self, x: Int[Tensor, "batch time"], *, read: int) -> Float[Tensor, "batch time width"]:
        """Token plus position, of tokens that come after `read` others."""
        if read + x.shape[1] > self.context:
            raise ValueError(f"{read + x.shape[1]} tokens are more than the {self.context} that this network can see")
        h: Tensor = self.token(x) + self.position.weight[read : read + x.shape[1]]
        return h

    def scored(self, h: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time vocabulary"]:
        """How well each token of the vocabulary would go on: the product with the very table that embeds it."""
        return F.linear(self.norm(h), self.token.weight)

    def looks(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch layer head time time"]:
        """Where each head of each block looks from each position."""
        h, found = self.embedded(x, read=0), []
        for block in self.stack:
            found.append(block.attention.weights(block.norm1(h), causal=True))
            h = block(h)
        return torch.stack(found, dim=1)

    def reader(self, batch: int) -> Read:
        """One that reads `batch` texts token by token."""
        return GPTReader(self, batch)


class GPTReader:
    """Reads texts piece by piece and keeps keys and values, so that each token goes through the network once.

    The memory is allocated once. When it is full, the older half of the text is forgotten and the newer half read
    again, since its positions have changed.
    """

    def __init__(self, network: GPT, batch: int) -> None:
        self.network = network
        self.blocks = [block.grower(batch, network.context) for block in network.stack]
        self.seen = torch.empty(batch, 0, dtype=torch.int64, device=network.token.weight.device)
        """the tokens in memory"""

    def __call__(self, x: Int[Tensor, "batch new"]) -> Float[Tensor, "batch vocabulary"]:
        """Read more tokens; the logits of the one that follows them."""
        network, read = self.network, self.seen.shape[1]
        if read + x.shape[1] > network.context:
            x = torch.cat([self.seen, x], dim=1)[:, -(network.context // 2 + 1) :]
            self.seen, read = x[:, :0], 0
        h = network.embedded(x, read=read)
        for grow in self.blocks:
            h = grow(h, read)
        self.seen = torch.cat([self.seen, x], dim=1)
        return network.scored(h[:, -1:])[:, 0]


def from_gpt2(state: Mapping[str, Tensor], *, heads: int) -> GPT:
    """The network with weights named as OpenAI's checkpoints and `transformers` name them.

    Their projections are stored transposed, as (input, output); GPT-2 has heads of width 64.
    """
    theirs = {name.removeprefix("transformer."): tensor for name, tensor in state.items()}
    vocabulary, width = theirs["wte.weight"].shape
    context, layers = len(theirs["wpe.weight"]), len([name for name in theirs if name.endswith("attn.c_attn.weight")])
    ours = {"token.weight": theirs["wte.weight"], "position.weight": theirs["wpe.weight"]}
    names = {"norm": "ln_f"}
    for number in range(layers):
        names |= {f"blocks.{number}.{mine}": f"h.{number}.{other}" for mine, other in GPT2_NAMES.items()}
    for mine, other in names.items():
        weight = theirs[f"{other}.weight"]
        ours |= {f"{mine}.weight": weight.T if weight.ndim == 2 else weight, f"{mine}.bias": theirs[f"{other}.bias"]}
    network = GPT(vocabulary, context=context, width=width, layers=layers, heads=heads)
    network.load_state_dict(ours)
    return network


GPT2_NAMES = {
    "norm1": "ln_1",
    "norm2": "ln_2",
    "attention.project": "attn.c_attn",
    "attention.out": "attn.c_proj",
    "feed.0": "mlp.c_fc",
    "feed.2": "mlp.c_proj",
}
"""our names of a block's layers, and OpenAI's"""
