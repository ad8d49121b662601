"""Every name has a row, every row a name; what a row points at is there; what it proves and refuses holds."""

import inspect

import pytest

from tests.numeric import names
from tests.numeric.rows import Bad
from tests.numeric.table import ELSEWHERE, PLACES, ROWS

HERE = list(dict.fromkeys(proof for row in ROWS for proof in row.proofs if not isinstance(proof, str)))
BAD = [(row.name, each) for row in ROWS for each in row.bad if isinstance(each, Bad)]


def test_every_name_has_a_row_and_every_row_a_name() -> None:
    there = {name for place in PLACES for name in names.public(place)}
    excused = {name for name in there if name.rsplit(".", 1)[0] in ELSEWHERE}
    rows = [row.name for row in ROWS if "[" not in row.name]
    assert len(rows) == len(set(rows)), "a name has two rows"
    assert there - excused - set(rows) == set(), "names without a row"
    assert set(rows) - (there - excused) == set(), "rows without a name"
    modules = {name.rsplit(".", 1)[0] for name in there}
    assert set(ELSEWHERE) <= modules, "excuses for what is not there"


def test_every_test_that_is_pointed_at_is_there() -> None:
    pointed = {proof for row in ROWS for proof in row.proofs if isinstance(proof, str)}
    assert pointed - names.tests() == set()


@pytest.mark.parametrize("proof", HERE, ids=lambda proof: inspect.unwrap(proof).__name__)
def test_proof_holds(proof: object) -> None:
    proof()  # type: ignore[operator]


@pytest.mark.parametrize(("name", "bad"), BAD, ids=[name for name, _ in BAD])
def test_bad_input_is_refused_in_words(name: str, bad: Bad) -> None:
    with pytest.raises(bad.error, match=bad.says):
        bad.call()
