"""Pictures before and after chance, as strongly as somebody wants to see it."""

import pytest
import torch

from etude.data.load import load
from etude.errors import UsageError
from etude.inside.augmenting import augmented_figure, strengths
from etude.source import Source
from etude.verbs.recipes import default_recipe


def test_the_slider_shows_what_a_training_with_that_strength_sees() -> None:
    recipe, digits = default_recipe("cnn"), load(Source("digits"), size=32)
    assert strengths(recipe) == {"shift": {"now": 2, "most": 12}}
    still = augmented_figure(recipe, digits, {"shift": "0"}, draw=0).pixels
    assert torch.equal(still[:, :, :32], digits.train.x[:8]) and torch.equal(still[:, :, 34:], still[:, :, :32])
    figure = augmented_figure(recipe, digits, {"shift": "5"}, draw=3)
    other = augmented_figure(recipe, digits, {"shift": "5"}, draw=4)
    assert figure.title.endswith("--shift 5") and not torch.equal(figure.pixels, other.pixels)
    for pair in figure.pixels:
        before, after = pair[:, :32], pair[:, 34:]
        wide = torch.nn.functional.pad(before, (5, 5, 5, 5))
        assert any(torch.equal(wide[:, i : i + 32, j : j + 32], after) for i in range(11) for j in range(11))


@pytest.mark.parametrize("given", ["-1", "13", "2.5", "", "x", "9" * 400, "²"])
def test_a_strength_that_makes_no_sense_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="a whole number from 0 to 12"):
        augmented_figure(default_recipe("cnn"), load(Source("digits"), size=32), {"shift": given}, draw=0)


def test_a_recipe_that_leaves_its_pictures_alone_says_so() -> None:
    assert strengths(default_recipe("lenet")) == {}
    with pytest.raises(UsageError, match="as they are"):
        augmented_figure(default_recipe("lenet"), load(Source("digits")), {}, draw=0)
