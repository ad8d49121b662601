"""Two configurations side by side, in a real browser: both are seen, and the controls change one of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from etude.playground.lesson import Lesson
from etude.web.stage import LessonStage
from tests.page_fixtures import MARKS, broken_rules, drawn, epoch, loss, picture, show, shown, until

pytestmark = MARKS
PAIR = "#dataset=xor&seed=0.5&networkShape=3&other=activation%3Drelu"


def sides(page: Page) -> tuple[str, str]:
    """Both pictures of the answer."""
    return picture(page, "answer"), picture(page, "other-answer")


def blue(page: Page, canvas: str) -> np.ndarray:
    """Where a picture is rather blue than orange."""
    script = """(name) => {
      const canvas = document.getElementById(name);
      return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
    }"""
    pixels = np.array(page.evaluate(script, canvas), dtype=float).reshape(100, 100, 4)
    more_blue: np.ndarray = pixels[..., 2] - pixels[..., 0]
    return more_blue


def test_equal_configurations_have_equal_pictures_until_one_is_changed(page: Page) -> None:
    page.keyboard.press("b")
    until(lambda: shown(page).endswith("&other=&edit=right") and page.is_visible("#other-answer"))
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    until(lambda: len(set(sides(page))) == 1)
    until(lambda: picture(page, "points") == picture(page, "other-points"))  # drawn in a later frame than told
    assert page.inner_text("#left-side .words") == page.inner_text("#right-side .words") == "the same settings"
    page.select_option("#activation", "relu")
    until(lambda: "&other=activation%3Drelu&" in shown(page) and "activation=tanh" in shown(page) and epoch(page) == 0)
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    until(lambda: len(set(sides(page))) == 2)
    assert page.inner_text("#left-side .words") == "Tanh" and page.inner_text("#right-side .words") == "ReLU"
    page.keyboard.press("s")
    until(lambda: page.input_value("#activation") == "tanh" and "edit" not in shown(page))
    assert epoch(page) == 1  # it goes on where it was
    page.keyboard.press("b")
    until(lambda: "other" not in shown(page) and not page.is_visible("#other-answer"))
    assert page.input_value("#activation") == "tanh"


def test_both_pictures_are_what_two_lessons_alone_answer(page: Page) -> None:
    show(page, PAIR)
    for wanted in range(1, 9):
        page.click("#stepButton")
        until(lambda wanted=wanted: epoch(page) == wanted)  # type: ignore[misc]
    page.wait_for_timeout(100)
    for canvas, activation, test_loss in (
        ("answer", "tanh", "#test-loss"),
        ("other-answer", "relu", "#other-test-loss"),
    ):
        stage = LessonStage(Lesson(dataset="xor", seed="0.5", shape=(3,), activation=activation))
        for _ in range(8):
            stage.one_epoch()
        answers = stage.arrays()["answer"].astype(float) / 127.5 - 1
        sure = np.abs(answers) > 0.2
        assert sure.sum() > 1000 and ((blue(page, canvas) > 0) == (answers > 0))[sure].all()
        assert float(page.inner_text(test_loss)) == pytest.approx(stage.scores["test_loss"], abs=6e-4)


def test_the_past_and_hidden_controls_are_common(page: Page) -> None:
    show(page, PAIR + "&noise_hide=true&activation_hide=true")
    first = sides(page)
    assert not page.is_visible("#noise") and not page.is_visible("#activation")
    for wanted in (1, 2):
        page.keyboard.press("ArrowRight")
        until(lambda wanted=wanted: epoch(page) == wanted)  # type: ignore[misc]
    page.locator("#past").fill("0")
    until(lambda: epoch(page) == 0 and sides(page) == first)
    page.click("#worlds button[aria-label=Circle]")
    until(lambda: "dataset=circle" in shown(page) and "other=activation%3Drelu" in shown(page))
    until(lambda: picture(page, "points") == picture(page, "other-points"))  # drawn in a later frame than told


def test_a_rate_is_changed_on_its_side_without_a_reset(page: Page) -> None:
    show(page, PAIR)
    page.click("#pair-sides button:last-child")
    until(lambda: page.input_value("#activation") == "relu")
    assert page.inner_text("#said").startswith("The controls change the right side: ReLU")
    assert str(page.get_attribute("#network", "aria-label")).startswith("Network of the right side: arrows")
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    left = loss(page)
    page.select_option("#learningRate", "0.3")
    until(lambda: "learningRate%3D0.3" in shown(page) and "learningRate=0.03" in shown(page))
    page.locator("#pair-sides [aria-checked=true]").focus()
    page.keyboard.press("ArrowLeft")
    until(lambda: page.input_value("#learningRate") == "0.03")
    assert page.evaluate("() => document.activeElement.innerText").startswith("Left")
    assert (epoch(page), loss(page)) == (1, left)


@pytest.mark.parametrize(("width", "scheme"), [(1180, "dark"), (480, "light"), (1920, "light")])
def test_no_rule_of_wcag_is_broken_and_nothing_sticks_out(
    browser: Browser, address: str, axe: Path, width: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_init_script(path=axe)
    page = context.new_page()
    page.goto(address + PAIR)
    until(lambda: drawn(page) > 0)
    assert broken_rules(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    left, right = (page.locator(f"#{name}").bounding_box() for name in ("answer", "other-answer"))
    assert left is not None and right is not None
    assert left["y"] == right["y"] and left["x"] + left["width"] < right["x"]
    assert round(left["width"]) == round(right["width"]) > 200
    context.close()
