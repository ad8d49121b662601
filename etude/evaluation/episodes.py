"""How good an agent is: fresh episodes, always the same ones, in which it does what it thinks best."""

import time

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.chance import stream
from etude.environments.named import environment
from etude.environments.streams import Trajectory, chance_of, drawn, trajectory
from etude.evaluation.intervals import REPLICAS, percentile
from etude.evaluation.records import Baseline, Score, Verdict
from etude.figures import Histogram

EPISODES = 100
BINS = 20


class Guess(nn.Module):
    """Every action alike, whatever is seen."""

    def __init__(self, actions: int) -> None:
        super().__init__()
        self.actions = actions

    def forward(self, x: Float[Tensor, "copy ..."]) -> Float[Tensor, "copy action"]:
        return x.new_zeros(len(x), self.actions)


@torch.no_grad()
def played(actor: nn.Module, name: str, *, chance: torch.Generator, episodes: int, guess: bool = False) -> Trajectory:
    """One episode of each copy, with the action of the highest answer, or if `guess` with one drawn by the answers.

    No chance is left to the agent itself: the exploration of a training is not to be scored. The copies are new, and
    draw from `chance` alone.
    """
    world = environment(name, episodes)
    device = next((each.device for each in actor.parameters()), torch.device("cpu"))
    world.to(device)
    world.reset(chance_of(world, 1, generator=chance)[0])
    draws = chance_of(world, world.limit, generator=chance)
    if guess:
        return trajectory(world, drawn(actor, world, world.limit, generator=chance), draws, whole=True)
    return trajectory(world, lambda x, time: actor(x).argmax(dim=1), draws, whole=True)


def returns(taken: Trajectory) -> Float[Tensor, " copy"]:
    """The sum of rewards of the first episode of each copy."""
    return taken.total[lengths(taken).long() - 1, torch.arange(taken.total.shape[1])].cpu().double()


def lengths(taken: Trajectory) -> Float[Tensor, " copy"]:
    """Steps of the first episode of each copy."""
    return taken.first_episodes.sum(dim=0).cpu().double()


def chance_of_part(part: str, seed: int) -> torch.Generator:
    """The same for every network, and apart from that of every training: agents are compared in the same episodes."""
    return stream(seed, f"{part} episodes")


def watched(actor: nn.Module, name: str, seed: int) -> dict[str, float]:
    """The scores that a training watches, to the bit those of `verdict` on the validation part."""
    taken = played(actor, name, chance=chance_of_part("valid", seed), episodes=EPISODES)
    return {"valid_return": float(returns(taken).mean()), "valid_length": float(lengths(taken).mean())}


def verdict(actor: nn.Module, name: str, part: str, *, seed: int) -> Verdict:
    """The return of `actor` in the episodes of one part, beside that of random actions."""
    taken = played(actor, name, chance=chance_of_part(part, seed), episodes=EPISODES)
    started = time.perf_counter()
    guess = Guess(len(environment(name, 1).actions))
    guessed = played(guess, name, chance=chance_of_part(part, seed), episodes=EPISODES, guess=True)
    seconds = round(time.perf_counter() - started, 3)
    note = "every action as likely as the others, in as many episodes"
    return Verdict(
        n=EPISODES,
        unit="episodes",
        metrics=scores(taken),
        protocol=f"{EPISODES} fresh episodes of {name}, the {part} ones of seed {seed}, which no training meets; "
        "always the action with the highest answer, without exploration; 95 % intervals by the bootstrap over the "
        f"episodes, {REPLICAS:,} replicas",
        baselines=(Baseline("random actions", note, scores(guessed), seconds),),
        figures={"returns": spread({"agent": returns(taken), "random actions": returns(guessed)})},
    )


def scores(taken: Trajectory) -> dict[str, Score]:
    """Mean return and mean length of the episodes."""
    return {"return": mean_score(returns(taken)), "length": mean_score(lengths(taken))}


def mean_score(values: Float[Tensor, " episode"]) -> Score:
    """The mean with its interval."""
    numbers = values.numpy()
    rows = np.random.default_rng(0).integers(len(numbers), size=(REPLICAS, len(numbers)))
    return percentile(float(values.mean()), numbers[rows].mean(axis=1))


def spread(found: dict[str, Tensor]) -> Histogram:
    """How the returns of several agents are distributed."""
    everything = torch.cat(list(found.values()))
    low, high = float(everything.min()), float(everything.max())
    edges = torch.linspace(low, high if high > low else low + 1, BINS + 1, dtype=torch.float64)
    counts = {name: torch.histogram(values, edges).hist.long() for name, values in found.items()}
    return Histogram("Returns of the episodes", edges, counts, "return", "episodes")
