"""Recipes that act."""

from benchmarks.goals.goal import Goal

FIVE = (0, 1, 2, 3, 4)

GOALS = (
    Goal("mdp", "FrozenLake-v1", "expected_return", at_least=0.735, headline=True),
    Goal("mdp", "FrozenLake8x8-v1", "expected_return", at_least=0.88, settings={"discount": 0.999}),
    Goal("reinforce", "CartPole-v1", "return", at_least=475, seeds=FIVE, headline=True),
    Goal("dqn", "CartPole-v1", "return", at_least=475, seeds=FIVE, headline=True),
    Goal("ppo", "CartPole-v1", "return", at_least=475, seeds=FIVE, headline=True),
    Goal("ppo", "Acrobot-v1", "return", at_least=-100, seeds=FIVE),
)
