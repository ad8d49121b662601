"""Draws of data, of worlds and of replicas, as numbers whose distribution is known."""

from itertools import islice, permutations

import numpy as np
import torch
from torch import Tensor

from etude.data import augment, batches, bucketed, corpus, episodes, masking, views, word_corpus
from etude.environments.named import environment
from etude.environments.streams import chance_of, drawn, transitions
from etude.evaluation import intervals
from etude.records import Inputs, Labelled, Tokens, Words
from tests.numeric.chance import N, stream
from tests.numeric.draws import FEW, Hears


def orders() -> Tensor:
    """Each epoch of four examples as the number of its order."""
    every = {order: number for number, order in enumerate(permutations(range(4)))}
    epochs = islice(batches.shuffled(Inputs(torch.arange(4)), 4, seed=0), FEW)
    return torch.tensor([every[tuple(batch.x.tolist())] for batch in epochs])


def pools() -> Tensor:
    """The same for batches of pairs of equal length."""
    every = {order: number for number, order in enumerate(permutations(range(4)))}
    chance, lengths = stream(), torch.ones(4, dtype=torch.int64)
    drawn = (bucketed.batch_rows(lengths, 1, generator=chance) for _ in range(FEW))
    return torch.tensor([every[tuple(int(rows) for rows in order)] for order in drawn])


def one_pixel(n: int) -> Labelled:
    x = torch.zeros(n, 1, 3, 3, dtype=torch.uint8)
    x[:, 0, 1, 0] = 1
    return Labelled(x, torch.zeros(n, dtype=torch.int64))


def shifted() -> Tensor:
    """Where a pixel in the middle goes."""
    batch = one_pixel(N)
    return augment.shift(1)(Labelled(batch.x.roll(1, 3), batch.y), stream()).x.flatten(1).argmax(1)


def masked_words() -> Tensor:
    """What becomes of words that are asked for: hidden, left (also by an exchange for itself), exchanged."""
    x, asked = torch.full((N, 1), 5), torch.ones(N, 1, dtype=torch.bool)
    y = masking.corrupted(x, asked, 9, stream())
    return torch.where(y == 9, 0, torch.where(y == 5, 1, 2))


def asked_for() -> Tensor:
    """In long texts, where hardly any would have none."""
    y = masking.masking(9)(Tokens(torch.full((200, 200), 5), torch.zeros(200, 200).long()), stream()).y
    return (y >= 0).long()


def viewed(**kind: float) -> Tensor:
    """A series of one peak after one kind of change alone."""
    x = torch.zeros(N, 4)
    x[:, 0] = 1
    changes = views.Changes(**({"shift": 0, "scale": 0.0, "shear": 0.0, "noise": 0.0} | kind))  # type: ignore[arg-type]
    return changes(x, stream(), deviation=1.0)


TEXT = torch.arange(4, 40)
COUNTS = torch.bincount(TEXT)


def reaches() -> Tensor:
    """How many neighbours a word in the middle has on its right, less one."""
    windows = word_corpus.windows(Words(TEXT.repeat(N // 36 + 1)), COUNTS, size=N, reach=3, sample=1e9, seed=0)
    batch = next(windows)
    return (batch.context[:, 3:] > 0).sum(1)[(batch.context[:, 3] > 0)] - 1


def explored() -> Tensor:
    """What an agent that would always push right does."""
    world, best = environment("CartPole-v1", 5000), Hears(lambda x: torch.tensor([[0.0, 1.0]]).expand(len(x), 2))
    return next(transitions(world, best, steps=9, exploration=lambda number: 0.3, seed=0)).action


def acted() -> Tensor:
    """Actions by the softmax of what an actor answers."""
    world = environment("CartPole-v1", N)
    actor = Hears(lambda x: torch.tensor([[0.0, 1.0]]).expand(len(x), 2))
    return drawn(actor, world, 1, generator=stream())(world.seen(), 0)


def supports() -> Tensor:
    """Which of twelve examples in three classes stands first in an episode of one class."""
    tasks, chance = episodes.Tasks(torch.arange(3).repeat(4), way=1, shot=1, queries=1), stream()
    return torch.stack([tasks.rows_of(chance)[0, 0] for _ in range(FEW)])


def balanced() -> Tensor:
    """Nine examples of one class, and one of another."""
    y = torch.tensor([0] * 3 + [1])
    return next(batches.balanced(Inputs(torch.arange(4)), N, seed=0, classes=y)).x


def places() -> Tensor:
    text = Tokens(torch.arange(8).view(2, 4), torch.arange(1, 9).view(2, 4))
    return next(corpus.random_windows(text, N, seed=0)).x[:, 0]


def tabled() -> np.ndarray:
    """Poisson weights of one example in many replicas, 5 and more together."""
    every = []
    for seed in range(45):
        sums = intervals.PoissonSums(1, np.random.default_rng(seed))
        sums.update(np.ones((1, 1)))
        every.append(sums.replicas[0])
    return np.concatenate(every).clip(max=5)


def chance_of_steps() -> Tensor:
    """The chance of one step in many copies of a world."""
    return chance_of(environment("CartPole-v1", N // 4 + 1), 1, generator=stream())
