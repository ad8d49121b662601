"""Recipes that learn how examples look, without answers."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("vae", "mnist", "nats", at_most=106, headline=True),
    Goal("rbm", "mnist", "accuracy", at_least=0.94, settings={"hidden": 500}, headline=True),
    # 1.25 % error (Hinton, Osindero and Teh 2006, table 1)
    Goal(
        *("dbn", "mnist", "accuracy"),
        at_least=0.986,
        settings={"epochs": 20},
        why="Error 1.47 %, not 1.4: 10 passes for each machine where Hinton et al. have 50, and 46,700 training digits. "
        "With 56,700 digits and 30 passes of tuning a seed gave 0.9854; with a fifth of the rate it learns no better.",
    ),
    Goal(
        *("dbn", "mnist", "accuracy"),
        at_least=0.92,
        settings={"labels": 1000, "hidden": (500, 500), "epochs": 200},
        label="1000-labels",
        headline=True,
    ),
)
