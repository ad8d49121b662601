"""Everything that draws has the distribution that it should have, and the tests would see if it had another."""

import numpy as np
import pytest
import scipy.stats

from tests.numeric import names
from tests.numeric.chance import D, N, passes, power, reach, spoilt
from tests.numeric.samplers import SAMPLERS, UNTESTED, Sampler

SEEN = 0.99
"""how often an error must be seen"""


def test_every_place_that_draws_has_a_row() -> None:
    there = {name for name in names.drawing("") if not name.startswith(("playground", "web"))}
    rows = {sampler.name.partition("[")[0] for sampler in SAMPLERS}
    assert there - rows - set(UNTESTED) == set(), "places without a row"
    assert (rows | set(UNTESTED)) - there == set(), "rows without a place"
    assert rows & set(UNTESTED) == set(), "an excuse that is not needed"


@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda sampler: sampler.name)
def test_draws_are_distributed_as_they_should_be_and_others_are_refused(sampler: Sampler, unchecked: None) -> None:
    drawn = sampler.draw()
    assert passes(drawn, sampler.truth)
    assert power(drawn.numel() if hasattr(drawn, "numel") else drawn.size, sampler.truth) >= SEEN
    assert not passes(spoilt(drawn, sampler.truth), sampler.truth)


def test_an_error_of_two_hundredths_is_seen_ninety_nine_times_of_a_hundred() -> None:
    """Against a uniform sampler that is wrong by just that much in the middle, and a right one."""
    chance, truth = np.random.default_rng(0), scipy.stats.uniform()
    assert reach(N) < D
    right = [passes(chance.random(N), truth) for _ in range(50)]
    wrong = [passes(np.where((x := chance.random(N)) < 0.5, x * 0.5 / (0.5 - D), x), truth) for _ in range(50)]
    assert all(right)
    assert sum(wrong) <= 50 * (1 - SEEN) + 1
