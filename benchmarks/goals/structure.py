"""Recipes that learn from links, ranks, views and episodes."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("gcn", "cora", "accuracy", at_least=0.805, at_most=0.825, headline=True),
    Goal("gcn", "karate", "accuracy", at_least=0.93),
)
