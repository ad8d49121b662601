"""Sparse matrices of graphs against dense ones, networkx and PyTorch Geometric."""

import importlib

import networkx as nx
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from etude.data.graph_files import dense_rows
from etude.data.graph_sets import karate
from etude.layers.graph import SparseLinear, compressed, normalised, product, turned, undirected
from etude.models.gcn import GCN


def random_graph(nodes: int = 12, edges: int = 20) -> torch.Tensor:
    return torch.randint(nodes, (edges, 2))


def brute_force(edges: torch.Tensor, nodes: int) -> torch.Tensor:
    """Kipf and Welling's formula, entry by entry."""
    a = torch.eye(nodes)
    for first, second in edges.tolist():
        if first != second:
            a[first, second] = a[second, first] = 1
    d = torch.diag(a.sum(dim=1) ** -0.5)
    return d @ a @ d


@pytest.mark.parametrize("seed", range(5))
def test_normalised_adjacency_equals_the_formula(seed: int) -> None:
    torch.manual_seed(seed)
    edges = random_graph()
    torch.testing.assert_close(normalised(edges, nodes=12).to_dense(), brute_force(edges, 12))


def test_normalised_laplacian_is_that_of_networkx() -> None:
    graph = nx.karate_club_graph()
    graph.add_edges_from((node, node) for node in list(graph))  # one loop more at every node: A + I
    laplacian = nx.normalized_laplacian_matrix(graph, weight=None).toarray()
    ours = normalised(karate().edges, nodes=34).to_dense()
    np.testing.assert_allclose(np.eye(34) - ours.numpy(), laplacian, atol=1e-6)


def test_edges_named_twice_or_backwards_or_to_themselves_change_nothing() -> None:
    """The pitfall: counted as they stand they would give some neighbours twice the weight."""
    edges = undirected(random_graph())
    noisy = torch.cat([edges, edges.flip(1), edges[:5], torch.tensor([[3, 3]])])
    clean = normalised(edges, nodes=12).to_dense()
    assert torch.equal(normalised(noisy, nodes=12).to_dense(), clean)
    counted = torch.eye(12)
    for first, second in noisy[: 2 * len(edges) + 5].tolist():
        counted[first, second] += 1
    scale = counted.sum(dim=1) ** -0.5
    assert (scale[:, None] * counted * scale - clean).abs().max() > 0.05


def test_rows_of_a_regular_graph_sum_to_one() -> None:
    ring = torch.stack([torch.arange(9), (torch.arange(9) + 1) % 9], dim=1)
    torch.testing.assert_close(normalised(ring, nodes=9) @ torch.ones(9, 1), torch.ones(9, 1))


def test_turned_gives_the_transposed_of_any_values() -> None:
    x = dense_rows(torch.randn(5, 8) * (torch.rand(5, 8) < 0.4))
    positions = turned(x)
    values = x.values()[positions.values()]
    again = compressed(positions.crow_indices(), positions.col_indices(), values, width=5)
    assert torch.equal(again.to_dense(), x.to_dense().T)


def test_product_and_its_derivative_are_those_of_dense_matrices() -> None:
    dense = torch.randn(6, 4) * (torch.rand(6, 4) < 0.5)
    matrix, transposed = dense_rows(dense), dense_rows(dense.T.contiguous())
    w, v = torch.randn(4, 3, requires_grad=True), torch.randn(6, 3)
    (product(matrix, transposed, w) * v).sum().backward()
    torch.testing.assert_close(w.grad, dense.T @ v)
    torch.testing.assert_close(product(matrix, transposed, w), dense @ w)


def test_dropout_of_sparse_features_has_the_right_mean_and_the_derivative_of_the_same_mask() -> None:
    layer = SparseLinear(4, 2, dropout=0.5)
    x = dense_rows(torch.ones(2000, 4))
    out = layer(x, turned(x))
    assert out.std(dim=0).min() > 0.01
    torch.testing.assert_close(out.mean(dim=0), layer.weight.sum(dim=0), atol=0.06, rtol=0)
    out.sum().backward()
    torch.testing.assert_close((layer.weight.grad * layer.weight).sum(), out.sum(), rtol=1e-4, atol=1e-4)


def graph_of(nodes: int = 12, features: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(nodes, features) * (torch.rand(nodes, features) < 0.5), random_graph(nodes)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # while PyG is imported
def test_gcn_equals_pytorch_geometric_on_copied_weights() -> None:
    conv = importlib.import_module("torch_geometric.nn").GCNConv
    x, edges = graph_of()
    network = GCN(7, 3, hidden=5).eval()
    first, second = conv(7, 5, bias=False), conv(5, 3, bias=False)
    first.lin.weight.data, second.lin.weight.data = network.first.weight.data.T, network.second.weight.data.T
    links = undirected(edges)
    theirs = second(first(x, torch.cat([links, links.flip(1)]).T).relu(), torch.cat([links, links.flip(1)]).T)
    rows = dense_rows(x)
    torch.testing.assert_close(network(rows, turned(rows), normalised(edges, nodes=12)), theirs, atol=1e-5, rtol=1e-5)


def test_gcn_equals_its_equation() -> None:
    x, edges = graph_of()
    network, a = GCN(7, 3, hidden=5).eval(), brute_force(edges, 12)
    rows = dense_rows(x)
    wanted = a @ F.relu(a @ x @ network.first.weight) @ network.second.weight
    torch.testing.assert_close(network(rows, turned(rows), normalised(edges, nodes=12)), wanted)


def test_answers_move_with_the_nodes() -> None:
    x, edges = graph_of()
    network, order = GCN(7, 3, hidden=5).eval(), torch.randperm(12)
    place = order.argsort()
    straight, mixed = dense_rows(x), dense_rows(x[order])
    before = network(straight, turned(straight), normalised(edges, nodes=12))
    after = network(mixed, turned(mixed), normalised(place[edges], nodes=12))
    torch.testing.assert_close(after, before[order])


def test_without_links_a_node_answers_for_itself_alone() -> None:
    x, _ = graph_of()
    network, rows = GCN(7, 3, hidden=5).eval(), dense_rows(x)
    alone = network(rows, turned(rows), normalised(torch.empty(0, 2, dtype=torch.int64), nodes=12))
    torch.testing.assert_close(alone, F.relu(x @ network.first.weight) @ network.second.weight)
