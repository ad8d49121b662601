"""Recipes that say pictures again: what comes back, and what it is good for."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("autoencoder", "digits", "mse", at_most=0.04, headline=True),  # two principal components leave 0.0518
    Goal("autoencoder", "mnist", "mse", at_most=0.045, settings={"channels": (16, 32), "epochs": 5}, headline=True),
    # 0.987 with layers of 1,000 units, one picture in an update (deeplearning.net, SdA); these have 500, and 128
    Goal("stacked-autoencoder", "mnist", "accuracy", at_least=0.98, headline=True),
)
