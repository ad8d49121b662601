"""Recipes that make new points and pictures."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("gan", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("gan", "8-gaussians", "modes", at_least=8, label="modes"),
    Goal("wgan", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("wgan", "8-gaussians", "modes", at_least=8, label="modes"),
    # no number is published in the space of our own features, where other training digits have a distance of 0
    Goal("gan", "mnist", "KID", at_most=0.1),
    Goal("wgan", "mnist", "KID", at_most=0.1),
    Goal("ddpm", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("ddpm", "fashion-mnist", "recognised", at_least=0.7, settings={"size": 16, "steps": 1_500}),
    Goal("ddpm", "digits", "recognised", at_least=0.9, settings={"size": 8, "steps": 1200}, headline=True),
)
