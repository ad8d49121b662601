"""All rows, where names are looked for, and the modules that compute nothing of their own."""

from tests.numeric import (
    activations,
    contracts,
    graphs,
    layers,
    learners,
    metrics,
    metrics_of_texts,
    models,
    models_of_texts,
    objectives,
    optimizers,
)

FAMILIES = (
    activations,
    layers,
    learners,
    graphs,
    objectives,
    contracts,
    models,
    models_of_texts,
    metrics,
    metrics_of_texts,
    optimizers,
)
ROWS = tuple(row for family in FAMILIES for row in family.ROWS)
PLACES = ("layers", "objectives", "models", "learners", "evaluation", "optim", "muon", "schedules")
ELSEWHERE = metrics.ELSEWHERE
