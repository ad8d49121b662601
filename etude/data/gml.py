"""GML, the graph modelling language (Himsolt 1997): nodes and edges as nested lists of keys and values."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import polars as pl

from etude.errors import DataError

TOKENS = re.compile(r'"([^"]*)"|(\[)|(\])|([^\s\[\]"]+)')

Pairs: TypeAlias = list[tuple[str, object]]
"""keys with texts or lists of the same kind"""


def read_gml(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The nodes (name first, then what else each says of itself) and the edges (two names), every field as text.

    A node's name is its label, or its id where labels are missing or not all different.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    everything = read_list(TOKENS.finditer("\n".join(lines)), path)
    graph = dict(everything).get("graph")
    if not isinstance(graph, list):
        raise DataError("E-GML", f"{path.name} holds no `graph [ ... ]`.")
    nodes = [plain(value) for key, value in graph if key == "node"]
    edges = [plain(value) for key, value in graph if key == "edge"]
    if not nodes or any("id" not in node for node in nodes):
        raise DataError("E-GML", f"{path.name}: every node needs an id.")
    if not edges or any(not {"source", "target"} <= edge.keys() for edge in edges):
        raise DataError("E-GML", f"{path.name}: every edge needs a source and a target, and there must be some.")
    labels = [node.get("label", "") for node in nodes]
    named = len(set(labels)) == len(labels)
    names = {node["id"]: label if named else node["id"] for node, label in zip(nodes, labels, strict=True)}
    keys = list(dict.fromkeys(key for node in nodes for key in node if key not in {"id", "label"}))
    table = {
        "name": [names[node["id"]] for node in nodes],
        **{key: [node.get(key, "") for node in nodes] for key in keys},
    }
    ends = {key: [names.get(edge[key], edge[key]) for edge in edges] for key in ("source", "target")}
    return pl.DataFrame(table), pl.DataFrame(ends)


def read_list(tokens: Iterator[re.Match[str]], path: Path, *, inner: bool = False) -> Pairs:
    """Keys with their values up to the bracket that closes the list."""
    found: Pairs = []
    for token in tokens:
        if token[3]:
            if not inner:
                raise DataError("E-GML", f"{path.name}: a bracket ] closes nothing.")
            return found
        value = next(tokens, None)
        if value is None or token[4] is None or value[3]:
            raise DataError("E-GML", f"{path.name}: {token[0]!r} stands where a key with a value should.")
        content = read_list(tokens, path, inner=True) if value[2] else value[4] or value[1]
        found.append((token[4], content))
    if inner:
        raise DataError("E-GML", f"{path.name} ends inside a bracket [.")
    return found


def plain(value: object) -> dict[str, str]:
    """The keys of a list whose values are no lists themselves."""
    return {key: each for key, each in value if isinstance(each, str)} if isinstance(value, list) else {}
