"""A page for each code of an error or a warning: what it means, an example, and what to do."""

import re
from dataclasses import dataclass
from pathlib import Path

from etude.errors import UsageError, nearest

FORM = re.compile(r"^## (\S+)\n(.+)\nExample: (.+)\nRemedy: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to say of a code."""

    code: str
    meaning: str
    example: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.code}: {self.meaning}\n  for example  {self.example}\n  what to do   {self.remedy}"


def pages() -> dict[str, Page]:
    """All of them by their codes, in the order of the alphabet."""
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.md")]
    found = [Page(*each.groups()) for text in texts for each in FORM.finditer(text)]
    return {each.code: each for each in sorted(found, key=lambda page: page.code)}


def page_of(code: str) -> Page:
    """That of one code, in capitals or not; UsageError E-CODE if there is none."""
    known, wanted = pages(), code.upper()
    if wanted not in known:
        raise UsageError("E-CODE", f"no code {code!r}{nearest(wanted, known)} `etude explain codes` lists all.")
    return known[wanted]
