"""Every test starts from the same chance."""

from collections.abc import Iterator

import pytest
import torch
from jaxtyping import config

pytest_plugins = ["tests.page_fixtures"]

torch.set_num_threads(1)  # a forked child that shares its work among threads waits for those of its parent for ever


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    torch.manual_seed(0)
    yield


@pytest.fixture(autouse=True, scope="session")
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test notes anything in the home of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def unchecked() -> Iterator[None]:
    """For many small updates: without the tests' check of every array, which takes ten times as long."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)
