"""What the sparse graph convolutions gain on Cora against the example of PyTorch Geometric.

Cora is found through ETUDE_DATA. The other side is `examples/gcn.py` of PyTorch Geometric:
dense features, `GCNConv(cached=True)`, dropout and Adam as there. Both train 200 updates in float32 on the same cores
and evaluate nothing in between.
"""

import os
import statistics
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch_geometric.nn import GCNConv

from benchmarks.pairs import Pair, Row, interleaved
from etude.data.graphs import NamedGraph, load_graph
from etude.recipes.gcn import GCNRecipe
from etude.source import Source
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun

UPDATES = 200
PAIRS = 5


class Theirs(nn.Module):
    """The network of the example."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = GCNConv(features, 16, cached=True), GCNConv(16, classes, cached=True)

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        x = F.dropout(x, p=0.5, training=self.training)
        x = self.conv1(x, edges).relu()
        x = F.dropout(x, p=0.5, training=self.training)
        return self.conv2(x, edges)


def epochs_on(graph: NamedGraph) -> Pair:
    """200 updates of both."""
    train, x = graph.splits.train, graph.every.x.to_dense()
    edges = torch.cat([graph.links, graph.links.flip(1)]).T.contiguous()
    built = next(GCNRecipe(source=Source("cora"), device="cpu", epochs=UPDATES).experiments())

    def ours() -> None:
        for _ in fit(replace(built, evaluate=dict, evaluate_every=UPDATES, log_every=UPDATES), UnsavedRun()):
            pass

    def theirs() -> None:
        network = Theirs(x.shape[1], 7).train()
        optimizer = torch.optim.Adam(
            [
                {"params": network.conv1.parameters(), "weight_decay": 5e-4},
                {"params": network.conv2.parameters(), "weight_decay": 0},
            ],
            lr=0.01,
        )
        for _ in range(UPDATES):
            optimizer.zero_grad()
            F.cross_entropy(network(x, edges)[train.rows], train.y).backward()
            optimizer.step()

    return interleaved(ours, theirs, pairs=PAIRS)


def rows() -> Iterator[Row]:
    """The ratio, and the milliseconds of an update."""
    if "ETUDE_DATA" not in os.environ:
        return
    pair = epochs_on(load_graph(Source("cora")))
    ours, theirs = (1000 * statistics.median(each) / UPDATES for each in (pair.ours, pair.theirs))
    yield Row(
        "gcn on Cora against the example of PyTorch Geometric",
        "at least 3",
        f"{pair.spread()}; an update takes {ours:.2f} ms, theirs {theirs:.2f} ms",
    )
