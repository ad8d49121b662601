"""What the playground draws, pixel by pixel: weights, points, losses, and the words that explain them."""

import math
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from etude.playground.lesson import Lesson
from etude.playground.worlds import SIDE
from tests.page_fixtures import MARKS, epoch, loss, picture, show, until

pytestmark = MARKS
LINE = "#dataset=gauss&seed=0.5&networkShape=1&x=true&y=false&learningRate=0.00001"
"""one straight line from X1 to the one unit"""
ORANGE, GREY, BLUE = (245, 147, 34), (232, 234, 235), (8, 119, 189)
FIRST = 134.0
"""pixels from the left of the network to the right edge of the features, plus 24"""


def part(page: Page, canvas: str, box: tuple[float, float, float, float]) -> list[list[tuple[int, ...]]]:
    """Red, green, blue and opacity of pixels of a canvas, row by row; the box is x, y, width and height in pixels."""
    script = """([name, x, y, width, height]) => {
      const canvas = document.getElementById(name);
      return [...canvas.getContext("2d").getImageData(x, y, width, height).data];
    }"""
    x, y, width, height = map(round, box)
    flat = page.evaluate(script, [canvas, x, y, width, height])
    pixels = [tuple(flat[at : at + 4]) for at in range(0, len(flat), 4)]
    return [pixels[row * width : (row + 1) * width] for row in range(height)]


def set_weight(page: Page, value: float) -> None:
    """Point at the first weight, click, write, Enter."""
    box = page.locator("#network").bounding_box()
    assert box is not None
    at = box["x"] + FIRST + 40, box["y"] + level(page)
    page.mouse.move(*at)
    page.mouse.click(*at)
    page.fill("#card-value", str(value))
    frames = page.evaluate("() => window.etude.drawn")
    page.keyboard.press("Enter")
    until(lambda: page.evaluate("() => window.etude.drawn") > frames)
    page.mouse.move(0, 0)


def level(page: Page) -> float:
    """Pixels from the top of the network to the middle of the first unit."""
    script = "() => { const unit = document.querySelector('.unit'); return unit.offsetTop + unit.offsetHeight / 2; }"
    return float(page.evaluate(script))


def column(page: Page) -> list[tuple[int, ...]]:
    """The column of pixels through the first line where it is thickest."""
    rows = part(page, "edges", (FIRST, level(page) - 15, 62, 30))
    columns = [[row[x] for row in rows] for x in range(62)]
    return max(columns, key=lambda pixels: sum(pixel[3] for pixel in pixels))


@pytest.mark.parametrize(
    ("weight", "width", "colour"),
    [
        (0.0, 1.0, GREY),
        (1.0, 2.8, BLUE),
        (2.5, 5.5, BLUE),
        (5.0, 10.0, BLUE),
        (50.0, 10.0, BLUE),
        (-2.5, 5.5, ORANGE),
        (-9.0, 10.0, ORANGE),
    ],
)
def test_t21_a_weight_is_as_thick_as_it_is_large(page: Page, weight: float, width: float, colour: Any) -> None:
    show(page, LINE)
    set_weight(page, weight)
    pixels = column(page)
    assert sum(pixel[3] for pixel in pixels) / 255 == pytest.approx(width, abs=0.25)  # edges are smoothed
    middle = max(pixels, key=lambda pixel: pixel[3])
    assert middle[:3] == pytest.approx(colour, abs=4)


def dashes(page: Page) -> list[int]:
    """Opacity along the first line."""
    return [pixel[3] for pixel in part(page, "edges", (FIRST, level(page), 120, 1))[0]]


