"""Lines of Python's standard library, and the role of each of their tokens: what is called, assigned, imported."""

import ast
import io
import tokenize
from collections.abc import Iterator

import numpy as np

from etude.data.packages import source_files
from etude.data.tagging_files import RawTagged

PACKAGES = ("json", "logging", "urllib")
LINES = 2_500
"""logical lines, spread evenly over the packages"""
SHORTEST, LONGEST = 3, 40
"""tokens of a line"""
LONGEST_TOKEN = 20
"""characters; of a longer one, a text, the first and the last remain"""
SPOKEN = (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)


def code_roles() -> RawTagged:
    """2,500 lines of the standard library of this Python, token by token: what is called, assigned, imported?"""
    every = [
        line for name in PACKAGES for path in source_files(name) for line in lines(path.read_text(encoding="utf-8"))
    ]
    kept = [every[int(place)] for place in np.linspace(0, len(every) - 1, min(LINES, len(every)))]
    return RawTagged([[word for word, _ in line] for line in kept], [[tag for _, tag in line] for line in kept], "role")


def lines(source: str) -> Iterator[list[tuple[str, str]]]:
    """The logical lines of a file that hold a role, as tokens with tags; lines that are not ASCII are left out."""
    roles = dict(role for node in ast.walk(ast.parse(source)) for role in spans(node))
    line: list[tuple[str, str]] = []
    end, role = (0, 0), ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NEWLINE:
            if SHORTEST <= len(line) <= LONGEST and any(tag != "O" for _, tag in line) and token.line.isascii():
                yield line
            line = []
        if token.type not in SPOKEN:
            continue
        begins = roles.get(token.start)
        if begins is not None and token.start >= end:
            role, end = begins
        inside = token.start < end
        tag = f"{'B' if begins is not None and roles[token.start] == (role, end) else 'I'}-{role}" if inside else "O"
        line.append((shortened(token.string), tag))


def shortened(token: str) -> str:
    """A token that can stand in a vocabulary."""
    return token if len(token) <= LONGEST_TOKEN else f"{token[0]}...{token[-1]}"


def spans(node: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[str, tuple[int, int]]]]:
    """Where the roles that a node gives begin, and the role with its end; both as (line, column)."""
    match node:
        case ast.Call(func=ast.Name() | ast.Attribute() as called) if dotted(called):
            yield place(called, "call")
        case ast.arg():
            yield (node.lineno, node.col_offset), ("parameter", (node.lineno, node.col_offset + len(node.arg)))
        case ast.keyword(arg=str(name)):
            yield (node.lineno, node.col_offset), ("keyword", (node.lineno, node.col_offset + len(name)))
        case ast.alias(name=name) if name != "*":
            yield (node.lineno, node.col_offset), ("import", (node.lineno, node.col_offset + len(name)))
        case ast.Name(ctx=ast.Store()):
            yield place(node, "assigned")
        case ast.Attribute(ctx=ast.Store()) if dotted(node):
            yield place(node, "assigned")


def dotted(node: ast.expr) -> bool:
    """Whether an expression is names with dots between them, on one line."""
    inner = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return isinstance(inner, ast.Name) and node.lineno == node.end_lineno


def place(node: ast.expr, role: str) -> tuple[tuple[int, int], tuple[str, tuple[int, int]]]:
    """A role that covers a whole expression."""
    return (node.lineno, node.col_offset), (role, (node.end_lineno or 0, node.end_col_offset or 0))
