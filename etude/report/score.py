"""The score beside its baselines: in one sentence, as a strip, and as a table of every metric."""

from collections.abc import Mapping, Sequence

from etude.evaluation.records import ClassDetails, Evaluation, Judgement, OtherDetails, QuantityDetails, Score
from etude.report.page import Html, joined, paragraph, strong, table, text
from etude.report.words import LESS_IS_BETTER, counted, digits, interval, label, with_interval, written

NETWORK = "this network"


def main_metric(evaluation: Evaluation) -> str:
    """The one that stands at the top."""
    match evaluation.details:
        case ClassDetails():
            return "accuracy"
        case QuantityDetails():
            return "rmse"
        case OtherDetails():
            return evaluation.details.main


def counted_units(evaluation: Evaluation) -> str:
    """'1,797 examples', or what else was scored."""
    if isinstance(evaluation.details, OtherDetails):
        return f"{evaluation.n:,} {evaluation.details.unit}"
    return counted(evaluation.n, "example")


def part_name(part: str) -> str:
    """A part as it is said in a sentence."""
    return {"valid": "validation", "train": "training"}.get(part, part)


def headline(judgement: Judgement) -> Html:
    """The score with its interval beside the baselines, in one sentence, and what that means in a second one."""
    evaluation = judgement.evaluation
    metric = main_metric(evaluation)
    score = evaluation.metrics[metric]
    ends = interval(metric, score)
    what = f"{part_name(evaluation.part)} {label(metric)}"
    if metric == "rmse":
        what += f" of {evaluation.target}"
    rest = f" on {counted_units(evaluation)}"
    rest += f", 95 % interval {ends}" if ends else ""
    known = [each for each in judgement.baselines if metric in each.metrics]
    beside = "; ".join(f"{each.name} {written(metric, each.metrics[metric].value)}" for each in known)
    rest += f"; beside it: {beside}." if beside else "."
    big = Html(f'<span class="big">{text(written(metric, score.value))}</span> ')
    return joined(
        [
            paragraph(big, strong(what), text(rest), kind="headline"),
            paragraph(text(judged(judgement, metric)), kind="verdict") if known else Html(""),
        ]
    )


def judged(judgement: Judgement, metric: str) -> str:
    """Whether the network beats the best baseline, as far as the intervals tell."""
    sign = -1 if metric in LESS_IS_BETTER else 1
    known = [each for each in judgement.baselines if metric in each.metrics]
    known = [each for each in known if each.metrics[metric].value is not None]
    score = judgement.evaluation.metrics[metric]
    if not known or score.value is None:
        return "The score is not defined: the network or every baseline gave no number."
    best = max(known, key=lambda each: sign * (each.metrics[metric].value or 0.0))
    other = best.metrics[metric]
    if sign * score.value <= sign * (other.value or 0.0):
        return f"It is no better than the baseline “{best.name}”, which costs seconds."
    if worst_end(score, sign) > best_end(other, sign):
        return "Its interval lies clear of those of all baselines."
    return f"It is ahead of every baseline, but its interval overlaps with that of “{best.name}”: more data would tell."


def worst_end(score: Score, sign: int) -> float:
    """The pessimistic end, turned so that more is better."""
    end = score.low if sign > 0 else score.high
    return sign * (end if end is not None else score.value or 0.0)


def best_end(score: Score, sign: int) -> float:
    """The optimistic end, turned so that more is better."""
    end = score.high if sign > 0 else score.low
    return sign * (end if end is not None else score.value or 0.0)


def contestants(judgement: Judgement) -> list[tuple[str, Mapping[str, Score]]]:
    """The network and the baselines."""
    return [(NETWORK, judgement.evaluation.metrics), *((each.name, each.metrics) for each in judgement.baselines)]


