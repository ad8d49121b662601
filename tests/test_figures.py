import dataclasses
from typing import get_args

import pytest
import torch

from etude.figures import Figure, Images, Line, Text


def test_there_are_seven_figures_and_each_has_a_title() -> None:
    kinds = get_args(Figure)
    assert len(kinds) == 7
    assert all("title" in {each.name for each in dataclasses.fields(kind)} for kind in kinds)


def test_a_figure_cannot_be_changed_after_it_was_made() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Text("a", "b").body = "c"  # type: ignore[misc]


def test_a_line_needs_as_many_y_as_x() -> None:
    with pytest.raises(Exception, match="y"):
        Line(torch.zeros(3), torch.zeros(4))


def test_pictures_that_are_no_bytes_are_refused() -> None:
    with pytest.raises(Exception, match="pixels"):
        Images("noise", torch.rand(2, 1, 4, 4), ("a", "b"))