def test_t21_dashes_flow_with_the_epochs_and_stand_still_between(page: Page) -> None:
    show(page, LINE)
    set_weight(page, -5.0)
    before = dashes(page)
    assert min(before) < 80 and max(before) == 255
    page.set_viewport_size({"width": 1280, "height": 801})  # drawn anew
    page.wait_for_timeout(200)
    assert dashes(page) == before
    for wanted in range(1, 7):
        page.click("#stepButton")
        until(lambda wanted=wanted: epoch(page) == wanted)  # type: ignore[misc]
    page.wait_for_timeout(100)
    assert dashes(page)[2:] == pytest.approx(before[:-2], abs=40)  # a third of a pixel each epoch, towards the answer
    page.set_viewport_size({"width": 1280, "height": 800})


def test_t21_lines_are_fanned_at_both_ends(page: Page) -> None:
    show(page, "#dataset=gauss&seed=0.5&networkShape=4&x=true&y=true&xSquared=true&learningRate=0.00001")
    height = level(page)
    starts = [row[0][3] for row in part(page, "edges", (111, height - 15, 1, 30))]
    assert runs(starts) == 4
    unit = page.evaluate("() => document.querySelector('.unit:not(.on):not(.off)').offsetLeft")
    ends = [max(pixel[3] for pixel in row) for row in part(page, "edges", (unit - 8, height - 15, 7, 30))]
    assert runs(ends) == 3


def runs(opacities: list[int]) -> int:
    """Lines that are crossed."""
    drawn = [0, *(1 if each > 60 else 0 for each in opacities)]
    return sum(after > before for before, after in pairwise(drawn))


def box_of(page: Page, selector: str) -> dict[str, float]:
    """Place and size of an element of the page."""
    found: dict[str, float] = page.evaluate(
        "(selector) => document.querySelector(selector).getBoundingClientRect().toJSON()", selector
    )
    return found


@pytest.mark.parametrize("shape", ["3,2", "1", "8,8,8", "2,8"])
def test_t24_two_call_outs_point_at_a_unit_and_at_a_weight(page: Page, shape: str) -> None:
    show(page, f"#dataset=gauss&seed=0.5&networkShape={shape}")
    words = page.eval_on_selector_all(".callout", "(all) => all.map((each) => each.textContent)")
    assert words[0] == "This is the output from one neuron. Hover to see it larger."
    assert len(words) == 2 and "thicker" in words[1] and "weight" in words[1]
    assert page.locator("svg.arrow path").count() == 2
    script = """() => {
      const boxes = (selector) => [...document.querySelectorAll(selector)].map((each) => each.getBoundingClientRect());
      const words = boxes(".callout");
      const others = [...boxes(".unit"), ...boxes(".per-layer"), ...boxes("#model > .hint")];
      const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      return words.every((a, i) => [...others, ...words.slice(i + 1)].every((b) => apart(a, b)));
    }"""
    assert page.evaluate(script), "call-outs cover something"


def test_t24_call_outs_go_with_the_text(page: Page) -> None:
    show(page, "#dataset=gauss&seed=0.5&networkShape=&hideText=false")
    assert page.locator(".callout").count() == 1  # no unit is there to point at
    show(page, "#dataset=gauss&seed=0.5&networkShape=3,2&hideText=true")
    assert page.locator(".callout").count() == page.locator("svg.arrow").count() == 0


def test_t25_a_bracket_spans_the_hidden_layers(page: Page) -> None:
    units = page.eval_on_selector_all(
        ".unit:not(.on):not(.off)", "(all) => all.map((each) => each.getBoundingClientRect().left)"
    )
    bracket, label = box_of(page, ".bracket"), box_of(page, "#numHiddenLayers")
    assert bracket["left"] < min(units) and bracket["right"] > max(units) + 38
    assert (bracket["left"] + bracket["right"]) / 2 == pytest.approx((label["left"] + label["right"]) / 2, abs=1)
    assert label["bottom"] <= bracket["top"]
    assert bracket["bottom"] <= box_of(page, ".per-layer")["top"]
    show(page, "#dataset=gauss&seed=0.5&networkShape=")
    assert page.locator(".bracket").count() == 0


