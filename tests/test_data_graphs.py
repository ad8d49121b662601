"""Graphs from names, arrays, tables and GML: what they hold, and what bad ones are told."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import torch

from etude.data.gml import read_gml
from etude.data.graph_sets import karate
from etude.data.graphs import load_graph
from etude.errors import DataError, UsageError
from etude.schema import Classes, Nodes
from etude.source import Source
from tests.real_data import real

NODES = "name,size,colour,part\na,1,red,train\nb,2,blue,train\nc,3,red,valid\nd,0,blue,test\ne,5,,\n"
EDGES = "from,to\na,b\nb,a\nc,d\na,a\nd,e\n"


def folder(tmp_path: Path, nodes: str = NODES, edges: str = EDGES) -> Source:
    (tmp_path / "nodes.csv").write_text(nodes)
    (tmp_path / "edges.csv").write_text(edges)
    return Source(str(tmp_path), target="colour")


def test_karate_is_zacharys_club() -> None:
    club, raw = nx.karate_club_graph(), karate()
    ours = {tuple(edge) for edge in raw.edges.tolist()}
    assert ours == {(min(edge), max(edge)) for edge in club.edges()} and len(raw.edges) == 78
    went = ["instructor" if club.nodes[node]["club"] == "Mr. Hi" else "officers" for node in range(34)]
    assert list(raw.answers) == went
    splits = load_graph(Source("karate")).splits
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (2, 2, 32)


def test_folder_of_tables_is_read(tmp_path: Path) -> None:
    graph = load_graph(folder(tmp_path))
    assert graph.names == ("a", "b", "c", "d", "e") and graph.links.tolist() == [[0, 1], [2, 3], [3, 4]]
    assert graph.splits.schema.inputs == Nodes(nodes=5, features=1, edges=3)
    assert graph.splits.schema.target == Classes("colour", ("blue", "red"), (1, 1))
    assert graph.every.y.tolist() == [1, 0, 1, 0, -1]
    assert [part.rows.tolist() for part in (graph.splits.train, graph.splits.valid, graph.splits.test)] == [
        [0, 1],
        [2],
        [3],
    ]
    assert graph.splits.notes[-1].startswith("2 edges are loops or named twice")
    assert graph.neighbours(3) == [4, 2] and graph.position("d") == 3


def test_the_file_of_edges_may_be_named_and_have_no_header(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "mine.csv").write_text("a,b\nc,d\n")
    assert load_graph(Source(str(tmp_path / "mine.csv"), target="colour")).links.tolist() == [[0, 1], [2, 3]]


def test_a_part_of_the_graph_keeps_the_whole_graph(tmp_path: Path) -> None:
    few = load_graph(folder(tmp_path)).splits.train[:1]
    assert len(few) == 1 and few.x.shape[0] == 5 and few.a_hat.shape == (5, 5)


def test_nodes_without_marks_are_split_by_the_rule(tmp_path: Path) -> None:
    rows = "".join(f"n{k},{'red' if k % 2 else 'blue'}\n" for k in range(20))
    edges = "".join(f"n{k},n{(k + 1) % 20}\n" for k in range(20))
    splits = load_graph(folder(tmp_path, "name,colour\n" + rows, edges)).splits
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (14, 4, 2)
    assert "stratified by class" in splits.rule and splits.schema.inputs.features == 20


def test_classes_written_as_floats_are_whole_numbers(tmp_path: Path) -> None:
    nodes = "id,kind\n" + "".join(f"{node},{node % 2}.0\n" for node in range(12))
    graph = load_graph(Source(folder(tmp_path, nodes=nodes, edges="from,to\n0,1\n1,2\n").data))
    assert isinstance(graph.splits.schema.answer, Classes) and graph.splits.schema.answer.names == ("0", "1")
    assert graph.every.y.tolist() == [0, 1] * 6


def test_counts_become_shares_of_their_node(tmp_path: Path) -> None:
    nodes = (
        "name,cat,dog,fish,colour,part\na,4,0,0,red,train\nb,0,1,3,blue,train\nc,0,0,2,red,valid\nd,0,0,0,blue,test\n"
    )
    counts = load_graph(folder(tmp_path, nodes, "a,b\nc,d\n")).every.x
    assert counts.to_dense().tolist() == [[1, 0, 0], [0, 0.25, 0.75], [0, 0, 1], [0, 0, 0]]


def test_measurements_are_standardised_by_the_training_nodes(tmp_path: Path) -> None:
    """A share of one measurement is 1 for every node, and nothing is left of it."""
    ages = load_graph(folder(tmp_path, NODES.replace("name,size", "name,age")))
    assert ages.every.x.to_dense()[:, 0].tolist() == [-1, 1, 3, -3, 7]
    assert "1 features, standardised by the training nodes" in ages.splits.notes
    signed = load_graph(folder(tmp_path, NODES.replace("a,1", "a,-4"))).every.x
    assert signed.to_dense()[:, 0].tolist() == pytest.approx([-1, 1, 4 / 3, 1 / 3, 2])
    constant = load_graph(folder(tmp_path, NODES.replace("b,2", "b,1"))).every.x
    assert constant.to_dense()[:, 0].tolist() == [0, 0, 0, 0, 0]


def test_categories_are_one_hot_and_one_that_training_never_met_is_zero(tmp_path: Path) -> None:
    rows = "a,red,1,ant,train\nb,blue,2,bee,train\nc,red,3,cow,valid\nd,blue,0,ant,test\ne,red,1,,test\n"
    splits = load_graph(folder(tmp_path, "name,colour,size,kind,part\n" + rows))
    assert splits.every.x.to_dense()[:, 1:].tolist() == [[1, 0], [0, 1], [0, 0], [1, 0], [0, 0]]
    assert splits.every.x.to_dense()[:, 0].tolist() == [-1, 1, 3, -3, -1]
    assert any("categories as 0 and 1, 2 of 3 met" in note for note in splits.splits.notes)
    texts = "a,red,ant,train\nb,blue,bee,train\nc,red,cow,valid\nd,blue,ant,test\ne,red,,test\n"
    alone = load_graph(folder(tmp_path, "name,colour,kind,part\n" + texts))
    assert alone.splits.schema.inputs == Nodes(nodes=5, features=2, edges=3)
    many = "".join(f"n{k},{k % 2},t{k}\n" for k in range(1100))
    with pytest.raises(DataError, match="1,100 different texts"):
        load_graph(folder(tmp_path, "name,colour,kind\n" + many, "n0,n1\n"))


def test_nodes_are_known_by_themselves_where_no_training_node_has_a_category(tmp_path: Path) -> None:
    rows = "a,red,,train\nb,blue,,train\nc,red,ant,valid\nd,blue,bee,test\ne,red,bee,test\n"
    graph = load_graph(folder(tmp_path, "name,colour,kind,part\n" + rows))
    assert graph.every.x.to_dense().tolist() == torch.eye(5).tolist()


def test_a_table_that_is_no_graph_is_told_what_a_graph_is(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("age,income\n1,2\n3,4\n")
    with pytest.raises(DataError, match=r"people\.csv alone is no graph: want two columns of names of nodes"):
        load_graph(Source(str(tmp_path / "people.csv")))


def test_gml_is_read_as_networkx_reads_it(tmp_path: Path) -> None:
    club = nx.karate_club_graph()
    for node in club:
        club.nodes[node]["height"] = node / 10
    nx.write_gml(club, tmp_path / "club.gml")
    graph = load_graph(Source(str(tmp_path / "club.gml"), target="club"))
    again = nx.read_gml(tmp_path / "club.gml")
    assert graph.names == tuple(again.nodes) and len(graph.links) == 78
    ends = {frozenset((graph.names[a], graph.names[b])) for a, b in graph.links.tolist()}
    assert ends == {frozenset(edge) for edge in again.edges}
    assert graph.splits.schema.target.names == ("Mr. Hi", "Officer")
    assert graph.splits.schema.inputs.features == 1


def test_real_gml_and_cora_are_those_of_their_publications() -> None:
    nodes, edges = read_gml(real("graphs/karate.gml"))
    pairs = {frozenset(map(int, row)) for row in edges.rows()}
    assert len(nodes) == 34 and pairs == {frozenset((a + 1, b + 1)) for a, b in karate().edges.tolist()}
    graph = load_graph(Source(str(real("graphs/cora.npz"))))
    assert graph.splits.schema.inputs == Nodes(nodes=2708, features=1433, edges=5278)
    assert [len(part) for part in (graph.splits.train, graph.splits.valid, graph.splits.test)] == [140, 500, 1000]
    sizes = dict(
        zip(
            load_graph(Source("cora")).splits.schema.target.names,
            load_graph(Source("cora")).every.y.bincount().tolist(),
            strict=True,
        )
    )
    assert sizes["neural networks"] == 818 and sizes["rule learning"] == 180 and sizes["theory"] == 351


@pytest.mark.parametrize(
    ("nodes", "edges", "words"),
    [
        (NODES, "from,to\na,b\na,zz\n", "'zz', which is no node"),
        (NODES.replace("b,2", "a,2"), EDGES, "names of nodes must be there and differ"),
        (NODES.replace("b,2", "b,two"), EDGES, "size holds 'two'"),
        (NODES.replace("valid", "vielleicht"), EDGES, "wanted train, valid or test"),
        (NODES.replace("train", "test"), EDGES, "no node is marked for training"),
        ("name\na\nb\n", EDGES, "2 columns wanted"),
    ],
)
def test_bad_tables_are_told_what_is_wrong(tmp_path: Path, nodes: str, edges: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        load_graph(folder(tmp_path, nodes, edges))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello 1", "holds no `graph"),
        ("graph [ node [ id 1 ] node [ id 2 ]", "ends inside a bracket"),
        ("graph [ ] ]", "closes nothing"),
        ("graph [ node [ id ] ]", "where a key with a value should"),
        ("graph [ node [ label 1 ] ]", "every node needs an id"),
        ("graph [ node [ id 1 ] edge [ source 1 ] ]", "source and a target"),
        ("graph [ node [ id 1 ] node [ id 2 ] edge [ source 1 target 2 ] ]", "have no classes"),
    ],
)
def test_bad_gml_is_told_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "bad.gml").write_text(text)
    with pytest.raises(DataError, match=words):
        load_graph(Source(str(tmp_path / "bad.gml")))


def arrays() -> dict[str, np.ndarray]:
    return {
        "feat_indptr": np.array([0, 1, 2, 3]),
        "feat_indices": np.array([0, 1, 0]),
        "shape": np.array([3, 2]),
        "label": np.array([0, 1, 0]),
        "edge": np.array([[0, 1], [1, 2]]),
        "train_idx": np.array([0, 1]),
        "val_idx": np.array([], dtype=np.int64),
        "test_idx": np.array([2]),
    }


def test_arrays_are_read_and_bad_ones_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "good.npz", **arrays())
    graph = load_graph(Source(str(tmp_path / "good.npz")))
    assert graph.every.x.to_dense().tolist() == [[1, 0], [0, 1], [1, 0]] and len(graph.splits.test) == 1
    for change, words in (
        ({"edge": np.array([[0, 7]])}, r"edge 0 -> 7: nodes are 0\.\.2"),
        ({"feat_indices": np.array([0, 1, 2])}, "outside 0 to 1"),
        ({"label": np.array([0, 1])}, "classes of 2"),
    ):
        np.savez(tmp_path / "bad.npz", **(arrays() | change))
        with pytest.raises(DataError, match=words):
            load_graph(Source(str(tmp_path / "bad.npz")))
    np.savez(tmp_path / "bad.npz", x=np.zeros(3))
    with pytest.raises(DataError, match="lacks feat_indptr"):
        load_graph(Source(str(tmp_path / "bad.npz")))


def test_names_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="did you mean 'karate'"):
        load_graph(Source("karat"))
    with pytest.raises(DataError, match="no file or folder"):
        load_graph(Source("nowhere/graph.gml"))
    with pytest.raises(DataError, match=r"has no nodes\.csv"):
        (tmp_path / "edges.csv").write_text(EDGES)
        load_graph(Source(str(tmp_path)))
    with pytest.raises(UsageError, match="no column"):
        load_graph(Source(folder(tmp_path).data, target="shape"))


def test_a_whole_graph_is_told_from_another() -> None:
    first, again = load_graph(Source("karate")).splits, load_graph(Source("karate")).splits
    assert first.fingerprint == again.fingerprint and torch.equal(first.train.rows, again.train.rows)
