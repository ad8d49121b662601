"""One page with everything that a run has to say for itself; it opens offline and needs no data."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from etude.evaluation.records import Judgement
from etude.report.charts import training_curves
from etude.report.data_card import data_card
from etude.report.details import error_sections
from etude.report.draw import svg
from etude.report.facts import Facts, read_facts
from etude.report.page import Html, command, document, drawing, joined, paragraph, section, side_by_side, text
from etude.report.place import again_section, place_section, protocol_section
from etude.report.score import headline, metrics_table, other_parts, strip
from etude.report.words import label, written

CAPTIONS = {
    "Loss": "What is minimised, batch by batch, and the same on examples that are not learnt from. "
    "A validation loss that rises while the training loss falls is overfitting.",
    "Learning rate": "How long the steps were.",
}


def write_report(folder: Path) -> Path:
    """Write report.html into a run folder, from what the folder holds; E-RUN-FILE if it is no run folder."""
    path = folder / "report.html"
    temporary = folder / ".report.tmp"
    temporary.write_text(report(read_facts(folder)), encoding="utf-8")
    temporary.replace(path)
    return path


def report(facts: Facts) -> str:
    """The page."""
    judgement = facts.judgements[0] if facts.judgements else None
    return document(
        f"{facts.title}: report",
        heading(facts),
        autopsy_section(facts),
        score_sections(facts, judgement) if judgement else not_evaluated(facts),
        data_card(facts.data) if facts.data else Html(""),
        curve_section(facts),
        figure_section(facts),
        error_sections(judgement.evaluation, facts.folder) if judgement else Html(""),
        place_section(facts),
        again_section(facts),
    )


def heading(facts: Facts) -> Html:
    """What was trained on what."""
    return Html(
        f'<header>\n<h1>{text(facts.title)}</h1>\n<p class="run">run {text(facts.folder.name)}</p>\n</header>\n'
    )


def autopsy_section(facts: Facts) -> Html:
    """Why the training left the finite numbers, where it did and nobody has resumed it since."""
    diary = [event.get("event") for event in facts.events]
    if not facts.autopsy or "diverged" not in diary or "resume" in diary[last_index(diary, "diverged") :]:
        return Html("")
    return section("autopsy", "Why the training ended", paragraph(text(str(facts.autopsy.get("message", "")))))


def last_index(words: Sequence[object], word: str) -> int:
    """Where a word stands for the last time."""
    return max(place for place, each in enumerate(words) if each == word)


def score_sections(facts: Facts, judgement: Judgement) -> Html:
    """The score, and under which rules it holds."""
    return joined(
        [
            section("score", "Score", headline(judgement), strip(judgement)),
            protocol_section(facts, judgement),
            section(
                "baselines", "All scores beside baselines", metrics_table(judgement), other_parts(facts.judgements)
            ),
        ]
    )


def not_evaluated(facts: Facts) -> Html:
    """What is known of a run whose test part nobody has looked at, and how to get the rest."""
    scored = [row for row in facts.last_phase() if any(name.startswith("valid_") for name in row)]
    words = "This run has not been evaluated: there is no score on examples that were kept away from the training."
    known = Html("")
    if scored:
        names = {name: value for name, value in scored[-1].items() if name.startswith("valid_")}
        said = ", ".join(f"{label(name[6:])} {written(name[6:], value)}" for name, value in names.items())
        known = paragraph(text(f"Last validation, after {scored[-1].get('step', 0):,} updates: {said}."))
    how = command(f"etude evaluate {shlex.quote(facts.folder.name)}\netude report {shlex.quote(facts.folder.name)}")
    return section("score", "Score", paragraph(text(words), kind="verdict"), known, how)


def figure_section(facts: Facts) -> Html:
    """What the recipe drew."""
    drawn = [drawing(svg(figure)) for figure in facts.figures.values()]
    return section("figures", "Figures", side_by_side(*drawn)) if drawn else Html("")


def curve_section(facts: Facts) -> Html:
    """How the training went."""
    rows = facts.last_phase()
    drawn = [
        drawing(svg(curve), CAPTIONS.get(curve.title, "Measured on the validation part."))
        for curve in training_curves(rows)
    ]
    phases = len({row.get("phase", 0) for row in facts.rows})
    note = f"This is the last of {phases} trainings of the run." if phases > 1 else ""
    return section(
        "curves", "Training", paragraph(text(note), kind="note") if note and drawn else Html(""), side_by_side(*drawn)
    )
