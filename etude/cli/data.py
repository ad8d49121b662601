"""etude data get, preview and check: fetch a data set, verified; draw one; say what is wrong with it."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated

import tyro

from etude.cli.flags import parse, show
from etude.data.catalogue import cache, get
from etude.data.load import load
from etude.data.preview import preview
from etude.errors import UsageError, nearest
from etude.inside.check.findings import Finding
from etude.report.check import write_check
from etude.report.draw import write_png
from etude.source import Source
from etude.training.describe import PARTS
from etude.verbs.check import check_data

HELP = """usage: etude data get NAME         fetch a data set of the catalogue; the only verb that opens a connection
       etude data preview SOURCE   draw a source, and say how it was read
       etude data check SOURCE     copies, leaks, shift, wrong labels: what would make a score lie
`etude data get --help`, `etude data preview --help` and so on say more; `etude list data` shows the names.
"""


@dataclass(frozen=True)
class Get:
    """Fetch the files of a data set from their official home, verified by SHA-256; a broken transfer is continued."""

    name: Annotated[str, tyro.conf.Positional]
    """as `etude list data` shows it"""
    json: bool = False
    """print the folder as JSON"""


@dataclass(frozen=True)
class Preview:
    """Read a source as a training would, print what was inferred, and draw it."""

    path: Annotated[str, tyro.conf.Positional]
    """name or path of the data"""
    source: Source = field(default_factory=lambda: Source(""))
    size: int = 64
    """pixels of the square that pictures are scaled to"""
    out: Path = Path("preview")
    """folder for the drawings"""
    json: bool = False
    """print what was inferred as JSON"""


@dataclass(frozen=True)
class Check:
    """Look for what would make a score lie: copies, leaks, odd columns, shift, wrong labels; exit code 1 if so."""

    path: Annotated[str, tyro.conf.Positional]
    """name or path of the data"""
    source: Source = field(default_factory=lambda: Source(""))
    size: int = 28
    """pixels of the square that pictures are scaled to"""
    recipe: str | None = None
    """read the data as this recipe does; default: as the name or the file suggests"""
    out: Path = Path("check.html")
    """the page with the drawings"""
    json: bool = False
    """print what was found as JSON"""


def command(arguments: list[str]) -> int:
    """The verb: its first word is another."""
    verbs = {"get": fetch, "preview": draw, "check": check}
    if arguments and arguments[0] in verbs:
        return verbs[arguments[0]](arguments[1:])
    if arguments and arguments[0] in ("-h", "--help"):
        print(HELP, end="")
        return 0
    given = arguments[0] if arguments else ""
    raise UsageError("E-VERB", f"etude data {given!r}{nearest(given, verbs)} There are: get, preview, check.")


def fetch(arguments: list[str]) -> int:
    """`etude data get`."""
    flags = parse(Get, arguments, verb="data get")
    for file, have in get(flags.name):
        if sys.stderr.isatty():
            print(f"\r{file.name}  {have / 1e6:,.1f} of {file.size / 1e6:,.1f} MB", end="", file=sys.stderr)
    folder = cache(flags.name)
    show({"folder": str(folder)}, f"{flags.name} is in {folder}", as_json=flags.json)
    return 0


def draw(arguments: list[str]) -> int:
    """`etude data preview`."""
    flags = parse(Preview, arguments, verb="data preview")
    splits = load(replace(flags.source, data=flags.path), size=flags.size)
    flags.out.mkdir(parents=True, exist_ok=True)
    drawings = []
    for name, figure in preview(splits).items():
        path = flags.out / f"{name.replace(' ', '-').replace('/', '-')}.png"
        write_png(figure, path)
        drawings.append(str(path))
    sizes = dict(zip(PARTS, (len(splits.train), len(splits.valid), len(splits.test)), strict=True))
    facts = {"parts": sizes, "rule": splits.rule, "notes": splits.notes, "drawings": drawings}
    lines = [f"{', '.join(f'{count:,} {name}' for name, count in sizes.items())} ({splits.rule})"]
    lines += [f"  {note}" for note in splits.notes] + [f"drawn: {path}" for path in drawings]
    show(facts | {"schema": asdict(splits.schema)}, "\n".join(lines), as_json=flags.json)
    return 0


def check(arguments: list[str]) -> int:
    """`etude data check`."""
    flags = parse(Check, arguments, verb="data check")
    review, splits = check_data(replace(flags.source, data=flags.path), size=flags.size, recipe=flags.recipe)
    sizes = dict(zip(PARTS, (len(splits.train), len(splits.valid), len(splits.test)), strict=True)) if splits else {}
    facts = f"{', '.join(f'{count:,} {name}' for name, count in sizes.items())} ({splits.rule})" if splits else ""
    write_check(review, flags.out, name=flags.path, facts=facts)
    found = [
        {"code": each.code, "mend": each.mend, "said": each.said, "advice": each.advice, "examples": each.examples}
        for each in review.findings
    ]
    told = {"data": flags.path, "parts": sizes, "verdict": review.verdict, "findings": found}
    lines = [f"{flags.path}: {review.verdict}", *([f"  {facts}"] if facts else []), *listed(review.findings)]
    lines += [f"looked for: {', '.join(review.checked)}"] if review.checked else []
    show(
        told | {"checked": review.checked, "page": str(flags.out)},
        "\n".join([*lines, f"page: {flags.out}"]),
        as_json=flags.json,
    )
    return 1 if review.mend else 0


def listed(findings: Sequence[Finding]) -> list[str]:
    """Each finding with its examples and what to do, under 'to mend' and 'to know'."""
    lines: list[str] = []
    for number, each in enumerate(findings):
        if number == 0 or each.mend != findings[number - 1].mend:
            lines.append("to mend" if each.mend else "to know")
        lines += [f"  {each.code}  {each.said}", *(f"      {example}" for example in each.examples)]
        lines.append(f"    > {each.advice}")
    return lines
