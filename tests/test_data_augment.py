"""Augmentations keep the bytes, only elsewhere."""

import torch

from etude.chance import stream
from etude.data.augment import both, flip, shift
from etude.records import Labelled


def pictures(n: int = 64) -> Labelled:
    x = torch.randint(1, 256, (n, 3, 6, 7), generator=torch.Generator().manual_seed(3)).to(torch.uint8)
    return Labelled(x, torch.zeros(n, dtype=torch.int64))


def test_flip_mirrors_about_half_of_the_pictures_and_changes_nothing_else() -> None:
    batch = pictures(400)
    flipped = flip(batch, stream(0, "augmentation")).x
    mirrored = (flipped == batch.x.flip(3)).flatten(1).all(1)
    assert ((flipped == batch.x).flatten(1).all(1) | mirrored).all()
    assert 150 < int(mirrored.sum()) < 250


def test_shift_equals_padding_and_cropping_each_picture_by_itself() -> None:
    batch = pictures()
    moved = shift(2)(batch, stream(0, "augmentation")).x
    padded = torch.nn.functional.pad(batch.x, (2, 2, 2, 2))
    offsets = set()
    for k in range(len(batch)):
        found = [
            (i, j) for i in range(5) for j in range(5) if torch.equal(padded[k, :, i : i + 6, j : j + 7], moved[k])
        ]
        assert len(found) == 1
        offsets.update(found)
    assert len(offsets) > 15
    assert moved.dtype == torch.uint8 and moved.is_contiguous()


def test_composition_uses_one_stream_and_is_repeatable() -> None:
    batch, composed = pictures(), both(shift(1), flip)
    generator = stream(5, "augmentation", 9)
    expected = flip(shift(1)(batch, generator), generator).x
    assert torch.equal(composed(batch, stream(5, "augmentation", 9)).x, expected)
