"""Learning to act: what is planned, what is learnt by trying, and the mistakes that are easily made."""

import dataclasses
import math
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

import etude
from etude.chance import stream
from etude.environments.base import Dynamics, Simulation
from etude.environments.grids import Grid
from etude.environments.named import environment, known_grid
from etude.environments.streams import Advantage, astray, chance_of, rollouts, trajectory, transitions
from etude.errors import DataError, UsageError
from etude.evaluation.agents import views
from etude.evaluation.episodes import Guess, lengths, played, returns, watched
from etude.figures import Matrix
from etude.learners.planning import METHODS, Planner, expected_return, look_ahead, worth
from etude.learners.policy import latest_return
from etude.learners.value import DQN, Memory, Replay
from etude.models.action_table import ActionTable
from etude.models.action_values import ActionValues
from etude.models.actor_critic import CAREFUL, ActorCritic
from etude.objectives.policy import ClippedSurrogate, PolicyGradient
from etude.optim import Optimizer, adam, sgd
from etude.records import Inputs, Rollout, Transition
from etude.schedules import linear

# planning


def planned(world: Grid, method: str, discount: float, sweeps: int) -> ActionTable:
    table = ActionTable(world.shape[0], len(world.actions))
    learner = Planner(table, world, judge=METHODS[method], discount=discount)
    for _ in range(sweeps):
        learner.update(Inputs(torch.eye(world.shape[0])))
    return table


def test_values_of_the_grid_world_are_those_of_the_textbook() -> None:
    """Russell and Norvig, "Artificial Intelligence: A Modern Approach", 3rd edition, figure 17.3."""
    table = planned(known_grid("grid-world", "mdp"), "value-iteration", 1.0, 200)
    printed = [[0.812, 0.868, 0.918, 0], [0.762, 0, 0.660, 0], [0.705, 0.655, 0.611, 0.388]]
    torch.testing.assert_close(
        table.values.amax(dim=1).view(3, 4), torch.tensor(printed, dtype=torch.float64), atol=6e-4, rtol=0
    )


@pytest.mark.parametrize("name", ["FrozenLake-v1", "FrozenLake8x8-v1", "grid-world"])
def test_both_methods_come_to_the_solution_of_the_linear_system(name: str) -> None:
    world = known_grid(name, "mdp")
    swept, howard = planned(world, "value-iteration", 0.9, 400), planned(world, "policy-iteration", 0.9, 12)
    exact = worth(world, swept.values.argmax(dim=1), 0.9)
    torch.testing.assert_close(swept.values.amax(dim=1), exact, atol=1e-12, rtol=0)
    torch.testing.assert_close(howard.values, swept.values, atol=1e-12, rtol=0)
    assert (look_ahead(world, exact, 0.9) <= exact[:, None] + 1e-12).all(), "some action is better than the best policy"


def test_value_of_a_policy_is_the_mean_of_its_discounted_rewards() -> None:
    world = known_grid("FrozenLake-v1", "mdp")
    policy = planned(world, "policy-iteration", 0.9, 12).values.argmax(dim=1)
    copies = 20_000
    simulation = Simulation(world, copies)
    draws = chance_of(simulation, 100, generator=torch.Generator().manual_seed(0))
    taken = trajectory(simulation, lambda x, time: policy[x.argmax(dim=1)], draws)
    factors = 0.9 ** torch.arange(100.0)[:, None]
    mean = (taken.reward * taken.first_episodes * factors).sum(dim=0).mean()
    assert mean.item() == pytest.approx(worth(world, policy, 0.9)[0].item(), rel=0.05)


@pytest.mark.parametrize(("name", "optimum"), [("FrozenLake-v1", 0.74), ("FrozenLake8x8-v1", 0.91)])
def test_best_success_within_the_limit_is_what_gymnasium_prints(name: str, optimum: float) -> None:
    """`optimum = 0.74` and `optimum = 0.91` stand beside the registrations in gymnasium/envs/__init__.py."""
    world = known_grid(name, "mdp")
    value = torch.zeros(world.shape[0], dtype=torch.float64)
    for _ in range(world.limit):  # backwards from the last step that is allowed
        value = look_ahead(world, value, 1.0).amax(dim=1)
    assert value[0].item() == pytest.approx(optimum, abs=0.005)


