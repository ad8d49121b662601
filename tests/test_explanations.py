"""Every code has a page, every page a code, and the terminal shows it without waiting for a network."""

import json
import re
from pathlib import Path

import pytest

import etude
from etude.cli.main import main
from etude.errors import UsageError
from etude.explanations import page_of, pages

SOURCE = Path(etude.__file__).parent


def used() -> set[str]:
    """Codes that stand in the source: alone in quotes, or before a colon in a note."""
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return set(re.findall(r'"([EW]-[A-Z]+(?:-[A-Z]+)*)"', text)) | set(re.findall(r"\b(W-[A-Z-]+):", text))


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert used() == set(pages())
    text = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "explanations").glob("*.md"))
    assert text.count("\n## ") == len(pages()), "a page has not the form meaning, Example, Remedy, or stands twice"


def test_the_terminal_shows_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "e-csv-ragged"]) == 0
    assert capsys.readouterr().out.startswith("E-CSV-RAGGED: A line has more or fewer fields")
    assert main(["explain", "codes"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(pages())
    assert main(["explain", "E-TARGET", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["code"] == "E-TARGET"


def test_an_unknown_code_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "E-CSV-RAGED"]) == 2
    assert "did you mean 'E-CSV-RAGGED'" in capsys.readouterr().err
    with pytest.raises(UsageError, match="no code 'E-NONE'"):
        page_of("E-NONE")
