"""Recipes that act."""

from benchmarks.goals.goal import Goal

FIVE = (0, 1, 2, 3, 4)

GOALS = (Goal("ppo", "CartPole-v1", "return", at_least=475, seeds=FIVE, headline=True),)
