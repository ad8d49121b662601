"""Worlds as tensor programs are those of Gymnasium, step for step; and what a batch of acting promises."""

import math
import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from etude.environments.base import Environment, Simulation
from etude.environments.cartpole import CartPole
from etude.environments.grids import Grid
from etude.environments.gym import GymCopies
from etude.environments.named import DYNAMICS, dynamics, environment, known_grid, schema_of
from etude.environments.streams import Advantage, chance_of, episodes, rollouts, trajectory, transitions
from etude.errors import DataError, ResourceError
from etude.models.actor_critic import ActorCritic


def chance(world: Environment, steps: int = 1, seed: int = 0) -> Tensor:
    return chance_of(world, steps, generator=torch.Generator().manual_seed(seed))


def begin(world: Environment) -> Tensor:
    return world.reset(chance(world)[0])


@pytest.mark.parametrize("name", ["CartPole-v1", "Acrobot-v1"])
def test_physics_is_that_of_gymnasium_step_for_step(name: str) -> None:
    theirs = gymnasium.make(name)
    ours = environment(name, 1)
    assert isinstance(ours, Simulation)
    actions = torch.randint(len(ours.actions), (520,), generator=torch.Generator().manual_seed(1)).tolist()
    begin(ours)
    theirs.reset()
    theirs.unwrapped.state = ours.state[0].numpy().copy()
    ends = 0
    for number, (action, draws) in enumerate(zip(actions, chance(ours, 520, seed=2), strict=True)):
        step = ours.step(torch.tensor([action]), draws)
        seen, reward, terminated, truncated, _ = theirs.step(action)
        np.testing.assert_allclose(step.last[0].numpy(), seen, rtol=1e-6, atol=1e-6, err_msg=f"step {number}")
        assert (step.reward[0].item(), step.terminated[0].item()) == (reward, terminated)
        assert step.truncated[0].item() == truncated
        if terminated or truncated:
            ends += 1
            theirs.reset()
            theirs.unwrapped.state = ours.state[0].numpy().copy()
            np.testing.assert_allclose(step.x[0].numpy(), ours.seen()[0].numpy())
        else:
            np.testing.assert_allclose(ours.state[0].numpy(), theirs.unwrapped.state, rtol=1e-9, atol=1e-9)
    assert ends >= 1
    theirs.close()


def test_many_copies_move_as_one_alone() -> None:
    many, alone = environment("CartPole-v1", 5), environment("CartPole-v1", 1)
    begin(many)
    draws = chance(many, 60, seed=3)
    actions = torch.randint(2, (60, 5))
    alone.reset(chance(many)[0, 2:3])
    for action, numbers in zip(actions, draws, strict=True):
        together, single = many.step(action, numbers), alone.step(action[2:3], numbers[2:3])
        torch.testing.assert_close(together.x[2:3], single.x)
        assert together.total[2] == single.total[0]


@pytest.mark.parametrize("name", ["FrozenLake-v1", "FrozenLake8x8-v1"])
def test_tables_of_the_lake_are_those_of_gymnasium(name: str) -> None:
    theirs = gymnasium.make(name)
    ours = known_grid(name, "mdp")
    for state, outcomes in theirs.unwrapped.P.items():
        for action, listed in outcomes.items():
            expected, paid = np.zeros(len(ours.start)), 0.0
            for probability, following, reward, terminated in listed:
                expected[following] += probability
                paid += probability * reward
                assert ours.terminal[following] == terminated
            np.testing.assert_allclose(ours.transition[state, action], expected, atol=1e-12)
            assert (ours.transition[state, action] * ours.payoff[state, action]).sum() == pytest.approx(paid)
    assert ours.limit == theirs.spec.max_episode_steps
    theirs.close()


def test_tables_are_what_is_played() -> None:
    world = known_grid("FrozenLake-v1", "mdp")
    copies = 20_000
    state, action = torch.full((copies,), 6), torch.full((copies,), 2)
    following, reward, over = world.move(state, action, torch.rand(copies, 2, dtype=torch.float64))
    shares = torch.bincount(following, minlength=16) / copies
    torch.testing.assert_close(shares.double(), world.transition[6, 2], atol=0.015, rtol=0)
    assert torch.equal(over, world.terminal[following])
    assert not reward.any()


@pytest.mark.parametrize("name", sorted(DYNAMICS))
def test_episode_that_ends_keeps_its_true_last_sight(name: str) -> None:
    """Since Gymnasium 1.0 the off-by-one trap: the first sight of the next episode is not what the action led to."""
    world = environment(name, 4)
    begin(world)
    taken = trajectory(world, lambda x, time: torch.full((4,), time % len(world.actions)), chance(world, 510, seed=1))
    ends = taken.done[:-1]
    assert ends.any()
    later = taken.x[1:]
    assert torch.equal(taken.last[:-1][~ends], later[~ends])
    assert not torch.equal(taken.last[:-1][ends], later[ends])
    if name == "CartPole-v1":
        assert later[ends].abs().max() <= 0.05
        assert (taken.last[:-1][ends][:, 2].abs() > 0.2).all()


