"""From a valid file to one that is nearly valid."""

import random
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["flip", "cut", "insert", "repeat", "end", "swap", "number"]
KINDS: tuple[Kind, ...] = ("flip", "cut", "insert", "repeat", "end", "swap", "number")
TOKENS: tuple[bytes, ...] = (
    *(
        b"\x00",
        b"\xff",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b",",
        b";",
        b"\t",
        b'"',
        b'""',
        b"'",
        b"\\",
        b" ",
        b"#",
        b"..",
        b"/",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"[" * 3000,
        b":",
        b"null",
        b"NaN",
        b"Infinity",
        b"true",
        b"-1",
        b"0",
        b"1e999",
        b"1e400",
    ),
    *(b"nan", b"inf", b"-inf", b"9" * 40, b"4e492493924924", b"99999999999999999999", b"2147483648", b"-0.0", b"1,234"),
    *(b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xae", "é".encode(), "\U0001f600".encode(), b"%s%n"),
    *(b"<script>", b"\x1b[31m", b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"x" * 5000, b"a,b,c,d,e,f\n" * 50, b"007", b"?"),
    *(b"01/02/2023", b"13/02/2023", b"\\ud800", b"__class__", b"../../x", b"id", b"label", b"node", b"edge", b"graph"),
)
NUMBERS = (0, 1, 2, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
WIDTHS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change; what does not matter for its kind is ignored."""

    kind: Kind
    place: float
    """where, as a share of the file"""
    length: int
    """bytes, or a bit or a width"""
    choice: int
    """of a token or a number"""


def edited(content: bytes, edits: list[Edit]) -> bytes:
    """The file after all changes."""
    for each in edits:
        content = changed(content, each)
    return content


def changed(content: bytes, edit: Edit) -> bytes:
    """The file after one of them."""
    at = int(edit.place * len(content))
    before, here, after = content[:at], content[at : at + edit.length], content[at + edit.length :]
    match edit.kind:
        case "flip":
            flipped = bytes([content[at] ^ (1 << edit.length % 8)]) if at < len(content) else b""
            return before + flipped + content[at + 1 :]
        case "cut":
            return before + after
        case "insert":
            return before + TOKENS[edit.choice % len(TOKENS)] + content[at:]
        case "repeat":
            return before + here * (2 + edit.choice % 50) + after
        case "end":
            return before
        case "swap":
            return after + here + before
        case "number":
            width = WIDTHS[edit.length % len(WIDTHS)]
            value = NUMBERS[edit.choice % len(NUMBERS)] % 256**width
            return before + value.to_bytes(width, "big" if edit.choice % 2 else "little") + content[at + width :]


def drawn(chance: random.Random) -> list[Edit]:
    """A few edits by chance: mostly one, seldom six."""
    return [
        Edit(
            chance.choice(KINDS), chance.random(), chance.choice((1, 2, 3, 7, 8, 20, 100, 1000)), chance.randrange(1000)
        )
        for _ in range(min(6, 1 + int(chance.expovariate(1.0))))
    ]


def noise(chance: random.Random) -> bytes:
    """A file of chance: bytes, or tokens one after the other."""
    if chance.random() < 0.5:
        return chance.randbytes(chance.choice((0, 1, 2, 10, 100, 2000)))
    return b"".join(chance.choice(TOKENS) for _ in range(chance.randrange(30)))
