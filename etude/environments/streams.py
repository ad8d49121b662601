"""Batches from acting: they depend on the network of now, on the seed and on the number of the batch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from etude.chance import stream
from etude.environments.base import Environment, Step
from etude.records import Rollout, Transition


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Steps of all copies, one after the other."""

    x: Float[Tensor, "time copy ..."]
    action: Int[Tensor, "time copy"]
    reward: Float[Tensor, "time copy"]
    terminated: Bool[Tensor, "time copy"]
    truncated: Bool[Tensor, "time copy"]
    last: Float[Tensor, "time copy ..."]
    """what each action led to, see `Step.last`"""
    total: Float[Tensor, "time copy"]
    """reward since the episode began"""

    @property
    def done(self) -> Bool[Tensor, "time copy"]:
        """Where an episode ended."""
        return self.terminated | self.truncated

    @property
    def finished(self) -> Float[Tensor, "time copy"]:
        """The return of each episode where it ended, NaN elsewhere."""
        return torch.where(self.done, self.total, torch.nan)

    @property
    def first_episodes(self) -> Bool[Tensor, "time copy"]:
        """The steps until the first end of each copy, that one included."""
        return self.done.cumsum(dim=0) - self.done.long() == 0


@torch.no_grad()
def trajectory(
    environment: Environment,
    choose: Callable[[Tensor, int], Tensor],
    chance: Float[Tensor, "time copy draw"],
    *,
    whole: bool = False,
) -> Trajectory:
    """Go on for as many steps as `chance` is for; `choose` gets what is seen and the number of the step.

    If `whole`, stop as soon as each copy has ended an episode.
    """
    seen, actions, steps = list[Tensor](), list[Tensor](), list[Step]()
    ended = torch.zeros(environment.copies, dtype=torch.bool, device=chance.device)
    x = environment.seen()
    for number, draws in enumerate(chance.unbind(0)):
        action = choose(x, number)
        step = environment.step(action, draws)
        seen.append(x)
        actions.append(action)
        steps.append(step)
        x = step.x
        if whole:
            ended |= step.terminated | step.truncated
            if bool(ended.all()):
                break
    return recorded(seen, actions, steps)


def recorded(seen: list[Tensor], actions: list[Tensor], steps: list[Step]) -> Trajectory:
    """The steps that were taken, one after the other."""
    return Trajectory(
        x=torch.stack(seen),
        action=torch.stack(actions),
        reward=torch.stack([step.reward for step in steps]),
        terminated=torch.stack([step.terminated for step in steps]),
        truncated=torch.stack([step.truncated for step in steps]),
        last=torch.stack([step.last for step in steps]),
        total=torch.stack([step.total for step in steps]),
    )


@dataclass(frozen=True, slots=True)
class Advantage:
    """Generalised advantage estimation, Schulman et al. 2016 (arXiv:1506.02438), eq. 16."""

    discount: float
    """gamma: what a reward is worth one step later"""
    decay: float
    """lambda: 0 trusts the critic after one step, 1 waits for the end of the episode"""

    def __call__(
        self,
        reward: Float[Tensor, "time copy"],
        value: Float[Tensor, "time copy"],
        following: Float[Tensor, "time copy"],
        done: Bool[Tensor, "time copy"],
    ) -> Float[Tensor, "time copy"]:
        """`value` is V(s_t), `following` is V(s_t+1), which is 0 after a true end; nothing is carried over a `done`."""
        errors = reward + self.discount * following - value  # eq. 10
        carried = self.discount * self.decay * ~done
        running, found = torch.zeros_like(value[0]), []
        for error, share in zip(reversed(errors.unbind(0)), reversed(carried.unbind(0)), strict=True):
            running = error + share * running
            found.append(running)
        return torch.stack(found[::-1])


@runtime_checkable
class Policy(Protocol):
    """A network of two parts."""

    @property
    def actor(self) -> nn.Module:
        """What is seen -> logits of the actions."""
        ...

    @property
    def critic(self) -> nn.Module:
        """What is seen -> the discounted rewards to come."""
        ...


