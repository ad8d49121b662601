"""A page about data: what must be mended, what to know, and the examples to look at."""

from pathlib import Path

from etude.inside.check.findings import Finding
from etude.inside.check.whole import Review
from etude.report.draw import svg
from etude.report.page import Html, code, document, drawing, joined, paragraph, section, side_by_side, strong, text


def write_check(review: Review, path: Path, *, name: str, facts: str) -> None:
    """Write the page; a folder that is not there is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(check_page(review, name=name, facts=facts), encoding="utf-8")


def check_page(review: Review, *, name: str, facts: str) -> str:
    """The page."""
    mend = [each for each in review.findings if each.mend]
    know = [each for each in review.findings if not each.mend]
    head = f'<header>\n<h1>{text(name)}: check</h1>\n<p class="run">{text(facts)}</p>\n</header>\n'
    looked = f"Looked for: {', '.join(review.checked)}." if review.checked else ""
    return document(
        f"{name}: check",
        Html(head),
        section(
            "verdict",
            "Verdict",
            paragraph(strong(capital(review.verdict)), kind="verdict"),
            paragraph(text(looked), kind="note"),
        ),
        section("mend", "To mend", *map(told, mend)),
        section("know", "To know", *map(told, know)),
        section("balance", "Balance", drawing(svg(review.balance))) if review.balance is not None else Html(""),
    )


def told(finding: Finding) -> Html:
    """One finding with its examples, and its figure beside them."""
    items = joined(Html(f"<li>{text(each)}</li>\n") for each in finding.examples)
    words = joined(
        [
            Html(f"<h3>{code(finding.code)}</h3>\n"),
            paragraph(text(capital(finding.said)), Html(".")),
            Html(f"<ul>\n{items}</ul>\n") if items else Html(""),
            paragraph(text(f"To do: {finding.advice}."), kind="note"),
        ]
    )
    if finding.figure is None:
        return words
    return side_by_side(Html(f"<div>\n{words}</div>\n"), drawing(svg(finding.figure)))


def capital(words: str) -> str:
    """As a sentence begins."""
    return words[:1].upper() + words[1:]
