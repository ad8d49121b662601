"""The losses as functions of what a network answers, so that they have derivatives of their own."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from etude.layers.noise import Noise, linear_betas
from etude.models.vae import Passed
from etude.objectives import (
    contrastive,
    diffusion,
    episodes,
    language,
    masked_words,
    negative_sampling,
    reconstruction,
    restoration,
    sample_weights,
    teaching,
)
from etude.records import IGNORED, Episode, Graph, Inputs, Labelled, Pairs, Rollout, Tokens, Views, Weighted, Windows
from etude.types import Loss
from tests.numeric.rows import Calling, Says, d

Y = torch.tensor([2, 0])


def labelled(n: int, y: Tensor = Y) -> Labelled:
    return Labelled(torch.zeros(n, 1), y[:n])


def of_classes(objective: Callable[..., Any]) -> Callable[[int], Any]:
    """The loss of logits (n, 3)."""
    return lambda n: (lambda answer: objective(Says(answer), labelled(n)).value, (d(n, 3),))


def of_two(objective: Callable[..., Any]) -> Callable[[int], Any]:
    """The loss of one logit each."""
    return lambda n: (lambda answer: objective(Says(answer), labelled(n, torch.tensor([1, 0]))).value, (d(n),))


def of_quantities(objective: Callable[..., Any]) -> Callable[[int], Any]:
    """The loss of predictions, none near its target or at a distance near Huber's; logarithms want them positive."""
    y = torch.tensor([0.25, 2.0], dtype=torch.float64)
    return lambda n: (lambda answer: objective(Says(answer), labelled(n, y)).value, (d(n).abs() * 0.1 + y[:n] + 0.3,))


def of_rollout(objective: Callable[..., Any]) -> Callable[[int], Any]:
    """The loss of logits and values."""
    return lambda n: (lambda logits, value: objective(Says((logits, value)), rollout(n)).value, (d(n, 3), d(n)))


def rollout(n: int) -> Rollout:
    gain = torch.tensor([1.5, -0.5], dtype=torch.float64)[:n]
    return Rollout(torch.zeros(n, 1), Y[:n], gain * 0 - 1.1, gain, gain + 1, gain)


def graph_batch(n: int) -> Graph:
    link = torch.eye(4)
    return Graph(torch.tensor([3, 1])[:n], Y[:n], link, link.long(), link)


def tokens_with_answers(logits: Tensor) -> Tensor:
    y = torch.tensor([[1, IGNORED, 2], [IGNORED, 0, IGNORED]])[: len(logits)]
    return language.next_token(Says(logits), Tokens(y.clamp(min=0), y)).value


class Fills(nn.Module):
    """Guesses words."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits = logits

    def words(self, x: Tensor, asked: Tensor) -> Tensor:
        return self.logits[asked]


def guessed(logits: Tensor) -> Tensor:
    y = torch.tensor([[1, IGNORED, 2], [IGNORED, 0, IGNORED]])[: len(logits)]
    return masked_words.masked_words(Fills(logits), Tokens(y.clamp(min=0), y)).value


def contrast(n: int) -> Any:
    views = Views(torch.zeros(n, 1), torch.zeros(n, 1))
    return lambda z: contrastive.Contrastive(0.5)(Says(z), views).value, (d(2 * n, 3),)


def pictures(n: int) -> Inputs:
    return Inputs(torch.arange(0, 60, 10, dtype=torch.uint8)[: 3 * n].view(n, 1, 1, 3))


def told_noise(n: int) -> Any:
    """With the same chance each time, the network answering what is differentiated."""

    def loss(answer: Tensor) -> Tensor:
        torch.manual_seed(4)
        x = torch.linspace(0, 1, 2 * n, dtype=torch.float64).view(n, 2)
        objective = diffusion.Denoising(Noise(linear_betas(5)).double())
        return objective(Says(answer), Labelled(x, Y[:n])).value

    return loss, (d(n, 2),)


def bound(n: int) -> Any:
    return (
        lambda mean, log_variance, logits: (
            reconstruction.elbo(
                Says(Passed(torch.full((n, 3), 0.3).double(), mean, log_variance, logits)), pictures(n)
            ).value
        ),
        (d(n, 2), d(n, 2), d(n, 3)),
    )


def words(kind: type[negative_sampling.NegativeSampling]) -> Callable[[int], Any]:
    """Of how well the wanted words and those of chance fit."""

    def slope(n: int) -> Any:
        wide = 3 if kind is negative_sampling.SkipGram else 1
        windows = Windows(torch.tensor([4, 5])[:n], torch.tensor([[5, 6, 0], [7, 4, 6]])[:n])

        def loss(together: Tensor, apart: Tensor) -> Tensor:
            torch.manual_seed(4)
            model = Says((together, apart.repeat(1, negative_sampling.SHARED // 2)))
            return kind(torch.tensor([0, 0, 0, 0, 9, 9, 9, 9]), 5)(model, windows).value

        return loss, (d(n, wide), d(n, 2))

    return slope


def taught(smoothing: float) -> Callable[[int], Any]:
    y = torch.tensor([[2, 4, 3, 0], [2, 4, 4, 3]])
    return lambda n: (
        lambda logits: teaching.Teaching(smoothing)(Says(logits), Pairs(y[:n], y[:n])).value,
        (d(n, 3, 5),),
    )


def tasks(n: int) -> Any:
    picture = torch.zeros(2, 2, 1, 1, 1, dtype=torch.uint8)
    return lambda z: episodes.prototypical(Says(z), Episode(picture, picture[:, :n])).value, (d(4 + 2 * n, 3),)


def restored(n: int) -> Any:
    return lambda rows: restoration.Restoration(0.5)(Says(rows), pictures(n)).value, (d(n, 3),)


def penalised(kind: type) -> Callable[[int], Any]:
    """The prices alone: of a matrix without a 0, and a bias that goes free."""

    def slope(n: int) -> Any:
        model = nn.Linear(3, n).double()
        objective = kind(lambda network, batch: Loss(network.bias.sum()), 0.5)
        return Calling(model, lambda network: objective(network, labelled(n)).value), ()

    return slope


def weighted(n: int) -> Any:
    """Of the network's weights and its answers."""
    x, weight = d(n, 2), torch.tensor([0.5, 2.0], dtype=torch.float64)[:n]
    objective = sample_weights.SampleWeighted(sample_weights.row_cross_entropy, penalty=0.3)
    return Calling(nn.Linear(2, 3), lambda m: objective(m, Weighted(x, Y[:n], weight)).value), ()
