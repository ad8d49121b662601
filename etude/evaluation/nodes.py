"""How good a network is at naming the classes of nodes, beside methods that see less."""

import time
from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from etude.chance import stream
from etude.evaluation.intervals import share
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline
from etude.evaluation.scores import ClassSums
from etude.records import Graph

SPREADING = 0.9
"""share of its answer that a node takes from its neighbours in each round (alpha of Zhou et al.)"""
ROUNDS = 50


def node_logits(network: nn.Module, graph: Graph) -> Float[Tensor, "batch class"]:
    """What the network says of the nodes of `graph`, dropout off, as float64 on the CPU."""
    there = graph.to(next(network.parameters()).device)
    with evaluating(network):
        logits: Tensor = network(there.x, there.x_turned, there.a_hat)
    return logits[there.rows].cpu().double()


def node_scores(network: nn.Module, graph: Graph) -> dict[str, float]:
    """`loss` in nats and `accuracy` over the nodes of `graph`."""
    sums = ClassSums()
    sums.update(node_logits(network, graph), graph.y)
    return sums.scores()


def node_baselines(train: Graph, graph: Graph, *, classes: int) -> tuple[Baseline, ...]:
    """The most frequent class, a linear model of the features alone, and answers that spread over the links alone."""
    found = []
    started = time.perf_counter()
    for name, note, answers in simple_answers(train, graph, classes=classes):
        accuracy = share(int((answers == graph.y).sum()), len(graph))
        found.append(Baseline(name, note, {"accuracy": accuracy}, round(time.perf_counter() - started, 3)))
        started = time.perf_counter()
    return tuple(found)


def simple_answers(train: Graph, graph: Graph, *, classes: int) -> Iterator[tuple[str, str, Int[Tensor, " batch"]]]:
    """Name, note and answers of each simple method."""
    note = f"on {len(train):,} training nodes"
    yield "most frequent class", note, torch.full_like(graph.y, int(train.y.mode().values))
    x = train.x.to_dense().numpy()
    line = LogisticRegression(max_iter=300).fit(x[train.rows], train.y)
    yield "features alone", f"logistic regression {note}", torch.from_numpy(line.predict(x[graph.rows]))
    yield "links alone", f"label spreading {note}", spread_answers(train, classes=classes)[graph.rows]


def spread_answers(train: Graph, *, classes: int) -> Int[Tensor, " node"]:
    """F <- alpha Â F + (1 - alpha) Y: Zhou et al. 2004, "Learning with local and global consistency".

    A node that no answer reaches gets a random class.
    """
    y = torch.zeros(train.x.shape[0], classes)
    y[train.rows, train.y] = 1
    f = y
    for _ in range(ROUNDS):
        f = SPREADING * (train.a_hat @ f) + (1 - SPREADING) * y
    unreached = f.sum(dim=1) == 0
    guesses = torch.randint(classes, (len(f),), generator=stream(0, "sampling"))
    return torch.where(unreached, guesses, f.argmax(dim=1))
