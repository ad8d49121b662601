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
        why="Error 1.47 %, not 1.4: it learns from 46,700 of the 60,000 training digits, the others validate, and "
        "for a tenth of the passes of Hinton et al.",
    ),
    Goal(
        *("dbn", "mnist", "accuracy"),
        at_least=0.92,
        settings={"labels": 1000, "hidden": (500, 500), "epochs": 200},
        label="1000-labels",
        headline=True,
    ),
)