def test_planned_policy_reaches_the_goal_as_often_as_was_worked_out() -> None:
    world = known_grid("FrozenLake-v1", "mdp")
    table = planned(world, "value-iteration", 0.99, 600)
    exact = expected_return(world, table.values.argmax(dim=1)).item()
    assert exact == pytest.approx(0.74, abs=0.005)
    taken = played(table, "FrozenLake-v1", chance=stream(0, "many"), episodes=4000)
    assert returns(taken).mean().item() == pytest.approx(exact, abs=0.025)


def test_each_sweep_shrinks_the_error_by_the_discount_at_least() -> None:
    world = known_grid("grid-world", "mdp")
    learner = Planner(ActionTable(12, 4), world, judge=METHODS["value-iteration"], discount=0.8)
    best = planned(world, "policy-iteration", 0.8, 12).values.amax(dim=1)
    errors = []
    for _ in range(40):
        learner.update(Inputs(torch.eye(12)))
        errors.append((learner.table.values.amax(dim=1) - best).abs().max().item())
    assert all(later <= 0.8 * earlier + 1e-12 for earlier, later in pairwise(errors))


def test_sweep_over_some_states_leaves_the_others() -> None:
    world = known_grid("grid-world", "mdp")
    learner = Planner(ActionTable(12, 4), world, judge=METHODS["value-iteration"], discount=0.8)
    learner.update(Inputs(torch.eye(12)[2:4]))
    assert learner.table.values[2].any()
    assert not learner.table.values[[0, 1, *range(4, 12)]].any()


def test_planner_refuses_a_world_without_tables_and_an_unknown_method(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="finitely many states"):
        etude.train("mdp", "CartPole-v1", out=tmp_path)
    with pytest.raises(UsageError, match="policy-iteration"):
        etude.train("mdp", method="policy-iterations", out=tmp_path)


def test_map_of_the_users_own_is_planned_and_judged(tmp_path: Path) -> None:
    (tmp_path / "corridor.txt").write_text("S##\nFFG\n")
    trained = etude.train("mdp", tmp_path / "corridor.txt", method="policy-iteration", steps=8, out=tmp_path / "runs")
    judgement = etude.evaluate(trained)
    assert judgement.evaluation.metrics["expected_return"].value == pytest.approx(0.85, abs=0.02)
    assert judgement.baselines[0].metrics["return"].value < 0.5  # type: ignore[operator]
    drawn = (trained.run.folder / "figures" / "policy.json").read_text()
    assert "↓ # #\\n→ → G" in drawn or "↓ # #\n→ → G" in drawn


# objectives


def batch_of(n: int = 12) -> Rollout:
    logits = torch.randn(n, 3)
    action = torch.randint(3, (n,))
    return Rollout(
        x=torch.randn(n, 4),
        action=action,
        log_probability=logits.log_softmax(dim=1).gather(1, action[:, None])[:, 0],
        advantage=torch.randn(n),
        returns=torch.randn(n),
        finished=torch.full((n,), torch.nan),
    )


def own(network: ActorCritic, batch: Rollout) -> Rollout:
    """The batch as if `network` had acted."""
    law = torch.distributions.Categorical(logits=network.actor(batch.x).detach())
    return dataclasses.replace(batch, log_probability=law.log_prob(batch.action))


def gradient(network: nn.Module, loss: Tensor) -> Tensor:
    return torch.cat([each.flatten() for each in torch.autograd.grad(loss, list(network.parameters()))])


def test_surrogate_begins_as_the_policy_gradient() -> None:
    """At the old policy the ratio is 1 and its gradient that of the log-probability (Schulman et al. 2017, eq. 6)."""
    network = ActorCritic(4, 3, (8,))
    batch = own(network, batch_of())
    surrogate = ClippedSurrogate(0.2, 0.01)(network, batch)
    plain = PolicyGradient(0.01)(network, batch)
    torch.testing.assert_close(gradient(network, surrogate.value), gradient(network, plain.value), atol=1e-6, rtol=1e-5)
    assert surrogate.parts["kl"].item() == pytest.approx(0, abs=1e-6)
    assert surrogate.parts["clip_fraction"].item() == 0


