"""Choosing the next token: temperature, the two cuts, and where a text ends."""

import pytest
import torch
from torch import Tensor

from etude.models.sampling import Choice, write

LOGITS = torch.tensor([[2.0, 1.0, 0.0, -1.0], [0.0, 0.0, 3.0, 0.0]])


def test_temperature_divides_the_logits() -> None:
    torch.testing.assert_close(Choice(temperature=0.5).probabilities(LOGITS), (LOGITS / 0.5).softmax(1))
    assert Choice(temperature=0.0).probabilities(LOGITS).tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]


def test_top_k_keeps_the_most_probable_and_renormalises() -> None:
    p = Choice(top_k=2).probabilities(LOGITS[:1])
    wanted = LOGITS[0, :2].softmax(0)
    torch.testing.assert_close(p[0], torch.cat([wanted, torch.zeros(2)]))


@pytest.mark.parametrize(("share", "kept"), [(0.5, 1), (0.7, 2), (0.9, 3), (0.9999, 4), (1.0, 4)])
def test_top_p_keeps_the_smallest_set_that_reaches_the_share(share: float, kept: int) -> None:
    p = Choice(top_p=share).probabilities(LOGITS[:1])  # 0.64, 0.24, 0.09, 0.03
    assert int((p > 0).sum()) == kept
    assert float(p.sum()) == pytest.approx(1)


def test_nucleus_is_cut_after_the_temperature() -> None:
    """The pitfall: cut first, and a high temperature no longer widens the choice."""
    hot = Choice(temperature=10.0, top_p=0.7).probabilities(LOGITS[:1])
    cut_first = Choice(top_p=0.7).probabilities(LOGITS[:1])
    assert int((hot > 0).sum()) == 3
    assert int((cut_first > 0).sum()) == 2


def test_tokens_that_are_never_written() -> None:
    p = Choice(never=(0, 2)).probabilities(LOGITS)
    assert not p[:, [0, 2]].any()
    torch.testing.assert_close(p.sum(1), torch.ones(2))


class Counting:
    """After token t it always wants t + 1."""

    def reader(self, batch: int):  # type: ignore[no-untyped-def]
        def read(x: Tensor) -> Tensor:
            return torch.nn.functional.one_hot((x[:, -1] + 1).clamp(max=9), 10) * 50.0

        return read


def test_writing_stops_at_the_end_of_every_text() -> None:
    prompt = torch.tensor([[0], [3]])
    written = write(Counting(), prompt, length=20, choice=Choice(), generator=torch.Generator(), end=6)
    assert written.tolist() == [[1, 2, 3, 4, 5, 6], [4, 5, 6, 6, 6, 6]]


def test_the_same_seed_writes_the_same() -> None:
    class Even:
        def reader(self, batch: int):  # type: ignore[no-untyped-def]
            return lambda x: torch.zeros(batch, 50)

    prompt = torch.zeros(2, 1, dtype=torch.int64)

    def written(seed: int) -> list[list[int]]:
        generator = torch.Generator().manual_seed(seed)
        tokens: list[list[int]] = write(Even(), prompt, length=9, choice=Choice(), generator=generator).tolist()
        return tokens

    assert written(1) == written(1) != written(2)
