"""Recipes that make new points and pictures."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("gan", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("gan", "8-gaussians", "modes", at_least=8, label="modes"),
    Goal("wgan", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("wgan", "8-gaussians", "modes", at_least=8, label="modes"),
    # no number is published in the space of our own features: a Gaussian of the training part has a precision of 0
    Goal("gan", "mnist", "precision", at_least=0.6, label="precision"),
    Goal("wgan", "mnist", "precision", at_least=0.6, settings={"steps": 600}, label="precision"),
    Goal("ddpm", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("ddpm", "fashion-mnist", "recognised", at_least=0.7, settings={"size": 16, "steps": 1_500}),
    Goal("ddpm", "digits", "recognised", at_least=0.9, settings={"size": 8, "steps": 1200}, headline=True),
)
