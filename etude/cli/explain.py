"""etude explain RUN INPUTS: why the network answers as it does; etude explain CODE: what an error means."""

import importlib
import re
from dataclasses import asdict

from etude.cli.flags import show
from etude.explanations import page_of, pages


def command(arguments: list[str]) -> int:
    """The verb: its first word is a run, a code such as E-CSV-RAGGED, or `codes` for the list of these."""
    words = [each for each in arguments if each != "--json"]
    as_json = len(words) < len(arguments)
    if words == ["codes"]:
        known = pages()
        lines = "\n".join(f"{code:<{max(map(len, known))}}  {page.meaning}" for code, page in known.items())
        show({"codes": [asdict(each) for each in known.values()]}, lines, as_json=as_json)
        return 0
    if len(words) == 1 and re.fullmatch(r"[EeWw]-[\w-]+", words[0]):
        page = page_of(words[0])
        show(asdict(page), str(page), as_json=as_json)
        return 0
    looks = importlib.import_module("etude.cli.looks")  # networks, for which a page need not wait
    return int(looks.command(arguments))
