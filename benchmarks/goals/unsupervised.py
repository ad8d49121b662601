"""Recipes that learn how examples look, without answers."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("vae", "mnist", "nats", at_most=106, headline=True),
    Goal("rbm", "mnist", "accuracy", at_least=0.94, settings={"hidden": 500}, headline=True),
    Goal("dbn", "mnist", "accuracy", at_least=0.986, settings={"epochs": 20}, headline=True),
    Goal(
        "dbn",
        "mnist",
        "accuracy",
        at_least=0.92,
        settings={"labels": 1000, "hidden": (500, 500), "epochs": 200},
        label="1000-labels",
    ),
)
