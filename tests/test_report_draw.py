from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

from etude.figures import Curve, Figure, Grid, Histogram, Images, LayerBox, Line, Matrix, Network, Points, Text
from etude.report.draw import svg, write_png, write_svg
from etude.report.style import CLASSES, CLASSES_DARK, DARK, LIGHT


def line(*heights: float) -> Line:
    return Line(torch.arange(len(heights)).float(), torch.tensor(heights))


FIGURES: list[Figure] = [
    Curve(
        "Loss", {"training": line(3.0, 2.0, 1.0), "validation": line(3.0, 2.5, 2.4)}, "epoch", "loss, nats", log_y=True
    ),
    Images("Digits", torch.randint(0, 256, (5, 1, 8, 8)).to(torch.uint8), tuple("01234")),
    Images("Photos", torch.randint(0, 256, (2, 3, 8, 8)).to(torch.uint8), ("cat", "dog")),
    Matrix("Weights", torch.tensor([[1.0, -2.0], [0.0, 0.5]]), ("a", "b"), ("c", "d"), "from", "to"),
    Matrix("Counts", torch.tensor([[9, 1], [0, 3]]), ("a", "b"), ("a", "b"), "truth", "answer", share_of_row=True),
    Points(
        "Moons",
        torch.randn(9),
        torch.randn(9),
        "x",
        "y",
        torch.arange(9) % 3,
        ("a", "b", "c"),
        Grid(torch.rand(4, 4), (-2.0, 2.0), (-2.0, 2.0)),
    ),
    Points("Scatter", torch.randn(9), torch.randn(9), "truth", "answer", diagonal=True),
    Histogram("Errors", torch.linspace(0, 1, 5), {"errors": torch.tensor([1, 2, 3, 0])}, "error"),
    Network("LeNet", (LayerBox("conv1", (6, 28, 28), 156), LayerBox("pool", (6, 14, 14), 0))),
    Text("Sample", "To be, or not to be: costs $5 and $6 <b>\n" * 3),
]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.title)
def test_the_same_figure_gives_the_same_bytes(figure: Figure) -> None:
    assert svg(figure) == svg(figure)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.title)
def test_a_drawing_is_well_formed_and_has_a_name(figure: Figure) -> None:
    root = ElementTree.fromstring(svg(figure))
    assert root.get("role") == "img" and root.get("aria-label") == figure.title


def test_words_are_kept_as_they_are() -> None:
    root = ElementTree.fromstring(svg(Text("t", "costs $5 and $6 <b>")))
    assert "costs $5 and $6 <b>" in "".join(root.itertext())


def test_dollars_in_the_name_of_a_column_are_no_formula() -> None:
    figure = Points("$", torch.randn(3), torch.randn(3), "price in $ (not \\$)", "$a_b$", diagonal=True)
    words = "".join(ElementTree.fromstring(svg(figure)).itertext())
    assert "$a_b$" in words


def test_a_hostile_name_stays_a_name() -> None:
    name = '"><script>alert(1)</script>'
    figure = Matrix(name, torch.ones(1, 1), (name,), (name,), name, name)
    found = svg(figure)
    ElementTree.fromstring(found)
    assert "<script" not in found


def test_colours_follow_the_theme_of_the_page() -> None:
    found = svg(FIGURES[0])
    assert f"var(--class-0, {CLASSES[0]})" in found
    assert found.count(CLASSES[0]) == found.count(f"var(--class-0, {CLASSES[0]})")


def test_a_file_that_stands_alone_brings_its_palette(tmp_path: Path) -> None:
    write_svg(FIGURES[0], tmp_path / "loss.svg")
    text = (tmp_path / "loss.svg").read_text()
    ElementTree.fromstring(text)
    assert "prefers-color-scheme: dark" in text and CLASSES_DARK[0] in text


def test_a_png_is_a_picture_on_white_and_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        write_png(FIGURES[0], tmp_path / name)
    pixels = np.asarray(Image.open(tmp_path / "a.png").convert("RGB"))
    assert (pixels[0, 0] == 255).all() and pixels.std() > 5
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_lines_can_be_read_in_both_themes(theme: dict[str, str]) -> None:
    def contrast(name: str) -> float:
        high, low = sorted((luminance(theme[name]), luminance(theme["ground"])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    assert contrast("ink") > 7 and contrast("muted") > 4.5 and contrast("accent") > 4.5
    assert all(contrast(name) > 2.9 for name in theme if name.startswith("class-"))
