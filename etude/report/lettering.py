"""Words as matplotlib takes them: cut to the room that there is, and never read as formulas."""

import textwrap


def wrapped(body: str) -> list[str]:
    """Lines of at most 84 characters, those of the text kept."""
    return [piece for line in body.splitlines() for piece in (textwrap.wrap(line, 84) or [""])]


def short(name: str, most: int = 18) -> str:
    """A name that fits."""
    return literal(name if len(name) <= most else f"{name[: most - 1]}…")


def literal(words: str) -> str:
    """Words in which a dollar sign is a dollar sign: matplotlib reads formulas between two of them."""
    return words.replace("$", r"\$")
