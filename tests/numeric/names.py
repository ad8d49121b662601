"""What is there, read from the code without running it: a row that is missing is seen."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DRAWS = {
    *("rand", "randn", "randint", "randperm", "rand_like", "randn_like", "multinomial", "bernoulli", "bernoulli_"),
    *("exponential_", "uniform", "uniform_", "normal", "normal_", "orthogonal_", "choice", "permutation", "integers"),
    *("poisson", "binomial", "random", "standard_normal", "shuffle", "geometric_", "cauchy_", "log_normal_"),
}
"""methods of torch, NumPy and nn.init that ask for chance"""


def modules(place: str) -> Iterator[tuple[str, ast.Module]]:
    """The modules of a package, or one module, by name."""
    path = ROOT / "etude" / place
    for file in sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]:
        yield ".".join(file.relative_to(ROOT / "etude").with_suffix("").parts), ast.parse(file.read_text("utf-8"))


def defined(place: str) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    """What a package defines at the top of its modules, with its name."""
    for module, tree in modules(place):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield f"{module}.{node.name}", node


def public(place: str) -> set[str]:
    """The names that others may use."""
    return {name for name, node in defined(place) if not node.name.startswith("_")}


def drawing(place: str) -> set[str]:
    """The functions and classes in which chance is drawn."""
    return {name for name, node in defined(place) if any(is_draw(each) for each in ast.walk(node))}


def is_draw(node: ast.AST) -> bool:
    """Whether this is a call that asks for chance."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS


def tests() -> set[str]:
    """Every test, "file::name" without "test_", classes included as "file::Class::name"."""
    found = set()
    for file in (ROOT / "tests").glob("test_*.py"):
        stem = file.stem.removeprefix("test_")
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                found.add(f"{stem}::{node.name.removeprefix('test_')}")
            if isinstance(node, ast.ClassDef):
                found |= {
                    f"{stem}::{node.name}::{each.name.removeprefix('test_')}"
                    for each in node.body
                    if isinstance(each, ast.FunctionDef)
                }
    return found
