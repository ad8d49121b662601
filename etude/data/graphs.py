"""Graphs whose nodes have classes: read, split by node and made ready for a network."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int
from torch import Tensor

from etude.data.entries import opened
from etude.data.graph_files import RawGraph, dense_rows, identity, read_graph
from etude.data.graph_sets import EMBEDDED_GRAPHS, GRAPHS
from etude.data.raw import Part
from etude.data.splits import Splits, first_rows
from etude.data.splitting import split_rows
from etude.data.tables.answers import encode_answers, fit_target
from etude.errors import DataError, nearest
from etude.layers.graph import compressed, normalised, rows_of, turned, undirected
from etude.records import Graph
from etude.schema import Classes, Nodes, Schema
from etude.source import Source


@dataclass(frozen=True, slots=True)
class NamedGraph:
    """A graph in parts, with the names of its nodes and its links, for answers and drawings."""

    splits: Splits[Graph]
    every: Graph
    """all nodes in their order; -1 stands for an answer that is not known"""
    names: tuple[str, ...]
    """of the nodes"""
    links: Int[Tensor, "link 2"]
    """pairs of nodes, each once"""

    def neighbours(self, node: int) -> list[int]:
        """The nodes that are linked to a node."""
        first, second = self.links[:, 0], self.links[:, 1]
        return torch.cat([second[first == node], first[second == node]]).tolist()

    def position(self, name: str) -> int:
        """The number of the node of that name; DataError if there is none."""
        if name not in self.names:
            close = nearest(name, self.names)
            raise DataError("E-GRAPH-NODE", f"no node {name!r}{close} The graph has {len(self.names):,} of them.")
        return self.names.index(name)


def load_graph(source: Source) -> NamedGraph:
    """The graph of a name or a path; a path wins.

    A path is an .npz with the keys of Cora's, a .gml file, or a folder (or its file of edges) with edges.csv and
    nodes.csv.
    """
    raw = read_any(source)
    links = undirected(raw.edges)
    splits, every = graph_splits(raw, links, source)
    return NamedGraph(first_rows(splits, source.overfit) if source.overfit > 0 else splits, every, raw.names, links)


def read_any(source: Source) -> RawGraph:
    """The graph as it stands in a file, or under a name."""
    name, path = source.data, Path(source.data).expanduser()
    if name.strip() and path.exists():
        return read_graph(path, source)
    if name in EMBEDDED_GRAPHS:
        return EMBEDDED_GRAPHS[name]()
    if name in GRAPHS:
        return opened(name, GRAPHS[name], source)
    if path.suffix or "/" in name:
        raise DataError("E-DATA-PATH", f"there is no file or folder {path}.")
    known = (*EMBEDDED_GRAPHS, *GRAPHS)
    raise DataError("E-DATA-NAME", f"no graph {name!r}{nearest(name, known)} Known graphs: {', '.join(known)}.")


def graph_splits(raw: RawGraph, links: Int[Tensor, "link 2"], source: Source) -> tuple[Splits[Graph], Graph]:
    """The nodes with answers in three parts, and all nodes; each part holds the whole graph, which all learn from."""
    known = np.flatnonzero([answer is not None for answer in raw.answers])
    answers = pl.Series(raw.target, [raw.answers[node] for node in known], dtype=pl.String)
    if not len(known):
        raise DataError("E-TARGET-MISSING", f"no node has an answer in {raw.target}: at least one of each class must.")
    found, rule = parts(raw.part, answers, known, source)
    target = fit_target(answers, np.searchsorted(known, found[0]), classes=True, lines=None)
    assert isinstance(target, Classes)
    y = torch.full((len(raw.names),), -1)
    y[torch.from_numpy(known)] = encode_answers(target, answers)
    x, note = encoded(raw, found[0])
    every = Graph(torch.arange(len(y)), y, x, turned(x), normalised(links, nodes=len(y)))
    train, valid, test = (torch.from_numpy(each) for each in found)
    twice = len(raw.edges) - len(links)
    said = (f"{twice:,} edges are loops or named twice: each pair counts once",) if twice else ()
    notes = (*raw.notes, note, *said)
    schema = Schema(Nodes(nodes=len(y), features=x.shape[1], edges=len(links)), target)
    rows = (train, valid, test)
    return Splits(every[train], every[valid], every[test], schema, rows, rule, notes, fingerprint(every)), every


def parts(
    part: Part | None, answers: pl.Series, known: np.ndarray, source: Source
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], str]:
    """The nodes of each part and the rule; parts that the data bring are kept.

    Where no node is left to validate on, the training nodes are it: they tell nothing but that the training works.
    """
    if part is None:
        rows, rule = split_rows(len(known), source=source, classes=answers.to_numpy())
        return (known[rows[0]], known[rows[1]], known[rows[2]]), rule
    given = part[known]
    if not (given == 0).any():
        raise DataError("E-SPLIT-SMALL", "no node is marked for training: mark some, or remove the column of parts.")
    train, valid, test = (known[given == number] for number in (0, 1, 2))
    if len(valid):
        return (train, valid, test), "nodes of each part as the data bring them"
    return (train, train, test), "nodes of each part as the data bring them; validation on the training nodes"


def encoded(raw: RawGraph, train: np.ndarray) -> tuple[Float[Tensor, "node feature"], str]:
    """The features scaled, and the categories that training nodes have as 0 and 1: what no training node has is 0."""
    if raw.kinds is None:
        return scaled(raw.features, train)
    met = raw.kinds[:, raw.kinds[train].any(dim=0)]
    note = f"categories as 0 and 1, {met.shape[1]:,} of {raw.kinds.shape[1]:,} met among the training nodes"
    if not raw.features.shape[1] + met.shape[1]:
        return identity(len(met)), "no training node has a category: each node is known by itself alone"
    if not raw.features.shape[1]:
        return dense_rows(met), note
    x, said = scaled(raw.features, train)
    return dense_rows(torch.cat([x.to_dense(), met], dim=1)), f"{said}; {note}"


def scaled(x: Float[Tensor, "node feature"], train: np.ndarray) -> tuple[Float[Tensor, "node feature"], str]:
    """Counts become shares of their row, as in the authors' code; measurements are standardised.

    Counts are mostly zero and never negative. The shares of a few measurements would lose them: of one alone, all.
    """
    values = x.values()
    if not torch.isfinite(values).all():
        raise DataError("E-NUM-NONFINITE", "features of nodes hold NaN or infinity: mend or remove them.")
    if (values < 0).any() or 2 * len(values) > x.numel():
        note = f"{x.shape[1]:,} features, standardised by the training nodes"
        return dense_rows(standardised(x.to_dense(), train)), note
    total = torch.zeros(len(x)).index_add(0, rows_of(x), values).clamp(min=torch.finfo(torch.float32).tiny)
    shares = values / total.repeat_interleave(x.crow_indices().diff())
    note = f"{x.shape[1]:,} features, each node's divided by their sum"
    return compressed(x.crow_indices(), x.col_indices(), shares, width=x.shape[1]), note


def standardised(x: Float[Tensor, "node feature"], train: np.ndarray) -> Float[Tensor, "node feature"]:
    """Each feature with mean 0 and deviation 1 on the training nodes; 0 where it is the same on all of them."""
    mean, deviation = x[train].mean(dim=0), x[train].std(dim=0, correction=0)
    return torch.where(deviation > 0, (x - mean) / deviation.clamp(min=torch.finfo(x.dtype).tiny), 0)


def fingerprint(graph: Graph) -> str:
    """SHA-256 of the features, the links and the answers of all nodes."""
    digest = hashlib.sha256()
    for tensor in (graph.x, graph.a_hat):
        for each in (tensor.crow_indices(), tensor.col_indices(), tensor.values()):
            digest.update(each.contiguous().numpy().data)
    digest.update(graph.y.contiguous().numpy().data)
    return digest.hexdigest()