def rollouts(
    environment: Environment, policy: Policy, *, steps: int, advantage: Advantage, seed: int, start: int = 0
) -> Iterator[Rollout]:
    """So many steps of every copy with the policy of now; the next batch goes on where this one stopped."""
    if start == 0:
        begin(environment, seed, 0)
    for number in count(start):
        generator = stream(seed, "acting", number)
        choose = drawn(policy.actor, environment, steps, generator=generator)
        taken = trajectory(environment, choose, chance_of(environment, steps, generator=generator))
        yield judged(taken, policy, advantage)


def episodes(
    environment: Environment, policy: Policy, *, advantage: Advantage, seed: int, start: int = 0
) -> Iterator[Rollout]:
    """One whole episode of every copy with the policy of now, without the steps of the copies that ended sooner."""
    for number in count(start):
        begin(environment, seed, number)
        generator, steps = stream(seed, "acting", number), environment.limit
        choose = drawn(policy.actor, environment, steps, generator=generator)
        taken = trajectory(environment, choose, chance_of(environment, steps, generator=generator), whole=True)
        yield judged(taken, policy, advantage)[taken.first_episodes.flatten()]


def transitions(
    environment: Environment,
    values: nn.Module,
    *,
    steps: int,
    exploration: Callable[[int], float],
    seed: int,
    start: int = 0,
) -> Iterator[Transition]:
    """So many steps of every copy with the action of the highest value, or with any other one by `exploration`.

    `exploration` is the chance of a random action in batch number n.
    """
    if start == 0:
        begin(environment, seed, 0)
    for number in count(start):
        generator = stream(seed, "acting", number)
        shape, device = (steps, environment.copies), environment.seen().device
        random = torch.randint(len(environment.actions), shape, generator=generator).to(device)
        strays = (torch.rand(shape, generator=generator) < exploration(number)).to(device)
        choose = astray(values, strays, random)
        taken = trajectory(environment, choose, chance_of(environment, steps, generator=generator))
        yield Transition(
            x=taken.x.flatten(0, 1),
            action=taken.action.flatten(),
            reward=taken.reward.flatten(),
            following=taken.last.flatten(0, 1),
            terminated=taken.terminated.flatten(),
            finished=taken.finished.flatten(),
        )


def begin(environment: Environment, seed: int, number: int) -> None:
    """New episodes in every copy, those of this number."""
    environment.reset(chance_of(environment, 1, generator=stream(seed, "beginning", number))[0])


def chance_of(environment: Environment, steps: int, *, generator: torch.Generator) -> Float[Tensor, "time copy draw"]:
    """The chance of so many steps, uniform in [0, 1), on the device of the environment."""
    shape = (steps, environment.copies, environment.draws)
    return torch.rand(shape, generator=generator, dtype=torch.float64).to(environment.seen().device)


def drawn(
    actor: nn.Module, environment: Environment, steps: int, *, generator: torch.Generator
) -> Callable[[Tensor, int], Tensor]:
    """Choose by the softmax of what `actor` answers: the largest logit after Gumbel's noise, which is drawn here."""
    noise = -torch.empty(steps, environment.copies, len(environment.actions)).exponential_(generator=generator).log()
    noise = noise.to(environment.seen().device)
    return lambda x, time: (actor(x) + noise[time]).argmax(dim=1)


def astray(
    values: nn.Module, strays: Bool[Tensor, "time copy"], random: Int[Tensor, "time copy"]
) -> Callable[[Tensor, int], Tensor]:
    """Choose the action of the highest value, but where it `strays` a random one."""
    return lambda x, time: torch.where(strays[time], random[time], values(x).argmax(dim=1))


@torch.no_grad()
def judged(taken: Trajectory, policy: Policy, advantage: Advantage) -> Rollout:
    """What was done, with the probability that it had and what it was worth.

    Where the time was up, and after the last step, the critic says what would have followed; after a true end nothing.
    """
    x, shape = taken.x.flatten(0, 1), taken.action.shape
    value = policy.critic(x).view(shape)
    following = policy.critic(taken.last.flatten(0, 1)).view(shape) * ~taken.terminated
    gain = advantage(taken.reward, value, following, taken.done)
    action = taken.action.flatten()
    return Rollout(
        x=x,
        action=action,
        log_probability=policy.actor(x).log_softmax(dim=1).gather(1, action[:, None])[:, 0],
        advantage=gain.flatten(),
        returns=(gain + value).flatten(),
        finished=taken.finished.flatten(),
    )
