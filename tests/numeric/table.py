"""All rows, where names are looked for, and the modules that compute nothing of their own."""

from tests.numeric import activations, layers, metrics, objectives, optimizers

ROWS = (*activations.ROWS, *layers.ROWS, *objectives.ROWS, *metrics.ROWS, *optimizers.ROWS)
PLACES = ("layers", "objectives", "evaluation", "optim", "muon", "schedules")
ELSEWHERE = metrics.ELSEWHERE