def test_surrogate_pays_nothing_beyond_the_clip() -> None:
    """eq. 7: once an action is likelier by more than epsilon, a good one pulls no further; a bad one still pushes."""
    logits = torch.tensor([[2.0, 0.0]], requires_grad=True)

    class Fixed(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            return logits.expand(2, -1), torch.zeros(2)

    def pull(gains: list[float]) -> Tensor:
        half = torch.full((2,), math.log(0.5))
        action = torch.tensor([0, 0])
        batch = Rollout(torch.zeros(2, 1), action, half, torch.tensor(gains), torch.zeros(2), torch.zeros(2))
        return torch.autograd.grad(ClippedSurrogate(0.2, 0.0)(Fixed(), batch).value, logits)[0][0, 0]

    def share(gain: float) -> float:
        """The pull of a single example of standardised gain +-1: the other one is clipped or counted by its sign."""
        return pull([gain, -gain]).item()

    ratio = torch.tensor([2.0, 0.0]).softmax(0)[0] / 0.5
    assert ratio > 1.2
    slope = (ratio * (1 - ratio * 0.5)).item()  # d ratio / d logit
    assert share(1.0) == pytest.approx(slope / 2, rel=1e-4)  # the good one is clipped, the bad one pushes down


def test_entropy_and_divergence_are_those_of_torch() -> None:
    network = ActorCritic(4, 3, (8,))
    with torch.no_grad():
        network.actor[-1].weight.mul_(60)
    batch = batch_of(4000)
    before = torch.distributions.Categorical(logits=torch.zeros(4000, 3))
    action = before.sample()
    batch = dataclasses.replace(batch, action=action, log_probability=before.log_prob(action))
    parts = ClippedSurrogate(0.2, 0.0)(network, batch).parts
    after = torch.distributions.Categorical(logits=network.actor(batch.x))
    assert parts["entropy"].item() == pytest.approx(after.entropy().mean().item(), rel=1e-5)
    assert parts["kl"].item() == pytest.approx(torch.distributions.kl_divergence(before, after).mean().item(), rel=0.1)


def test_policy_gradient_points_where_the_expected_reward_grows() -> None:
    """Williams 1992, theorem 1, by enumeration: every action as often as its probability says."""
    logits = torch.tensor([math.log(1.0), math.log(2.0), math.log(5.0)], requires_grad=True)
    rewards = torch.tensor([1.0, -2.0, 0.5])
    action = torch.tensor([0] + [1] * 2 + [2] * 5)

    class Bandit(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            return logits.expand(len(x), -1), torch.zeros(len(x))

    gain = rewards[action]
    batch = Rollout(torch.zeros(8, 1), action, torch.zeros(8), gain, torch.zeros(8), gain)
    ours = torch.autograd.grad(PolicyGradient(0.0)(Bandit(), batch).value, logits)[0]
    truth = torch.autograd.grad(-(logits.softmax(0) @ rewards), logits)[0]
    torch.testing.assert_close(ours * gain.std(correction=0), truth)


def test_actor_starts_nearly_undecided_with_orthogonal_weights() -> None:
    network = ActorCritic(16, 4, (64, 64))
    hidden = [each for each in network.actor.modules() if isinstance(each, nn.Linear)]
    torch.testing.assert_close(hidden[1].weight @ hidden[1].weight.T, 2 * torch.eye(64), atol=1e-5, rtol=0)
    torch.testing.assert_close(hidden[2].weight @ hidden[2].weight.T, CAREFUL**2 * torch.eye(4), atol=1e-7, rtol=0)
    assert network.actor(torch.randn(50, 16)).softmax(dim=1).sub(0.25).abs().max() < 0.02


def test_return_of_the_curves_outlasts_batches_in_which_nothing_ended() -> None:
    nothing, some = torch.full((3,), torch.nan), torch.tensor([torch.nan, 4.0, 8.0])
    assert latest_return(some, otherwise=torch.tensor(1.0)) == 6
    assert latest_return(nothing, otherwise=torch.tensor(1.0)) == 1


def test_linear_schedule_ends_at_nothing() -> None:
    assert [linear(4)(step) for step in (0, 1, 2, 4, 9)] == [1, 0.75, 0.5, 0, 0]


# values


class Unending(Dynamics):
    """Every step is worth 1 and nothing ever ends; only the time is up after 10 steps."""

    name, shape, quantities, actions, draws, limit = "unending", (1,), ("one",), ("wait", "rest"), 1, 10

    def begin(self, chance: Float[Tensor, "copy draw"]) -> Float[Tensor, "copy 1"]:
        return torch.ones_like(chance)

    def move(
        self, state: Float[Tensor, "copy 1"], action: Int[Tensor, " copy"], chance: Float[Tensor, "copy draw"]
    ) -> tuple[Float[Tensor, "copy 1"], Float[Tensor, " copy"], Bool[Tensor, " copy"]]:
        return state, torch.ones(len(state)), torch.zeros(len(state), dtype=torch.bool)

    def observe(self, state: Float[Tensor, "copy 1"]) -> Float[Tensor, "copy 1"]:
        return state.float()


def learnt_value(*, mistaken: bool) -> float:
    """Q of the unending world, of which every state is worth 1 / (1 - 0.8) = 5."""
    world, values = Simulation(Unending(), 4), nn.Linear(1, 2, bias=False)
    learner = DQN(
        values,
        Optimizer(sgd(values.parameters(), rate=0.5)),
        environment=world,
        memory=Memory(400, (1,)),
        replay=Replay(5, 32),
        discount=0.8,
    )
    batches = transitions(world, values, steps=10, exploration=lambda number: 0.5, seed=0)
    for _ in range(60):
        batch = next(batches)
        if mistaken:
            batch = dataclasses.replace(batch, terminated=~batch.finished.isnan())
        learner.update(batch)
    return values(torch.ones(1, 1)).mean().item()


def test_pitfall_bootstrapping_must_not_stop_where_only_the_time_was_up() -> None:
    assert learnt_value(mistaken=False) == pytest.approx(5, abs=0.2)
    assert learnt_value(mistaken=True) == pytest.approx(4.44, abs=0.2)  # where 1 step in 10 pulls Huber's loss down


def test_pitfall_the_critic_is_asked_where_the_time_was_up() -> None:
    """GAE with the same mistake: the return of the last steps would be short of what really follows."""
    world, network = Simulation(Unending(), 1), ActorCritic(1, 2, (4,))
    with torch.no_grad():
        network.critic[-2].weight.zero_()
        network.critic[-2].bias.fill_(5.0)
    batch = next(rollouts(world, network, steps=25, advantage=Advantage(0.8, 0.95), seed=0))
    torch.testing.assert_close(batch.returns, torch.full((25,), 5.0))
    torch.testing.assert_close(batch.advantage, torch.zeros(25), atol=1e-5, rtol=0)
    mistaken = Advantage(0.8, 0.95)(torch.ones(1, 1), torch.full((1, 1), 5.0), torch.zeros(1, 1), torch.ones(1, 1) > 0)
    assert mistaken.item() == -4


class Steady(nn.Module):
    """Pushes to the side to which the pole leans and turns: it keeps the pole up for 500 steps."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([0.0, 0.2, 1.0, 0.5]))

    def forward(self, x: Tensor) -> Tensor:
        lean = x @ self.weight
        return torch.stack([-lean, lean], dim=1)


def test_pitfall_exploration_is_not_to_be_scored() -> None:
    actor, world = Steady(), environment("CartPole-v1", 100)
    greedy = returns(played(actor, "CartPole-v1", chance=stream(0, "a"), episodes=100)).mean().item()
    generator = torch.Generator().manual_seed(0)
    world.reset(chance_of(world, 1, generator=generator)[0])
    strays = torch.rand(500, 100, generator=generator) < 0.4
    choose = astray(actor, strays, torch.randint(2, (500, 100), generator=generator))
    explored = returns(trajectory(world, choose, chance_of(world, 500, generator=generator), whole=True)).mean().item()
    assert greedy >= 475
    assert explored < 0.8 * greedy


def test_scores_are_the_same_whenever_they_are_asked_for() -> None:
    network = ActorCritic(4, 2, (8,))
    first = watched(network.actor, "CartPole-v1", 0)
    torch.rand(5)
    assert watched(network.actor, "CartPole-v1", 0) == first
    guess = played(Guess(2), "CartPole-v1", chance=stream(0, "b"), episodes=200, guess=True)
    assert returns(guess).mean().item() == pytest.approx(22.2, abs=3)  # what random actions get in CartPole
    assert torch.equal(returns(guess), lengths(guess))


def transition(numbers: Tensor) -> Transition:
    n = len(numbers)
    x = numbers[:, None].float()
    return Transition(x, numbers, numbers.float(), x, torch.zeros(n, dtype=torch.bool), torch.zeros(n))


def test_memory_forgets_the_oldest_and_draws_from_what_is_there() -> None:
    memory = Memory(10, (1,))
    memory.add(transition(torch.arange(4)))
    assert set(memory.draw(500).action.tolist()) == {0, 1, 2, 3}
    memory.add(transition(torch.arange(4, 13)))
    drawn = memory.draw(500)
    assert set(drawn.action.tolist()) == set(range(3, 13))
    assert torch.equal(drawn.x[:, 0], drawn.reward)


def test_loss_is_hubers_distance_from_the_resting_target() -> None:
    network, world = ActionValues(4, 2, (8,)), environment("CartPole-v1", 2)
    learner = DQN(
        network,
        Optimizer(adam(network.parameters(), rate=0.1)),
        environment=world,
        memory=Memory(100, (4,)),
        replay=Replay(3, 16),
        discount=0.9,
    )
    with torch.no_grad():
        for each in learner.target.parameters():
            each.add_(0.3)
    batch = next(transitions(world, network, steps=40, exploration=lambda number: 1.0, seed=0))
    best = learner.target(batch.following).max(dim=1).values
    truth = torch.where(batch.terminated, batch.reward, batch.reward + 0.9 * best)
    q = network(batch.x)[torch.arange(80), batch.action]
    torch.testing.assert_close(learner.loss(batch, learner.goals(batch)).value, nn.HuberLoss()(q, truth))
    learner.update(batch)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), learner.target.parameters(), strict=True))


# recipes


def test_validation_rows_are_what_evaluate_says_to_the_bit(tmp_path: Path) -> None:
    trained = etude.train("ppo", steps=10, copies=8, out=tmp_path)
    judgement = etude.evaluate(etude.load(trained.run.folder, use="last"), on="valid")
    row = trained.run.curves()[-1]
    assert judgement.evaluation.metrics["return"].value == row["valid_return"]
    assert judgement.baselines[0].metrics["return"].value < 30  # type: ignore[operator]
    assert row["valid_return"] > 60, "ten updates should beat random actions by far"
    assert {"kl", "clip_fraction", "entropy", "return"} <= row.keys()


@pytest.mark.parametrize("name", ["FrozenLake-v1", "Taxi-v4"])
def test_agent_trains_and_shows_itself_in_other_worlds(tmp_path: Path, name: str) -> None:
    trained = etude.train("ppo", name, steps=1, copies=2, horizon=4, passes=1, out=tmp_path)
    figures = {path.stem for path in (trained.run.folder / "figures").glob("*.json")}
    assert figures == ({"episode"} if name == "Taxi-v4" else {"episode", "policy"})


def test_phase_plane_shows_where_the_agent_pushes_to_which_side() -> None:
    drawn = views(Steady(), "CartPole-v1", seed=0)["policy"]()
    assert isinstance(drawn, Matrix)
    middle = len(drawn.rows) // 2
    assert drawn.values[0, middle] > 0 > drawn.values[-1, middle]  # leaning right, it pushes right