def test_time_is_up_after_the_limit_and_the_total_counts_from_there() -> None:
    world = environment("grid-world", 2)
    begin(world)
    still = torch.zeros(250, 2, world.draws, dtype=torch.float64) + 0.5  # always straight on: to the left, into a wall
    taken = trajectory(world, lambda x, time: torch.zeros(2, dtype=torch.int64), still)
    assert taken.truncated[:, 0].nonzero()[:, 0].tolist() == [99, 199]
    assert not taken.terminated.any()
    torch.testing.assert_close(taken.finished[99, 0], torch.tensor(-4.0))
    torch.testing.assert_close(taken.total[100, 0], torch.tensor(-0.04))


def test_state_of_the_copies_is_kept_in_the_checkpoint() -> None:
    world, other = environment("CartPole-v1", 3), environment("CartPole-v1", 3)
    begin(world)
    for draws in chance(world, 30, seed=1):
        world.step(torch.tensor([0, 1, 1]), draws)
    other.load_state_dict(world.state_dict())
    for draws in chance(world, 30, seed=2):
        first, second = (each.step(torch.tensor([1, 0, 1]), draws) for each in (world, other))
        assert torch.equal(first.x, second.x)
        assert torch.equal(first.total, second.total)


def test_gymnasium_by_name_behaves_as_the_same_world_here() -> None:
    ours, theirs = environment("CartPole-v1", 2), GymCopies("CartPole-v1", 2)
    assert isinstance(ours, Simulation)
    begin(theirs)
    for copy, world in enumerate(theirs.worlds.envs):
        world.unwrapped.state = ours.state[copy].numpy().copy()
    ours_taken = trajectory(ours, lambda x, time: torch.tensor([time % 2, 1]), chance(ours, 12))
    theirs_taken = trajectory(theirs, lambda x, time: torch.tensor([time % 2, 1]), chance(theirs, 12))
    first = ours_taken.first_episodes
    torch.testing.assert_close(ours_taken.last[first], theirs_taken.last[first])
    torch.testing.assert_close(ours_taken.total[first], theirs_taken.total[first])
    assert torch.equal(ours_taken.done[first], theirs_taken.done[first])
    assert ours_taken.done.any()


def test_gymnasium_world_of_states_is_seen_as_one_hot() -> None:
    world = environment("CliffWalking-v1", 2)
    x = begin(world)
    assert schema_of(world).inputs.shape == (48,)  # type: ignore[union-attr]
    assert x.argmax(dim=1).tolist() == [36, 36]
    step = world.step(torch.tensor([0, 0]), chance(world)[0])
    assert step.x.argmax(dim=1).tolist() == [24, 24]
    assert step.reward.tolist() == [-1, -1]


def test_unknown_environment_names_the_nearest() -> None:
    with pytest.raises(DataError, match="CartPole-v1"):
        environment("CartPol-v1", 1)


def test_environment_of_continuous_actions_is_refused() -> None:
    with pytest.raises(DataError, match="finitely many"):
        environment("Pendulum-v1", 1)


