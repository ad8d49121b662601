"""Pieces of a page: everything that is not markup passes through `text`, which escapes it."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import NewType

from etude.report.style import theme_rules

Html = NewType("Html", str)
"""markup whose words are escaped"""


def text(words: object) -> Html:
    """Words as they are, whatever they hold."""
    return Html(escape(str(words), quote=True))


def joined(pieces: Iterable[Html], between: str = "") -> Html:
    """Pieces one after the other."""
    return Html(between.join(pieces))


def paragraph(*pieces: Html, kind: str = "") -> Html:
    """A paragraph of a class of the style sheet."""
    return Html(f"<p{classed(kind)}>{joined(pieces)}</p>\n")


def strong(words: object) -> Html:
    """Words that matter."""
    return Html(f"<strong>{text(words)}</strong>")


def code(words: object) -> Html:
    """What one types."""
    return Html(f"<code>{text(words)}</code>")


def command(line: str) -> Html:
    """A line to copy into a shell."""
    return Html(f"<pre><code>{text(line)}</code></pre>\n")


def section(identity: str, title: str, *body: Html) -> Html:
    """A part of the page with its heading; nothing if it is empty."""
    inside = joined(body)
    if not inside:
        return Html("")
    return Html(
        f'<section id="{identity}" aria-labelledby="{identity}-title">\n<h2 id="{identity}-title">{text(title)}</h2>\n'
        f"{inside}</section>\n"
    )


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Html]], *, numbers_from: int = 1) -> Html:
    """A table whose first column names the rows; columns from `numbers_from` on are aligned as numbers."""
    top = joined(
        Html(f'<th scope="col"{classed("number" if k >= numbers_from else "")}>{text(name)}</th>')
        for k, name in enumerate(head)
    )
    body = joined(table_row(row, numbers_from) for row in rows)
    return Html(
        f'<div class="scroll" tabindex="0"><table>\n<caption>{text(caption)}</caption>\n'
        f"<thead><tr>{top}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )


def table_row(cells: Sequence[Html], numbers_from: int) -> Html:
    """One row, whose first cell is its heading."""
    first = Html(f'<th scope="row">{cells[0]}</th>')
    others = (
        Html(f"<td{classed('number' if k >= numbers_from else '')}>{cell}</td>")
        for k, cell in enumerate(cells[1:], start=1)
    )
    return Html(f"<tr>{first}{joined(others)}</tr>\n")


def drawing(svg: str, caption: str = "") -> Html:
    """A figure, with the sentence that says what to see in it where the figure does not say so itself."""
    below = f"<figcaption>{text(caption)}</figcaption>\n" if caption else ""
    return Html(f"<figure>\n{svg}\n{below}</figure>\n")


def side_by_side(*figures: Html) -> Html:
    """Figures in columns, as many as the page is wide."""
    present = [figure for figure in figures if figure]
    return Html(f'<div class="columns">\n{joined(present)}</div>\n') if present else Html("")


def picture(path: Path, alternative: str) -> Html:
    """A PNG file inside the page."""
    encoded = b64encode(path.read_bytes()).decode()
    return Html(f'<img src="data:image/png;base64,{encoded}" alt="{text(alternative)}">')


def bar(share: float, label: str) -> Html:
    """A bar from 0 to 1 behind a number that is printed."""
    return Html(f'<span class="bar" style="--share: {100 * share:.4g}%"><span>{text(label)}</span></span>')


def classed(kind: str) -> str:
    """The attribute of a class, or nothing."""
    return f' class="{kind}"' if kind else ""


def document(title: str, *body: Html) -> str:
    """A page that needs nothing but itself."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # the page may load and run nothing, whatever the names in the data try
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{text(title)}</title>\n<style>\n{theme_rules()}{style}</style>\n</head>\n"
        f"<body>\n<main>\n{joined(body)}</main>\n</body>\n</html>\n"
    )
