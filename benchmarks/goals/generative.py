"""Recipes that make new points and pictures."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("gan", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("gan", "8-gaussians", "modes", at_least=8, label="modes"),
    Goal("wgan", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("wgan", "8-gaussians", "modes", at_least=8, label="modes"),
    Goal("ddpm", "8-gaussians", "high_quality", at_least=0.8, headline=True),
    Goal("ddpm", "digits", "recognised", at_least=0.9, settings={"size": 8, "steps": 1200}, headline=True),
)
