"""Letters of many scripts, a few examples of each: what is learnt on some scripts is asked about others."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from etude.data.archives import zip_members
from etude.data.decode import decoded
from etude.data.entries import Entry, Layout
from etude.source import Source

SIDE = 28
"""pixels"""
SCRIPTS = {
    "Latin": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "Greek": "".join(map(chr, [*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x3B1, 0x3CA)])),
    "Cyrillic": "".join(map(chr, range(0x410, 0x450))),
    "Armenian": "".join(map(chr, [*range(0x531, 0x557), *range(0x561, 0x587)])),
    "Georgian": "".join(map(chr, range(0x10D0, 0x10F1))),
}
"""letters that all faces of DejaVu have"""
FACES = tuple(
    f"DejaVu{family}{style}.ttf"
    for family, slanted in (("Sans", "Oblique"), ("SansMono", "Oblique"), ("Serif", "Italic"))
    for style in ("", "-Bold", f"-{slanted}", f"-Bold{slanted}")
)
TURN = 15.0
"""degrees that a letter is turned by at most, to either side"""
EMPTY = 36
"""pixels of the sheet that a letter is drawn on before it is cut to SIDE"""


@dataclass(frozen=True, slots=True)
class RawClasses:
    """Pictures by class, and the family of each class: classes of one family stay in one part of the data."""

    pictures: UInt8[np.ndarray, "picture height width"]
    """ink is 255"""
    classes: np.ndarray
    """name of each picture's class"""
    families: np.ndarray
    """name of each picture's alphabet"""
    notes: tuple[str, ...] = ()


def glyphs() -> RawClasses:
    """About 250 letters of five scripts in 12 faces of DejaVu, each turned and moved a little by chance."""
    chance = np.random.default_rng(0)
    faces = [ImageFont.truetype(str(font_folder() / name), 20) for name in FACES]
    seen: set[bytes] = set()
    pictures: list[np.ndarray] = []
    classes: list[str] = []
    families: list[str] = []
    for script, letters in SCRIPTS.items():
        for letter in letters:
            upright = drawn(letter, faces[0]).tobytes()
            if upright in seen:  # the Greek capital alpha is drawn as the Latin A
                continue
            seen.add(upright)
            pictures.extend(varied(drawn(letter, face), chance) for face in faces)
            classes.extend([f"{script} {letter}"] * len(faces))
            families.extend([script] * len(faces))
    left_out = sum(map(len, SCRIPTS.values())) - len(seen)
    notes = (f"{left_out} letters that look like one of an earlier script are left out",)
    return RawClasses(np.stack(pictures), np.array(classes), np.array(families), notes)


def font_folder() -> Path:
    """Where matplotlib keeps the fonts that it brings."""
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None and spec.origin is not None  # it is a dependency of ours
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def drawn(letter: str, face: ImageFont.FreeTypeFont) -> UInt8[np.ndarray, "36 36"]:
    """A letter in the middle of an empty sheet."""
    sheet = Image.new("L", (EMPTY, EMPTY))
    ImageDraw.Draw(sheet).text((EMPTY / 2, EMPTY / 2), letter, font=face, fill=255, anchor="mm")
    return np.asarray(sheet)


def varied(sheet: UInt8[np.ndarray, "36 36"], chance: np.random.Generator) -> UInt8[np.ndarray, "28 28"]:
    """The letter turned by up to TURN degrees and moved by up to two pixels, cut out of its sheet."""
    turned = Image.fromarray(sheet).rotate(chance.uniform(-TURN, TURN), Image.Resampling.BILINEAR)
    down, right = chance.integers(-2, 3, size=2) + (EMPTY - SIDE) // 2
    return np.asarray(turned)[down : down + SIDE, right : right + SIDE]


def omniglot(paths: tuple[Path, ...], source: Source, size: int) -> RawClasses:
    """Characters of a zip file alphabet/character/picture.png, drawn by 20 people each, white on black."""
    with zip_members(paths[0]) as archive:
        members = sorted(each for each in archive if each.endswith(".png"))
        found = [decoded(archive[each](), each, max_pixels=source.max_pixels, size=SIDE)[0] for each in members]
    places = [each.split("/")[-3:-1] for each in members]
    classes = np.array([f"{alphabet} {character}" for alphabet, character in places])
    return RawClasses(255 - np.stack(found), classes, np.array([alphabet for alphabet, _ in places]))


EMBEDDED_CHARACTERS = {"glyphs": glyphs}
CHARACTERS: dict[str, Entry[RawClasses]] = {
    "omniglot": Entry(
        "2,720 pictures of 136 characters of five alphabets, each drawn by 20 people (a part of Lake et al. 2015)",
        "MIT",
        "https://github.com/brendenlake/omniglot",
        (Layout("omniglot", ("images_background_small1.zip",), omniglot),),
    ),
}
