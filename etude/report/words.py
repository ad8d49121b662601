"""How numbers are written: shares as per cent, others with four digits, always with their interval."""

import math

from etude.evaluation.records import Score

LABELS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC (average precision)",
    "log_loss": "log-loss, nats",
    "brier": "Brier score",
    "calibration_error": "calibration error",
    "rmse": "root mean squared error",
    "mae": "mean absolute error",
    "r2": "R²",
    "mean_error": "mean error (answer minus truth)",
}

SHARES = frozenset(
    (
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "f1",
        "calibration_error",
        "exact_match",
        "high_quality",
        "recognised",
    )
)
"""metrics that are shares of examples, written as per cent"""

LESS_IS_BETTER = frozenset(
    (
        "log_loss",
        "brier",
        "calibration_error",
        "rmse",
        "mae",
        "mse",
        "denoised_mse",
        "loss",
        "bits_per_byte",
        "nats",
        "reconstruction",
        "pseudo_likelihood",
        "kid",
        "fid",
        "energy_distance",
    )
)

ABSENT = "–"  # noqa: RUF001  an en dash is how tables say that there is nothing


def label(metric: str) -> str:
    """The name of a metric as the field writes it."""
    return LABELS.get(metric, metric.replace("_", " "))


def percent(share: float, *, near: float | None = None) -> str:
    """'98.3 %'; two decimals if it, or `near` beside which it stands, is so close to 1 that one hides the errors."""
    centre = share if near is None else near
    return f"{100 * share:.{2 if 0.99 <= centre < 1 else 1}f} %"


def digits(value: float, *, most: int = 4) -> str:
    """A number with four digits, thousands separated."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    power = math.floor(math.log10(abs(value)))
    if not -5 < power < 9:
        return f"{value:.{most - 1}e}"
    return f"{value:,.{max(0, most - 1 - power)}f}"


def written(metric: str, value: float | None) -> str:
    """A value of a metric."""
    if value is None:
        return ABSENT
    return percent(value) if metric in SHARES else digits(value)


def interval(metric: str, score: Score) -> str:
    """'96.1 to 99.4 %', or nothing where there is none."""
    if score.low is None or score.high is None:
        return ""
    if metric in SHARES:
        low, high = (percent(end, near=score.value) for end in (score.low, score.high))
        return f"{low.removesuffix(' %')} to {high}"
    return f"{digits(score.low)} to {digits(score.high)}"


def with_interval(metric: str, score: Score) -> str:
    """'98.3 % (95 % interval 96.1 to 99.4 %)'"""
    ends = interval(metric, score)
    return f"{written(metric, score.value)} (95 % interval {ends})" if ends else written(metric, score.value)


def duration(seconds: float) -> str:
    """'0.8 s', '12 s', '3 min 20 s', '2 h 5 min'"""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def counted(n: int, thing: str) -> str:
    """'1 example', '1,797 examples'"""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"