def test_t27_losses_are_drawn_from_the_least_to_the_greatest(page: Page) -> None:
    losses = {"train": [loss(page)], "test": [float(page.inner_text("#test-loss"))]}
    for wanted in (1, 2, 3, 4):
        page.click("#stepButton")
        until(lambda wanted=wanted: epoch(page) == wanted)  # type: ignore[misc]
        losses["train"].append(loss(page))
        losses["test"].append(float(page.inner_text("#test-loss")))
    width, height = page.evaluate("() => { const c = document.getElementById('curve'); return [c.width, c.height]; }")
    pixels = part(page, "curve", (0, 0, width, height))
    inked = [any(pixel[3] > 100 for pixel in row) for row in pixels]
    assert inked.index(True) <= 4 and inked[::-1].index(True) <= 4  # from the top to the bottom
    low, high = min(map(min, losses.values())), max(map(max, losses.values()))
    for number, value in enumerate(losses["train"]):
        x, y = 1 + number / 4 * (width - 2), height - 3 - (value - low) / (high - low) * (height - 6)
        near = [pixels[row][min(round(x), width - 2)] for row in range(max(0, round(y) - 2), min(height, round(y) + 3))]
        assert max(pixel[3] for pixel in near) > 150, f"the point of epoch {number} is missing"


def test_t27_showing_otherwise_adds_no_point(page: Page) -> None:
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    before = picture(page, "curve")
    for _ in range(3):
        page.click("#discretize")
        page.click("#showTestData")
    page.wait_for_timeout(200)
    assert picture(page, "curve") == before
    page.click("#stepButton")
    until(lambda: epoch(page) == 2)
    assert picture(page, "curve") != before


def test_t29_points_have_radius_3_and_the_colour_of_their_label(page: Page) -> None:
    page.check("#showTestData")
    train, test = Lesson(dataset="gauss", seed="0.5").points
    side = page.evaluate("() => document.getElementById('points').width")
    pixels = part(page, "points", (0, 0, side, side))

    def middle(point: Any) -> tuple[float, float]:
        return (point.x + SIDE) / (2 * SIDE) * side, (SIDE - point.y) / (2 * SIDE) * side

    places = [middle(point) for point in (*train, *test)]
    seen = {"train": 0, "test": 0}
    for number, point in enumerate((*train, *test)):
        kind = "train" if number < len(train) else "test"
        x, y = places[number]
        if any(math.dist(places[number], each) < 10 for each in (*places[:number], *places[number + 1 :])):
            continue
        seen[kind] += 1
        centre = pixels[int(y)][int(x)]
        assert centre == (*(BLUE if point.label > 0 else ORANGE), 255)
        rim = [pixels[int(y)][round(x - 0.5 + sign * 3)] for sign in (1, -1)]
        rims = max(sum(pixel[:3]) if kind == "train" else -sum(pixel[:3]) for pixel in rim if pixel[3] > 100)
        assert rims > 600 if kind == "train" else rims > -300  # white, or dark
        assert pixels[int(y)][int(x + 6)][3] == pixels[int(y + 6)][int(x)][3] == 0
    assert min(seen.values()) >= 5


def test_t29_points_outside_the_plane_are_hidden(page: Page) -> None:
    show(page, "#dataset=gauss&seed=0.179&noise=50")
    train, _ = Lesson(dataset="gauss", seed="0.179", noise=50.0).points
    side = page.evaluate("() => document.getElementById('points').width")
    radius = 3 / side * 2 * SIDE
    edge = [pixels[0][3] for pixels in part(page, "points", (side - 1, 0, 1, side))]

    def row(y: float) -> int:
        return int((SIDE - y) / (2 * SIDE) * side)

    outside = [point for point in train if SIDE < point.x < SIDE + 0.75 * radius and abs(point.y) < SIDE]
    assert len(outside) == 2  # half of each circle would be seen
    assert all(edge[row(point.y)] == 0 for point in outside)
    inside = [point for point in train if SIDE - 0.75 * radius < point.x < SIDE]
    assert inside and all(edge[row(point.y)] > 0 for point in inside)
