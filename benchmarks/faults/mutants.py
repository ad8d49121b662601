"""Errors are planted in the numbers of a copy of the code; the rows of the numeric table must notice (G26)."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks.faults.bugs import BUGS
from benchmarks.faults.goal import Goal
from benchmarks.faults.protections import fails_without, refuse_other_code
from tests.numeric.rows import No
from tests.numeric.samplers import SAMPLERS
from tests.numeric.table import ROWS

WANTED = 0.95
PROOFS = "tests/numeric/test_numeric_table.py::test_proof_holds"
SLOPES = "tests/numeric/test_numeric_gradients.py::test_derivatives_equal_differences"
DRAWS = "tests/numeric/test_numeric_samplers.py::test_draws_are_distributed_as_they_should_be_and_others_are_refused"


def goals() -> Iterator[Goal]:
    """One line for all of them."""
    every = [(file, code, bug) for file, bugs in BUGS.items() for code, bug in bugs.items()]
    refuse_other_code((file, code) for file, code, _ in every)
    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(notices, *zip(*every, strict=True)))
    unseen = [f"{file}: {bug}" for (file, _, bug), noticed in zip(every, seen, strict=True) if not noticed]
    share = 1 - len(unseen) / len(every)
    yield Goal(
        "G26",
        f"{len(every)} errors planted in layers, losses, scores, samplers and optimizers: signs, missing factors, "
        "transposed, off by one, detached, wrong axes",
        "at least 95 % fail a test that the row of their module names",
        f"{share:.1%} ({len(every) - len(unseen)} of {len(every)})"
        + (f"; unseen: {'; '.join(unseen)}" if unseen else ""),
        "not published by any peer",
        met=share >= WANTED,
    )


def notices(file: str, code: str, bug: str) -> bool:
    """Whether a test fails that the rows of a module name."""
    module = file.removeprefix("etude/").removesuffix(".py").replace("/", ".")
    tests = nodes(f"{module}.")
    if not tests:
        sys.exit(f"{file}: the numeric table has no row of it")
    return fails_without(f"{code} -> {bug}", file, code, bug, *tests)


def nodes(module: str) -> list[str]:
    """The tests of a module, as pytest names them; proofs first, which are quickest to fail."""
    rows = [row for row in ROWS if row.name.startswith(module)]
    proofs = [node(proof) for row in rows for proof in row.proofs]
    slopes = [f"{SLOPES}[{row.name}]" for row in rows if not isinstance(row.slope, No)]
    draws = [f"{DRAWS}[{each.name}]" for each in SAMPLERS if each.name.startswith(module)]
    return list(dict.fromkeys([*proofs, *slopes, *draws]))


def node(proof: object) -> str:
    """Where pytest finds a proof."""
    if not isinstance(proof, str):
        return f"{PROOFS}[{getattr(proof, '__name__', '')}]"
    file, *inner, name = proof.split("::")
    return "::".join([f"tests/test_{file}.py", *inner, f"test_{name}"])
