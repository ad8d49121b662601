"""Derivatives against differences, in double precision, for everything of the table that has some."""

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from tests.numeric.rows import No, Row, as_function, strided
from tests.numeric.table import ROWS

SLOPES = [each for each in ROWS if not isinstance(each.slope, No)]


@pytest.mark.parametrize("row", SLOPES, ids=lambda row: row.name)
def test_derivatives_equal_differences(row: Row, unchecked: None) -> None:
    for n in (2, 1):
        f, inputs = as_function(row.slope(n))
        assert gradcheck(f, inputs, fast_mode=row.fast)


@pytest.mark.parametrize("row", SLOPES, ids=lambda row: row.name)
def test_numbers_that_do_not_lie_side_by_side_change_nothing(row: Row, unchecked: None) -> None:
    given = row.slope(2)
    f, numbers = as_function(given)
    value, gradients = with_gradients(f, numbers)
    apart = (strided(each) for each in numbers[: len(given[1])])
    again, others = with_gradients(f, (*apart, *numbers[len(given[1]) :]))
    torch.testing.assert_close((again, others), (value, gradients))


def with_gradients(f: object, inputs: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor | None, ...]]:
    """What comes out, summed, and the derivatives of that."""
    torch.manual_seed(1)
    out = f(*inputs)  # type: ignore[operator]
    every = [each for each in (out if isinstance(out, tuple) else (out,)) if each.requires_grad]
    total = torch.stack([each.sin().sum() for each in every]).sum()
    return total.detach(), torch.autograd.grad(total, inputs, allow_unused=True)
