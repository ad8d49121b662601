"""Every test starts from the same chance."""

from collections.abc import Iterator

import pytest
import torch

pytest_plugins = ["tests.page_fixtures"]


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    torch.manual_seed(0)
    yield
