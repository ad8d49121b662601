"""What a message from the page holds: every value is checked once, here, and refused in words."""

import json
from collections.abc import Collection, Mapping
from typing import Any

FARTHEST = 1e6
"""of a place from the middle"""
LONGEST_SHOWN = 40
"""characters of a value in an answer"""


def read_message(text: str, known: Collection[str]) -> Mapping[str, Any]:
    """A message of a kind that is known; ValueError otherwise."""
    message = parsed(text)
    kind = message.get("t") if isinstance(message, dict) else None
    if not isinstance(kind, str) or kind not in known:
        raise ValueError(f"a message is an object whose t is {', '.join(known)}; got {shown(message)}.")
    if not isinstance(message.get("id"), int | str | None):
        raise ValueError(f"id is {shown(message['id'])}; a whole number or a text is wanted.")
    return dict(message)


def parsed(text: str | bytes) -> Any:
    """What JSON says; ValueError for what is none, for NaN and infinity, and for a key that stands twice."""
    try:
        return json.loads(text, parse_constant=refused, object_pairs_hook=single)
    except RecursionError:
        raise ValueError("the message is nested too deeply.") from None


def single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each of whose keys stands there once."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{shown(key)} stands there twice: which one is meant?")
        found[key] = value
    return found


def refused(constant: str) -> None:
    """What Python reads as a number, but JSON does not know."""
    raise ValueError(f"{constant} is no number that JSON knows.")


def number(message: Mapping[str, Any], key: str, *, least: float, most: float) -> float:
    """A finite number in a range."""
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{key} is {shown(value)}; a number from {least:,g} to {most:,g} is wanted.")
    return float(value)


def index(message: Mapping[str, Any], key: str, *, count: int) -> int:
    """Which of `count` things, from 0 on."""
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise ValueError(f"{key} is {shown(value)}; a whole number from 0 to {count - 1} is wanted.")
    return value


def whole(message: Mapping[str, Any], key: str) -> int:
    """A whole number, that counts round."""
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{key} is {shown(value)}; a whole number is wanted.")
    return value


def place(message: Mapping[str, Any], key: str) -> tuple[float, float]:
    """Somewhere on the plane."""
    value = message.get(key)
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{key} is {shown(value)}; two numbers are wanted.")
    x, y = (number({key: each}, key, least=-FARTHEST, most=FARTHEST) for each in value)
    return x, y


def truth(message: Mapping[str, Any], key: str) -> bool:
    """Yes or no."""
    value = message.get(key)
    if not isinstance(value, bool):
        raise ValueError(f"{key} is {shown(value)}; true or false is wanted.")
    return value


def words(message: Mapping[str, Any], key: str) -> str:
    """A text that can be sent back."""
    value = message.get(key)
    if not isinstance(value, str) or any("\ud800" <= each <= "\udfff" for each in value):
        raise ValueError(f"{key} is {shown(value)}; a text is wanted.")
    return value


def shown(value: object) -> str:
    """As JSON, cut short."""
    text = "nothing" if value is None else json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
