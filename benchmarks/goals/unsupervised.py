"""Recipes that learn how examples look, without answers."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("vae", "mnist", "nats", at_most=106, headline=True),
    Goal("rbm", "mnist", "accuracy", at_least=0.94, settings={"hidden": 500}, headline=True),
    # 1.25 % error (Hinton, Osindero and Teh 2006, table 1) from all 60,000 digits; these learn from 56,667 of them
    Goal(
        *("dbn", "mnist", "accuracy"),
        at_least=0.986,
        settings={"epochs": 20, "rate": 2e-4, "split": (0.85, 0.05, 0.1)},
        headline=True,
    ),
    Goal(
        *("dbn", "mnist", "accuracy"),
        at_least=0.92,
        settings={"labels": 1000, "hidden": (500, 500), "epochs": 200},
        label="1000-labels",
    ),
)
