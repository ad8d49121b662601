import pytest
import torch
from torch import Tensor, nn

from etude.evaluation.predictor import Predictor
from etude.schema import Classes, Number, Quantity, Schema, Table, Target

CPU = torch.device("cpu")


def schema(target: Target) -> Schema:
    return Schema(Table(tuple(Number(name, 0.0, 0.0, 1.0, False) for name in "ab")), target)


def classes(*names: str) -> Classes:
    return Classes("kind", names, tuple(1 for _ in names))


def test_probabilities_are_the_softmax_of_the_network() -> None:
    network = nn.Linear(2, 3)
    x = torch.randn(5, 2)
    answers = Predictor(network, schema(classes("a", "b", "c")), device=CPU).answers(x)
    torch.testing.assert_close(answers, network(x).double().softmax(1).detach())


def test_one_logit_for_two_classes_has_the_probabilities_of_the_sigmoid() -> None:
    network = nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
    x = torch.randn(5, 2)
    answers = Predictor(network, schema(classes("no", "yes")), device=CPU).answers(x)
    torch.testing.assert_close(answers[:, 1], network(x).double().sigmoid().detach())
    torch.testing.assert_close(answers.sum(1), torch.ones(5, dtype=torch.float64))


def test_a_quantity_is_answered_in_its_own_unit() -> None:
    network = nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
    x = torch.randn(5, 2)
    answers = Predictor(network, schema(Quantity("price", 200_000.0, 50_000.0)), device=CPU).answers(x)
    torch.testing.assert_close(answers, network(x).double().detach() * 50_000 + 200_000)


def test_each_layer_is_left_in_the_mode_it_had() -> None:
    network = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout(0.5), nn.Linear(2, 2))
    network.train()
    network[0].eval()
    before = network[0].running_mean.clone()
    predictor = Predictor(network, schema(classes("no", "yes")), device=CPU)
    x = torch.randn(5, 2)
    torch.testing.assert_close(predictor.logits(x), predictor.logits(x))  # no dropout
    assert [layer.training for layer in network] == [False, True, True]
    torch.testing.assert_close(network[0].running_mean, before)


def test_the_mode_comes_back_after_an_error_too() -> None:
    network = nn.Linear(2, 2)
    with pytest.raises(RuntimeError):
        Predictor(network, schema(classes("no", "yes")), device=CPU).logits(torch.randn(5, 3))
    assert network.training


def test_a_column_where_a_row_is_wanted_is_refused() -> None:
    predictor = Predictor(nn.Linear(2, 1), schema(Quantity("price", 0.0, 1.0)), device=CPU)
    with pytest.raises(ValueError, match=r"\(5, 1\) where \(5,\)"):
        predictor.logits(torch.randn(5, 2))


def test_answers_carry_no_gradient() -> None:
    answers: Tensor = Predictor(nn.Linear(2, 2), schema(classes("no", "yes")), device=CPU).answers(torch.randn(5, 2))
    assert not answers.requires_grad
