"""The graph convolutional network: what a node is, from its neighbours (Kipf and Welling 2017)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import ClassVar, Literal

import torch
from torch import nn

from etude.chance import seed_global
from etude.data.graphs import NamedGraph, load_graph
from etude.data.splits import part as part_of
from etude.errors import DataError
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.intervals import share
from etude.evaluation.nodes import node_baselines, node_logits, node_scores
from etude.evaluation.plane import embedding
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Score, Verdict
from etude.figures import Figure, Matrix, Points, Text
from etude.learners.base import GradientLearner, device_of
from etude.models.gcn import GCN
from etude.objectives.nodes import node_cross_entropy
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Graph
from etude.schema import Classes, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.expect import expect_classes, expect_nodes
from etude.training.experiment import Experiment, Recipe
from etude.training.supervised import prefixed

PROTOCOL = "every node of the part once, dropout off; the network sees the features and links of all nodes"


@dataclass(frozen=True, kw_only=True)
class GCNRecipe(Recipe):
    """The graph convolutional network: what a node is, from its neighbours (Kipf and Welling 2017).

    An update sees the whole graph, and the answers of its training nodes.
    """

    source: Source = Source("karate")
    epochs: Count = 200
    """passes over the graph, of one update each"""
    hidden: Count = 16
    """units of the hidden layer"""
    dropout: Share = 0.5
    """share of the inputs of both layers that is silenced in each update"""
    rate: Rate = 0.01
    """learning rate of Adam"""
    weight_decay: Strength = 5e-4
    """L2 penalty on the first layer alone"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "hidden": 2}

    def network(self, schema: Schema) -> GCN:
        features, classes = expect_nodes(schema, "gcn").features, expect_classes(schema, "gcn")
        return GCN(features, len(classes.names), hidden=self.hidden, dropout=self.dropout)

    def optimizer(self, network: GCN) -> Optimizer:
        """Adam; only the first matrix is drawn towards 0."""
        descent = adam(network.first.parameters(), rate=self.rate, weight_decay=self.weight_decay)
        descent.add_param_group({"params": list(network.second.parameters()), "weight_decay": 0.0})
        return Optimizer(descent)

    def experiments(self) -> Iterator[Experiment[Graph]]:
        graph = load_graph(self.source)
        splits, device = graph.splits, find_device(self.device)
        seed_global(self.seed, "initialisation")
        network = self.network(splits.schema)
        placed(network, device)
        learner = GradientLearner(network, node_cross_entropy, self.optimizer(network))
        batch = splits.train.to(device)
        seed_global(self.seed, "dropout")
        yield Experiment(
            learner=learner,
            batches=lambda start: repeat(batch),
            steps=self.steps or self.epochs,
            evaluate=lambda: prefixed(node_scores(network, splits.valid)),
            evaluate_every=1,
            log_every=1,
            epoch_steps=1,
            splits=splits,
            views={"embedding": lambda: hidden_layer(network, graph)},
        )

    def judge(self, network: nn.Module, experiment: Experiment[Graph], part: PartName) -> Verdict:
        """Accuracy over the nodes of a part."""
        splits = experiment.splits
        assert splits is not None
        examples, _ = part_of(splits, part)
        if not len(examples):
            raise DataError("E-EVALUATE", f"this graph has no nodes in the part {part}: take another one with --on.")
        classes = expect_classes(splits.schema, "gcn")
        logits, scores = node_logits(network, examples), node_scores(network, examples)
        confusion = torch.zeros(len(classes.names), len(classes.names), dtype=torch.int64)
        confusion.index_put_((examples.y, logits.argmax(1)), torch.ones_like(examples.y), accumulate=True)
        names = classes.names
        return Verdict(
            n=len(examples),
            unit="nodes",
            metrics={"accuracy": share(int(confusion.trace()), len(examples)), "loss": Score(scores["loss"])},
            protocol=PROTOCOL,
            baselines=node_baselines(splits.train, examples, classes=len(names)),
            figures={"confusion": Matrix("What is taken for what", confusion, names, names, "truth", "answer", True)},
        )

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """The classes of the nodes with these names, in the graph that the run was trained on."""
        graph, classes = load_graph(self.source), expect_classes(schema, "gcn")
        nodes = torch.tensor([graph.position(name) for name in inputs])
        probabilities = node_logits(network, graph.every[nodes]).softmax(dim=1)
        rows = tuple(named(name, row, classes) for name, row in zip(inputs, probabilities, strict=True))
        return Answers(classes.name, rows, ())

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """The hidden layer of all nodes, and the neighbours of those that are named."""
        graph, classes = load_graph(self.source), expect_classes(schema, "gcn")
        assert isinstance(network, GCN)
        answers = [classes.names[each] for each in node_logits(network, graph.every).argmax(dim=1).tolist()]
        figures: dict[str, Figure] = {"embedding": hidden_layer(network, graph)}
        for name in inputs:
            figures[f"node {name}"] = surroundings(graph, name, answers, classes)
        return figures


def named(name: str, row: torch.Tensor, classes: Classes) -> Answer:
    """Probabilities in the words of the data, most probable first."""
    order = row.argsort(descending=True).tolist()
    return Answer(name, classes.names[order[0]], {classes.names[each]: float(row[each]) for each in order})


def hidden_layer(network: GCN, graph: NamedGraph) -> Points:
    """The hidden layer of the nodes whose class is known, in the plane."""
    every, known = graph.every.to(device_of(network)), graph.every.y >= 0
    with evaluating(network):
        hidden = network.embed(every.x, every.x_turned, every.a_hat).cpu()
    names = expect_classes(graph.splits.schema, "gcn").names
    return embedding("Hidden layer of each node", hidden[known], graph.every.y[known], names)


def surroundings(graph: NamedGraph, name: str, answers: list[str], classes: Classes) -> Text:
    """A node, its neighbours, what is said of them and what is true of them."""

    def line(node: int) -> str:
        truth = int(graph.every.y[node])
        return f"{graph.names[node]}: {answers[node]}, in truth {classes.names[truth] if truth >= 0 else 'unknown'}"

    node = graph.position(name)
    around = [f"  {line(each)}" for each in graph.neighbours(node)]
    return Text(f"Node {name} and its {len(around)} neighbours", "\n".join([line(node), *around]))
