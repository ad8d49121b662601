"""The doctor names each planted bug, says nothing of what is healthy, and is not felt by the training."""

import pytest

from etude.inside.doctor.doctor import examined
from etude.layers.outputs import Scalar
from tests.zoo import data, losses, networks, optimizers
from tests.zoo.healthy import Change, network, quantities, regression, training

ZOO: dict[str, tuple[str, Change]] = {**networks.BUGS, **losses.BUGS, **optimizers.BUGS, **data.BUGS}


@pytest.mark.parametrize("bug", ZOO)
def test_planted_bug_is_named(bug: str, unchecked: None) -> None:
    code, planted = ZOO[bug]
    diagnosis = examined(planted(), seconds=10.0)
    assert code in [each.code for each in diagnosis.findings], [each.sentence for each in diagnosis.findings]
    assert all(each.seen and each.advice for each in diagnosis.findings)
    assert not [each.skipped for each in diagnosis.verdicts if "does not fit" in each.skipped]


def test_nothing_is_said_of_the_healthy(unchecked: None) -> None:
    for healthy in (training(), regression(network(Scalar(), outputs=1), data=quantities())):
        assert [each.sentence for each in examined(healthy, seconds=10.0).findings] == []
