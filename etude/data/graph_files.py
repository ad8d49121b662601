"""Files that hold a graph: arrays (.npz), GML, and a folder with a table of edges and one of nodes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from etude.data.arrays import arrays_in
from etude.data.folder import PARTS
from etude.data.gml import read_gml
from etude.data.graph_checks import check_arrays
from etude.data.raw import Part
from etude.data.tables.answers import target_name
from etude.data.tables.checks import checked_numbers
from etude.data.tables.read import read_frame
from etude.data.tables.values import numbers_in
from etude.errors import DataError
from etude.layers.graph import compressed
from etude.source import Source

MOST_VALUES = 1000
"""of a category: more are rather names"""
KEYS = ("feat_indptr", "feat_indices", "shape", "label", "edge", "train_idx", "val_idx", "test_idx")
"""arrays of an .npz: the features as compressed rows of ones, a class index for each node, edges (edge, 2), parts"""


@dataclass(frozen=True, slots=True)
class RawGraph:
    """A graph as it was read."""

    features: Float[Tensor, "node feature"]
    """in compressed rows"""
    edges: Int[Tensor, "edge 2"]
    """pairs of nodes, as they were named: perhaps twice, in both directions, or to themselves"""
    answers: tuple[str | None, ...]
    """the class of each node; None where it is not known"""
    names: tuple[str, ...]
    """of the nodes"""
    target: str
    """what the classes are"""
    part: Part | None = None
    notes: tuple[str, ...] = ()
    kinds: Float[Tensor, "node kind"] | None = None
    """one column of 0 and 1 for each value of each category, beside the features; None where there are no categories"""


def read_graph(path: Path, source: Source) -> RawGraph:
    """The graph in a file or a folder; DataError if it holds none."""
    if path.suffix.lower() == ".npz":
        return read_arrays(path, ())
    if path.suffix.lower() == ".gml":
        nodes, edges = read_gml(path)
        return from_tables(nodes, edges, source, path.name)
    folder = path if path.is_dir() else path.parent
    return read_folder(folder, folder / "edges.csv" if path.is_dir() else path, source)


def read_folder(folder: Path, links: Path, source: Source) -> RawGraph:
    """The graph of a file of edges and of nodes.csv in the same folder."""
    for needed in (links, folder / "nodes.csv"):
        if not needed.exists():
            if links.name != "edges.csv":
                raise no_edges(links)
            raise DataError(
                "E-GRAPH-FILES",
                f"{folder} has no {needed.name}: a graph is edges.csv (two columns of names of nodes) and nodes.csv"
                " (name, class, perhaps numbers), or a .gml or .npz file.",
            )
    nodes, pairs = strings(folder / "nodes.csv", source, header=True), strings(links, source, header=False)
    if not set(pairs.row(0)[:2]) <= set(nodes[:, 0].to_list()):  # the first line names the columns
        pairs = pairs[1:]
    return from_tables(nodes, pairs, source, folder.name)


def no_edges(path: Path) -> DataError:
    """The error for a single file beside which there is no table of nodes."""
    return DataError(
        "E-GRAPH-FILES",
        f"{path.name} alone is no graph: want two columns of names of nodes in it and nodes.csv (name, class, perhaps"
        " features) beside it, or a folder with edges.csv and nodes.csv, or a .gml or .npz file.",
    )


def strings(path: Path, source: Source, *, header: bool) -> pl.DataFrame:
    """A table of at least two columns, every field as text."""
    frame = read_frame(path, replace(source, header="yes" if header else "no", drop=())).frame
    if frame.width < 2:
        raise DataError(
            "E-DATA-CSV", f"{path.name} has size {len(frame)} x {frame.width} (rows x columns); 2 columns wanted."
        )
    return frame.select(pl.all().cast(pl.String))


def from_tables(nodes: pl.DataFrame, pairs: pl.DataFrame, source: Source, where: str) -> RawGraph:
    """A graph of texts: the first column of `nodes` holds the names that the first two of `pairs` use.

    A column called part (train, valid, test) marks the parts; --target is the class, and what else there is are numbers
    or categories. Without either a node's only feature is which node it is.
    """
    names = nodes[:, 0].to_list()
    code = {name: number for number, name in enumerate(names)}
    if len(code) < len(names) or None in code:
        raise DataError("E-GRAPH-NODE", f"{where}: names of nodes must be there and differ: column {nodes.columns[0]}.")
    ends = [[row[0], row[1]] for row in pairs.iter_rows()]
    check_ends(ends, code, where)
    rest = [name for name in nodes.columns[1:] if name.lower() != "part"]
    if not rest:
        raise DataError("E-TARGET", f"{where}: the nodes have no classes: add a column for them.")
    target, notes = target_name(rest, source)
    answers = tuple(None if answer in source.missing else answer for answer in nodes[target].to_list())
    columns = [name for name in rest if name not in {target, *source.drop}]
    categories = [name for name in columns if is_category(nodes[name], source)]
    features, said = numeric(nodes, [name for name in columns if name not in categories], where, bare=not categories)
    kinds = torch.cat([one_hot(nodes[name], source, where) for name in categories], dim=1) if categories else None
    edges = torch.tensor([[code[first], code[second]] for first, second in ends], dtype=torch.int64).reshape(-1, 2)
    return RawGraph(features, edges, answers, tuple(names), target, marked(nodes, where), (*notes, *said), kinds)


def check_ends(ends: list[list[str]], code: Mapping[str, int], where: str) -> None:
    """DataError E-GRAPH-NODE with the first names that are no nodes, and in how many edges there are such."""
    wrong = [pair for pair in ends if not code.keys() >= set(pair)]
    if wrong:
        names = list(dict.fromkeys(name for pair in wrong for name in pair if name not in code))
        listed = ", ".join(repr(each) for each in names[:5]) + (", ..." if len(names) > 5 else "")
        raise DataError(
            "E-GRAPH-NODE",
            f"{where}: {len(wrong):,} of {len(ends):,} edges name {listed}, which {'are' if len(names) > 1 else 'is'}"
            " no node: add a row for each to the nodes.",
        )


def numeric(
    nodes: pl.DataFrame, columns: list[str], where: str, *, bare: bool
) -> tuple[Float[Tensor, "node feature"], tuple[str, ...]]:
    """The columns as features; where there are none, no features, or one for each node if all else is `bare`."""
    if not columns and not bare:
        return dense_rows(torch.zeros(len(nodes), 0)), ()
    if not columns:
        return identity(len(nodes)), ("no features: each node is known by itself alone",)
    for name in columns:
        wrong = nodes[name].filter(numbers_in(nodes[name]).is_null())
        if len(wrong):
            raise DataError(
                "E-TABLE-NUMBER", f"{where}: {name} holds {wrong[0]!r} where features are numbers: --drop {name}."
            )
    values = np.stack([checked_numbers(nodes[name], None).to_numpy() for name in columns], axis=1)
    return dense_rows(torch.from_numpy(values.astype(np.float32))), ()


def is_category(column: pl.Series, source: Source) -> bool:
    """Whether most of what is there are no numbers; a few texts among numbers are mistakes."""
    given = column.filter(~column.is_in(source.missing) & column.is_not_null())
    return 2 * numbers_in(given).null_count() > len(given)


def one_hot(column: pl.Series, source: Source, where: str) -> Float[Tensor, "node value"]:
    """A column of 0 and 1 for each value, in the order of the alphabet; a missing value has 0 in all of them."""
    values = sorted(set(column.drop_nulls()) - set(source.missing))
    if len(values) > MOST_VALUES:
        raise DataError(
            "E-TABLE-NUMBER",
            f"{where}: {column.name} holds {len(values):,} different texts, a category has {MOST_VALUES:,} at most: "
            f"--drop {column.name}.",
        )
    position = {value: place for place, value in enumerate(values)}
    found = torch.zeros(len(column), len(values))
    for node, value in enumerate(column):
        if value in position:
            found[node, position[value]] = 1
    return found


def marked(nodes: pl.DataFrame, where: str) -> Part | None:
    """The parts that a column of that name marks; a node without a mark stands in none."""
    name = next((each for each in nodes.columns[1:] if each.lower() == "part"), None)
    if name is None:
        return None
    marks = [(mark or "").strip().lower() for mark in nodes[name].to_list()]
    strange = next((mark for mark in marks if mark and mark not in PARTS), None)
    if strange is not None:
        raise DataError("E-SPLIT", f"{where}: {strange!r} in column {name}; wanted train, valid or test, or nothing.")
    return np.array([PARTS.get(mark, -1) for mark in marks], dtype=np.int8)


def identity(nodes: int) -> Float[Tensor, "{nodes} {nodes}"]:
    """One feature for each node."""
    return compressed(torch.arange(nodes + 1), torch.arange(nodes), torch.ones(nodes), width=nodes)


def dense_rows(values: Float[Tensor, "node feature"]) -> Float[Tensor, "node feature"]:
    """The same numbers in compressed rows."""
    kept = values != 0
    starts = torch.zeros(len(values) + 1, dtype=torch.int64)
    starts[1:] = kept.sum(dim=1).cumsum(0)
    return compressed(starts, kept.nonzero()[:, 1], values[kept], width=values.shape[1])


def read_arrays(path: Path, classes: tuple[str, ...]) -> RawGraph:
    """An .npz with the keys of Cora's; `classes` are the names of its class indices, if they have any."""
    arrays = arrays_in(path)
    lacking = [key for key in KEYS if key not in arrays]
    if lacking:
        raise DataError("E-NPZ-KEYS", f"{path.name} lacks {', '.join(lacking)}; a graph has {', '.join(KEYS)}.")
    check_arrays(arrays, path)
    starts, columns, edges = (integers(arrays[key]) for key in ("feat_indptr", "feat_indices", "edge"))
    n, width = (int(size) for size in arrays["shape"])
    part = np.full(n, -1, dtype=np.int8)
    for number, key in enumerate(KEYS[5:]):
        part[arrays[key]] = number
    answers = tuple(classes[code] if classes else str(code) for code in arrays["label"].tolist())
    features = compressed(starts, columns, torch.ones(len(columns)), width=width)
    return RawGraph(features, edges, answers, tuple(map(str, range(n))), "class", part)


def integers(values: Shaped[np.ndarray, "*shape"]) -> Int[Tensor, "*shape"]:
    """Indices as torch wants them."""
    return torch.from_numpy(values.astype(np.int64))
