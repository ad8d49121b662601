"""Whether the arrays of a graph belong together, before a sparse matrix reads where nothing is."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
from jaxtyping import Integer, Shaped

from etude.errors import DataError

AXES = {"feat_indptr": 1, "feat_indices": 1, "shape": 1, "edge": 2, "label": 1}
PARTS = ("train_idx", "val_idx", "test_idx")
WIDEST = 10_000_000
"""features of a node"""


def check_arrays(arrays: Mapping[str, Shaped[np.ndarray, "..."]], path: Path) -> None:
    """DataError for arrays that are no graph.

    E-NPZ-TYPE for what is not of whole numbers, E-GRAPH-SHAPE for sizes that differ, E-GRAPH-NODE for nodes that there
    are not, E-MASK-OVERLAP for nodes that stand in two parts.
    """
    for key in (*AXES, *PARTS):
        array, axes = arrays[key], AXES.get(key, 1)
        if array.dtype.kind not in ("iuUS" if key == "label" else "iu"):
            raise DataError("E-NPZ-TYPE", f"{path.name}: {key} holds {array.dtype}; wanted whole numbers.")
        if array.ndim != axes or (key == "edge" and array.shape[1] != 2) or (key == "shape" and len(array) != 2):
            wanted = {"edge": "(edges, 2)", "shape": "two numbers"}.get(key, "one axis")
            raise DataError("E-GRAPH-SHAPE", f"{path.name}: {key} has the shape {array.shape}; wanted {wanted}.")
    n, width = (int(size) for size in arrays["shape"])
    check_sizes(arrays, n, width, path)
    check_nodes(arrays["edge"], n, path)
    check_parts(arrays, n, path)


def check_sizes(arrays: Mapping[str, Shaped[np.ndarray, "..."]], n: int, width: int, path: Path) -> None:
    """DataError E-GRAPH-SHAPE unless there is a row of features and a class for each node."""
    starts, columns, label = arrays["feat_indptr"], arrays["feat_indices"], arrays["label"]
    if (len(starts) - 1, len(label)) != (n, n) or n < 1:
        raise DataError(
            "E-GRAPH-SHAPE",
            f"{path.name}: features of {len(starts) - 1:,} and classes of {len(label):,} of {n:,} nodes; wanted one of"
            " each for every node.",
        )
    if starts[0] != 0 or starts[-1] != len(columns) or (starts[1:] < starts[:-1]).any() or not 0 < width <= WIDEST:
        raise DataError(
            "E-GRAPH-SHAPE", f"{path.name}: feat_indptr, feat_indices and shape {n:,} x {width:,} make no matrix."
        )
    if len(columns) and not 0 <= int(columns.min()) <= int(columns.max()) < width:
        raise DataError("E-GRAPH-SHAPE", f"{path.name}: feat_indices has numbers outside 0 to {width - 1:,}.")


def check_nodes(edges: Integer[np.ndarray, "edge 2"], n: int, path: Path) -> None:
    """DataError E-GRAPH-NODE with the first edges that lead nowhere, and how many there are."""
    wrong = np.flatnonzero(((edges < 0) | (edges >= n)).any(axis=1))
    if not len(wrong):
        return
    first = ", ".join(f"{edges[each, 0]} -> {edges[each, 1]}" for each in wrong[:5])
    more = f", ... ({len(wrong):,} in all)" if len(wrong) > 5 else ""
    hint = " Indices start at 1?" if edges.min() == 1 and edges.max() == n else ""
    raise DataError("E-GRAPH-NODE", f"{path.name}: edge {first}{more}: nodes are 0..{n - 1}.{hint}")


def check_parts(arrays: Mapping[str, Shaped[np.ndarray, "..."]], n: int, path: Path) -> None:
    """DataError E-GRAPH-NODE for a part with nodes that there are not, E-MASK-OVERLAP for a node in two parts."""
    for key in PARTS:
        if len(arrays[key]) and not 0 <= int(arrays[key].min()) <= int(arrays[key].max()) < n:
            raise DataError(
                "E-GRAPH-NODE", f"{path.name}: {key} has numbers outside 0 to {n - 1}: nodes are 0..{n - 1}."
            )
    for one, other in combinations(PARTS, 2):
        both = np.intersect1d(arrays[one], arrays[other])
        if len(both):
            first = ", ".join(map(str, both[:5].tolist()))
            raise DataError(
                "E-MASK-OVERLAP",
                f"{path.name}: {len(both):,} nodes stand in {one} and in {other} (first: {first}); wanted each in one.",
            )