def test_without_gymnasium_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(DataError, match=r"etude\[rl\]"):
        environment("Taxi-v3", 1)
    with pytest.raises(ResourceError, match=r"etude\[rl\]"):
        GymCopies("CartPole-v1", 1)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", "empty"), ("SF\nFFG", "3 letters"), ("SX\nFG", "'X'"), ("SF\nFF", "no goal"), ("FF\nFG", "no start")],
)
def test_spoilt_map_is_refused_with_its_fault(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "map.txt"
    path.write_text(text)
    with pytest.raises(DataError, match=fault):
        environment(str(path), 1)


def test_map_of_the_users_own_wins_over_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("CartPole-v1").write_text("SFG\n")
    world = dynamics("CartPole-v1")
    assert isinstance(world, Grid)
    assert world.rows == ("SFG",)


def test_world_without_tables_is_no_world_to_plan_in() -> None:
    with pytest.raises(DataError, match="grid-world"):
        known_grid("CartPole-v1", "mdp")


REWARD = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
VALUE = torch.tensor([[0.5], [-1.0], [2.0], [0.3]])
FOLLOWING = torch.tensor([[-1.0], [2.0], [0.3], [0.7]])
DONE = torch.tensor([[False], [False], [False], [False]])


def test_advantage_without_decay_is_the_error_of_one_step() -> None:
    found = Advantage(0.9, 0.0)(REWARD, VALUE, FOLLOWING, DONE)
    torch.testing.assert_close(found, REWARD + 0.9 * FOLLOWING - VALUE)


def test_advantage_with_decay_one_is_the_return_less_the_value() -> None:
    found = Advantage(0.9, 1.0)(REWARD, VALUE, FOLLOWING, DONE)
    rest = 1 + 0.9 * 2 + 0.81 * 3 + 0.729 * 4 + 0.9**4 * 0.7
    assert found[0, 0].item() == pytest.approx(rest - 0.5)


def test_advantage_is_the_sum_that_the_paper_writes() -> None:
    discount, decay = 0.95, 0.7
    found = Advantage(discount, decay)(REWARD, VALUE, FOLLOWING, DONE)
    errors = (REWARD + discount * FOLLOWING - VALUE)[:, 0]
    for t in range(4):
        expected = sum((discount * decay) ** k * errors[t + k].item() for k in range(4 - t))
        assert found[t, 0].item() == pytest.approx(expected, rel=1e-5)


def test_advantage_carries_nothing_over_the_end_of_an_episode() -> None:
    done = torch.tensor([[False], [True], [False], [False]])
    found = Advantage(0.9, 1.0)(REWARD, VALUE, torch.tensor([[-1.0], [0.0], [0.3], [0.7]]), done)
    assert found[1, 0].item() == pytest.approx(2.0 + 1.0)
    assert found[0, 0].item() == pytest.approx(1 + 0.9 * 2 - 0.5)


def policy(world: Environment) -> ActorCritic:
    return ActorCritic(math.prod(world.shape), len(world.actions), (8,))


def test_batch_is_a_function_of_seed_number_and_state() -> None:
    world = environment("CartPole-v1", 3)
    network = policy(world)

    def stream_from(start: int):  # type: ignore[no-untyped-def]
        return rollouts(world, network, steps=20, advantage=Advantage(0.9, 0.9), seed=5, start=start)

    whole = stream_from(0)
    next(whole)
    state = {name: tensor.clone() for name, tensor in world.state_dict().items()}
    torch.rand(7)
    second = next(whole)
    world.load_state_dict(state)
    again = next(stream_from(1))
    for first, other in zip(second.tensors(), again.tensors(), strict=True):
        torch.testing.assert_close(first, other, rtol=0, atol=0, equal_nan=True)


def test_rollout_holds_the_probability_under_the_policy_that_acted() -> None:
    world = environment("Acrobot-v1", 4)
    network = policy(world)
    batch = next(rollouts(world, network, steps=16, advantage=Advantage(0.9, 0.9), seed=0))
    law = torch.distributions.Categorical(logits=network.actor(batch.x))
    torch.testing.assert_close(batch.log_probability, law.log_prob(batch.action))


def test_actions_are_drawn_by_their_probabilities() -> None:
    world = environment("CartPole-v1", 50)
    network = policy(world)
    with torch.no_grad():
        network.actor[-1].weight.zero_()
        network.actor[-1].bias.copy_(torch.tensor([0.0, math.log(3)]))
    batch = next(rollouts(world, network, steps=100, advantage=Advantage(0.9, 0.9), seed=0))
    assert batch.action.float().mean().item() == pytest.approx(0.75, abs=0.02)


def test_episodes_are_whole_and_alone() -> None:
    world = environment("CartPole-v1", 6)
    batch = next(episodes(world, policy(world), advantage=Advantage(1.0 - 1e-9, 1.0), seed=0))
    ends = ~batch.finished.isnan()
    assert ends.sum() == 6
    assert batch.finished[ends].sum().item() == len(batch)  # a reward of 1 for every step


def test_exploration_of_one_is_random_and_of_none_is_greedy() -> None:
    world = environment("CartPole-v1", 20)
    values = nn.Linear(4, 2)
    greedy = next(transitions(world, values, steps=50, exploration=lambda number: 0.0, seed=0))
    assert torch.equal(greedy.action, values(greedy.x).argmax(dim=1))
    random = next(transitions(world, values, steps=50, exploration=lambda number: 1.0, seed=0))
    assert random.action.float().mean().item() == pytest.approx(0.5, abs=0.05)


def test_cart_pole_takes_few_operations() -> None:
    """What the speed rests on: the number of tensor operations does not grow with the copies."""

    def operations(copies: int) -> int:
        world = Simulation(CartPole(), copies)
        numbers = chance(world)[0]
        with torch.profiler.profile() as profile:
            world.step(torch.zeros(copies, dtype=torch.int64), numbers)
        return len([each for each in profile.events() if each.name.startswith("aten::")])

    assert operations(2) == operations(500) < 150
