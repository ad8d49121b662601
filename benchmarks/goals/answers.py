"""Recipes whose examples have one answer each."""

from benchmarks.goals.goal import Goal

GOALS = (
    Goal("perceptron", "gaussians", "training mistakes of the last epoch", at_most=0, headline=True),
    Goal("linear", "diabetes", "distance to least squares", at_most=1e-3, headline=True),
    Goal("logistic", "breast-cancer", "accuracy", at_least=0.96, headline=True),
    Goal("softmax", "mnist", "accuracy", at_least=0.92, headline=True),
    Goal("xor", "xor", "accuracy", at_least=0.97, headline=True),
    Goal("mlp", "mnist", "accuracy", at_least=0.983, headline=True),
    Goal("mlp", "fashion-mnist", "accuracy", at_least=0.885),
    Goal("mlp", "mnist1d", "accuracy", at_least=0.65, at_most=0.70),
    Goal("tabular", "adult", "roc_auc", at_least=0.90, headline=True),
    Goal("tabular", "california-housing", "rmse", at_most=0.75, against_linear=True),
    Goal("tabular", "titanic", "accuracy", at_least=0.77),
    Goal("lenet", "mnist", "accuracy", at_least=0.989, headline=True),
    Goal("lenet", "digits", "accuracy", at_least=0.98),
    Goal("cnn", "fashion-mnist", "accuracy", at_least=0.92, headline=True),
    Goal("cnn", "sign-digits", "accuracy", at_least=0.93),
)
