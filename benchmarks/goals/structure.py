"""Recipes that learn from links, ranks, views and episodes."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("gcn", "cora", "accuracy", at_least=0.805, at_most=0.825, headline=True),
    Goal("gcn", "karate", "accuracy", at_least=0.93),
    Goal("coral", "wine-quality", "mae", at_most=0.51, headline=True),
    Goal("coral", "diabetes", "mae", at_most=2.2),
    Goal("simclr", "mnist1d", "accuracy", at_least=0.80, headline=True),
    Goal(
        "fewshot",
        "omniglot",
        "accuracy",
        at_least=0.95,
        settings={"rotations": True, "group": "class"},
        label="by-character-rotated",
        headline=True,
        why="The small background set: 95 characters to learn from (380 with turns), where the published 0.988 has "
        "1,028 (4,112) and 60 classes to an episode.",
    ),
    Goal("fewshot", "omniglot", "accuracy", at_least=0.85, settings={"rotations": True}, label="by-alphabet"),
    Goal("fewshot", "glyphs", "accuracy", at_least=0.75),
)