def strip(judgement: Judgement) -> Html:
    """A dot with its interval for the network and each baseline, on one scale."""
    metric = main_metric(judgement.evaluation)
    scores = [(name, metrics[metric]) for name, metrics in contestants(judgement) if metric in metrics]
    ends = [end for _, score in scores for end in (score.value, score.low, score.high) if end is not None]
    if len(ends) < 2:
        return Html("")
    low, high = (0.0, 1.0) if metric == "accuracy" else (1.05 * min(0.0, *ends), 1.05 * max(0.0, *ends) or 1.0)
    lines = joined(strip_line(name, metric, score, span=(low, high)) for name, score in scores)
    scale = ("0 %", "100 %") if metric == "accuracy" else (digits(low), digits(high))
    axis = f'<li class="axis" aria-hidden="true"><span></span><span class="ends"><span>{text(scale[0])}</span>'
    return Html(
        f'<ul class="strip" aria-label="{text(label(metric))}">\n{lines}{axis}'
        f"<span>{text(scale[1])}</span></span></li></ul>\n"
    )


def strip_line(name: str, metric: str, score: Score, *, span: tuple[float, float]) -> Html:
    """One line of the strip; screen readers get the numbers."""
    if score.value is None:
        return Html("")

    def place(value: float) -> str:
        return f"{100 * (value - span[0]) / (span[1] - span[0]):.3f}%"

    band = ""
    if score.low is not None and score.high is not None:
        width = f"{100 * (score.high - score.low) / (span[1] - span[0]):.3f}%"
        band = f'<span class="band" style="left: {place(score.low)}; width: {width}"></span>'
    mine = ' class="mine"' if name == NETWORK else ""
    return Html(
        f'<li{mine}><span class="name">{text(name)}</span><span class="track" aria-hidden="true">{band}'
        f'<span class="dot" style="left: {place(score.value)}"></span></span>'
        f'<span class="value">{text(with_interval(metric, score))}</span></li>\n'
    )


def metrics_table(judgement: Judgement) -> Html:
    """Every metric of the network and of the baselines."""
    columns = contestants(judgement)
    rows = [
        [text(label(metric)), *(cell(metric, metrics.get(metric)) for _, metrics in columns)]
        for metric in judgement.evaluation.metrics
    ]
    caption = f"Scores on the {part_name(judgement.evaluation.part)} part, with 95 % intervals"
    return joined([table(caption, ["metric", *(name for name, _ in columns)], rows), notes(judgement)])


def cell(metric: str, score: Score | None) -> Html:
    """A value over its interval."""
    if score is None:
        return text(written(metric, None))
    ends = interval(metric, score)
    small = f'<span class="interval">{text(ends)}</span>' if ends else ""
    return Html(f"{text(written(metric, score.value))}{small}")


def notes(judgement: Judgement) -> Html:
    """What the averages mean, and what the baselines saw."""
    details, sentences = judgement.evaluation.details, list[str]()
    if isinstance(details, ClassDetails):
        sentences.append(
            f"Precision, recall, F1, ROC-AUC and PR-AUC are those of “{details.names[1]}”."
            if len(details.names) == 2
            else "Precision, recall, F1, ROC-AUC and PR-AUC are means over the classes (one against the rest)."
        )
        sentences.append("Where no interval stands, resampling cannot tell: all replicas agree.")
    sentences += [f"{each.name.capitalize()}: trained {each.note}." for each in judgement.baselines]
    return paragraph(text(" ".join(sentences)), kind="note")


def other_parts(judgements: Sequence[Judgement]) -> Html:
    """The main metric on every part that was evaluated, if there are several."""
    if len(judgements) < 2:
        return Html("")
    rows = []
    for each in judgements:
        metric = main_metric(each.evaluation)
        count = text(f"{each.evaluation.n:,}")
        rows.append([text(part_name(each.evaluation.part)), count, cell(metric, each.evaluation.metrics[metric])])
    metric = main_metric(judgements[0].evaluation)
    return table("Parts that were evaluated", ["part", "examples", label(metric)], rows)
