"""Steps per second of PPO on CartPole, collection and update together, against CleanRL's loop."""

import statistics
from collections.abc import Iterator
from dataclasses import replace

import gymnasium
import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical

from benchmarks.pairs import Pair, Row, interleaved
from etude.recipes.ppo import PPO
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun

PAIRS = 5
COPIES, HORIZON, PASSES, PIECES = 4, 128, 4, 4
"""of CleanRL's ppo.py"""
DISCOUNT, DECAY, CLIP, ENTROPY, RATE = 0.99, 0.95, 0.2, 0.01, 2.5e-4


def layer(inputs: int, outputs: int, gain: float = 2**0.5) -> nn.Linear:
    made = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(made.weight, gain)
    nn.init.constant_(made.bias, 0.0)
    return made


class Agent(nn.Module):
    """The networks of CleanRL's ppo.py."""

    def __init__(self) -> None:
        super().__init__()
        self.critic = nn.Sequential(layer(4, 64), nn.Tanh(), layer(64, 64), nn.Tanh(), layer(64, 1, 1.0))
        self.actor = nn.Sequential(layer(4, 64), nn.Tanh(), layer(64, 64), nn.Tanh(), layer(64, 2, 0.01))

    def act(self, x: torch.Tensor, action: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        law = Categorical(logits=self.actor(x))
        action = law.sample() if action is None else action
        return action, law.log_prob(action), law.entropy(), self.critic(x)


class CleanRL:
    """The loop of vwxyzjn/cleanrl, cleanrl/ppo.py, without its logging: the same calls in the same order."""

    def __init__(self) -> None:
        def make() -> gymnasium.Env:
            return gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.make("CartPole-v1"))

        self.worlds = gymnasium.vector.SyncVectorEnv([make for _ in range(COPIES)])
        self.agent = Agent()
        self.optimizer = torch.optim.Adam(self.agent.parameters(), lr=RATE, eps=1e-5)
        shape = (HORIZON, COPIES)
        self.x, self.action = torch.zeros(*shape, 4), torch.zeros(shape)
        self.log_probability, self.reward = torch.zeros(shape), torch.zeros(shape)
        self.done, self.value = torch.zeros(shape), torch.zeros(shape)
        self.next_x = torch.Tensor(self.worlds.reset(seed=1)[0])
        self.next_done = torch.zeros(COPIES)

    def iterate(self) -> None:
        """Collect 512 steps and learn from them."""
        self.collect()
        advantages, returns = self.estimate()
        flat = (
            self.x.reshape(-1, 4),
            self.log_probability.reshape(-1),
            self.action.reshape(-1),
            advantages.reshape(-1),
            returns.reshape(-1),
            self.value.reshape(-1),
        )
        rows = np.arange(COPIES * HORIZON)
        size = len(rows) // PIECES
        for _ in range(PASSES):
            np.random.shuffle(rows)
            for start in range(0, len(rows), size):
                piece = rows[start : start + size]
                self.descend(*(each[piece] for each in flat))

    def collect(self) -> None:
        for step in range(HORIZON):
            self.x[step], self.done[step] = self.next_x, self.next_done
            with torch.no_grad():
                action, log_probability, _, value = self.agent.act(self.next_x)
                self.value[step] = value.flatten()
            self.action[step], self.log_probability[step] = action, log_probability
            seen, reward, terminated, truncated, _ = self.worlds.step(action.cpu().numpy())
            self.reward[step] = torch.tensor(reward).view(-1)
            self.next_x = torch.Tensor(seen)
            self.next_done = torch.Tensor(np.logical_or(terminated, truncated))

    @torch.no_grad()
    def estimate(self) -> tuple[torch.Tensor, torch.Tensor]:
        following = self.agent.critic(self.next_x).reshape(1, -1)
        advantages, last = torch.zeros_like(self.reward), torch.zeros(COPIES)
        for t in reversed(range(HORIZON)):
            goes_on = 1.0 - (self.next_done if t == HORIZON - 1 else self.done[t + 1])
            value = following if t == HORIZON - 1 else self.value[t + 1]
            error = self.reward[t] + DISCOUNT * value * goes_on - self.value[t]
            advantages[t] = last = error + DISCOUNT * DECAY * goes_on * last
        return advantages, advantages + self.value

    def descend(self, x: torch.Tensor, old: torch.Tensor, action: torch.Tensor, *rest: torch.Tensor) -> None:
        advantage, returns, old_value = rest
        _, log_probability, entropy, value = self.agent.act(x, action.long())
        log_ratio = log_probability - old
        ratio = log_ratio.exp()
        with torch.no_grad():
            ((ratio - 1) - log_ratio).mean()
            ((ratio - 1.0).abs() > CLIP).float().mean().item()
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        policy = torch.max(-advantage * ratio, -advantage * torch.clamp(ratio, 1 - CLIP, 1 + CLIP)).mean()
        value = value.view(-1)
        clipped = old_value + torch.clamp(value - old_value, -CLIP, CLIP)
        critic = 0.5 * torch.max((value - returns) ** 2, (clipped - returns) ** 2).mean()
        loss = policy - ENTROPY * entropy.mean() + 0.5 * critic
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.agent.parameters(), 0.5)
        self.optimizer.step()


def against_cleanrl(recipe: PPO, steps: int) -> Pair:
    """`steps` in the environment and the learning from them, with our recipe and with CleanRL's loop."""
    recipe = replace(recipe, rate=RATE, entropy=ENTROPY, steps=steps // (recipe.copies * recipe.horizon), device="cpu")

    def ours() -> None:
        for _ in fit(replace(next(recipe.experiments()), evaluate=dict), UnsavedRun()):
            pass

    theirs_loop = CleanRL()

    def theirs() -> None:
        for _ in range(steps // (COPIES * HORIZON)):
            theirs_loop.iterate()

    return interleaved(ours, theirs, pairs=PAIRS)


SETTINGS = {
    "CleanRL's own: 4 copies, 128 steps, 4 passes": (PPO(copies=4, horizon=128, passes=4), 8_192),
    "the defaults of etude: 16 copies, 64 steps, 10 passes": (PPO(), 8_192),
    "256 copies, 32 steps, 4 passes": (PPO(copies=256, horizon=32, passes=4), 16_384),
    "1,024 copies, 32 steps, 4 passes": (PPO(copies=1024, horizon=32, passes=4), 32_768),
}
"""what ours does, each pass in 4 pieces, and the steps in the environment that both sides take and learn from"""


def rows() -> Iterator[Row]:
    """One for each setting."""
    for words, (recipe, steps) in SETTINGS.items():
        pair = against_cleanrl(recipe, steps)
        ours, theirs = (steps / statistics.median(seconds) for seconds in (pair.ours, pair.theirs))
        wanted = "at least 20" if recipe.copies >= 256 else "to compare"
        yield Row(
            f"ppo on CartPole against CleanRL's loop; {words}",
            wanted,
            f"{pair.spread()}; {ours:,.0f} against {theirs:,.0f} steps a second",
        )
