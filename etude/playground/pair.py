"""Two configurations on the same points: `other=`, absent where there is one, and `edit=right`, in an address.

`other` holds, encoded once more, the settings in which the right side differs from the left one, which the rest of the
address tells; a setting of ours that is as usual there is given without a value. Without any, both sides are equal.
`edit` says which side the controls of the page change.
"""

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode

from etude.playground import address, beyond
from etude.playground.address import View, read_address, write_address
from etude.playground.lesson import Lesson
from etude.playground.network import FEATURES
from etude.playground.perceptron import PERCEPTRON
from etude.playground.worlds import Point

DATA = {"problem", "dataset", "regDataset", "noise", "percTrainData", "batchSize", "classes"}
"""keys of the points and of their order, the same on both sides"""
SIDED = (
    *({*address.CHOICES, *address.NUMBERS, *address.COUNTS} - DATA),
    *({*beyond.CHOICES, *beyond.NUMBERS, *beyond.COUNTS} - DATA),
    *("networkShape", "generator", "initZero", *FEATURES),
)
"""keys in which the sides may differ"""


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What an address puts on stage."""

    lessons: tuple[Lesson, ...]
    """one, or the left one and the right one of a pair"""
    view: View
    edited: int = 0
    """which of them the controls change"""

    def learning(self, own: tuple[Point, ...], *, training: int | None = None) -> "Programme":
        """The same on points of one's own, of which `training` percent are learnt from, or as many as before."""
        share = self.lessons[0].training if training is None else training
        lessons = (beyond.fitting(replace(each, own=own, training=share)) for each in self.lessons)
        return replace(self, lessons=tuple(lessons))


def addresses(text: str) -> tuple[str, ...]:
    """That of a single lesson, or those of the left one and the right one of a pair."""
    given = dict(parse_qsl(text.removeprefix("#"), keep_blank_values=True))
    if "other" not in given:
        return (text,)
    own = {key: value for key, value in parse_qsl(given["other"], keep_blank_values=True) if key in SIDED}
    return text, urlencode(given | own)


def read_programme(text: str, *, seed: str) -> Programme:
    """What stands after the #; what is missing in `other` is as on the left, what makes no sense as in a fresh page."""
    first, *others = addresses(text)
    left, view = read_address(first, seed=seed)
    lessons = (left, *(read_address(each, seed=left.seed)[0] for each in others))
    if others and PERCEPTRON in {each.optimizer for each in lessons}:  # it learns point by point, so both sides must
        lessons = tuple(replace(each, batch=1) for each in lessons)
    on_the_right = dict(parse_qsl(text.removeprefix("#"))).get("edit") == "right"
    return Programme(lessons=lessons, view=view, edited=int(bool(others) and on_the_right))


def drawn_once(left: Lesson, *others: Lesson) -> tuple[Lesson, ...]:
    """All of them, with the same points."""
    for other in others:
        vars(other)["drawn"] = left.drawn  # where cached_property keeps it
    return left, *others


def write_programme(programme: Programme) -> str:
    """The address; that of a single lesson is as write_address has it."""
    left, *others = (write_address(each, programme.view) for each in programme.lessons)
    for right in others:
        here, there = (dict(parse_qsl(each, keep_blank_values=True)) for each in (left, right))
        own = {key: there.get(key, "") for key in here | there if here.get(key) != there.get(key)}
        left += f"&other={quote(urlencode(own, safe=',;:'), safe=',;:')}" + ("&edit=right" if programme.edited else "")
    return left
