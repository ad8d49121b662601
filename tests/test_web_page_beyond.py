"""What TensorFlow Playground cannot do, done on the page in a real browser."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from etude.playground.lesson import Lesson
from tests.page_fixtures import MARKS, epoch, loss, picture, pixel, show, shown, until

pytestmark = MARKS
BLOBS = "#dataset=blobs&classes=4&seed=0.3&optimizer=adam&learningRate=0.1&networkShape=6"
LIGHT = ("#006495", "#4f0227", "#fb5b40", "#a184e4")
"""the first colours of the classes"""


@pytest.fixture(autouse=True)
def opened(page: Page, fresh: None) -> None:
    """With the panel open, and nothing painted."""
    page.evaluate("() => { document.getElementById('beyond').open = true; }")
    if page.get_attribute("#paint", "aria-pressed") == "true":
        page.click("#paint")


def pale(colour: str) -> list[float]:
    """About what a place looks like where the network is sure: points in the full colour must stand out."""
    return [0.72 * int(colour[at : at + 2], 16) + 0.28 * 255 for at in (1, 3, 5)]


def train(page: Page, epochs: int) -> None:
    """Play until so many epochs are over, then pause."""
    page.click("#playButton")
    until(lambda: epoch(page) >= epochs)
    page.click("#playButton")
    until(lambda: page.inner_text("#playButton .name") == "Train")
    page.wait_for_timeout(300)  # the last frame may still be on its way to the canvas


@pytest.mark.parametrize(
    ("control", "value", "said"),
    [
        ("loss", "hinge", "loss=hinge"),
        ("optimizer", "adamw", "optimizer=adamw"),
        ("schedule", "cosine", "schedule=cosine"),
        ("init", "orthogonal", "init=orthogonal"),
        ("init", "zero", "initZero=true"),
        ("activation", "silu", "activation=silu"),
    ],
)
def test_choices_beyond_the_browsers_start_the_lesson_anew(page: Page, control: str, value: str, said: str) -> None:
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    assert page.inner_text("#engine").startswith("Learnt by TensorFlow Playground")
    page.select_option(f"#{control}", value)
    until(lambda: epoch(page) == 0 and said in shown(page))
    until(lambda: page.inner_text("#engine").startswith("Learnt by etude") or value == "zero")


def test_weight_decay_and_dropout_change_while_it_learns(page: Page) -> None:
    show(page, "#dataset=gauss&seed=0.5&optimizer=adam&networkShape=3")
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    page.select_option("#weightDecay", "0.1")
    until(lambda: "weightDecay=0.1" in shown(page))
    page.locator("#dropout").fill("0.3")
    page.locator("#dropout").dispatch_event("change")
    until(lambda: "dropout=0.3" in shown(page))
    assert epoch(page) == 1
    assert page.inner_text("#beyond-said") == "Adam · weight decay 0.1 · dropout 30 %"


def test_classes_are_seen_in_their_colours_and_counted(page: Page) -> None:
    show(page, BLOBS)
    train(page, 25)
    assert float(page.inner_text("#test-accuracy").split()[0]) > 95
    assert page.locator(".unit.class").count() == 4
    for k, (x, y) in enumerate([(0, 3.5), (3.5, 0), (0, -3.5), (-3.5, 0)]):
        seen = pixel(page, x, y)
        distances = [sum((a - b) ** 2 for a, b in zip(seen, pale(colour), strict=True)) for colour in LIGHT]
        assert distances.index(min(distances)) == k
    whole = picture(page, "answer")
    page.locator(".unit.class").first.hover()
    until(lambda: picture(page, "answer") != whole)
    page.mouse.move(0, 0)
    until(lambda: picture(page, "answer") == whole)


def test_points_are_painted_moved_and_removed(page: Page) -> None:
    page.click("#paint")
    page.click("#clear-points")
    box = page.locator("#points").bounding_box()
    assert box is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + (x + 6) / 12 * box["width"], box["y"] + (6 - y) / 12 * box["height"]

    for number, (name, x, y) in enumerate(
        [("Class 1", -3, -3), ("Class 2", 3, 3), ("Another class, 3", 3, -3)], start=1
    ):
        page.click(f"#painting-classes button[aria-label='{name}']")
        page.mouse.click(*at(x, y))
        until(lambda number=number: own(page) == number)  # type: ignore[misc]
    assert page.locator(".unit.class").count() == 3
    page.mouse.move(*at(3, 3))
    page.mouse.down()
    page.mouse.move(*at(1, 2), steps=4)
    page.mouse.up()
    until(lambda: ";1,2,1;" in shown(page) or "points=1,2,1;" in shown(page))
    page.mouse.click(*at(1, 2), button="right")
    until(lambda: own(page) == 2)
    page.focus("#points")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    until(lambda: own(page) == 3)
    page.keyboard.press("Delete")
    until(lambda: own(page) == 2)
    before = shown(page)
    page.click("#resetButton")
    until(lambda: epoch(page) == 0)
    assert shown(page) == before


def own(page: Page) -> int:
    """How many points the address holds."""
    points = shown(page).partition("points=")[2].partition("&")[0]
    return len(points.split(";")) if points else 0


def test_a_table_is_learnt_and_a_bad_one_is_refused_with_its_line(page: Page, tmp_path: Path) -> None:
    page.click("#table-open")
    page.fill("#table-text", "a,b,kind\n1,2,x\n3,four,y")
    page.click("#table-learn")
    until(lambda: "Line 3: 'four'" in page.inner_text("#table-why"))
    (tmp_path / "own.csv").write_text("a,b,kind\n" + "\n".join(f"{k % 7},{k % 5},{'xyz'[k % 3]}" for k in range(900)))
    page.set_input_files("#table-file", tmp_path / "own.csv")
    until(lambda: page.input_value("#table-text").count("\n") == 900)
    page.click("#table-learn")
    until(lambda: "ownPoints=900" in shown(page))
    assert "900 points. a: 0 is 2.993, 1 is 3.993" in page.inner_text("#own-said")
    assert "cannot hold so many" in page.inner_text("#own-said")
    assert page.is_disabled("#noise") and page.locator(".unit.class").count() == 3
    page.click("#worlds button[aria-label=Circle]")
    until(lambda: "ownPoints" not in shown(page) and page.locator(".unit.class").count() == 0)


def test_the_past_is_gone_back_to(page: Page) -> None:
    page.evaluate("() => document.activeElement.blur()")  # a group of choices would take the arrows
    said = [loss(page)]
    for wanted in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        until(lambda wanted=wanted: epoch(page) == wanted)  # type: ignore[misc]
        said.append(loss(page))
    for wanted in (2, 1):
        page.keyboard.press("ArrowLeft")
        until(lambda wanted=wanted: epoch(page) == wanted)  # type: ignore[misc]
        assert loss(page) == said[wanted]
    page.locator("#past").fill("3")
    until(lambda: epoch(page) == 3)
    assert loss(page) == said[3]


def test_a_step_may_be_an_update_or_a_point(page: Page) -> None:
    page.select_option("#grain", "batch")
    page.click("#stepButton")
    until(lambda: page.inner_text("#update-said") == "update 1 of 25")
    page.select_option("#grain", "point")
    page.click("#stepButton")
    until(lambda: page.is_visible("#looked"))
    page.select_option("#grain", "epoch")
    page.click("#stepButton")
    until(lambda: epoch(page) == 1 and not page.is_visible("#looked"))


def test_the_program_on_the_page_prints_the_losses_of_the_page(page: Page) -> None:
    show(page, "#dataset=gauss&seed=0.5&optimizer=adam&networkShape=3")
    page.click("#program-open")
    until(lambda: page.is_visible("#program"))
    text = page.inner_text("#program-text")
    page.click("#program-close")
    done = subprocess.run([sys.executable, "-I", "-c", text], capture_output=True, text=True, timeout=120)
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    assert f"{float(done.stdout.splitlines()[1].split()[1]):.3f}" == page.inner_text("#train-loss")


def test_a_challenge_says_what_is_missing_and_when_it_is_passed(page: Page) -> None:
    show(page, "#dataset=gauss&seed=0.5&networkShape=3,2&goal=accuracy:99,units:9")
    until(lambda: page.inner_text("#goal").startswith("Not passed yet: test accuracy "))
    train(page, 15)
    until(lambda: page.inner_text("#goal").startswith("Passed at epoch "))
    page.select_option("#challenge", label="Spiral with at most 8 hidden units")
    until(lambda: "goal=loss:0.05,units:8" in shown(page))
    until(lambda: "test loss" in page.inner_text("#goal"))


def test_a_link_for_a_class_hides_what_is_ticked(page: Page) -> None:
    page.click("#teacher-open")
    assert page.locator("#teacher-boxes input").count() == 16  # the fifteen of TensorFlow Playground, and the loss
    page.check("#teacher-boxes input[name=learningRate]")
    page.fill("#teacher-accuracy", "95")
    link = page.input_value("#teacher-link")
    assert "learningRate_hide=true" in link and "goal=accuracy:95" in link
    page.click("#teacher-try")
    until(lambda: not page.is_visible("#learningRate"))
    assert page.is_visible("#goal") and not page.is_visible("#teacher")


@pytest.mark.parametrize("width", [480, 1180, 1920])
def test_nothing_of_the_panel_is_cut_off(page: Page, width: int) -> None:
    show(page, BLOBS + "&goal=loss:0.1")
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 800})


def test_palette_and_points_are_those_of_the_lesson(page: Page) -> None:
    show(page, BLOBS + "&learningRate=0.00001")
    points = Lesson(dataset="blobs", classes=4, seed="0.3", optimizer="adam").points[0]
    script = """([x, y]) => {
      const canvas = document.getElementById("points");
      const [column, row] = [(x + 6) / 12 * canvas.width, (6 - y) / 12 * canvas.height];
      return [...canvas.getContext("2d").getImageData(column, row, 1, 1).data].slice(0, 3);
    }"""
    last = points[-1]  # drawn above the others
    found = page.evaluate(script, [last.x, last.y])
    assert "#" + "".join(f"{each:02x}" for each in found) == LIGHT[int(last.label)]
