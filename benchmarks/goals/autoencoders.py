"""Recipes that say pictures again: what comes back, and what it is good for."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("autoencoder", "digits", "mse", at_most=0.04, headline=True),  # two principal components leave 0.0518
    Goal("autoencoder", "mnist", "mse", at_most=0.045, settings={"channels": (16, 32), "epochs": 5}, headline=True),
    Goal("stacked-autoencoder", "mnist", "accuracy", at_least=0.986, headline=True),
)
