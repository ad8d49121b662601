"""Examples that stand in two parts of the data, nearly: what is learnt from should not be what is judged by."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor
from torch.nn import functional as F

from etude.chance import stream
from etude.data.splits import Splits
from etude.data.tokenizers import PAD, UNKNOWN
from etude.figures import Figure, Images, Text
from etude.inside.examples import example_in_words
from etude.schema import Pictures, Table
from etude.schema import Text as Texts

PARTS = ("train", "valid", "test")
SEARCHED = {"train": 4_000, "valid": 1_000, "test": 1_000}
"""examples of each part at most: all pairs of them are compared"""
SHOWN = 12
"""pairs"""
SIDE, THUMB = 32, 8
"""pixels at which pictures are compared, and at which pairs are chosen that are worth it"""
NO_GREY = 1e-3
"""length of a picture, less its mean, that is of one grey"""
CANDIDATES = 3
"""for each picture or text"""
ALIKE, LEAST = 0.99, 0.95
"""correlation from which pictures are copies of each other, and that below which they never are"""
NEARER = 10
"""times nearer than the usual nearest picture is, from which on it is a copy: where pictures are all different"""
TOLERANCE = 0.01
"""standard deviations by which the numbers of two rows may differ"""
SHINGLE, SHARED = 3, 0.7
"""tokens in a row; share of those of two texts that both have"""
TOKENS = 200
"""first ones of a text that are compared"""
FREQUENT = 50
"""texts that share a shingle which tells nothing"""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The likest partner in one part, of each example in another."""

    partners: Int[Tensor, " example"]
    likeness: Float[Tensor, " example"]
    """1 for the same, 0 for nothing in common"""
    copies: Bool[Tensor, " example"]


Matching: TypeAlias = Callable[[Shaped[Tensor, "known ..."], Shaped[Tensor, "asked ..."]], Pairs]


@dataclass(frozen=True, slots=True)
class Near:
    """Two examples that are nearly the same."""

    parts: tuple[str, str]
    rows: tuple[int, int]
    """in the order of the parts, from 0"""
    likeness: float
    first: Tensor
    second: Tensor

    @property
    def same(self) -> bool:
        """Number for number."""
        return torch.equal(self.first, self.second)

    @property
    def caption(self) -> str:
        """'train 12 | test 7, 0.996'"""
        (one, other), (here, there) = self.parts, self.rows
        return f"{one} {here} | {other} {there}, {'same' if self.same else f'{self.likeness:.3f}'}"


def near_figure(splits: Splits[Any]) -> Figure | None:
    """The likest pairs across the parts; None where examples are neither pictures nor rows nor texts."""
    inputs = splits.schema.inputs
    x = getattr(splits.train, "x", None)
    matching = matching_of(inputs)
    if matching is None or not isinstance(x, Tensor) or x.layout != torch.strided:
        return None
    found = near_pairs(splits, matching)
    title = f"Near copies across the parts: {len(found) or 'none'} among {searched(splits)}"
    told = sorted(found, key=lambda each: (each.same, -each.likeness))[:SHOWN]
    if told and isinstance(inputs, Pictures):
        return Images(title, torch.stack([side_by_side(each) for each in told]), tuple(each.caption for each in told))
    lines = [
        f"{each.caption}\n  {example_in_words(inputs, each.first)}\n  {example_in_words(inputs, each.second)}"
        for each in told
    ]
    return Text(title, "\n".join(lines) or RULES[type(inputs)])


def matching_of(inputs: object) -> Matching | None:
    """How examples of this kind are compared."""
    if isinstance(inputs, Table):
        return lambda known, asked: alike_rows(known, asked, numbers=len(inputs.numeric))
    return alike_pictures if isinstance(inputs, Pictures) else alike_texts if isinstance(inputs, Texts) else None


RULES = {
    Pictures: "Pictures are copies if they are alike up to brightness, contrast, some noise and a shift by a pixel.",
    Table: f"Rows are copies if names are the same and no number differs by more than {TOLERANCE} deviations.",
    Texts: f"Texts are copies if they share {SHARED:.0%} of their sequences of {SHINGLE} tokens.",
}
"""said where nothing was found"""


def near_pairs(splits: Splits[Any], matching: Matching) -> list[Near]:
    """All that was found, part by part."""
    drawn = {name: some_rows(len(part), SEARCHED[name]) for name, part in parts_of(splits).items()}
    found: list[Near] = []
    for one, other in combinations(PARTS, 2):
        known, asked = (parts_of(splits)[name].x[drawn[name]].cpu() for name in (one, other))
        if not len(known) or not len(asked):
            continue
        pairs = matching(known, asked)
        for k in pairs.copies.nonzero()[:, 0].tolist():
            partner = int(pairs.partners[k])
            rows = int(drawn[one][partner]), int(drawn[other][k])
            found.append(Near((one, other), rows, float(pairs.likeness[k]), known[partner], asked[k]))
    return found


def parts_of(splits: Splits[Any]) -> dict[str, Any]:
    """By name."""
    return dict(zip(PARTS, (splits.train, splits.valid, splits.test), strict=True))


def some_rows(n: int, most: int) -> Int[Tensor, " row"]:
    """Rows drawn by chance, always the same ones."""
    return torch.randperm(n, generator=stream(0, "sampling"))[:most]


def searched(splits: Splits[Any]) -> str:
    """'5,000 of 46,668 train, 2,000 of 13,332 valid, 179 test'"""
    told = []
    for name, part in parts_of(splits).items():
        some, n = min(SEARCHED[name], len(part)), len(part)
        told.append(f"{some:,} {name}" if some == n else f"{some:,} of {n:,} {name}")
    return ", ".join(told)


