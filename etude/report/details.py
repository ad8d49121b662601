"""Where the network is right and where it errs: confusion, classes, ranking, calibration, worst answers."""

from pathlib import Path

from etude.evaluation.records import ClassDetails, Evaluation, Mistake, OtherDetails, QuantityDetails
from etude.report.charts import calibration, confusion, ranking_curves, residuals, scatter
from etude.report.draw import svg
from etude.report.page import Html, drawing, joined, paragraph, picture, section, side_by_side, table, text
from etude.report.score import cell, part_name
from etude.report.words import counted, digits, percent
from etude.report.worst import picture_path

SHOWN_CLASSES = 60
"""rows of the table of classes"""

SHOWN_FIELDS = 8
"""columns of a table row that are shown with a mistake"""


def error_sections(evaluation: Evaluation, folder: Path) -> Html:
    """All sections of one evaluation."""
    details = evaluation.details
    match details:
        case ClassDetails():
            inside = class_sections(evaluation, details)
        case QuantityDetails():
            inside = quantity_section(evaluation, details)
        case OtherDetails():
            return Html("")
    return joined([inside, worst_section(evaluation, folder)])


def class_sections(evaluation: Evaluation, details: ClassDetails) -> Html:
    """Which classes are taken for which, and how far the probabilities can be trusted."""
    truths = "Rows are truths, columns are answers; the stronger a cell, the larger its share of the row."
    ranked = [drawing(svg(each), ranking_caption(each.title, details)) for each in ranking_curves(details)]
    reliable = calibration(details)
    trusted = (
        "On the diagonal, of 100 answers given with 80 % confidence 80 are right; below it fewer are. The band is the "
    )
    trusted += "95 % interval of each share (Wilson): wide where few answers have that confidence."
    return joined(
        [
            section(
                "confusion",
                "Confusion",
                side_by_side(drawing(svg(confusion(details)), truths), class_table(evaluation, details)),
            ),
            section(
                "probabilities",
                "Ranking and calibration",
                side_by_side(*ranked, drawing(svg(reliable), trusted) if reliable else Html("")),
            ),
        ]
    )


def ranking_caption(title: str, details: ClassDetails) -> str:
    """Whose curves these are."""
    whose = (
        f"“{details.names[1]}” against “{details.names[0]}”"
        if len(details.names) == 2
        else "each class against the rest"
    )
    if title == "ROC":
        return f"ROC of {whose}; the dotted line is chance."
    return f"Precision over recall of {whose}."


def class_table(evaluation: Evaluation, details: ClassDetails) -> Html:
    """Precision, recall and F1 of each class, the worst first if not all can be shown."""
    rows = (
        sorted(details.classes, key=lambda each: each.f1.value or 0.0)
        if len(details.names) > SHOWN_CLASSES
        else details.classes
    )
    body = [
        [
            text(each.name),
            text(f"{each.n:,}"),
            cell("precision", each.precision),
            cell("recall", each.recall),
            cell("f1", each.f1),
        ]
        for each in rows[:SHOWN_CLASSES]
    ]
    caption = f"Classes of the {part_name(evaluation.part)} part"
    if len(rows) > SHOWN_CLASSES:
        caption += f": the {SHOWN_CLASSES} of {len(rows):,} with the lowest F1"
    return table(caption, ["class", "examples", "precision", "recall", "F1"], body)


def quantity_section(evaluation: Evaluation, details: QuantityDetails) -> Html:
    """Answers over truths, and their errors."""
    errors = residuals(evaluation, details)
    return section(
        "errors",
        "Answers and errors",
        side_by_side(
            drawing(svg(scatter(evaluation, details)), "On the dotted line the answer is the truth."),
            drawing(svg(errors), "Errors of the same examples; left of zero the answer was too low.")
            if errors
            else Html(""),
        ),
    )


def worst_section(evaluation: Evaluation, folder: Path) -> Html:
    """The most wrong answers, as pictures or rows."""
    part = part_name(evaluation.part)
    if not evaluation.worst:
        return section("worst", "Worst errors", paragraph(text(f"Not one answer on the {part} part is wrong.")))
    pictured = [each for each in evaluation.worst if picture_path(folder, evaluation.part, each).is_file()]
    intro = f"The {counted(len(evaluation.worst), 'most wrong answer')} on the {part} part, worst first; "
    intro += "rows count from 0 in the source"
    intro += "; behind an answer stands the confidence in it." if isinstance(evaluation.details, ClassDetails) else "."
    if pictured:
        cards = joined(card(each, picture_path(folder, evaluation.part, each)) for each in pictured)
        body = Html(f'<ul class="cards">\n{cards}</ul>\n')
    else:
        body = worst_table(evaluation.worst)
    return section("worst", "Worst errors", paragraph(text(intro)), body)


def card(mistake: Mistake, path: Path) -> Html:
    """A picture with what it is and what it was taken for."""
    seen = f"Row {mistake.row}: {said(mistake.truth)}, taken for {said(mistake.answer)}"
    return Html(
        f'<li>{picture(path, seen)}<span class="truth">{text(said(mistake.truth))}</span>'
        f'<span class="answer">{text(said(mistake.answer))}{text(sure(mistake))}</span>'
        f'<span class="row">row {mistake.row:,}</span></li>\n'
    )


def worst_table(mistakes: tuple[Mistake, ...]) -> Html:
    """Rows of the table with truth and answer."""
    fields = list(mistakes[0].fields)[:SHOWN_FIELDS]
    surely = any(each.confidence is not None for each in mistakes)
    head = ["row", "truth", "answer", "confidence" if surely else "error", *fields]
    rows = [
        [
            text(f"{each.row:,}"),
            text(said(each.truth)),
            text(said(each.answer)),
            text(confidence(each) if surely else error(each)),
            *(text(each.fields.get(name, "")) for name in fields),
        ]
        for each in mistakes
    ]
    more = len(mistakes[0].fields) - len(fields)
    note = f"The first {len(fields)} of {len(fields) + more} columns." if more > 0 else ""
    return joined([table("Worst errors", head, rows), paragraph(text(note), kind="note") if note else Html("")])


def said(answer: str | float) -> str:
    """A class name as it is, a quantity in digits."""
    return answer if isinstance(answer, str) else digits(answer)


def confidence(mistake: Mistake) -> str:
    """How sure the network was of its wrong answer."""
    return "" if mistake.confidence is None else percent(mistake.confidence)


def sure(mistake: Mistake) -> str:
    """The confidence as it stands behind the answer."""
    return "" if mistake.confidence is None else f", {confidence(mistake)}"


def error(mistake: Mistake) -> str:
    """Answer minus truth."""
    if isinstance(mistake.truth, str) or isinstance(mistake.answer, str):
        return ""
    return digits(mistake.answer - mistake.truth)