def alike_pictures(
    known: Shaped[Tensor, "known channel height width"], asked: Shaped[Tensor, "asked channel height width"]
) -> Pairs:
    """The greatest correlation of the middle of a picture with another one, moved by up to a pixel of `SIDE`.

    It is blind to brightness and contrast. Hashes of differences were measured to be of no use for digits on black:
    they call a quarter of MNIST's test digits copies, and miss real ones under a noise of 10 in 255.
    """
    windows, middles = moved(small(known)), small(asked)[:, 1:-1, 1:-1]
    sketches = standard(thumb(middles)) @ standard(thumb(windows.flatten(0, 1))).T
    rough = sketches.unflatten(1, windows.shape[:2]).amax(dim=2)  # (asked, known)
    candidates = rough.topk(min(CANDIDATES, len(known)), dim=1).indices
    windows, middle = windows.flatten(2), standard(middles.flatten(1))
    lengths = (windows.std(dim=2, correction=0) * math.sqrt(windows.shape[2])).clamp(min=NO_GREY)
    products = [torch.einsum("awp,ap->aw", windows[k], middle) / lengths[k] for k in candidates.T]
    likeness = torch.stack([each.amax(dim=1) for each in products], dim=1)
    best, place = likeness.max(dim=1)
    usual = float(best.median())
    enough = min(ALIKE, max(LEAST, 1 - (1 - usual) / NEARER))
    return Pairs(candidates.gather(1, place[:, None])[:, 0], best, best >= enough)


def small(x: Shaped[Tensor, "picture channel height width"]) -> Float[Tensor, "picture row column"]:
    """Grey, of at most `SIDE` pixels to a side."""
    grey = x.float().mean(dim=1)
    if max(grey.shape[1:]) <= SIDE:
        return grey
    few: Tensor = F.adaptive_avg_pool2d(grey, SIDE)
    return few


def moved(grey: Float[Tensor, "picture row column"]) -> Float[Tensor, "picture nine high wide"]:
    """The nine windows that lack two rows and two columns."""
    high, wide = grey.shape[1] - 2, grey.shape[2] - 2
    return torch.stack([grey[:, i : i + high, j : j + wide] for i in range(3) for j in range(3)], dim=1)


def thumb(grey: Float[Tensor, "picture row column"]) -> Float[Tensor, "picture pixel"]:
    """A few pixels of a picture."""
    few: Tensor = F.adaptive_avg_pool2d(grey, THUMB)
    return few.flatten(1)


def standard(values: Float[Tensor, "*any pixel"]) -> Float[Tensor, "*any pixel"]:
    """Of mean 0 and length 1, so that products are correlations; 0 for what is of one grey."""
    centred = values - values.mean(dim=-1, keepdim=True)
    length: Tensor = centred.norm(dim=-1, keepdim=True)
    return centred / length.clamp(min=NO_GREY)


def alike_rows(known: Float[Tensor, "known width"], asked: Float[Tensor, "asked width"], *, numbers: int) -> Pairs:
    """The least of the greatest differences between two rows, in deviations; rows of other names are far apart."""
    weights = torch.ones(known.shape[1])
    weights[numbers:] = 1 / TOLERANCE  # indicators and codes are whole numbers
    distances = torch.cat([torch.cdist(piece * weights, known * weights, p=torch.inf) for piece in asked.split(500)])
    nearest, partners = distances.min(dim=1)
    return Pairs(partners, 1 - nearest.clamp(max=1), nearest <= TOLERANCE)


def alike_texts(known: Int[Tensor, "known time"], asked: Int[Tensor, "asked time"]) -> Pairs:
    """Share of common shingles among all of two texts (Broder 1997, doi:10.1109/SEQUEN.1997.666900, section 2)."""
    sets = [shingles(row) for row in known[:, :TOKENS].tolist()]
    index: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for row, each in enumerate(sets):
        for shingle in each:
            index[shingle].append(row)
    best = [likest(shingles(row), sets, index) for row in asked[:, :TOKENS].tolist()]
    likeness = torch.tensor([share for _, share in best])
    return Pairs(torch.tensor([row for row, _ in best]), likeness, likeness >= SHARED)


def shingles(ids: list[int]) -> set[tuple[int, ...]]:
    """Every sequence of tokens of that length; a shorter text is one itself, and unknown words alone are none."""
    known = [each for each in ids if each != PAD]
    pieces = {tuple(known[k : k + SHINGLE]) for k in range(max(1, len(known) - SHINGLE + 1))}
    return {each for each in pieces if set(each) - {UNKNOWN}}


def likest(
    one: set[tuple[int, ...]], sets: list[set[tuple[int, ...]]], index: dict[tuple[int, ...], list[int]]
) -> tuple[int, float]:
    """Which of the texts that have most rare shingles in common with this one is likest, and how like it is."""
    rare = (index.get(each, []) for each in one)
    common = Counter(row for rows in rare if len(rows) <= FREQUENT for row in rows)
    shares = [(len(one & sets[row]) / len(one | sets[row]), row) for row, _ in common.most_common(CANDIDATES)]
    share, row = max(shares, default=(0.0, 0))
    return row, share


def side_by_side(pair: Near) -> Shaped[Tensor, "channel height width"]:
    """Both pictures with a little grey between them."""
    gap = pair.first.new_full((*pair.first.shape[:2], 2), 128)
    return torch.cat([pair.first, gap, pair.second], dim=2)
